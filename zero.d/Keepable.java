import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/// `java Keepable.java DIRECTORY`: makes the jars there such that the JVM can keep their classes for the next start.
///
/// It keeps no class of a signed jar, and at each start it would read the whole jar to see that it is sound: signatures
/// are taken out, for nobody checks them, and so are the digests of each file that they are of. Nor does it keep a class
/// whose format is older than version 50, that of Java 6: those are raised to it and given what the newer verification
/// needs (Java Virtual Machine Specification, 4.10.1), since a class that has to be verified the old way is not kept
/// either. Where that cannot be made, the class means the same and is loaded at each start.
class Keepable {
  private static final int KEPT = 50;
  private static final int MAGIC = 0xCAFEBABE;
  private static final int MAJOR_AT = 6;

  public static void main(String[] arguments) throws IOException {
    List<Path> jars = in(Path.of(arguments[0]), ".*\\.jar");
    var places = new ArrayList<URL>();
    for (Path jar : jars) {
      places.add(jar.toUri().toURL());
    }
    try (var all = new URLClassLoader(places.toArray(URL[]::new))) {
      ClassHierarchyResolver known =
          ClassHierarchyResolver.defaultResolver().orElse(ClassHierarchyResolver.ofResourceParsing(all)).cached();
      ClassFile format = ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS, ClassHierarchyResolverOption.of(known));
      for (Path jar : jars) {
        makeKeepable(jar, format);
      }
    }
  }

  private static void makeKeepable(Path jar, ClassFile format) throws IOException {
    try (FileSystem inside = FileSystems.newFileSystem(jar)) {
      Path root = inside.getPath("/");
      for (Path signature : in(root.resolve("META-INF"), "(?i).*\\.(SF|RSA|DSA|EC)")) {
        Files.delete(signature);
      }
      withoutDigests(root.resolve("META-INF/MANIFEST.MF"));
      List<Path> old;
      try (Stream<Path> files = Files.walk(root)) {
        old = files.filter(file -> file.toString().endsWith(".class") && isOld(file)).toList();
      }
      for (Path file : old) {
        Files.write(file, raised(Files.readAllBytes(file), format));
      }
    }
  }

  /// They are kept in memory for as long as a jar is open: 7 MB for 9,600 files.
  private static void withoutDigests(Path file) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    var manifest = new Manifest();
    try (InputStream in = Files.newInputStream(file)) {
      manifest.read(in);
    }
    boolean changed =
        manifest.getEntries().values().removeIf(
            said -> said.keySet().stream().allMatch(name -> name.toString().matches("(?i).*-Digest(-.*)?")));
    if (changed) {
      try (OutputStream out = Files.newOutputStream(file)) {
        manifest.write(out);
      }
    }
  }

  private static byte[] raised(byte[] bytes, ClassFile format) {
    ByteBuffer.wrap(bytes).putShort(MAJOR_AT, (short) KEPT);
    try {
      return format.transformClass(
          format.parse(bytes), ClassTransform.transformingMethodBodies((code, element) -> code.with(element)));
    } catch (IllegalArgumentException e) {
      // of a class that is not there, or with jumps to subroutines
      return bytes;
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
