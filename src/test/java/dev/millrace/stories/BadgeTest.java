package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/// The badge, as a page of another site gets it.
class BadgeTest extends Story {
  private String says(String path) {
    HttpResponse<String> badge = mill.get(path);
    return badge.statusCode() + badge.body().replaceAll("(?s).*<title>(.*)</title>.*", " $1");
  }

  @Test
  void it_follows_what_lands() throws Exception {
    assertThat(says("/badge/shop.svg")).isEqualTo("200 shop: unknown");
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    assertThat(says("/badge/shop.svg")).isEqualTo("200 shop: running");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    shop.push("integrate/rum", "Sell rum", "rum", "brown\n");
    mill.failsTwice("2/test/test/1");
    mill.becomes(2, "failed");
    assertThat(says("/badge/shop.svg")).isEqualTo("200 shop: passed");
    assertThat(says("/badge/shop.svg?branch=integrate/rum")).isEqualTo("200 shop: failed");
    assertThat(says("/badge/shop.svg?branch=integrate/tea")).isEqualTo("200 shop: passed");
    assertThat(says("/badge/shop.svg?stage=main")).isEqualTo("200 shop main: passed");
  }

  @Test
  void what_is_not_there_is_a_picture_all_the_same() {
    assertThat(says("/badge/shp.svg")).isEqualTo("404 shp: unknown");
    assertThat(says("/badge/shop.svg?stage=nothing")).isEqualTo("404 shop: unknown");
    assertThat(says("/badge/shop.svg?stage=%3Cb%3E")).isEqualTo("404 shop: unknown");
    assertThat(says("/badge/shop.svg?branch=nothing")).isEqualTo("404 shop: unknown");
    assertThat(says("/badge/%3Cscript%3E.svg")).isEqualTo("404 &lt;script&gt;: unknown");
    assertThat(mill.get("/badge/shp.svg").headers().firstValue("Content-Type")).contains("image/svg+xml;charset=utf-8");
  }

  @Test
  void it_may_be_kept_for_a_while_and_shown_anywhere() {
    HttpResponse<String> badge = mill.get("/badge/shop.svg");
    String tag = badge.headers().firstValue("ETag").orElseThrow();
    assertThat(badge.headers().firstValue("Cache-Control")).contains("public, max-age=30");
    assertThat(badge.headers().firstValue("Access-Control-Allow-Origin")).contains("*");
    assertThat(badge.headers().firstValue("Cross-Origin-Resource-Policy")).contains("cross-origin");
    HttpResponse<String> again = mill.get("/badge/shop.svg", "If-None-Match", tag);
    assertThat(again.statusCode() + again.body()).isEqualTo("304");
  }
}
