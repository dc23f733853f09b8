package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The style sheets, scripts and pictures that pages need.
class FilesTest extends Story {
  private static final Pattern NEEDED = Pattern.compile("(?:href|src)=\"(/[^\"?]+\\.(?:css|js|svg)[^\"]*)\"");

  @Test
  void a_page_needs_nothing_that_could_change_below_it_and_each_comes_once_and_compressed() {
    List<String> needed = NEEDED.matcher(mill.get("/").body()).results().map(found -> found.group(1)).distinct().toList();
    assertThat(needed).anyMatch(file -> file.startsWith("/millrace.css?v=")).anyMatch(file -> file.startsWith("/live.js?v="));
    for (String file : needed) {
      HttpResponse<String> answer = mill.get(file, "Accept-Encoding", "gzip");
      assertThat(answer.statusCode()).as(file).isEqualTo(200);
      assertThat(answer.headers().firstValue("Cache-Control").orElse("")).as(file).containsPattern("max-age=31\\d{6}");
      if (answer.headers().firstValueAsLong("Content-Length").orElse(Long.MAX_VALUE) > 2000) {
        assertThat(answer.headers().firstValue("Content-Encoding")).as(file).contains("gzip");
      }
    }
  }

  @Test
  void a_file_of_another_version_is_asked_for_again() {
    for (String file : List.of("/live.js", "/live.js?v=before", "/favicon.svg")) {
      HttpResponse<String> answer = mill.get(file);
      assertThat(answer.statusCode()).as(file).isEqualTo(200);
      assertThat(answer.headers().firstValue("Cache-Control")).as(file).contains("no-cache");
    }
    assertThat(mill.get("/nothing.js?v=before").statusCode()).isEqualTo(404);
  }
}
