package dev.millrace.runner.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.millrace.runner.Tar;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Images that tests run steps in, made of what the machine has: no registry is needed.
public final class TestImages {
  public static final String HOST = "unix:///var/run/docker.sock";

  private TestImages() {}

  public static DockerClient client() {
    DefaultDockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder().withDockerHost(HOST).build();
    return DockerClientImpl.getInstance(
        config, new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build());
  }

  /// A shell and the usual commands, from the package busybox-static.
  public static String busybox() throws IOException, InterruptedException {
    return imported("millrace-test-busybox", "", TestImages::commands);
  }

  /// The same, and what is written to `/kept` goes into a volume.
  public static String busyboxWithVolume() throws IOException, InterruptedException {
    return imported("millrace-test-volume", "VOLUME /kept", TestImages::commands);
  }

  /// One file, and no shell.
  public static String shellless() throws IOException, InterruptedException {
    return imported("millrace-test-shellless", "", tar -> Tar.add(tar, "readme", new byte[] {'x'}));
  }

  /// A shell that this machine cannot execute.
  public static String foreign() throws IOException, InterruptedException {
    return imported("millrace-test-foreign", "", tar -> Tar.add(tar, "bin/sh", new byte[] {0x7f, 'X', 'X', 'X'}));
  }

  private static void commands(TarArchiveOutputStream tar) throws IOException, InterruptedException {
    Tar.add(tar, "bin/busybox", Files.readAllBytes(Path.of("/bin/busybox")));
    for (String command : commands()) {
      TarArchiveEntry link = new TarArchiveEntry("bin/" + command, TarArchiveEntry.LF_LINK);
      link.setLinkName("bin/busybox");
      link.setMode(0755);
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
    }
  }

  private static List<String> commands() throws IOException, InterruptedException {
    Process list = new ProcessBuilder("/bin/busybox", "--list").start();
    List<String> commands =
        list.inputReader().lines().filter(command -> !command.equals("busybox")).toList();
    list.waitFor();
    return commands;
  }

  private interface Content {
    void write(TarArchiveOutputStream tar) throws IOException, InterruptedException;
  }

  /// @param change to what the image says of itself, as in a Dockerfile; may be empty
  private static String imported(String name, String change, Content content) throws IOException, InterruptedException {
    // docker-java's own command for this ends the archive too early
    try (RawEngine engine = new RawEngine(HOST.substring("unix://".length()))) {
      if (engine.ask("GET", "/images/" + name + ":1/json").status() == 404) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, 512);
        content.write(tar);
        tar.finish();
        RawEngine.Answer answer =
            engine.ask(
                "POST", "/images/create?fromSrc=-&repo=" + name + "&tag=1" + changes(change), "application/x-tar", bytes.toByteArray());
        if (answer.status() != 200 || answer.text().contains("error")) {
          throw new IOException("cannot make image " + name + ": " + answer.text());
        }
      }
    }
    return name + ":1";
  }

  private static String changes(String change) {
    return change.isEmpty() ? "" : "&changes=" + URLEncoder.encode(change, StandardCharsets.UTF_8);
  }
}
