package dev.millrace.web.api;

import dev.millrace.pipeline.PipelineName;
import dev.millrace.statistics.Account;
import dev.millrace.statistics.Delivery;
import dev.millrace.statistics.Delivery.Outage;
import dev.millrace.statistics.Tally;
import dev.millrace.statistics.Period;
import dev.millrace.statistics.Series;
import dev.millrace.statistics.Shift;
import dev.millrace.statistics.StepFigures;
import dev.millrace.store.Store;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Tally over time, as JSON or as a table for a spreadsheet. Durations are seconds.
public final class StatisticsResource {
  private final Store store;
  private final Names names;
  private final Clock clock;

  public StatisticsResource(Store store, Names names, Clock clock) {
    this.store = store;
    this.names = names;
    this.clock = clock;
  }

  /// Durations and failure rates of stages, and of the steps of the one stage that is asked for.
  public void trends(Context context) {
    boolean csv = csv(context);
    Account account = account(context);
    if (csv) {
      table(context, account, "trends", trendsCsv(account));
    } else {
      context.contentType("application/json").result(trendsJson(account).toString());
    }
  }

  /// Lead times, promotions, failures.
  public void delivery(Context context) {
    boolean csv = csv(context);
    if (context.queryParam("stage") != null) {
      throw new BadRequestResponse("Delivery is of the whole pipeline: leave \"stage\" out.");
    }
    Account account = account(context);
    if (csv) {
      table(context, account, "delivery", deliveryCsv(account));
    } else {
      context.contentType("application/json").result(deliveryJson(account).toString());
    }
  }

  private Account account(Context context) {
    PipelineName pipeline = names.pipeline(context);
    return Question.of(context, store, pipeline, clock.instant()).answer(store);
  }

  private static boolean csv(Context context) {
    String format = context.queryParam("format");
    if (format == null) {
      return Objects.requireNonNullElse(context.header("Accept"), "").startsWith("text/csv");
    }
    return switch (format) {
      case "csv" -> true;
      case "json" -> false;
      default -> throw new BadRequestResponse("\"format\" is json or csv, not \"" + format + "\".");
    };
  }

  private static void table(Context context, Account account, String what, String text) {
    context
        .contentType("text/csv;charset=utf-8")
        .header("Content-Disposition", "attachment; filename=\"" + account.pipeline().name() + "-" + what + ".csv\"")
        .result(text);
  }

