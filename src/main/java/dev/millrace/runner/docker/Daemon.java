package dev.millrace.runner.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.Version;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.RemoteApiVersion;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.pipeline.Limits;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The Docker engine's API, as far as steps need it. Throws [UncheckedIOException] when the engine cannot be reached or
/// breaks off, and [Refused] when it says no. Calls that wait (logs, the end of a container) do so on the caller's
/// thread and end when it is interrupted, if it is a virtual one.
final class Daemon implements AutoCloseable {
  /// 20.10, of 2020: what this is tested with. Newer engines are asked in their own newest version, as version 29 and
  /// later refuse to speak 1.41.
  private static final String OLDEST_API = "1.41";

  static final String WORKSPACE = "/workspace";
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// What does not stream is answered by then, also by an engine with hundreds to start, or never: the machine of an engine
  /// elsewhere has gone without a word.
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private static final Pattern MESSAGE = Pattern.compile("\"message\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

  /// Of Docker's own default set, what builds and package managers need to work as root on files and processes of the
  /// container itself. Left out: raw sockets, device nodes, audit, file capabilities, chroot.
  private static final Capability[] CAPABILITIES = {
    Capability.CHOWN,
    Capability.DAC_OVERRIDE,
    Capability.FOWNER,
    Capability.FSETID,
    Capability.SETGID,
    Capability.SETUID,
    Capability.KILL
  };

  /// How much a step counts where the processors are not enough for all; what else runs on the machine, and the server
  /// among it, counts 1024.
  private static final int SHARES = 128;

  /// The `local` driver, since `json-file` replaces what is not UTF-8 and tears characters at every 16 KB.
  /// Rotation would lose lines of a step that nobody was listening to, so there is none in practice.
  private static final LogConfig LOGGING =
      new LogConfig(
          LogConfig.LoggingType.LOCAL, Map.of("max-size", "1000t", "max-file", "1", "compress", "false"));

  /// One way to the engine, with several patiences.
  ///
  /// @param http what everything else goes through that has no time limit
  /// @param whole has no time limit for answers: it would cut the logs of a silent step
  private record Clients(DockerHttpClient http, DockerClient whole, DockerClient patient, DockerClient quick) {}

  private final String host;

  /// Made aside, for it takes a tenth of a start.
  private final CompletableFuture<Clients> making;

  /// @throws IllegalArgumentException if that is no address
  Daemon(String host) {
    this.host = host;
    URI address = URI.create(host);
    this.making =
        CompletableFuture.supplyAsync(
            () -> made(address), make -> Thread.ofPlatform().daemon().name("docker client").start(make));
  }

  /// The user's own settings of Docker may be what is wrong.
  private Clients clients() {
    try {
      return making.join();
    } catch (CompletionException broken) {
      Throwable cause = Objects.requireNonNullElse(broken.getCause(), broken);
      throw new UncheckedIOException(String.valueOf(cause.getMessage()), new IOException(cause.getMessage(), cause));
    }
  }

  private static Clients made(URI host) {
    DockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(host.toString())
            .withApiVersion(RemoteApiVersion.UNKNOWN_VERSION)
            .build();
    DockerHttpClient http = transport(config).build();
    return new Clients(
        http,
        DockerClientImpl.getInstance(config, http),
        DockerClientImpl.getInstance(config, transport(config).responseTimeout(LONGEST).build()),
        DockerClientImpl.getInstance(config, transport(config).responseTimeout(PATIENCE).build()));
  }

  private static ZerodepDockerHttpClient.Builder transport(DockerClientConfig config) {
    return new ZerodepDockerHttpClient.Builder()
        .dockerHost(config.getDockerHost())
        .sslConfig(config.getSSLConfig())
        .connectionTimeout(CONNECT)
        .maxConnections(10_000);
  }

  /// What came of creating a container.
  sealed interface Creation {
    record Made(String id) implements Creation {}

    record NameTaken() implements Creation {}

    record NoImage() implements Creation {}
  }

  Creation create(String name, Assignment assignment, Map<String, String> labels) {
    Limits limits = assignment.limits();
    HostConfig boundaries =
        HostConfig.newHostConfig()
            .withNetworkMode(assignment.network() ? "default" : "none")
            .withMemory(limits.memory())
            .withMemorySwap(limits.memory())
            // a quota and not "NanoCPUs": those are refused when the machine has fewer processors than the limit
            .withCpuPeriod(100_000L)
            .withCpuQuota(Math.max(1_000L, Math.round(limits.cpus() * 100_000)))
            .withCpuShares(SHARES)
            .withPidsLimit(limits.processes())
            .withCapDrop(Capability.ALL)
            .withCapAdd(CAPABILITIES)
            .withSecurityOpts(List.of("no-new-privileges"))
            // reaps what is orphaned, and passes on SIGTERM, which a shell as process 1 would ignore
            .withInit(true)
            .withLogConfig(LOGGING);
    List<String> environment =
        assignment.environment().entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList();
    try {
      return new Creation.Made(
          ask(
              () ->
                  clients()
                      .patient()
                      .createContainerCmd(assignment.image())
                      .withName(name)
                      .withLabels(labels)
                      .withEntrypoint("/bin/sh", "-ec", assignment.command())
                      // whatever user the image names could not write to the workspace, which belongs to root
                      .withUser("0:0")
                      .withWorkingDir(WORKSPACE)
                      .withEnv(environment)
                      .withHostConfig(boundaries)
                      .exec()
                      .getId()));
    } catch (Refused refused) {
      if (refused.status == Refused.CONFLICT) {
        return new Creation.NameTaken();
      }
      if (refused.status == Refused.MISSING) {
        return new Creation.NoImage();
      }
      throw refused;
    }
  }

  /// Returns when the image is there; a refusal says why it cannot be.
  ///
  /// @param heard told whenever something has come of it
  void pull(String image, Runnable heard) throws InterruptedException {
    String name = image.substring(image.lastIndexOf('/') + 1);
    // without a tag the engine would fetch every one there is
    String reference = name.contains(":") || name.contains("@") ? image : image + ":latest";
    CompletableFuture<Boolean> pulled = new CompletableFuture<>();
    ResultCallback.Adapter<PullResponseItem> progress =
        new ResultCallback.Adapter<>() {
          @Override
          public void onNext(PullResponseItem item) {
            heard.run();
            if (item.getErrorDetail() != null) {
              pulled.completeExceptionally(
                  new Refused(500, String.valueOf(item.getErrorDetail().getMessage())));
            }
          }

          @Override
          public void onError(Throwable broken) {
            pulled.completeExceptionally(broken);
          }

          @Override
          public void onComplete() {
            pulled.complete(true);
          }
        };
    clients().whole().pullImageCmd(reference).exec(progress);
    try {
      pulled.get();
    } catch (ExecutionException failed) {
      throw translated(failed.getCause());
    } finally {
      try {
        progress.close();
      } catch (IOException broken) {
        throw translated(broken);
      }
    }
  }

  /// Unpacks the archive into the workspace of a container that was not started.
  void unpack(String id, InputStream tar) {
    DockerClient whole = clients().whole();
    ask(() -> whole.copyArchiveToContainerCmd(id).withRemotePath(WORKSPACE).withTarInputStream(tar).exec());
  }

  void start(String id) {
    ask(() -> clients().patient().startContainerCmd(id).exec());
  }

  /// By name or id.
  Optional<Container> inspect(String container) {
    try {
      return Optional.ofNullable(seen(ask(() -> clients().patient().inspectContainerCmd(container).exec())));
    } catch (Refused refused) {
      if (refused.status == Refused.MISSING) {
        return Optional.empty();
      }
      throw refused;
    }
  }

  private static @Nullable Container seen(InspectContainerResponse answer) {
    String id = answer.getId();
    Map<String, String> labels = Objects.requireNonNullElse(answer.getConfig().getLabels(), Map.of());
    InspectContainerResponse.ContainerState state = answer.getState();
    String status = Objects.requireNonNullElse(state.getStatus(), "");
    return switch (status) {
      case "created" -> new Container.Created(id, labels);
      case "removing" -> null;
      case "exited", "dead" -> {
        int code = Math.toIntExact(Objects.requireNonNullElse(state.getExitCodeLong(), -1L));
        yield new Container.Exited(
            id,
            labels,
            answer.getImageId(),
            Instant.parse(String.valueOf(state.getStartedAt())),
            Instant.parse(String.valueOf(state.getFinishedAt())),
            code,
            // the engine says so when any process was killed for memory; the step may have coped with it
            code != 0 && Boolean.TRUE.equals(state.getOOMKilled()));
      }
      // running, paused, restarting
      default -> new Container.Running(id, labels, answer.getImageId(), Instant.parse(String.valueOf(state.getStartedAt())));
    };
  }

  /// Hands over the log frame by frame. Ends when all is read, or if `follow` when the container has ended; throws
  /// when the engine breaks off.
  ///
  /// Not docker-java's own log command: that cuts frames at 1024 bytes without telling which piece begins one, and
  /// takes a platform thread.
  void logs(String id, boolean follow, Replay.Reading reading) {
    String path =
        "/containers/%s/logs?stdout=1&stderr=1&timestamps=1&follow=%d&since=%d"
            .formatted(id, follow ? 1 : 0, reading.since());
    stream(
        Request.Method.GET,
        path,
        body -> {
          DataInputStream frames = new DataInputStream(new BufferedInputStream(body, 1 << 16));
          byte[] header = new byte[8];
          for (; ; ) {
            int read = frames.readNBytes(header, 0, header.length);
            if (read == 0) {
              return;
            }
            if (read < header.length) {
              throw new EOFException("the log broke off in the middle of a frame");
            }
            byte[] frame = new byte[ByteBuffer.wrap(header, 4, 4).getInt()];
            frames.readFully(frame);
            int stream = header[0];
            if (stream > 2) {
              throw new IOException(new String(frame, StandardCharsets.UTF_8).strip());
            }
            int space = 0;
            while (frame[space] != ' ') {
              space++;
            }
            Instant stamp = Instant.parse(new String(frame, 0, space, StandardCharsets.ISO_8859_1));
            reading.frame(stream, stamp, Arrays.copyOfRange(frame, space + 1, frame.length));
          }
        });
  }

  /// Returns when the container, which was started, does not run any more.
  void awaitEnd(String id) {
    stream(Request.Method.POST, "/containers/" + id + "/wait", InputStream::readAllBytes);
  }

  /// SIGTERM, and after the grace time SIGKILL; returns when it has ended. One that has ended already is fine: whoever
  /// stops it saw it run a moment ago, and may be the second one to stop it.
  void stop(String id, Duration grace) {
    try {
      ask(() -> clients().patient().stopContainerCmd(id).withTimeout(Math.toIntExact(grace.toSeconds())).exec());
    } catch (Refused refused) {
      if (refused.status != Refused.MISSING && refused.status != Refused.UNCHANGED) {
        throw refused;
      }
    }
  }

  /// Removes it with its volumes, unless it runs.
  void discard(String id) {
    remove(id, false);
  }

  /// Removes it with its volumes in whatever state; one that is not there, or is being removed already, is fine.
  void remove(String container) {
    remove(container, true);
  }

  private void remove(String container, boolean force) {
    try {
      ask(() -> clients().patient().removeContainerCmd(container).withForce(force).withRemoveVolumes(true).exec());
    } catch (Refused refused) {
      boolean goneAlready = refused.status == Refused.MISSING || refused.because().contains("already in progress");
      if (!goneAlready) {
        throw refused;
      }
    }
  }

  /// The values that `wanted` has in containers with this label, in whatever state.
  List<String> labelled(String label, String text, String wanted) {
    return ask(
            () ->
                clients()
                    .patient()
                    .listContainersCmd()
                    .withShowAll(true)
                    .withLabelFilter(Map.of(label, text))
                    .exec())
        .stream()
        .filter(container -> !"removing".equals(container.getState()))
        .flatMap(container -> Optional.ofNullable(container.getLabels().get(wanted)).stream())
        .toList();
  }

  Optional<String> trouble() {
    try {
      Version version = ask(() -> clients().quick().versionCmd().exec());
      return minor(version.getApiVersion()) < minor(OLDEST_API)
          ? Optional.of(
              "The Docker engine at %s is version %s, which is too old: install 20.10 or newer"
                  .formatted(host, version.getVersion()))
          : Optional.empty();
    } catch (UncheckedIOException | Refused broken) {
      return Optional.of(unreachable(broken));
    }
  }

  /// The sentence for an engine that cannot be reached.
  String unreachable(RuntimeException broken) {
    if (broken.getCause() instanceof SocketTimeoutException) {
      return "The Docker engine at %s takes connections and does not answer within %d s: see how its machine is, or restart it"
          .formatted(host, PATIENCE.toSeconds());
    }
    return "The Docker engine at %s cannot be reached (%s): start it, or name another with --docker or DOCKER_HOST"
        .formatted(host, broken.getMessage());
  }

  private static int minor(@Nullable String apiVersion) {
    return apiVersion == null ? 0 : Integer.parseInt(apiVersion.substring(apiVersion.indexOf('.') + 1));
  }

  private interface Body {
    void read(InputStream body) throws IOException;
  }

  private void stream(Request.Method method, String path, Body body) {
    try (Response response = clients().http().execute(Request.builder().method(method).path(path).build())) {
      if (response.getStatusCode() >= 300) {
        String text = new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8);
        throw new Refused(response.getStatusCode(), sentence(text));
      }
      body.read(response.getBody());
    } catch (IOException | RuntimeException broken) {
      throw translated(broken);
    }
  }

