package dev.millrace.statistics;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Which trials figures are of: the newest so many, or those of the last days.
public sealed interface Window {
  /// The newest so many trials, however long ago they were.
  record Last(int attempts) implements Window {
    public Last {
      if (attempts < 1) {
        throw new IllegalArgumentException("figures are of one trial at least, not of " + attempts);
      }
    }
  }

  /// What ended within so many times 24 hours before now, however much it was.
  record Days(int days) implements Window {
    public Days {
      if (days < 1) {
        throw new IllegalArgumentException("figures are of one day at least, not of " + days);
      }
    }
  }

  Window USUAL = new Last(100);

  /// What people can choose.
  List<Window> CHOICES = List.of(new Last(20), USUAL, new Days(30));

  /// The one of the choices that is written so.
  static Optional<Window> of(String text) {
    return CHOICES.stream().filter(choice -> choice.text().equals(text)).findFirst();
  }

  /// The choices in a sentence: `20, 100 or 30d`.
  static String choices() {
    String all = CHOICES.stream().map(Window::text).collect(Collectors.joining(", "));
    int last = all.lastIndexOf(", ");
    return all.substring(0, last) + " or " + all.substring(last + 2);
  }

  /// As it is written in addresses: `20`, `30d`.
  default String text() {
    return switch (this) {
      case Last(int attempts) -> Integer.toString(attempts);
      case Days(int days) -> days + "d";
    };
  }
}
