package dev.millrace.web.view;

import dev.millrace.statistics.Window;
import java.util.List;

/// One of several ways to see a page, as a link.
///
/// @param current whether the page is seen so
/// @param says the same for who cannot see what it belongs to
public record Choice(String text, String href, boolean current, String says) {

  /// What the figures can be of.
  static List<Choice> windows(Window current, Address at) {
    return Window.CHOICES.stream()
        .map(
            window ->
                new Choice(
                    switch (window) {
                      case Window.Last(int attempts) -> Integer.toString(attempts);
                      case Window.Days(int days) -> days + " days";
                    },
                    at.with("window", window.equals(Window.USUAL) ? "" : window.text()),
                    window.equals(current),
                    "Figures of the " + of(window)))
        .toList();
  }

  /// `last 20 trials`, `last 30 days`.
  static String of(Window window) {
    return switch (window) {
      case Window.Last(int attempts) -> "last " + Prose.count(attempts, "trial");
      case Window.Days(int days) -> "last " + Prose.count(days, "day");
    };
  }

  /// How large the map is drawn; there is no choice where it fits by itself.
  static List<Choice> zooms(FlowMap map, Address at) {
    boolean fit = fits(at);
    return map.columns() <= FlowMap.FITTING
        ? List.of()
        : List.of(
            new Choice("readable", at.with("zoom", ""), !fit, "Boxes large enough to read"),
            new Choice("whole", at.with("zoom", "fit"), fit, "The whole map in the width of the page"));
  }

  static boolean fits(Address at) {
    return at.has("zoom", "fit");
  }
}
