package dev.millrace.web.view;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class HtmlTest {
  private static final String ROW = "<li class=\"row\">größer als … \uD83D\uDE00</li>\n".repeat(300);

  private static Html.Part kept(String text) {
    return new Html.Kept(Deflated.of(text.getBytes(UTF_8), 6));
  }

  private static String unzipped(Html html) throws IOException {
    try (var stream = new GZIPInputStream(new ByteArrayInputStream(html.gzip().bytes()))) {
      return new String(stream.readAllBytes(), UTF_8);
    }
  }

  @Test
  void pieces_and_text_are_one_stream_whatever_their_order() throws IOException {
    var random = new Random(3);
    for (int round = 0; round < 50; round++) {
      var parts = new ArrayList<Html.Part>();
      var text = new StringBuilder();
      for (int part = random.nextInt(8); part >= 0; part--) {
        String its = ROW.substring(0, ROW.indexOf("\n") + 1).repeat(random.nextInt(200));
        text.append(its);
        parts.add(random.nextBoolean() ? kept(its) : new Html.Text(its));
      }
      var html = new Html(parts);
      assertThat(unzipped(html)).isEqualTo(text.toString());
      assertThat(html.text()).isEqualTo(text.toString());
    }
  }

  @Test
  void its_check_sum_is_that_of_all_its_bytes() {
    var html = new Html(List.of(new Html.Text(ROW), kept(ROW), kept(""), new Html.Text("end")));
    byte[] plain = (ROW + ROW + "end").getBytes(UTF_8);
    var crc = new CRC32();
    crc.update(plain);
    Html.Gzip gzip = html.gzip();
    assertThat(List.of(gzip.crc(), gzip.length())).containsExactly((int) crc.getValue(), plain.length);
  }

  @Test
  void what_compresses_badly_is_compressed_all_the_same() throws IOException {
    var random = new Random(5);
    var text = new StringBuilder();
    random.ints(100_000, 32, 0xd000).forEach(character -> text.append((char) character));
    assertThat(unzipped(new Html(List.of(kept(text.toString()), new Html.Text(text.toString()))))).isEqualTo(text.toString().repeat(2));
  }

  @Test
  void a_response_reads_it_plain() throws IOException {
    var html = new Html(List.of(new Html.Text("<p>"), kept("größer"), new Html.Text("</p>")));
    assertThat(new String(html.reading().readAllBytes(), UTF_8)).isEqualTo("<p>größer</p>");
  }
}