  /// Names and numbers only, so that nothing needs quoting and no spreadsheet takes a cell for a formula.
  static String trendsCsv(Account account) {
    Period period = account.past().period();
    Stream<String> stages =
        account.stages().entrySet().stream().flatMap(entry -> lines(entry.getKey() + ",", entry.getValue(), period));
    Stream<String> steps =
        account.steps().entrySet().stream()
            .flatMap(entry -> lines(account.only() + "," + entry.getKey(), entry.getValue(), period));
    return Stream.concat(
            Stream.of("stage,step,from,trials,failed,median_seconds,percentile95_seconds,every"), Stream.concat(stages, steps))
        .map(line -> line.startsWith("stage,step,") ? line : line + "," + account.past().every())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static Stream<String> lines(String what, Series series, Period period) {
    List<Instant> starts = period.starts();
    return IntStream.range(0, starts.size())
        .filter(at -> series.buckets().get(at).trials() > 0)
        .mapToObj(
            at -> {
              Tally figures = series.buckets().get(at);
              return what + "," + starts.get(at) + "," + figures.trials() + "," + figures.failed() + ","
                  + cell(figures.median()) + "," + cell(figures.percentile95());
            });
  }

  static String deliveryCsv(Account account) {
    Delivery delivery = account.delivery();
    List<Instant> starts = account.past().period().starts();
    return Stream.concat(
            Stream.of(
                "from,promotions,lead_median_seconds,lead_percentile95_seconds,queue_median_seconds,passed_or_failed,failed,every"),
            IntStream.range(0, starts.size())
                .mapToObj(
                    at -> {
                      Tally lead = delivery.lead().buckets().get(at);
                      return starts.get(at) + "," + lead.trials() + "," + cell(lead.median()) + ","
                          + cell(lead.percentile95()) + "," + cell(delivery.queueing().buckets().get(at).median()) + ","
                          + delivery.judgedByBucket().get(at) + "," + delivery.failedByBucket().get(at) + ","
                          + account.past().every();
                    }))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String cell(@Nullable Duration duration) {
    return duration == null ? "" : String.format(Locale.ROOT, "%.3f", duration.toNanos() / 1e9);
  }

  static ObjectNode trendsJson(Account account) {
    ObjectNode json = about(account);
    Period period = account.past().period();
    ArrayNode stages = json.putArray("stages");
    account.stages().forEach((stage, series) -> put(stages.addObject().put("name", stage.text()), series, period));
    ArrayNode steps = json.putArray("steps");
    account
        .steps()
        .forEach((step, series) -> put(steps.addObject().put("stage", account.only() + "").put("name", step.text()), series, period));
    ArrayNode working = json.putArray("working");
    for (StepFigures one : account.working()) {
      ObjectNode its = working.addObject().put("stage", one.stage().text()).put("step", one.step().text());
      put(its, one.figures());
      its.put("seconds", seconds(one.worked()));
      its.put("share", one.share());
      its.put("last", one.last());
      ArrayNode flakes = its.putArray("flakes");
      one.flakes()
          .forEach(
              flake ->
                  flakes
                      .addObject()
                      .put("change", flake.change())
                      .put("commit", flake.commit())
                      .put("failed", flake.failed())
                      .put("passed", flake.passed()));
    }
    return json;
  }

  static ObjectNode deliveryJson(Account account) {
    ObjectNode json = about(account);
    Delivery delivery = account.delivery();
    Period period = account.past().period();
    json.put("integrated", delivery.integrated());
    json.put("promotions", delivery.promotions());
    json.put("passedOrFailed", delivery.judged());
    json.put("failedBeforePromotion", delivery.turnedAway());
    json.put("failedAfterPromotion", delivery.failedAfter());
    json.put("failureRate", delivery.failureRate().orElse(null));
    json.put("timeToRestore", seconds(delivery.timeToRestore().orElse(null)));
    put(json.putObject("leadTime"), delivery.lead(), period);
    put(json.putObject("queueTime"), delivery.queueing(), period);
    List<Outage> outages = delivery.outages();
    if (outages == null) {
      json.putNull("outages");
    } else {
      ArrayNode list = json.putArray("outages");
      for (Outage outage : outages) {
        list.addObject()
            .put("stage", outage.stage().text())
            .put("change", outage.change())
            .put("since", outage.since().toString())
            .put("restoredAt", outage.restoredAt() == null ? null : outage.restoredAt().toString())
            .put("restoredBy", outage.over() ? (Integer) outage.restoredBy() : null);
      }
    }
    return json;
  }

  private static ObjectNode about(Account account) {
    Period period = account.past().period();
    return JsonNodeFactory.instance
        .objectNode()
        .put("pipeline", account.pipeline().name().text())
        .put("days", period.days())
        .put("from", period.from().toString())
        .put("to", period.to().toString())
        .put("bucket", period.grain().length().toString())
        .put("changes", account.past().changes())
        .put("every", account.past().every());
  }

  private static void put(ObjectNode json, Series series, Period period) {
    put(json, series.whole());
    ArrayNode shifts = json.putArray("shifts");
    for (Shift shift : series.shifts()) {
      ObjectNode one = shifts.addObject();
      one.put("kind", shift.kind().name().toLowerCase(Locale.ROOT));
      one.put("at", shift.at().toString());
      one.put("change", shift.change());
      switch (shift) {
        case Shift.OfDuration its -> one.put("from", seconds(its.from())).put("to", seconds(its.to()));
        case Shift.OfFailures its -> one.put("from", its.from()).put("to", its.to());
      }
      one.put("chance", shift.chance());
    }
    ArrayNode buckets = json.putArray("buckets");
    List<Instant> starts = period.starts();
    for (int at = 0; at < starts.size(); at++) {
      put(buckets.addObject().put("from", starts.get(at).toString()), series.buckets().get(at));
    }
  }

  private static void put(ObjectNode json, Tally figures) {
    json.put("trials", figures.trials());
    json.put("failed", figures.failed());
    json.put("failureRate", figures.failureRate().orElse(null));
    json.put("median", seconds(figures.median()));
    json.put("percentile95", seconds(figures.percentile95()));
  }

  private static @Nullable Double seconds(@Nullable Duration duration) {
    return duration == null ? null : (Double) (duration.toMillis() / 1000.0);
  }
}
