package dev.millrace.web.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.List;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/// A view as HTML: what was just made of it, and between that the pieces that were made before and are kept compressed.
public final class Html {
  private final List<Part> parts;

  sealed interface Part {}

  record Text(String text) implements Part {}

  record Kept(Deflated piece) implements Part {}

  Html(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /// HTML of one piece.
  public static Html of(String text) {
    return new Html(List.of(new Text(text)));
  }

  /// All of it, plain.
  public String text() {
    return new String(bytes(), UTF_8);
  }

  byte[] bytes() {
    if (parts.size() == 1 && parts.getFirst() instanceof Text(String text)) {
      return text.getBytes(UTF_8);
    }
    var bytes = new ByteArrayOutputStream();
    for (Part part : parts) {
      bytes.writeBytes(
          switch (part) {
            case Text(String text) -> text.getBytes(UTF_8);
            case Kept(Deflated piece) -> piece.plain();
          });
    }
    return bytes.toByteArray();
  }

  /// All of it, compressed, which costs only what the text costs.
  ///
  /// @param length of the plain bytes
  /// @param crc of the plain bytes
  public record Gzip(byte[] bytes, int length, int crc) {}

  private static final byte[] HEAD = {0x1f, (byte) 0x8b, Deflater.DEFLATED, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  /// An empty block that says that it is the last one.
  private static final byte[] END = {3, 0};

  public Gzip gzip() {
    var bytes = new ByteArrayOutputStream(1 << 14);
    bytes.writeBytes(HEAD);
    int length = 0;
    int crc = 0;
    // pages repeat themselves so much that the better levels cost time and save little
    var deflater = new Deflater(Deflater.BEST_SPEED, true);
    try {
      for (Part part : parts) {
        Deflated piece =
            switch (part) {
              case Text(String text) -> Deflated.of(text.getBytes(UTF_8), deflater);
              case Kept(Deflated kept) -> kept;
            };
        bytes.writeBytes(piece.bytes());
        crc = Crc.combined(crc, piece.crc(), piece.length());
        length += piece.length();
      }
    } finally {
      deflater.end();
    }
    bytes.writeBytes(END);
    writeLow(bytes, crc);
    writeLow(bytes, length);
    return new Gzip(bytes.toByteArray(), length, crc);
  }

  private static void writeLow(ByteArrayOutputStream bytes, int number) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      bytes.write(number >>> shift);
    }
  }

  /// For a response: its plain bytes, and for who can do with less, itself.
  public Reading reading() {
    return new Reading(this);
  }

  /// Makes plain bytes only when they are read.
  public static final class Reading extends InputStream {
    private final Html html;
    private @Nullable ByteArrayInputStream plain;

    private Reading(Html html) {
      this.html = html;
    }

    public Html html() {
      return html;
    }

    private ByteArrayInputStream plain() {
      if (plain == null) {
        plain = new ByteArrayInputStream(html.bytes());
      }
      return plain;
    }

    @Override
    public int read() {
      return plain().read();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return plain().read(into, offset, length);
    }

    @Override
    public int available() {
      return plain().available();
    }
  }
}
