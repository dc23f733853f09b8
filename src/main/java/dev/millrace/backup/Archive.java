package dev.millrace.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes the one file of a backup: a zip archive, from its beginning to its end, with a checksum of each file.
final class Archive implements AutoCloseable {
  private final ZipOutputStream zip;
  private final SortedMap<String, String> checksums = new TreeMap<>();

  Archive(OutputStream to) {
    zip = new ZipOutputStream(to, StandardCharsets.UTF_8);
    // git has compressed most of it already
    zip.setLevel(Deflater.BEST_SPEED);
  }

  interface Content {
    void writeTo(OutputStream to) throws IOException;
  }

  void file(String path, InputStream content) throws IOException {
    file(path, content::transferTo);
  }

  void file(String path, Content content) throws IOException {
    MessageDigest digest = sha256();
    zip.putNextEntry(new ZipEntry(path));
    var through = new DigestOutputStream(zip, digest);
    content.writeTo(through);
    zip.closeEntry();
    checksums.put(path, HexFormat.of().formatHex(digest.digest()));
  }

  /// One with nothing in it.
  void folder(String path) throws IOException {
    zip.putNextEntry(new ZipEntry(path + "/"));
    zip.closeEntry();
  }

  /// Whether there is a file of this path in it already.
  boolean has(String path) {
    return checksums.containsKey(path);
  }

  /// The last thing to be written; without it, it is half a backup.
  void end(String version, int schema, String installation, Instant at) throws IOException {
    var manifest = new Manifest(Manifest.LAYOUT, version, schema, installation, at, checksums);
    zip.putNextEntry(new ZipEntry(Manifest.NAME));
    zip.write(manifest.text().getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
    zip.finish();
    zip.flush();
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
