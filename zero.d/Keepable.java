import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// `java Keepable.java DIRECTORY`: makes the jars there such that the JVM can keep their classes for the next start.
///
/// It keeps no class of a signed jar, and at each start it would read the whole jar to see that it is sound: signatures
/// are taken out, for nobody checks them. Nor does it keep a class whose format is older than version 50, that of Java 6:
/// those are raised to it, which means the same, for classes of version 50 are still verified the old way where the new
/// one needs what they do not bring (Java Virtual Machine Specification, 4.10).
class Keepable {
  private static final int KEPT = 50;
  private static final int MAGIC = 0xCAFEBABE;
  private static final int MAJOR_AT = 6;

  public static void main(String[] arguments) throws IOException {
    for (Path jar : in(Path.of(arguments[0]), ".*\\.jar")) {
      try (FileSystem inside = FileSystems.newFileSystem(jar)) {
        Path root = inside.getPath("/");
        for (Path signature : in(root.resolve("META-INF"), "(?i).*\\.(SF|RSA|DSA|EC)")) {
          Files.delete(signature);
        }
        List<Path> old;
        try (Stream<Path> files = Files.walk(root)) {
          old = files.filter(file -> file.toString().endsWith(".class") && isOld(file)).toList();
        }
        for (Path file : old) {
          byte[] bytes = Files.readAllBytes(file);
          ByteBuffer.wrap(bytes).putShort(MAJOR_AT, (short) KEPT);
          Files.write(file, bytes);
        }
      }
    }
  }

  private static List<Path> in(Path folder, String named) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().matches(named)).toList();
    }
  }

  private static boolean isOld(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      ByteBuffer head = ByteBuffer.wrap(in.readNBytes(MAJOR_AT + Short.BYTES));
      return head.capacity() == MAJOR_AT + Short.BYTES && head.getInt(0) == MAGIC && head.getShort(MAJOR_AT) < KEPT;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
