package dev.millrace.web.view;

import dev.millrace.engine.MirrorState;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.Remote;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How the mirror of a pipeline's repository stands to its remote, and the way to look there at once.
///
/// @param url of the remote; empty when the repository is one of ours, and nothing is shown
/// @param says what is the matter, or that nothing is
/// @param fetched when it was last as the remote was; null when it has not been yet
/// @param fetch post here to look at once; empty when it is not looked at any more
public record MirrorView(
    String pipeline, String href, String url, Look look, String says, @Nullable Moment fetched, String fetch)
    implements View.Fragment {
  /// Of a repository of ours.
  static final MirrorView NONE = new MirrorView("", "", "", Look.PASSED, "", null, "");

  @Override
  public String template() {
    return "mirror";
  }

  /// @param state null when no pipeline of today has this remote
  public static MirrorView of(Pipeline pipeline, @Nullable MirrorState state, Instant now) {
    Remote remote = pipeline.remote();
    if (remote == null) {
      return NONE;
    }
    return new MirrorView(
        pipeline.name().text(),
        Links.mirror(pipeline.name()),
        remote.url().text(),
        look(state),
        says(state, now),
        state == null || state.fetchedAt() == null ? null : Moment.of(state.fetchedAt(), now),
        state == null ? "" : Links.fetch(pipeline.name()));
  }

  private static Look look(@Nullable MirrorState state) {
    if (state == null) {
      return Look.SKIPPED;
    }
    if (!state.trouble().isEmpty()) {
      return Look.ERRORED;
    }
    return state.fetchedAt() == null ? Look.RUNNING : Look.PASSED;
  }

  private static String says(@Nullable MirrorState state, Instant now) {
    if (state == null) {
      return "not looked at any more, because no pipeline of today names it";
    }
    if (!state.trouble().isEmpty()) {
      Instant since = state.since();
      Instant next = state.nextAt();
      return state.trouble()
          + (since == null ? "" : ", since " + Prose.time(since))
          + "; "
          + (next == null
              ? "it is tried again now"
              : "it is tried again in " + Prose.duration(Duration.ofSeconds(Math.max(1, Duration.between(now, next).toSeconds()))))
          + ", and nothing is lost";
    }
    return state.fetchedAt() == null ? "fetched for the first time" : "";
  }
}
