package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.web.view.Ansi.Style;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    assertThat(html("^[38;2;1;2;255mx")).isEqualTo("<span style=\"color:#7a7bff;\">x</span>");
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
    assertThat(html("a^[2Kb^[10;5Hc^]0;title\u0007d^]8;;http://x^\\link^]8;;^\\e^(Bf\u0000\b")).isEqualTo("abcd<a href=\"http://x\" rel=\"noreferrer\">link</a>ef");
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
    String alphabet = "\u001b[]();:/m0123456789<>&\"'\r\\\u0007xKé";
    for (int round = 0; round < 20_000; round++) {
      var text = new StringBuilder();
      for (int at = random.nextInt(30); at > 0; at--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      Ansi.Line line = Ansi.line(text.toString(), Style.PLAIN);
      String left = line.html().replaceAll("<a href=\"https?://[^<>\" ]+\" rel=\"noreferrer\">|</a>|<span(?: class=\"[a-z0-9 -]+\")?(?: style=\"(?:color|background|[:;#0-9a-f])+\")?>", "").replace("</span>", "");
      assertThat(left).as(text.toString()).doesNotContain("<", ">", "\"", "\u001b");
      assertThat(Style.parse(line.after().toString())).isEqualTo(line.after());
    }
  }

  @Test
  void addresses_of_the_web_are_links_and_others_are_not() {
    assertThat(html("see https://x.org/a?b=1&c=(2). And javascript:alert(1)"))
        .isEqualTo("see <a href=\"https://x.org/a?b=1&amp;c=(2)\" rel=\"noreferrer\">https://x.org/a?b=1&amp;c=(2)</a>. And javascript:alert(1)");
    assertThat(html("(http://x.org/)")).isEqualTo("(<a href=\"http://x.org/\" rel=\"noreferrer\">http://x.org/</a>)");
    assertThat(html("http://^[31mred.org^[0m/x"))
        .isEqualTo("<a href=\"http://red.org/x\" rel=\"noreferrer\">http://<span class=\"ink-1\">red.org</span>/x</a>");
    assertThat(html("http://")).isEqualTo("http://");
  }

  @Test
  void a_link_of_the_terminal_is_followed_to_the_web_only() {
    assertThat(html("^]8;id=1;https://x.org/\"><i>^\\here^]8;;^\\ gone")).isEqualTo("<a href=\"https://x.org/\" rel=\"noreferrer\">here</a> gone");
    assertThat(html("^]8;;javascript:alert(1)\u0007here^]8;;\u0007")).isEqualTo("here");
    assertThat(html("^]8;;file:///etc/passwd\u0007here")).isEqualTo("here");
  }

  @Test
  void what_is_searched_for_is_marked_also_where_its_colour_changes() {
    assertThat(Ansi.line("an \u001b[31mErr\u001b[0mor, error", Style.PLAIN, 100, new Search("error", false)).html())
        .isEqualTo("an <mark><span class=\"ink-1\">Err</span></mark><mark>or</mark>, <mark>error</mark>");
    assertThat(Ansi.line("Error, error", Style.PLAIN, 100, new Search("error", true)).html()).isEqualTo("Error, <mark>error</mark>");
    assertThat(Ansi.line("a<b", Style.PLAIN, 100, new Search("<", true)).html()).isEqualTo("a<mark>&lt;</mark>b");
  }

  @Test
  void a_long_line_is_cut_and_its_style_goes_on_all_the_same() {
    Ansi.Line line = Ansi.line("0123456789\u001b[31m!", Style.PLAIN, 4, Search.NONE);
    assertThat(line).isEqualTo(new Ansi.Line("0123", Style.parse("38.5.1"), true));
    assertThat(Ansi.line("abc🚀", Style.PLAIN, 4, Search.NONE).html()).isEqualTo("abc");
    assertThat(Ansi.line("0123", Style.PLAIN, 4, Search.NONE).cut()).isFalse();
  }

  @Test
  void a_colour_that_cannot_be_read_on_the_dark_ground_is_made_lighter() {
    for (int colour = 16; colour < 256; colour++) {
      Matcher ink = Pattern.compile("color:#([0-9a-f]{6});").matcher(html("^[38;5;" + colour + "mx"));
      assertThat(ink.find()).isTrue();
      assertThat(Style.contrast(Integer.parseInt(ink.group(1), 16), Style.GROUND)).as("colour " + colour).isGreaterThanOrEqualTo(4.5);
    }
    assertThat(html("^[38;5;16;48;5;231mx")).as("on a ground of its own").contains("color:#000000;");
  }

  @Test
  void the_colours_that_we_choose_can_be_read() throws Exception {
    String css = Files.readString(Path.of("src/main/resources/public/log.css"));
    for (int colour = 0; colour < 16; colour++) {
      assertThat(Style.contrast(chosen(css, "\\.ink-" + colour + " \\{ color: #([0-9a-f]+)"), Style.GROUND)).as("ink " + colour).isGreaterThanOrEqualTo(4.5);
      int on = colour == 7 || colour == 15 ? 0x10171b : 0xd5dfe4;
      assertThat(Style.contrast(chosen(css, "\\.ground-" + colour + " \\{ background: #([0-9a-f]+)"), on)).as("ground " + colour).isGreaterThanOrEqualTo(4.5);
    }
    assertThat(Style.contrast(chosen(css, "--dim: #([0-9a-f]+)"), Style.GROUND)).isGreaterThanOrEqualTo(4.5);
    assertThat(chosen(css, "--ground: #([0-9a-f]+)")).isEqualTo(Style.GROUND);
  }

  private static int chosen(String css, String pattern) {
    Matcher colour = Pattern.compile(pattern).matcher(css);
    assertThat(colour.find()).as(pattern).isTrue();
    String hex = colour.group(1);
    return Integer.parseInt(hex.length() == 3 ? hex.replaceAll("(.)", "$1$1") : hex, 16);
  }
}
