package dev.millrace.server;

import dev.millrace.backup.BackupFile;
import dev.millrace.backup.BackupTrouble;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Shows that this version can take over: a whole server of it is started over what a backup holds, on a port of its
/// own, and used as people use it. It runs no steps and talks with no other host, and nothing of it is left.
public final class Proof {
  private static final PipelineName PIPELINE = new PipelineName("millrace-proof");
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// More than there are steps that wait in vain.
  private static final int ROOM = 1_000_000;

  private static final String DEFINITION =
      """
      repository: millrace-proof
      integrate: {branches: ["integrate/**"]}
      stages:
        - test
        - {name: main, promote: true}
      steps:
        test: {image: rehearsal, run: "true"}
      """;

  private final Path work;
  private final Consumer<String> say;
  private final HttpClient http = HttpClient.newHttpClient();
  private String address = "";

  private Proof(Path work, Consumer<String> say) {
    this.work = work;
    this.say = say;
  }

  /// Why it cannot take over.
  public static final class NotGood extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotGood(String because) {
      super(because);
    }
  }

  /// @param within where there is room for a copy of everything, for a while
  /// @param say told what has been seen to be good, a sentence each
  /// @throws NotGood with what is not
  public static void of(Path backup, Path within, Clock clock, Consumer<String> say) throws InterruptedException {
    try {
      Path work = Files.createTempDirectory(Files.createDirectories(within.toAbsolutePath()), ".proof-");
      try {
        Path data = work.resolve("data");
        BackupFile.Restored restored = new BackupFile(backup).restore(data, clock);
        say.accept("the backup of " + restored.takenAt() + " is whole, and its database is up to date");
        var settings = new Settings("127.0.0.1", 0, data, "", "", "", ROOM).silenced();
        try (var server = new Server(settings, _ -> new Rehearsal(PIPELINE, clock), clock)) {
          new Proof(work, say).use(server.address());
        }
      } finally {
        delete(work);
      }
    } catch (BackupTrouble | StoreException e) {
      throw new NotGood(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new NotGood("the copy cannot be worked with: " + e.getMessage());
    } catch (UncheckedIOException e) {
      throw new NotGood(String.valueOf(e.getMessage()));
    }
  }

  private void use(String at) throws IOException, InterruptedException {
    address = at;
    try (http) {
      ready();
      pages();
      push();
    }
  }

  private void ready() throws IOException, InterruptedException {
    String said = get("/health/ready").strip();
    if (!said.equals("ready")) {
      throw new NotGood(said);
    }
    say.accept("the server is ready");
  }

  private void pages() throws IOException, InterruptedException {
    get("/");
    int pages = 1;
    int repositories = 0;
    var seen = new ArrayList<String>();
    for (JsonNode pipeline : JSON.readTree(get("/api/v1/pipelines")).get("pipelines")) {
      String name = pipeline.get("name").stringValue();
      get("/pipelines/" + name);
      get("/pipelines/" + name + "/statistics");
      get("/pipelines/" + name + "/definition");
      pages += 3;
      for (JsonNode change : JSON.readTree(get("/api/v1/pipelines/" + name + "/changes?limit=20")).get("changes")) {
        get("/pipelines/" + name + "/changes/" + change.get("number").intValue());
        pages++;
      }
      String repository = pipeline.get("repository").stringValue();
      if (!seen.contains(repository)) {
        seen.add(repository);
        get("/git/" + repository + ".git/info/refs?service=git-upload-pack");
        repositories++;
      }
    }
    say.accept(pages + " pages and " + repositories + " repositories are served");
  }

  /// What the server is there for, from the definition to the landing.
  private void push() throws IOException, InterruptedException {
    Path pipelines = clone("pipelines");
    Files.writeString(pipelines.resolve(PIPELINE + ".yml"), DEFINITION);
    commit(pipelines, "Define " + PIPELINE);
    git(pipelines, "push", "-q", "origin", "HEAD:refs/heads/main");
    Path shop = clone(PIPELINE.text());
    Files.writeString(shop.resolve("readme"), "A rehearsal\n");
    commit(shop, "Begin");
    git(shop, "push", "-q", "origin", "HEAD:refs/heads/main");
    Files.writeString(shop.resolve("proof"), "of this version\n");
    commit(shop, "Prove it");
    git(shop, "push", "-q", "-o", "wait", "origin", "HEAD:refs/heads/integrate/proof");
    git(shop, "fetch", "-q", "origin");
    git(shop, "merge-base", "--is-ancestor", "HEAD", "origin/main");
    say.accept("a pipeline was defined, a branch pushed, tested and landed on main");
  }

  private String get(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(address + path)).timeout(PATIENCE).build(), BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      String said = answer.body().lines().findFirst().orElse("");
      throw new NotGood(path + " is answered with " + answer.statusCode() + ": " + said);
    }
    return answer.body();
  }

  private Path clone(String repository) throws IOException, InterruptedException {
    Path clone = work.resolve("clone-" + repository);
    git(work, "clone", "-q", address + "/git/" + repository + ".git", clone.toString());
    return clone;
  }

  private void commit(Path clone, String subject) throws IOException, InterruptedException {
    git(clone, "add", "-A");
    git(clone, "commit", "-q", "-m", subject);
  }

  private void git(Path folder, String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    Path output = work.resolve("git-said");
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
    builder
        .environment()
        .putAll(
            Map.of(
                "GIT_CONFIG_GLOBAL", "/dev/null", "GIT_CONFIG_NOSYSTEM", "1", "GIT_TERMINAL_PROMPT", "0",
                "GIT_AUTHOR_NAME", "Millrace", "GIT_AUTHOR_EMAIL", "millrace@localhost",
                "GIT_COMMITTER_NAME", "Millrace", "GIT_COMMITTER_EMAIL", "millrace@localhost"));
    Process git = builder.start();
    if (!git.waitFor(PATIENCE)) {
      git.destroyForcibly();
      throw new NotGood("git " + arguments[0] + " takes more than " + PATIENCE.toSeconds() + " s");
    }
    if (git.exitValue() != 0) {
      String said = Files.readString(output, StandardCharsets.UTF_8).strip();
      throw new NotGood("git " + arguments[0] + " was refused:\n" + said);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
