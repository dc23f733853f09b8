package dev.millrace.engine;

import dev.millrace.pipeline.RemoteUrl;
import dev.millrace.pipeline.RepositoryName;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How a mirror stands to its remote.
///
/// @param poll how long after one look there comes the next
/// @param fetching whether it looks right now
/// @param fetchedAt when it was last as the remote was; null when it has not been since the server started
/// @param trouble why it cannot follow, as a clause; empty when it can
/// @param since when that began; null when there is no trouble
/// @param nextAt when it looks again; null while it does
public record MirrorState(
    RepositoryName name,
    RemoteUrl url,
    Duration poll,
    boolean fetching,
    @Nullable Instant fetchedAt,
    String trouble,
    @Nullable Instant since,
    @Nullable Instant nextAt) {}
