package dev.millrace.web.api;

import dev.millrace.change.Change;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Account;
import dev.millrace.statistics.Period;
import dev.millrace.store.Filter;
import dev.millrace.store.Store;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What `?days=` and `?stage=` ask of a pipeline's past.
///
/// @param only null for all stages
public record Question(Pipeline pipeline, Period period, @Nullable StageName only) {
  /// @throws BadRequestResponse with a sentence, when it makes no sense
  public static Question of(Context context, Store store, PipelineName name, Instant now) {
    Pipeline pipeline =
        store
            .definition(name)
            .or(() -> store.changes(name, Filter.newest(1)).stream().findFirst().map(Change::definition))
            .map(Definition::pipeline)
            .orElseThrow(() -> new NotFoundResponse("Pipeline " + name + " is no longer defined and has no changes."));
    int days = Names.number(context, "days", Period.USUAL);
    if (!Period.DAYS.contains(days)) {
      throw new BadRequestResponse("\"days\" is 7, 30, 90 or 365, not \"" + context.queryParam("days") + "\".");
    }
    String stage = context.queryParam("stage");
    if (stage == null || stage.isEmpty()) {
      return new Question(pipeline, Period.ofDays(days, now), null);
    }
    if (!NameRule.LABEL.allows(stage)) {
      throw unknown(pipeline, stage);
    }
    return new Question(pipeline, Period.ofDays(days, now), new StageName(stage));
  }

  /// The answer.
  ///
  /// @throws BadRequestResponse when the stage is neither defined nor was tried in the period
  public Account answer(Store store) {
    Account account = Account.of(pipeline, store.trends().of(pipeline.name(), period, only), only);
    if (only != null && account.stages().isEmpty()) {
      throw unknown(pipeline, only.text());
    }
    return account;
  }

  private static BadRequestResponse unknown(Pipeline pipeline, String stage) {
    List<StageName> known = pipeline.stages().stream().map(Stage::name).toList();
    return new BadRequestResponse(
        "Pipeline " + pipeline.name() + " has no stage \"" + stage + "\". There are "
            + known.stream().map(StageName::text).collect(Collectors.joining(", ")) + ".");
  }
}
