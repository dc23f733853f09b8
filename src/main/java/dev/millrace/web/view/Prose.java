package dev.millrace.web.view;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/// Times, durations and numbers as people say them. `live.js` says durations in the same words.
final class Prose {
  private static final DateTimeFormatter FULL =
      DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm:ss 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private static final Pattern WORD = Pattern.compile("\\p{L}+[:,;]?( |$)");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("d MMM, HH:mm:ss 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private Prose() {}

  /// `0.4s`, `1.3s`, `12s`, `3m 05s`, `2h 10m`, `3d 4h`. What took less than ten seconds has tenths, for half a second
  /// more is a trend then; a whole second, such as a limit that somebody has written, has none.
  static String duration(Duration duration) {
    if (duration.isNegative()) {
      return "0s";
    }
    long seconds = duration.toSeconds();
    if (seconds < 10 && duration.toMillis() % 1000 != 0) {
      long tenths = Math.clamp((duration.toMillis() + 50) / 100, 1, 99);
      return tenths / 10 + "." + tenths % 10 + "s";
    }
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return String.format(Locale.ROOT, "%dm %02ds", seconds / 60, seconds % 60);
    }
    if (seconds < 86_400) {
      return String.format(Locale.ROOT, "%dh %02dm", seconds / 3600, seconds / 60 % 60);
    }
    return seconds / 86_400 + "d " + seconds / 3600 % 24 + "h";
  }

  /// `less than a minute`, `about 4 min`, `about 2 h`: no more exact than an estimate is.
  static String roughly(Duration duration) {
    long minutes = (duration.toSeconds() + 30) / 60;
    if (minutes < 1) {
      return "less than a minute";
    }
    return minutes < 100 ? "about " + minutes + " min" : "about " + (minutes + 30) / 60 + " h";
  }

  /// `just now`, `5 min ago`, `3 h ago`, `2 days ago`.
  static String ago(Instant at, Instant now) {
    long seconds = Duration.between(at, now).toSeconds();
    if (seconds < 45) {
      return "just now";
    }
    if (seconds < 3600) {
      return Math.max(1, (seconds + 30) / 60) + " min ago";
    }
    if (seconds < 86_400) {
      return seconds / 3600 + " h ago";
    }
    return seconds < 2 * 86_400 ? "yesterday" : seconds / 86_400 + " days ago";
  }

  static String full(Instant at) {
    return FULL.format(at);
  }

  /// `21 Nov, 10:46:04 UTC`: `live.js` says it in the reader's own time.
  static String time(Instant at) {
    return TIME.format(at);
  }

  /// `10:46 UTC`.
  static String clock(Instant at) {
    return CLOCK.format(at);
  }

  /// `7 %`; a small share that is not nothing is not called nothing.
  static String share(double share) {
    return share > 0 && share < 0.005 ? "under 1 %" : Math.round(share * 100) + " %";
  }

  static String count(int many, String one) {
    return many + " " + one + (many == 1 ? "" : "s");
  }

  /// With a capital, unless it begins with a name that is not a word: a branch, a commit.
  static String capital(String sentence) {
    return !WORD.matcher(sentence).lookingAt() ? sentence : sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
  }
}
