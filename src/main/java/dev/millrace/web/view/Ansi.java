package dev.millrace.web.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a terminal would show of a line, as HTML: colours and styles become spans, every other escape sequence and
/// control character vanishes, and everything else is escaped. The style at a line's end is the next one's beginning.
public final class Ansi {
  private static final char ESCAPE = '\u001b';
  private static final char BELL = '\u0007';

  private Ansi() {}

  /// @param html safe to print as it is
  /// @param after the style that the next line begins with
  public record Line(String html, Style after) {}

  public static Line line(String raw, Style before) {
    String text = overwritten(raw);
    var html = new StringBuilder(text.length() + 16);
    Style style = before;
    boolean open = false;
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == ESCAPE) {
        int end = sequenceEnd(text, at);
        if (end > at + 2 && text.charAt(at + 1) == '[' && text.charAt(end - 1) == 'm') {
          Style next = style.with(codes(text.substring(at + 2, end - 1)));
          if (!next.equals(style)) {
            if (open) {
              html.append("</span>");
              open = false;
            }
            style = next;
          }
        }
        at = end;
        continue;
      }
      at++;
      if (c != '\t' && Character.isISOControl(c)) {
        continue;
      }
      if (!open && !style.equals(Style.PLAIN)) {
        html.append("<span").append(style.attributes()).append('>');
        open = true;
      }
      escape(html, c);
    }
    if (open) {
      html.append("</span>");
    }
    return new Line(html.toString(), style);
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

  private static void escape(StringBuilder html, char c) {
    switch (c) {
      case '&' -> html.append("&amp;");
      case '<' -> html.append("&lt;");
      case '>' -> html.append("&gt;");
      case '"' -> html.append("&quot;");
      case '\'' -> html.append("&#39;");
      default -> html.append(c);
    }
  }

  /// How text is printed. A colour is a number of the palette of 256, or [#RGB] and three bytes, or [#NONE].
  public record Style(
      boolean bold, boolean faint, boolean italic, boolean underlined, boolean inverse, boolean struck, int ink, int ground) {
    static final int NONE = -1;
    static final int RGB = 1 << 24;

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

    private static void colour(
        int colour, String none, String prefix, String property, List<String> classes, StringBuilder styles) {
      if (colour == NONE) {
        if (!none.isEmpty()) {
          classes.add(none);
        }
      } else if (colour < 16) {
        classes.add(prefix + colour);
      } else {
        styles.append(property).append(String.format(Locale.ROOT, "#%06x;", rgb(colour)));
      }
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
