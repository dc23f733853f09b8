package dev.millrace.statistics;

import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Journey.Ending;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How fast and how safely changes reach the target branch.
///
/// @param lead from push to promotion, by the time of the promotion
/// @param queueing from push to the first planned step, by the time of that
/// @param integrated how many changes were to be integrated
/// @param judged how many of them have passed or failed
/// @param turnedAway how many failed before their promotion, so that the target branch never had them
/// @param failedAfter how many failed after it
/// @param outages the times a stage after the promotion was red, oldest first; null when it cannot be said because only
///     some of the changes were looked at
public record Delivery(
    Series lead,
    Series queueing,
    List<Integer> judgedByBucket,
    List<Integer> failedByBucket,
    int integrated,
    int judged,
    int turnedAway,
    int failedAfter,
    @Nullable List<Outage> outages) {

  /// A stage after the promotion was red: what the target branch holds did not get through.
  ///
  /// @param change the number of the change that failed first
  /// @param restoredAt when the stage passed again, for whichever change; null while it has not
  /// @param restoredBy the number of that change; 0 while there is none
  public record Outage(StageName stage, int change, Instant since, @Nullable Instant restoredAt, int restoredBy) {
    public boolean over() {
      return restoredAt != null;
    }

    public Duration length(Instant now) {
      return Duration.between(since, restoredAt == null ? now : restoredAt);
    }
  }

  /// @param after the stages that come after the promotion
  public static Delivery of(Past past, List<StageName> after) {
    Period period = past.period();
    List<Journey> journeys = past.journeys();
    List<Journey> judged = journeys.stream().filter(Journey::judged).toList();
    int failed = (int) judged.stream().filter(one -> one.ending() == Ending.FAILED).count();
    int late = (int) judged.stream().filter(one -> one.ending() == Ending.FAILED && one.promotedAt() != null).count();
    return new Delivery(
        Series.of(journeys.stream().flatMap(one -> one.lead().stream()).toList(), period),
        Series.of(journeys.stream().flatMap(one -> one.queueing().stream()).toList(), period),
        counted(judged, period),
        counted(judged.stream().filter(one -> one.ending() == Ending.FAILED).toList(), period),
        journeys.size(),
        judged.size(),
        failed - late,
        late,
        past.every() > 1 ? null : outages(past, after));
  }

  private static List<Integer> counted(List<Journey> ended, Period period) {
    var many = new Integer[period.buckets()];
    Arrays.fill(many, 0);
    for (Journey one : ended) {
      int bucket = period.bucket(one.endedAt());
      if (bucket >= 0) {
        many[bucket]++;
      }
    }
    return List.of(many);
  }

  private static List<Outage> outages(Past past, List<StageName> after) {
    var outages = new ArrayList<Outage>();
    for (StageName stage : after) {
      ChangeTrial first = null;
      for (ChangeTrial trial : past.trials(stage).stream().sorted(Comparator.comparing(ChangeTrial::at)).toList()) {
        if (first == null && !trial.passed()) {
          first = trial;
        } else if (first != null && trial.passed()) {
          outages.add(new Outage(stage, first.change(), first.at(), trial.at(), trial.change()));
          first = null;
        }
      }
      if (first != null) {
        outages.add(new Outage(stage, first.change(), first.at(), null, 0));
      }
    }
    outages.sort(Comparator.comparing(Outage::since));
    return List.copyOf(outages);
  }

  public int promotions() {
    return lead.whole().trials();
  }

  /// The share of the changes that passed or failed which failed; empty when none did either.
  public Optional<Double> failureRate() {
    return judged == 0 ? Optional.empty() : Optional.of((double) (turnedAway + failedAfter) / judged);
  }

  /// The median of how long outages took that are over; empty when there were none.
  public Optional<Duration> timeToRestore() {
    if (outages == null) {
      return Optional.empty();
    }
    List<Duration> lengths =
        outages.stream()
            .filter(Outage::over)
            .map(outage -> outage.length(outage.since()))
            .sorted()
            .toList();
    return lengths.isEmpty() ? Optional.empty() : Optional.of(lengths.get((lengths.size() + 1) / 2 - 1));
  }
}
