package dev.millrace.web.api;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.statistics.Window;
import dev.millrace.store.Store;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an address names, found or answered with 404 and a sentence.
public final class Names {
  private final Store store;

  public Names(Store store) {
    this.store = store;
  }

  /// A pipeline that is or was defined.
  public PipelineName pipeline(Context context) {
    String name = context.pathParam("pipeline");
    List<PipelineName> known = store.pipelines();
    return known.stream()
        .filter(pipeline -> pipeline.text().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new NotFoundResponse(
                    "There is no pipeline \"" + name + "\". "
                        + (known.isEmpty() ? "None is defined yet." : "There are " + joined(known) + ".")));
  }

  private static String joined(List<PipelineName> names) {
    return String.join(", ", names.stream().map(PipelineName::text).toList());
  }

  public Change change(Context context) {
    PipelineName pipeline = pipeline(context);
    String number = context.pathParam("number");
    if (number.matches("[1-9][0-9]{0,8}")) {
      var change = store.change(new ChangeId(pipeline, Integer.parseInt(number)));
      if (change.isPresent()) {
        return change.get();
      }
    }
    throw new NotFoundResponse("Pipeline " + pipeline + " has no change " + number + ".");
  }

  /// The attempt of the step that is asked for by `?attempt=`, or its latest.
  public AttemptId attempt(Context context, Change change) {
    String stage = context.pathParam("stage");
    String step = context.pathParam("step");
    if (NameRule.LABEL.allows(stage) && NameRule.LABEL.allows(step)) {
      int number = number(context, "attempt", 0);
      var found =
          change.attempts(new StageName(stage)).stream()
              .filter(attempt -> attempt.id().step().equals(new StepName(step)))
              .filter(attempt -> number == 0 || attempt.id().number() == number)
              .reduce((_, later) -> later);
      if (found.isPresent()) {
        return found.get().id();
      }
    }
    String attempt = context.queryParam("attempt");
    throw new NotFoundResponse(
        change.id() + (attempt == null ? " has not tried " : " has no attempt " + attempt + " of ")
            + stage + "/" + step + ".");
  }

  /// A whole number that is not negative, from the query.
  public static int number(Context context, String parameter, int otherwise) {
    String text = context.queryParam(parameter);
    if (text == null || text.isBlank()) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,9}")) {
      throw new BadRequestResponse("\"" + parameter + "\" is a whole number from 0, not \"" + text + "\".");
    }
    return Integer.parseInt(text);
  }

  /// The window that statistics are asked for by `?window=`.
  public static Window window(Context context) {
    String text = context.queryParam("window");
    if (text == null || text.isBlank()) {
      return Window.USUAL;
    }
    return Window.of(text)
        .orElseThrow(() -> new BadRequestResponse("\"window\" is " + Window.choices() + ", not \"" + text + "\"."));
  }

  public static boolean flag(Context context, String parameter) {
    @Nullable String text = context.queryParam(parameter);
    return text != null && !text.equals("false");
  }
}
