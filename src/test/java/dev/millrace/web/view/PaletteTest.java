package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The colours of the style sheet, on every ground that they stand on, by the formula of WCAG.
class PaletteTest {
  private static final Path SHEET = Path.of("src/main/resources/public/millrace.css");
  private static final Pattern COLOUR = Pattern.compile("--([a-z-]+): light-dark\\((#[0-9a-f]{3,6}), (#[0-9a-f]{3,6})\\);");
  private static final List<String> STATES = List.of("passed", "failed", "errored", "running", "waiting", "still");
  private static final List<String> GROUNDS = List.of("paper", "surface", "sunken");

  /// @param light in the light theme
  record Colour(String light, String dark) {}

  /// One colour on another.
  record Pair(String ink, String ground) {}

  private static Map<String, Colour> palette() throws IOException {
    var palette = new LinkedHashMap<String, Colour>();
    Matcher colour = COLOUR.matcher(Files.readString(SHEET));
    while (colour.find()) {
      assertThat(palette.put(colour.group(1), new Colour(colour.group(2), colour.group(3)))).as(colour.group(1)).isNull();
    }
    return palette;
  }

  private static List<Pair> texts() {
    var pairs = new ArrayList<Pair>();
    for (String ground : List.of("paper", "surface", "sunken", "water-soft")) {
      pairs.addAll(List.of(new Pair("ink", ground), new Pair("muted", ground), new Pair("water", ground)));
      STATES.forEach(state -> pairs.add(new Pair(state, ground)));
    }
    for (String state : STATES) {
      pairs.addAll(List.of(new Pair(state, state + "-soft"), new Pair("ink", state + "-soft"), new Pair("muted", state + "-soft"), new Pair("surface", state)));
    }
    pairs.add(new Pair("surface", "water"));
    return pairs;
  }

  private static List<Pair> shapes() {
    var pairs = new ArrayList<Pair>();
    GROUNDS.forEach(ground -> pairs.add(new Pair("control", ground)));
    // the ring of the focus stands on these
    List.of("paper", "surface", "sunken", "water-soft").forEach(ground -> pairs.add(new Pair("water", ground)));
    STATES.forEach(state -> pairs.add(new Pair("water", state + "-soft")));
    return pairs;
  }

  private static List<String> tooFaint(List<Pair> pairs, double least) throws IOException {
    Map<String, Colour> palette = palette();
    var faint = new ArrayList<String>();
    for (Pair pair : pairs) {
      Colour ink = palette.get(pair.ink());
      Colour ground = palette.get(pair.ground());
      assertThat(ink).as(pair.ink()).isNotNull();
      assertThat(ground).as(pair.ground()).isNotNull();
      double light = contrast(ink.light(), ground.light());
      double dark = contrast(ink.dark(), ground.dark());
      if (light < least) {
        faint.add("%s on %s, light: %.2f".formatted(pair.ink(), pair.ground(), light));
      }
      if (dark < least) {
        faint.add("%s on %s, dark: %.2f".formatted(pair.ink(), pair.ground(), dark));
      }
    }
    return faint;
  }

  static double contrast(String a, String b) {
    double one = luminance(a);
    double other = luminance(b);
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  }

  private static double luminance(String colour) {
    String hex = colour.length() == 4 ? colour.replaceAll("([0-9a-f])", "$1$1") : colour;
    return 0.2126 * channel(hex, 1) + 0.7152 * channel(hex, 3) + 0.0722 * channel(hex, 5);
  }

  private static double channel(String hex, int at) {
    double value = Integer.parseInt(hex, at, at + 2, 16) / 255.0;
    return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  }

  @Test
  void the_formula_is_that_of_the_standard() {
    assertThat(contrast("#000", "#ffffff")).isEqualTo(21);
    assertThat(contrast("#777777", "#fff")).isBetween(4.47, 4.49);
  }

  @Test
  void text_can_be_read_on_every_ground_in_both_themes() throws IOException {
    assertThat(tooFaint(texts(), 4.5)).isEmpty();
  }

  @Test
  void the_borders_of_controls_and_the_ring_of_the_focus_can_be_seen_in_both_themes() throws IOException {
    assertThat(tooFaint(shapes(), 3)).isEmpty();
  }

  @Test
  void every_state_has_a_colour_of_its_own_from_the_palette() throws IOException {
    String sheet = Files.readString(SHEET);
    for (Look look : Look.values()) {
      assertThat(sheet).as(look.css()).containsPattern("\\.s-" + look.css() + "(, \\.s-[a-z]+)* \\{ --c: var\\(--(" + String.join("|", STATES) + ")\\); --soft: var");
    }
  }
}
