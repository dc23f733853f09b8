package dev.millrace.queue;

import java.util.HashMap;
import java.util.Map;

/// What a pipeline's changes have come to lately, and how probable it therefore is that the next one fails.
///
/// @param all of everybody
/// @param byAuthor of each author
public record Odds(Tally all, Map<String, Tally> byAuthor) {
  public Odds {
    byAuthor = Map.copyOf(byAuthor);
  }

  public static final Odds UNKNOWN = new Odds(Tally.NONE, Map.of());

  /// What nobody has seen yet is taken for this: a change in sixteen or so fails.
  private static final double USUAL = 0.06;

  /// How many changes the usual share weighs as much as; an author's own record is weighed against everybody's so, too.
  private static final double WEIGHT = 10;

  /// How much of the past is forgotten with each change: about the last two hundred count.
  private static final double FADE = 0.995;

  /// How many times more probable it is that a branch fails that has failed before.
  private static final double AGAIN = 2;

  /// The most that is believed of a change before it was tried.
  private static final double MOST = 0.45;

  /// @param changes how many came to an end, faded
  /// @param failed how many of them failed
  public record Tally(double changes, double failed) {
    static final Tally NONE = new Tally(0, 0);

    Tally with(boolean bad) {
      return new Tally(changes * FADE + 1, failed * FADE + (bad ? 1 : 0));
    }

    double share(double usual) {
      return (failed + WEIGHT * usual) / (changes + WEIGHT);
    }
  }

  /// After one more of the author's changes has landed or failed.
  public Odds with(String author, boolean failed) {
    var next = new HashMap<>(byAuthor);
    next.put(author, byAuthor.getOrDefault(author, Tally.NONE).with(failed));
    return new Odds(all.with(failed), next);
  }

  /// How probable it is that a change fails by itself, from 0 to 1, before it is tried.
  ///
  /// @param before how often its branch has failed before
  public double risk(String author, int before) {
    double everybody = all.share(USUAL);
    double own = byAuthor.getOrDefault(author, Tally.NONE).share(everybody);
    return Math.min(MOST, before > 0 ? own * AGAIN : own);
  }
}
