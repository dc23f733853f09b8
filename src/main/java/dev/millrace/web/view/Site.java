package dev.millrace.web.view;

import dev.millrace.change.AttemptId;
import dev.millrace.pipeline.RepositoryName;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What every page knows besides its subject.
///
/// @param address how the reader reaches this server, without a slash at the end: `http://localhost:8080`
/// @param definitions the pipeline repository
/// @param moved the number of the last event that the page can know of; what comes behind it is heard by the page
/// @param trouble a sentence about what keeps the server from working; null when all is well
/// @param waiting what steps wait for that have not begun, in words that follow "waits for"
public record Site(
    String address,
    RepositoryName definitions,
    @Nullable String trouble,
    Instant now,
    long moved,
    Map<AttemptId, String> waiting) {
  public Site {
    waiting = Map.copyOf(waiting);
  }

  /// One where nothing is known to wait.
  public Site(String address, RepositoryName definitions, @Nullable String trouble, Instant now, long moved) {
    this(address, definitions, trouble, now, moved, Map.of());
  }

  String remote(RepositoryName repository) {
    return address + "/git/" + repository + ".git";
  }
}
