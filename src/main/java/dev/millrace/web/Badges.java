package dev.millrace.web;

import dev.millrace.change.Change;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.store.Filter;
import dev.millrace.store.Store;
import dev.millrace.web.view.Badge;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// The badges of pipelines. They stand on pages of other sites, which may show them and keep them for half a minute.
/// One that cannot be told is answered with 404 and is a grey picture all the same, for a page with a broken picture
/// says less.
final class Badges {
  /// How far back a badge looks.
  private static final int CHANGES = 50;

  private final Store store;

  Badges(Store store) {
    this.store = store;
  }

  void badge(Context context) {
    String name = context.pathParam("pipeline");
    Optional<Badge> badge = badge(name, context.queryParam("branch"), context.queryParam("stage"));
    byte[] picture = badge.orElseGet(() -> Badge.unknown(name)).svg().getBytes(StandardCharsets.UTF_8);
    var crc = new CRC32();
    crc.update(picture);
    String tag = "\"" + HexFormat.of().toHexDigits((int) crc.getValue()) + "\"";
    context
        .header("Cache-Control", "public, max-age=30")
        .header("ETag", tag)
        .header("Access-Control-Allow-Origin", "*")
        .header("Cross-Origin-Resource-Policy", "cross-origin");
    if (badge.isPresent() && tag.equals(context.header("If-None-Match"))) {
      context.status(304);
      return;
    }
    context.attribute(Routes.ANSWERED, true);
    context.status(badge.isPresent() ? 200 : 404).contentType("image/svg+xml;charset=utf-8").result(picture);
  }

  /// Empty when there is no such pipeline, branch or stage.
  private Optional<Badge> badge(String name, @Nullable String branch, @Nullable String stage) {
    Optional<PipelineName> pipeline = store.pipelines().stream().filter(known -> known.text().equals(name)).findFirst();
    if (pipeline.isEmpty() || stage != null && !NameRule.LABEL.allows(stage)) {
      return Optional.empty();
    }
    List<Change> changes = store.changes(pipeline.get(), Filter.newest(CHANGES));
    @Nullable StageName one = stage == null ? null : new StageName(stage);
    boolean declared =
        one == null
            || store.definition(pipeline.get()).stream().anyMatch(definition -> definition.pipeline().find(one).isPresent())
            || changes.stream().anyMatch(change -> change.pipeline().find(one).isPresent());
    if (!declared) {
      return Optional.empty();
    }
    @Nullable BranchName of = null;
    if (branch != null) {
      of = changes.stream().flatMap(change -> Optional.ofNullable(change.aim().branch()).stream()).filter(known -> known.text().equals(branch)).findFirst().orElse(null);
      if (of == null) {
        return Optional.empty();
      }
    }
    return Optional.of(Badge.of(name, changes, of, one));
  }
}
