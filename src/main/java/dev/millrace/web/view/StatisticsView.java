package dev.millrace.web.view;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.statistics.Account;
import dev.millrace.statistics.ChangePoints;
import dev.millrace.statistics.Delivery;
import dev.millrace.statistics.Delivery.Outage;
import dev.millrace.statistics.Grain;
import dev.millrace.statistics.Tally;
import dev.millrace.statistics.Past;
import dev.millrace.statistics.Period;
import dev.millrace.statistics.Series;
import dev.millrace.statistics.Shift;
import dev.millrace.statistics.StepFigures;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The statistics of a pipeline, or of one of its stages.
///
/// @param since which changes are counted
/// @param sampled says that not all of them were looked at; empty when they were
/// @param empty what to do when there is nothing to show; empty when there is
/// @param verdicts what became different, newest first
/// @param steady what did not, in a sentence
/// @param restore in which sense the time to restore is meant, or why it cannot be said
public record StatisticsView(
    Frame frame,
    String name,
    String pipeline,
    String stage,
    String since,
    String sampled,
    List<Choice> periods,
    List<Choice> stages,
    String empty,
    String longer,
    List<Verdict> verdicts,
    String steady,
    List<Tile> tiles,
    Chart delivery,
    List<Red> reds,
    String redsMore,
    List<Step> slowest,
    List<Step> failing,
    List<Flaky> flaky,
    String flakyMore,
    List<Piece<Part>> parts,
    String trendsJson,
    String trendsCsv,
    String deliveryJson,
    String deliveryCsv)
    implements View.Page {

  /// So many of a list are shown; the API has them all.
  private static final int SHOWN = 10;

  private static final int VERDICTS = 20;

  /// A link to the same page about something else.
  public record Choice(String text, String href, boolean chosen) {}

  /// Something became different.
  ///
  /// @param css `worse` or `better`
  /// @param commit abbreviated; empty when the change is not known
  public record Verdict(
      String css, String mark, String stage, String anchor, String word, String difference, String day, String iso, String number, String href,
      String subject, String commit, String chance) {}

  /// A figure and what it means.
  public record Tile(String name, String figure, String more, String means) {}

  /// A stage after the promotion that was red.
  public record Red(String stage, String since, String iso, String number, String href, String length, String restored, String restoredHref) {}

  /// A step in a table.
  ///
  /// @param width of a bar that shows the first figure, in percent
  public record Step(String stage, String step, String href, String share, String width, String last, Duration worked, Tally figures, String rate, String evidence, String evidenceHref) {
    public String total() {
      return Prose.duration(worked);
    }

    public String median() {
      return Chart.duration(figures.median());
    }

    public String percentile95() {
      return Chart.duration(figures.percentile95());
    }

    public String attempts() {
      return figures.failed() + " of " + figures.trials();
    }
  }

  /// A step that both passed and failed on the same thing.
  public record Flaky(String stage, String step, String href, String often, List<Evidence> evidence, String more) {}

  /// One time it did.
  public record Evidence(String number, String href, String commit, String failed, String failedHref, String passed, String passedHref) {}

  /// The picture of a stage or of a step.
  ///
  /// @param anchor its place on the page
  /// @param href the page about its steps; empty when this is that page
  /// @param says a sentence about what became of it
  public record Part(String anchor, String name, String href, String numbers, String says, boolean any, Chart chart)
      implements View.Fragment {
    @Override
    public String template() {
      return "trend";
    }
  }

  /// What the picture of a stage or of a step shows follows from these; when its period ends is of no matter to it.
  private record PartKey(
      PipelineName pipeline, String anchor, String name, String href, String what, Series series, Instant from, Grain grain, int buckets) {}

  private static final int WEIGHT_OF_BUCKET = 120;

  @Override
  public String template() {
    return "statistics";
  }

  /// The numbers of the changes that the page names with their commits.
  public static List<Integer> named(Account account) {
    return account.told().stream().limit(VERDICTS).map(told -> told.shift().change()).distinct().toList();
  }

  public static StatisticsView of(Account account, Map<Integer, Commit> commits, Site site) {
    PipelineName pipeline = account.pipeline().name();
    Past past = account.past();
    Period period = past.period();
    StageName only = account.only();
    String stage = only == null ? "" : only.text();
    String here = Links.statistics(pipeline);
    List<StepFigures> worked = account.working();
    List<StepFigures> flaky =
        worked.stream().filter(one -> !one.flakes().isEmpty()).sorted(Comparator.comparing((StepFigures one) -> one.flakes().size()).reversed()).toList();
    List<Outage> outages = account.delivery().outages();
    List<Outage> reds = outages == null ? List.of() : outages.reversed();
    String asked = "?days=" + period.days();
    String api = "/api/v1" + here;
    String with = only == null ? asked : asked + "&stage=" + only;
    return new StatisticsView(
        Frame.of(
                site, (only == null ? "" : only + " · ") + pipeline + " statistics", "",
                Stream.of(
                        new Frame.Crumb("Pipelines", Links.HOME), new Frame.Crumb(pipeline.text(), Links.pipeline(pipeline)),
                        new Frame.Crumb("Statistics", only == null ? "" : here + asked), new Frame.Crumb(stage, ""))
                    .filter(crumb -> !crumb.text().isEmpty())
                    .toArray(Frame.Crumb[]::new))
            .with("statistics"),
        pipeline.text(),
        Links.pipeline(pipeline),
        stage,
        since(past),
        sampled(past),
        Period.DAYS.stream()
            .map(days -> new Choice(days == 365 ? "1 year" : days + " days", here + "?days=" + days + (only == null ? "" : "&stage=" + only), days == period.days()))
            .toList(),
        Stream.concat(
                Stream.of(new Choice("All stages", here + asked, only == null)),
                Account.stages(account.pipeline(), past).stream()
                    .map(one -> new Choice(one.text(), only == null ? "#stage-" + one : here + asked + "&stage=" + one, one.equals(only))))
            .toList(),
        past.changes() > 0 ? "" : "No change has come since " + Chart.day(period.from()) + ".",
        period.days() == 365 ? "" : here + "?days=365",
        account.told().stream().limit(VERDICTS).map(told -> verdict(pipeline, told, commits)).toList(),
        steady(account),
        tiles(account.delivery(), past, site.now()),
        Chart.ofPromotions(
            pipeline, account.delivery().lead(), account.delivery().queueing(), account.delivery().judgedByBucket(), account.delivery().failedByBucket(), period),
        reds.stream().limit(SHOWN).map(outage -> red(pipeline, outage, site.now())).toList(),
        reds.size() <= SHOWN ? "" : "and " + (reds.size() - SHOWN) + " before that",
        worked.stream().filter(one -> !one.worked().isZero()).limit(SHOWN).map(one -> step(pipeline, one, asked, one.share())).toList(),
        worked.stream()
            .filter(one -> one.figures().failed() > 0)
            .sorted(Comparator.comparing((StepFigures one) -> one.figures().failureRate().orElse(0.0)).thenComparing(one -> one.figures().failed()).reversed())
            .limit(SHOWN)
            .map(one -> step(pipeline, one, asked, one.figures().failureRate().orElse(0.0)))
            .toList(),
        flaky.stream().limit(SHOWN).map(one -> flaky(pipeline, one, asked)).toList(),
        flaky.size() <= SHOWN ? "" : "and " + Prose.count(flaky.size() - SHOWN, "more step"),
        parts(account, here + asked),
        api + "/trends" + with,
        api + "/trends" + with + "&format=csv",
        api + "/delivery" + asked,
        api + "/delivery" + asked + "&format=csv");
  }

  private static String since(Past past) {
    return String.format(Locale.ROOT, "%,d", past.changes()) + (past.changes() == 1 ? " change" : " changes") + " that came since " + Chart.fullDay(past.period().from()) + " (UTC)";
  }

  private static String sampled(Past past) {
    return past.every() == 1
        ? ""
        : "They are too many to look at all of them at once. All figures here are of every " + ordinal(past.every())
            + " change; numbers of attempts and promotions are of those. Fewer days are exact.";
  }

  static String ordinal(int number) {
    String ending =
        switch (number % 100 / 10 == 1 ? 0 : number % 10) {
          case 1 -> "st";
          case 2 -> "nd";
          case 3 -> "rd";
          default -> "th";
        };
    return number == 2 ? "second" : number == 3 ? "third" : number + ending;
  }

  private static Verdict verdict(PipelineName pipeline, Account.Told told, Map<Integer, Commit> commits) {
    Shift shift = told.shift();
    Commit commit = commits.get(shift.change());
    return new Verdict(
        Chart.css(shift.kind()), Chart.mark(shift.kind()), told.stage().text(), "#stage-" + told.stage(), Chart.word(shift.kind()), Chart.difference(shift),
        Chart.day(shift.at()), shift.at().toString(), "#" + shift.change(), Links.change(new ChangeId(pipeline, shift.change())),
        commit == null ? "" : commit.subject(), commit == null ? "" : PipelineView.abbreviated(commit.id().hex()), chance(shift.chance()));
  }

  /// `less than 1 in 10,000`: how likely it is that nothing changed and it only looks so.
  private static String chance(double chance) {
    double one = 1 / Math.max(chance, 1e-6);
    return "chance alone: less than 1 in " + String.format(Locale.ROOT, "%,d", (long) Math.pow(10, Math.floor(Math.log10(one))));
  }

  private static String steady(Account account) {
    List<Series> all = List.copyOf(account.stages().values());
    long changed = all.stream().filter(series -> !series.shifts().isEmpty()).count();
    long enough = all.stream().filter(series -> ChangePoints.enough(series.whole())).count();
    long quiet = all.stream().filter(series -> series.shifts().isEmpty() && ChangePoints.enough(series.whole())).count();
    long few = all.size() - enough - all.stream().filter(series -> !series.shifts().isEmpty() && !ChangePoints.enough(series.whole())).count();
    var says = new ArrayList<String>();
    if (changed == 0 && quiet > 0) {
      says.add("Nothing changed: " + (quiet == 1 ? "the stage is" : "all " + quiet + " stages with enough attempts are") + " as fast and as reliable as at the beginning of this time.");
    } else if (quiet > 0) {
      says.add(Prose.count((int) quiet, "other stage") + " did not change.");
    }
    if (few > 0) {
      says.add(
          (few == all.size() ? "There is too little to say" : "For " + Prose.count((int) few, "stage") + " there is too little to say")
              + ": it takes at least " + 2 * ChangePoints.LEAST + " attempts that passed.");
    }
    return String.join(" ", says);
  }

  private static List<Tile> tiles(Delivery delivery, Past past, Instant now) {
    Tally lead = delivery.lead().whole();
    Tally queue = delivery.queueing().whole();
    Period period = past.period();
    String about = past.every() == 1 ? "" : "about ";
    double days = Math.max(1, period.length());
    double daily = past.every() * delivery.promotions() / days;
    List<Outage> outages = delivery.outages();
    long open = outages == null ? 0 : outages.stream().filter(outage -> !outage.over()).count();
    long over = outages == null ? 0 : outages.stream().filter(Outage::over).count();
    String longest =
        outages == null
            ? ""
            : outages.stream().filter(Outage::over).map(outage -> outage.length(now)).max(Duration::compareTo).map(its -> "longest " + Prose.duration(its)).orElse("");
    int failed = delivery.turnedAway() + delivery.failedAfter();
    return List.of(
        new Tile(
            "Lead time", Chart.duration(lead.median()), lead.median() == null ? "no promotions" : "95 % within " + Chart.duration(lead.percentile95()),
            "From the push, when the change came, to its promotion, when main moved. Changes that were never promoted do not count."),
        new Tile(
            "Promotions", about + rate(daily), Prose.count(delivery.promotions(), "promotion") + (past.every() == 1 ? " in all" : " seen"),
            "How often main moved to a change, its first promotion only. Days without any count, too."),
        new Tile(
            "Change failure rate", delivery.failureRate().map(Prose::share).orElse("–"),
            delivery.judged() == 0
                ? "none has ended"
                : failed + " of " + delivery.judged() + ": " + delivery.turnedAway() + " before their promotion, " + delivery.failedAfter() + " after",
            "The share of changes to be integrated that failed, as they stand now: one that passed when it ran again has passed. Those that failed before their promotion never"
                + " reached main. Cancelled ones and those on their way do not count."),
        new Tile(
            "Time to restore",
            outages == null ? "–" : delivery.timeToRestore().map(Prose::duration).orElse(open > 0 ? "still red" : "never red"),
            outages == null
                ? "cannot be said of a part of the changes: choose fewer days"
                : over + open == 0
                    ? "no stage after the promotion failed"
                    : Stream.of(over == 0 ? "" : Prose.count((int) over, "time") + " red", longest, open == 0 ? "" : open + " red now")
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining(", ")),
            "Main is green by construction, so this is about what comes after: from the end of a failed attempt of a stage behind the promotion to the end of the next one that passed, of"
                + " this change or a later one. The median of those that are over."),
        new Tile(
            "Queue time", Chart.duration(queue.median()), queue.median() == null ? "none has had its turn" : "95 % within " + Chart.duration(queue.percentile95()),
            "From the push to the first step: waiting for its turn and being merged."));
  }

  private static String rate(double daily) {
    if (daily == 0) {
      return "none";
    }
    return daily >= 1
        ? String.format(Locale.ROOT, daily < 10 ? "%.1f a day" : "%.0f a day", daily)
        : String.format(Locale.ROOT, "%.1f a week", daily * 7);
  }

  private static Red red(PipelineName pipeline, Outage outage, Instant now) {
    return new Red(
        outage.stage().text(), Prose.full(outage.since()), outage.since().toString(), "#" + outage.change(), Links.change(new ChangeId(pipeline, outage.change())),
        Prose.duration(outage.length(now)), outage.over() ? "#" + outage.restoredBy() : "", outage.over() ? Links.change(new ChangeId(pipeline, outage.restoredBy())) : "");
  }

  private static Step step(PipelineName pipeline, StepFigures step, String asked, double bar) {
    int failing = step.figures().failing();
    return new Step(
        step.stage().text(), step.step().text(), page(pipeline, step.stage(), step.step(), asked), Prose.share(step.share()),
        String.format(Locale.ROOT, "%.1f", bar * 100), Prose.share(step.last()), step.worked(), step.figures(), step.figures().failureRate().map(Prose::share).orElse(""),
        failing == 0 ? "" : "#" + failing, failing == 0 ? "" : Links.log(new ChangeId(pipeline, failing), step.stage(), step.step()));
  }

  private static String page(PipelineName pipeline, StageName stage, StepName step, String asked) {
    return Links.statistics(pipeline) + asked + "&stage=" + stage + "#" + anchor(stage, step);
  }

  private static String anchor(StageName stage, StepName step) {
    return stage + "/" + step;
  }

  private static Flaky flaky(PipelineName pipeline, StepFigures step, String asked) {
    List<Evidence> evidence =
        step.flakes().stream()
            .limit(3)
            .map(
                flake -> {
                  var change = new ChangeId(pipeline, flake.change());
                  return new Evidence(
                      "#" + flake.change(), Links.change(change), PipelineView.abbreviated(flake.commit()), "attempt " + flake.failed() + " failed",
                      Links.log(new AttemptId(change, step.stage(), step.step(), flake.failed())), "attempt " + flake.passed() + " passed",
                      Links.log(new AttemptId(change, step.stage(), step.step(), flake.passed())));
                })
            .toList();
    return new Flaky(
        step.stage().text(), step.step().text(), page(pipeline, step.stage(), step.step(), asked), Prose.count(step.flakes().size(), "time"), evidence,
        step.flakes().size() <= 3 ? "" : "and " + (step.flakes().size() - 3) + " more");
  }

  private static List<Piece<Part>> parts(Account account, String here) {
    PipelineName pipeline = account.pipeline().name();
    Period period = account.past().period();
    var parts = new ArrayList<Piece<Part>>();
    account
        .stages()
        .forEach(
            (stage, series) -> {
              boolean gone = account.pipeline().find(stage).isEmpty();
              parts.add(
                  piece(
                      pipeline, "stage-" + stage, stage.text() + (gone ? " (no longer defined)" : ""),
                      account.only() == null ? here + "&stage=" + stage : "", stage.text(), series, period));
            });
    account
        .steps()
        .forEach(
            (step, series) -> {
              String name = account.only() + "/" + step;
              parts.add(piece(pipeline, name, name, "", name, series, period));
            });
    return List.copyOf(parts);
  }

  private static Piece<Part> piece(
      PipelineName pipeline, String anchor, String name, String href, String what, Series series, Period period) {
    return Piece.of(
        new PartKey(pipeline, anchor, name, href, what, series, period.from(), period.grain(), period.buckets()),
        WEIGHT_OF_BUCKET * period.buckets(),
        () -> part(anchor, name, href, series, Chart.ofTrials(pipeline, what, series, period)));
  }

  private static Part part(String anchor, String name, String href, Series series, Chart chart) {
    Tally whole = series.whole();
    String numbers =
        whole.trials() == 0
            ? ""
            : (whole.median() == null ? "" : Prose.duration(whole.median()) + " median · " + Chart.duration(whole.percentile95()) + " p95 · ")
                + whole.failureRate().map(Prose::share).orElse("") + " of " + Prose.count(whole.trials(), "attempt") + " failed";
    String says =
        whole.trials() == 0
            ? "Not tried in this time."
            : !series.shifts().isEmpty()
                ? series.shifts().stream()
                    .map(shift -> Prose.capital(Chart.word(shift.kind())) + " since " + Chart.day(shift.at()) + " at #" + shift.change() + ": " + Chart.difference(shift) + ".")
                    .collect(Collectors.joining(" "))
                : ChangePoints.enough(whole) ? "Nothing changed." : "Too few to say whether it changed: " + (whole.trials() - whole.failed()) + " passed, at least " + 2 * ChangePoints.LEAST + " are needed.";
    return new Part(anchor, name, href, numbers, says, whole.trials() > 0, chart);
  }
}
