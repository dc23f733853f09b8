package dev.millrace.stories;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How tests start a server in a process of its own: from the classes of whoever asks, in less than half the time that a
/// class path of folders takes, because the JVM remembers an earlier start. That one is made once for each build, and as
/// an archive of classes: a cache of what was compiled ahead, as the server itself is started with, takes half as long
/// again to make, and these starts are no shorter by it.
public final class HeadStart {
  private static final Path FOLDER = Path.of("target", "head-start").toAbsolutePath();
  private static final Path LIBRARY = FOLDER.resolve("lib");
  private static final Path KEPT = FOLDER.resolve("kept");
  private static final Path MADE_OF = FOLDER.resolve("made-of");
  private static final List<String> OPTIONS =
      List.of(
          // what makes the start of a small server short
          "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");
  private static final List<String> VISITED =
      List.of("/health/ready", "/", "/api/v1/pipelines", "/git/pipelines.git/info/refs?service=git-receive-pack");

  private HeadStart() {}

  /// A command up to the server's own arguments.
  ///
  /// @param options of the JVM
  public static synchronized List<String> java(String... options) throws IOException {
    Files.createDirectories(FOLDER);
    try (FileChannel channel =
            FileChannel.open(FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      String now = classPath() + " " + newest();
      if (!Files.exists(MADE_OF) || !Files.readString(MADE_OF).equals(now)) {
        make();
        Files.writeString(MADE_OF, now);
      }
    }
    List<String> command = begin(options);
    if (Files.exists(KEPT)) {
      command.addAll(1, List.of("-XX:SharedArchiveFile=" + KEPT, "-Xlog:cds*=off"));
    }
    return command;
  }

  private static List<String> begin(String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(HeldServer.java());
    command.addAll(OPTIONS);
    command.addAll(List.of(options));
    String jars = jars().stream().map(Path::toString).collect(Collectors.joining(":"));
    command.addAll(List.of("-cp", jars, "dev.millrace.Main"));
    return command;
  }

  private static List<Path> classPath() {
    String entries = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Stream.of(entries.split(":")).map(Path::of).filter(entry -> !entry.endsWith("test-classes")).toList();
  }

  private static long newest() throws IOException {
    long newest = 0;
    for (Path entry : classPath()) {
      if (Files.isDirectory(entry)) {
        try (Stream<Path> files = Files.walk(entry)) {
          for (Path file : files.toList()) {
            newest = Math.max(newest, Files.getLastModifiedTime(file).toMillis());
          }
        }
      }
    }
    return newest;
  }

  /// In the order of the class path; the same jar may be on it twice, from two places.
  private static Set<Path> jars() {
    return classPath().stream().map(HeadStart::jar).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static Path jar(Path entry) {
    String name = entry.getFileName().toString();
    return LIBRARY.resolve(name.endsWith(".jar") ? name : name + ".jar");
  }

  private static void make() throws IOException {
    Files.deleteIfExists(MADE_OF);
    Files.deleteIfExists(KEPT);
    Files.createDirectories(LIBRARY);
    for (Path entry : classPath()) {
      Path jar = jar(entry);
      if (Files.isRegularFile(entry)) {
        Files.copy(entry, jar, StandardCopyOption.REPLACE_EXISTING);
      } else if (Files.isDirectory(entry)) {
        ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
        if (tool.run(System.out, System.err, "cf", jar.toString(), "-C", entry.toString(), ".") != 0) {
          throw new IOException("no jar can be made of " + entry);
        }
      }
    }
    try {
      var keepable = new ProcessBuilder(HeldServer.java(), "zero.d/Keepable.java", LIBRARY.toString()).inheritIO();
      if (keepable.start().waitFor() != 0) {
        throw new IOException("zero.d/Keepable.java failed");
      }
      train();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /// A server that is used a little writes down what that took when it ends.
  private static void train() throws IOException, InterruptedException {
    Path data = Files.createTempDirectory("head-start-");
    List<String> command = begin("-XX:ArchiveClassesAtExit=" + KEPT, "-Xlog:cds*=off");
    command.addAll(
        List.of("serve", "--listen", "127.0.0.1", "--port", "0", "--data", data.toString(), "--docker", "unix:///nowhere"));
    Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader output = server.inputReader();
        HttpClient http = HttpClient.newHttpClient()) {
      String listens = "Millrace listens on ";
      String line = output.readLine();
      while (line != null && !line.startsWith(listens)) {
        line = output.readLine();
      }
      if (line == null) {
        throw new IOException("the server does not start");
      }
      for (String path : VISITED) {
        URI page = URI.create(line.substring(listens.length()) + path);
        http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.discarding());
      }
      // not by the process itself, which would hang up on what it still has to say
      boolean _ = server.toHandle().destroy();
      output.lines().forEach(_ -> {});
      server.waitFor();
    } finally {
      server.destroyForcibly();
      try (Stream<Path> all = Files.walk(data)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
