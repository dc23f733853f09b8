package dev.millrace.web.api;

import dev.millrace.store.Filter;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The filter in an address: `?state=failed&state=cancelled&branch=&author=&text=&before=`, for pages and programs.
public final class Wanted {
  private static final int LONGEST = 200;

  private Wanted() {}

  public static Filter of(Context context, int limit) {
    List<String> states = context.queryParams("state").stream().filter(state -> !state.isBlank()).toList();
    for (String state : states) {
      if (!Filter.STATES.contains(state)) {
        throw new BadRequestResponse(
            "No change is ever \"" + state + "\"; it is queued, running, passed, failed or cancelled.");
      }
    }
    return new Filter(
        states, text(context, "branch"), text(context, "author"), text(context, "text"), Names.number(context, "before", 0), limit);
  }

  private static String text(Context context, String parameter) {
    @Nullable String text = context.queryParam(parameter);
    if (text != null && text.length() > LONGEST) {
      throw new BadRequestResponse("\"" + parameter + "\" has at most " + LONGEST + " letters.");
    }
    return text == null ? "" : text;
  }
}
