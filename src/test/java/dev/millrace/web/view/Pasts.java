package dev.millrace.web.view;

import dev.millrace.change.Commit;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.statistics.Account;
import dev.millrace.statistics.ChangeTrial;
import dev.millrace.statistics.Journey;
import dev.millrace.statistics.Past;
import dev.millrace.statistics.Period;
import dev.millrace.statistics.Worked;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Pasts to look at and to test with: working days, with a stage that becomes slower and a step that is flaky.
final class Pasts {
  private Pasts() {}

  /// @param daily how many changes come on a working day
  static Past of(Pipeline pipeline, Period period, int daily) {
    var random = new Random(pipeline.name().hashCode());
    var journeys = new ArrayList<Journey>();
    var trials = new HashMap<StageName, List<ChangeTrial>>();
    var worked = new ArrayList<Worked>();
    int number = 300;
    for (Instant day = period.from(); day.isBefore(period.to()); day = day.plus(Duration.ofDays(1))) {
      boolean free = day.atZone(java.time.ZoneOffset.UTC).getDayOfWeek().getValue() > 5;
      for (int nth = 0; nth < (free ? random.nextInt(10) / 9 : daily); nth++) {
        Instant came = day.plusSeconds(8 * 3600 + random.nextInt(9 * 3600));
        if (came.isBefore(period.to())) {
          flow(pipeline, period, random, ++number, came, journeys, trials, worked);
        }
      }
    }
    return new Past(period, journeys.size(), 1, journeys, trials, worked);
  }

  private static void flow(
      Pipeline pipeline, Period period, Random random, int number, Instant came, List<Journey> journeys,
      Map<StageName, List<ChangeTrial>> trials, List<Worked> worked) {
    Instant at = came.plusSeconds(5 + random.nextInt(300) * random.nextInt(4));
    Instant planned = at;
    Instant promoted = null;
    boolean late = Duration.between(period.from(), came).compareTo(Duration.between(period.from(), period.to()).multipliedBy(6).dividedBy(10)) > 0;
    int nth = 0;
    boolean failed = false;
    for (Stage stage : pipeline.stages()) {
      double base = stage.promotes() ? 0.3 : 25 + Math.floorMod(stage.name().hashCode(), 200);
      Instant end = at;
      for (int attempt = 1; attempt <= 2; attempt++) {
        Instant start = end;
        failed = false;
        for (Step step : stage.steps()) {
          double slower = nth == 1 && late ? 1.45 : 1;
          Instant ended = start.plusMillis((long) (1000 * base * slower * Math.exp(random.nextGaussian() * 0.15) * (1 - 0.3 * Math.floorMod(step.name().hashCode(), 3) / 3)));
          boolean passes = stage.promotes() || random.nextDouble() >= (nth == 1 ? 0.08 : nth == 3 && late ? 0.3 : 0.02);
          worked.add(new Worked(number, stage.name(), step.name(), attempt, "%040x".formatted(number * 7919L), "d1", start, ended, passes));
          failed |= !passes;
          end = ended.isAfter(end) ? ended : end;
        }
        trials.computeIfAbsent(stage.name(), _ -> new ArrayList<>()).add(ChangeTrial.of(number, start, end, !failed));
        if (!failed || random.nextInt(3) > 0) {
          break;
        }
      }
      at = end;
      promoted = stage.promotes() && promoted == null ? end : promoted;
      nth++;
      if (failed) {
        break;
      }
    }
    journeys.add(new Journey(number, came, planned, promoted, failed ? Journey.Ending.FAILED : Journey.Ending.PASSED, at));
  }

  static Map<Integer, Commit> commits(Account account) {
    var commits = new LinkedHashMap<Integer, Commit>();
    StatisticsView.named(account).forEach(number -> commits.put(number, new Commit(Samples.commit(number), number % 2 == 0 ? Samples.HOSTILE : "Show the price with tax in the basket", "Ada")));
    return commits;
  }

  /// The page's record; a pipeline called `fresh` has no past and `small` one change.
  static StatisticsView page(Pipeline pipeline, int days, @Nullable StageName only, Site site) {
    Period period = Period.ofDays(days, site.now());
    String name = pipeline.name().text();
    Past past = name.equals("fresh") ? new Past(period, 0, 1, List.of(), Map.of(), List.of()) : of(pipeline, period, 14);
    if (name.equals("small")) {
      past = one(past);
    } else if (name.equals("line-100")) {
      past = new Past(period, past.changes() * 7, 7, past.journeys(), past.trials(), past.worked());
    }
    if (only != null) {
      past = new Past(period, past.changes(), past.every(), past.journeys(), past.trials(), past.worked().stream().filter(one -> one.stage().equals(only)).toList());
    }
    Account account = Account.of(pipeline, past, only);
    return StatisticsView.of(account, commits(account), site);
  }

  private static Past one(Past past) {
    int number = past.journeys().getLast().change();
    var trials = new HashMap<StageName, List<ChangeTrial>>();
    past.trials().forEach((stage, its) -> trials.put(stage, its.stream().filter(trial -> trial.change() == number).toList()));
    return new Past(
        past.period(), 1, 1, List.of(past.journeys().getLast()), trials, past.worked().stream().filter(one -> one.change() == number).toList());
  }
}
