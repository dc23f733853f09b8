import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// `java Unsign.java DIRECTORY`: takes the signatures out of the jars there. Nobody checks them, the JVM does not keep
/// classes of a signed jar for the next start, and at each start it would read the whole jar to see that it is sound.
class Unsign {
  public static void main(String[] arguments) throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
    }
    for (Path jar : jars) {
      try (FileSystem inside = FileSystems.newFileSystem(jar)) {
        Path signatures = inside.getPath("META-INF");
        if (!Files.isDirectory(signatures)) {
          continue;
        }
        List<Path> found;
        try (Stream<Path> files = Files.list(signatures)) {
          found = files.filter(file -> file.getFileName().toString().matches("(?i).*\\.(SF|RSA|DSA|EC)")).toList();
        }
        for (Path file : found) {
          Files.delete(file);
        }
      }
    }
  }
}
