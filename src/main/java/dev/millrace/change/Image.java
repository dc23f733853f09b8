package dev.millrace.change;

import java.util.regex.Pattern;

/// What a step ran in.
///
/// @param name as the definition asks for it, places filled: `eclipse-temurin:25`
/// @param digest the content that the name stood for then, as the engine computed it: `sha256:` and 64 digits
public record Image(String name, String digest) {
  private static final Pattern DIGEST = Pattern.compile("[a-z0-9+._-]+:[0-9a-f]{32,128}");
  private static final int SHORT = 12;

  public Image {
    if (!DIGEST.matcher(digest).matches()) {
      throw new IllegalArgumentException("not the digest of an image: " + digest);
    }
  }

  /// So much of the digest as people compare by eye: 12 digits, without the name of the algorithm.
  public String abbreviated() {
    int from = digest.indexOf(':') + 1;
    return digest.substring(from, Math.min(digest.length(), from + SHORT));
  }
}
