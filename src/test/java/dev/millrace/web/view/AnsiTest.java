package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.web.view.Ansi.Style;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnsiTest {
  private static String html(String text) {
    return Ansi.line(text.replace('^', '\u001b'), Style.PLAIN).html();
  }

  @Test
  void plain_text_is_escaped_and_nothing_else_happens_to_it() {
    assertThat(html("<b onclick=\"x\">Tom & 'Jerry'</b>")).isEqualTo("&lt;b onclick=&quot;x&quot;&gt;Tom &amp; &#39;Jerry&#39;&lt;/b&gt;");
    assertThat(html("\ttab and 🚀 مرحبا")).isEqualTo("\ttab and 🚀 مرحبا");
  }

  @Test
  void the_sixteen_colours_are_classes() {
    assertThat(html("^[31mred^[0m and ^[92mlight green^[m")).isEqualTo("<span class=\"ink-1\">red</span> and <span class=\"ink-10\">light green</span>");
    assertThat(html("^[1;37;41mloud")).isEqualTo("<span class=\"bold ink-7 ground-1\">loud</span>");
  }

  @Test
  void the_other_colours_are_said_outright() {
    assertThat(html("^[38;5;208mx")).isEqualTo("<span style=\"color:#ff8700;\">x</span>");
    assertThat(html("^[48;5;244mx")).isEqualTo("<span style=\"background:#808080;\">x</span>");
    assertThat(html("^[38;2;1;2;255mx")).isEqualTo("<span style=\"color:#0102ff;\">x</span>");
    assertThat(html("^[38:5:9mx")).isEqualTo("<span class=\"ink-9\">x</span>");
  }

  @Test
  void inverse_swaps_ink_and_ground() {
    assertThat(html("^[7mx")).isEqualTo("<span class=\"ink-ground ground-ink\">x</span>");
    assertThat(html("^[7;31mx")).isEqualTo("<span class=\"ink-ground ground-1\">x</span>");
  }

  @Test
  void a_style_lasts_into_the_next_line_and_survives_an_address() {
    Ansi.Line first = Ansi.line("\u001b[1;4;38;5;120mbegins", Style.PLAIN);
    assertThat(first.after()).hasToString("1.4.38.5.120");
    assertThat(Ansi.line("goes on\u001b[0m ends", Style.parse("1.4.38.5.120")).html())
        .isEqualTo("<span class=\"bold under\" style=\"color:#87ff87;\">goes on</span> ends");
    assertThat(Style.parse(Style.PLAIN.toString())).isEqualTo(Style.PLAIN);
    assertThat(Style.parse("\"><script>")).isEqualTo(Style.PLAIN);
  }

  @Test
  void each_attribute_can_be_taken_back_by_itself() {
    assertThat(html("^[1;3;4;9;31;42mA^[22;23;24;29;39;49mB")).endsWith("A</span>B");
  }

  @Test
  void other_sequences_and_control_characters_vanish() {
    assertThat(html("a^[2Kb^[10;5Hc^]0;title\u0007d^]8;;http://x^\\link^]8;;^\\e^(Bf\u0000\b")).isEqualTo("abcdlinkef");
    assertThat(html("cut short ^[38;5")).isEqualTo("cut short ");
    assertThat(html("^")).isEmpty();
    assertThat(html("^[999999999999mx")).isEqualTo("x");
  }

  @Test
  void what_was_printed_over_is_gone_but_its_colour_stays() {
    assertThat(html("10%\r50%\r100%\r")).isEqualTo("100%");
    assertThat(html("^[32mold\rnew")).isEqualTo("<span class=\"ink-2\">new</span>");
  }

  @Test
  void whatever_is_printed_the_html_holds_only_our_own_spans() {
    var random = new Random(1);
    String alphabet = "\u001b[]();m0123456789<>&\"'\r\\\u0007xKé";
    for (int round = 0; round < 20_000; round++) {
      var text = new StringBuilder();
      for (int at = random.nextInt(30); at > 0; at--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      Ansi.Line line = Ansi.line(text.toString(), Style.PLAIN);
      String left = line.html().replaceAll("<span(?: class=\"[a-z0-9 -]+\")?(?: style=\"(?:color|background|[:;#0-9a-f])+\")?>", "").replace("</span>", "");
      assertThat(left).as(text.toString()).doesNotContain("<", ">", "\"", "\u001b");
      assertThat(Style.parse(line.after().toString())).isEqualTo(line.after());
    }
  }
}
