package dev.millrace.web.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a terminal would show of a line, as HTML: colours and styles become spans, every other escape sequence and
/// control character vanishes, and everything else is escaped. The style at a line's end is the next one's beginning.
public final class Ansi {
  private static final char ESCAPE = '\u001b';
  private static final char BELL = '\u0007';

  private Ansi() {}

  /// @param html safe to print as it is
  /// @param after the style that the next line begins with
  /// @param cut whether there is more of it than was wanted
  public record Line(String html, Style after, boolean cut) {}

  /// From here on the text looks like this.
  ///
  /// @param href where it leads; empty for nowhere
  private record Run(int from, Style style, String href) {}

  private record Linked(int from, int to, String href) {}

  private static final Pattern ADDRESS = Pattern.compile("https?://[^\\s<>\"'`\\p{Cntrl}]{1,2000}");

  public static Line line(String raw, Style before) {
    return line(raw, before, Integer.MAX_VALUE, Search.NONE);
  }

  /// @param most how many characters are wanted
  /// @param search what is marked in them
  public static Line line(String raw, Style before, int most, Search search) {
    String text = overwritten(raw);
    var shown = new StringBuilder(text.length());
    var runs = new ArrayList<Run>();
    runs.add(new Run(0, before, ""));
    boolean cut = false;
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == ESCAPE) {
        int end = sequenceEnd(text, at);
        Run last = runs.getLast();
        Run next = new Run(shown.length(), styled(text, at, end, last.style()), linked(text, at, end, last.href()));
        if (!next.style().equals(last.style()) || !next.href().equals(last.href())) {
          runs.add(next);
        }
        at = end;
        continue;
      }
      at++;
      if (c != '\t' && Character.isISOControl(c)) {
        continue;
      }
      if (shown.length() < most) {
        shown.append(c);
      } else {
        cut = true;
      }
    }
    if (cut && Character.isHighSurrogate(shown.charAt(shown.length() - 1))) {
      shown.setLength(shown.length() - 1);
    }
    return new Line(html(shown, runs, search.in(shown)), runs.getLast().style(), cut);
  }

  private static Style styled(String text, int at, int end, Style style) {
    return end > at + 2 && text.charAt(at + 1) == '[' && text.charAt(end - 1) == 'm' ? style.with(codes(text.substring(at + 2, end - 1))) : style;
  }

  /// What a terminal's own links say, `ESC ] 8 ; parameters ; address BEL`: only addresses of the web are followed.
  private static String linked(String text, int at, int end, String href) {
    if (!text.startsWith("]8;", at + 1)) {
      return href;
    }
    int address = text.indexOf(';', at + 4);
    if (address < 0 || address >= end) {
      return "";
    }
    Matcher wanted = ADDRESS.matcher(text.substring(address + 1, end));
    return wanted.lookingAt() ? wanted.group() : "";
  }

  /// Pieces that look alike, one after the other; a link around all of its pieces.
  private static String html(StringBuilder text, List<Run> runs, List<Search.Span> found) {
    List<Linked> links = links(text, runs);
    var html = new StringBuilder(text.length() + 16);
    int run = 0;
    int link = 0;
    int mark = 0;
    int at = 0;
    while (at < text.length()) {
      while (run + 1 < runs.size() && runs.get(run + 1).from() <= at) {
        run++;
      }
      while (link < links.size() && links.get(link).to() <= at) {
        link++;
      }
      while (mark < found.size() && found.get(mark).to() <= at) {
        mark++;
      }
      boolean inLink = link < links.size() && links.get(link).from() <= at;
      boolean inMark = mark < found.size() && found.get(mark).from() <= at;
      int end = text.length();
      if (run + 1 < runs.size()) {
        end = Math.min(end, runs.get(run + 1).from());
      }
      if (link < links.size()) {
        end = Math.min(end, inLink ? links.get(link).to() : links.get(link).from());
      }
      if (mark < found.size()) {
        end = Math.min(end, inMark ? found.get(mark).to() : found.get(mark).from());
      }
      if (inLink && links.get(link).from() == at) {
        html.append("<a href=\"");
        escape(html, links.get(link).href());
        html.append("\" rel=\"noreferrer\">");
      }
      piece(html, text.substring(at, end), runs.get(run).style(), inMark);
      if (inLink && links.get(link).to() == end) {
        html.append("</a>");
      }
      at = end;
    }
    return html.toString();
  }

  private static void piece(StringBuilder html, String text, Style style, boolean marked) {
    boolean plain = style.equals(Style.PLAIN);
    html.append(marked ? "<mark>" : "");
    if (!plain) {
      html.append("<span").append(style.attributes()).append('>');
    }
    escape(html, text);
    html.append(plain ? "" : "</span>").append(marked ? "</mark>" : "");
  }

  /// The terminal's own links, and the addresses that stand in the text outside of them.
  private static List<Linked> links(StringBuilder text, List<Run> runs) {
    var links = new ArrayList<Linked>();
    int free = 0;
    for (int at = 0; at <= runs.size(); at++) {
      boolean over = at == runs.size();
      if (!over && runs.get(at).href().isEmpty()) {
        continue;
      }
      int from = over ? text.length() : Math.min(runs.get(at).from(), text.length());
      addresses(text, free, from, links);
      if (!over) {
        String href = runs.get(at).href();
        while (at + 1 < runs.size() && runs.get(at + 1).href().equals(href)) {
          at++;
        }
        free = at + 1 < runs.size() ? Math.min(runs.get(at + 1).from(), text.length()) : text.length();
        if (free > from) {
          links.add(new Linked(from, free, href));
        }
      }
    }
    return links;
  }

  private static void addresses(StringBuilder text, int from, int to, List<Linked> links) {
    if (from >= to || text.indexOf("://", from) < 0) {
      return;
    }
    Matcher address = ADDRESS.matcher(text).region(from, to);
    while (address.find()) {
      int end = address.end();
      while (end > address.start() && trailing(text, address.start(), end)) {
        end--;
      }
      if (end > address.start() + "https://".length()) {
        links.add(new Linked(address.start(), end, text.substring(address.start(), end)));
      }
    }
  }

  /// What ends a sentence does not belong to an address, nor does a bracket that was opened before it.
  private static boolean trailing(CharSequence text, int from, int end) {
    char last = text.charAt(end - 1);
    if (last == ')' || last == ']' || last == '}') {
      char opening = last == ')' ? '(' : last == ']' ? '[' : '{';
      int open = 0;
      for (int at = from; at < end; at++) {
        open += text.charAt(at) == opening ? 1 : text.charAt(at) == last ? -1 : 0;
      }
      return open < 0;
    }
    return ".,;:!?*_".indexOf(last) >= 0;
  }

  /// A carriage return goes back to the line's beginning: what counts is what was printed over it last.
  private static String overwritten(String raw) {
    int end = raw.length();
    while (end > 0 && raw.charAt(end - 1) == '\r') {
      end--;
    }
    int back = raw.lastIndexOf('\r', end - 1);
    if (back < 0) {
      return raw.substring(0, end);
    }
    var kept = new StringBuilder();
    for (int at = 0; at < back; ) {
      if (raw.charAt(at) == ESCAPE) {
        int sequence = sequenceEnd(raw, at);
        kept.append(raw, at, Math.min(sequence, back));
        at = sequence;
      } else {
        at++;
      }
    }
    return kept + raw.substring(back + 1, end);
  }

  /// Where the escape sequence at this place ends; a broken one ends with the text.
  private static int sequenceEnd(String text, int start) {
    if (start + 1 >= text.length()) {
      return text.length();
    }
    int at = start + 2;
    return switch (text.charAt(start + 1)) {
      case '[' -> {
        while (at < text.length() && (text.charAt(at) < '@' || text.charAt(at) > '~')) {
          at++;
        }
        yield Math.min(at + 1, text.length());
      }
      case ']', 'P', '_', '^' -> {
        while (at < text.length()) {
          if (text.charAt(at) == BELL) {
            yield at + 1;
          }
          if (text.charAt(at) == ESCAPE && at + 1 < text.length() && text.charAt(at + 1) == '\\') {
            yield at + 2;
          }
          at++;
        }
        yield text.length();
      }
      case '(', ')', '#', '%' -> Math.min(at + 1, text.length());
      default -> at;
    };
  }

  private static List<Integer> codes(String parameters) {
    var codes = new ArrayList<Integer>();
    for (String code : parameters.split("[;:.]", -1)) {
      if (code.isEmpty()) {
        codes.add(0);
      } else if (code.length() <= 3 && code.chars().allMatch(c -> c >= '0' && c <= '9')) {
        codes.add(Integer.parseInt(code));
      } else {
        return List.of();
      }
    }
    return codes;
  }

  private static void escape(StringBuilder html, String text) {
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      switch (c) {
        case '&' -> html.append("&amp;");
        case '<' -> html.append("&lt;");
        case '>' -> html.append("&gt;");
        case '"' -> html.append("&quot;");
        case '\'' -> html.append("&#39;");
        default -> html.append(c);
      }
    }
  }

  /// How text is printed. A colour is a number of the palette of 256, or [#RGB] and three bytes, or [#NONE].
  public record Style(
      boolean bold, boolean faint, boolean italic, boolean underlined, boolean inverse, boolean struck, int ink, int ground) {
    static final int NONE = -1;
    static final int RGB = 1 << 24;

    /// What logs are printed on, in both themes.
    static final int GROUND = 0x10171b;

    public static final Style PLAIN = new Style(false, false, false, false, false, false, NONE, NONE);

    /// Reads what [#toString] wrote; anything else is as good as it can be understood, for it comes from an address.
    public static Style parse(String text) {
      return text.isEmpty() || text.length() > 60 ? PLAIN : PLAIN.with(codes(text));
    }

    Style with(List<Integer> codes) {
      Style style = this;
      for (int at = 0; at < codes.size(); at++) {
        int code = codes.get(at);
        if (code == 38 || code == 48) {
          int kind = at + 1 < codes.size() ? codes.get(at + 1) : 0;
          int colour = NONE;
          if (kind == 5 && at + 2 < codes.size()) {
            colour = codes.get(at + 2) & 0xff;
            at += 2;
          } else if (kind == 2 && at + 4 < codes.size()) {
            colour = RGB | (codes.get(at + 2) & 0xff) << 16 | (codes.get(at + 3) & 0xff) << 8 | codes.get(at + 4) & 0xff;
            at += 4;
          } else {
            return style;
          }
          style = code == 38 ? style.ink(colour) : style.ground(colour);
        } else {
          style = style.with(code);
        }
      }
      return style;
    }

    private Style with(int code) {
      return switch (code) {
        case 0 -> PLAIN;
        case 1 -> new Style(true, faint, italic, underlined, inverse, struck, ink, ground);
        case 2 -> new Style(bold, true, italic, underlined, inverse, struck, ink, ground);
        case 3 -> new Style(bold, faint, true, underlined, inverse, struck, ink, ground);
        case 4, 21 -> new Style(bold, faint, italic, true, inverse, struck, ink, ground);
        case 7 -> new Style(bold, faint, italic, underlined, true, struck, ink, ground);
        case 9 -> new Style(bold, faint, italic, underlined, inverse, true, ink, ground);
        case 22 -> new Style(false, false, italic, underlined, inverse, struck, ink, ground);
        case 23 -> new Style(bold, faint, false, underlined, inverse, struck, ink, ground);
        case 24 -> new Style(bold, faint, italic, false, inverse, struck, ink, ground);
        case 27 -> new Style(bold, faint, italic, underlined, false, struck, ink, ground);
        case 29 -> new Style(bold, faint, italic, underlined, inverse, false, ink, ground);
        case 39 -> ink(NONE);
        case 49 -> ground(NONE);
        default -> {
          if (code >= 30 && code <= 37) {
            yield ink(code - 30);
          }
          if (code >= 40 && code <= 47) {
            yield ground(code - 40);
          }
          if (code >= 90 && code <= 97) {
            yield ink(code - 90 + 8);
          }
          yield code >= 100 && code <= 107 ? ground(code - 100 + 8) : this;
        }
      };
    }

    private Style ink(int colour) {
      return new Style(bold, faint, italic, underlined, inverse, struck, colour, ground);
    }

    private Style ground(int colour) {
      return new Style(bold, faint, italic, underlined, inverse, struck, ink, colour);
    }

    /// The first sixteen colours are the style sheet's, by class; the others are said outright.
    private String attributes() {
      var classes = new ArrayList<String>();
      var styles = new StringBuilder();
      if (bold) {
        classes.add("bold");
      }
      if (faint) {
        classes.add("faint");
      }
      if (italic) {
        classes.add("italic");
      }
      if (underlined) {
        classes.add("under");
      }
      if (struck) {
        classes.add("struck");
      }
      colour(inverse ? ground : ink, inverse ? "ink-ground" : "", "ink-", "color:", classes, styles);
      colour(inverse ? ink : ground, inverse ? "ground-ink" : "", "ground-", "background:", classes, styles);
      return (classes.isEmpty() ? "" : " class=\"" + String.join(" ", classes) + "\"")
          + (styles.isEmpty() ? "" : " style=\"" + styles + "\"");
    }

    private void colour(
        int colour, String none, String prefix, String property, List<String> classes, StringBuilder styles) {
      if (colour == NONE) {
        if (!none.isEmpty()) {
          classes.add(none);
        }
      } else if (colour < 16) {
        classes.add(prefix + colour);
      } else {
        boolean onDark = property.equals("color:") && ground == NONE && !inverse;
        styles.append(property).append(String.format(Locale.ROOT, "#%06x;", onDark ? readable(rgb(colour)) : rgb(colour)));
      }
    }

    /// The colour, or a lighter one where it could not be read on the dark ground of a log.
    private static int readable(int colour) {
      int lighter = colour;
      while (contrast(lighter, GROUND) < 4.5) {
        lighter = lighter(lighter >> 16 & 0xff) << 16 | lighter(lighter >> 8 & 0xff) << 8 | lighter(lighter & 0xff);
      }
      return lighter;
    }

    private static int lighter(int part) {
      return part + (255 - part + 9) / 10;
    }

    /// As WCAG 2 reckons it: 1 to 21.
    static double contrast(int one, int other) {
      double a = luminance(one);
      double b = luminance(other);
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(int colour) {
      return 0.2126 * linear(colour >> 16 & 0xff) + 0.7152 * linear(colour >> 8 & 0xff) + 0.0722 * linear(colour & 0xff);
    }

    private static double linear(int part) {
      double share = part / 255.0;
      return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
    }

    private static int rgb(int colour) {
      if (colour >= RGB) {
        return colour - RGB;
      }
      if (colour >= 232) {
        int grey = 8 + 10 * (colour - 232);
        return grey << 16 | grey << 8 | grey;
      }
      int cube = colour - 16;
      return level(cube / 36) << 16 | level(cube / 6 % 6) << 8 | level(cube % 6);
    }

    private static int level(int sixth) {
      return sixth == 0 ? 0 : 55 + 40 * sixth;
    }

    /// The codes that lead here from [#PLAIN], fit for an address: `1.38.5.120`; empty for plain.
    @Override
    public String toString() {
      var codes = new ArrayList<String>();
      boolean[] on = {bold, faint, italic, underlined, inverse, struck};
      int[] code = {1, 2, 3, 4, 7, 9};
      for (int at = 0; at < on.length; at++) {
        if (on[at]) {
          codes.add(Integer.toString(code[at]));
        }
      }
      if (ink != NONE) {
        codes.add(colourCode(38, ink));
      }
      if (ground != NONE) {
        codes.add(colourCode(48, ground));
      }
      return String.join(".", codes);
    }

    private static String colourCode(int which, int colour) {
      return colour >= RGB
          ? which + ".2." + (colour >> 16 & 0xff) + "." + (colour >> 8 & 0xff) + "." + (colour & 0xff)
          : which + ".5." + colour;
    }
  }
}