  private <T extends @Nullable Object> T ask(Supplier<T> call) {
    try {
      return call.get();
    } catch (RuntimeException broken) {
      throw translated(broken);
    }
  }

  private static RuntimeException translated(@Nullable Throwable broken) {
    for (Throwable cause = broken; cause != null; cause = cause.getCause()) {
      boolean interrupted =
          switch (cause) {
            case SocketTimeoutException _ -> false;
            case CancellationException _, ClosedByInterruptException _, InterruptedIOException _ -> true;
            default -> false;
          };
      if (interrupted) {
        // the transport clears the flag, and the caller has to know
        Thread.currentThread().interrupt();
        return new UncheckedIOException(new InterruptedIOException("interrupted"));
      }
      if (cause instanceof IOException io) {
        return new UncheckedIOException(String.valueOf(io.getMessage()), io);
      }
    }
    return switch (broken) {
      case DockerException refused ->
          new Refused(refused.getHttpStatus(), sentence(String.valueOf(refused.getMessage())));
      case RuntimeException other -> other;
      case null, default -> new IllegalStateException(broken);
    };
  }

  /// What the engine says, without the JSON around it.
  private static String sentence(String answer) {
    Matcher matcher = MESSAGE.matcher(answer);
    String message = matcher.find() ? matcher.group(1) : answer;
    return message.replace("\\\"", "\"").replace("\\n", " ").replace("\\\\", "\\").strip();
  }

  @Override
  public void close() {
    try {
      if (!making.isCompletedExceptionally()) {
        Clients made = clients();
        made.whole().close();
        made.patient().close();
        made.quick().close();
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
