package dev.millrace.definition;

/// A file of the pipeline repository.
///
/// @param path as in the repository: `shop.yml`, `teams/search.yml`
public record Source(String path, String text) {
  /// What a pipeline is called that the file does not name: the file's own name without its extension.
  String stem() {
    String file = path.substring(path.lastIndexOf('/') + 1);
    int dot = file.lastIndexOf('.');
    return dot < 0 ? file : file.substring(0, dot);
  }
}
