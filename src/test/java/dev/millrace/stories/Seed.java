package dev.millrace.stories;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What a mill that was stopped has left on the disk, to begin others from: walking the first steps anew for each
/// story would take most of its time.
///
/// @param files by their relative path; empty for a folder
record Seed(SortedMap<Path, Optional<byte[]>> files) {
  static Seed of(Path folder) throws IOException {
    var files = new TreeMap<Path, Optional<byte[]>>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.toList()) {
        boolean file = Files.isRegularFile(path);
        files.put(folder.relativize(path), file ? Optional.of(Files.readAllBytes(path)) : Optional.empty());
      }
    }
    return new Seed(files);
  }

  void sow(Path folder) throws IOException {
    for (var file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      if (file.getValue().isPresent()) {
        Files.write(path, file.getValue().get());
      } else {
        Files.createDirectories(path);
      }
    }
  }
}
