package dev.millrace.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.jspecify.annotations.Nullable;

/// H2's file, in whose header the newest chunk is named before a commit returns; `jdbc:h2:anchored:` and what is beneath.
///
/// By itself H2 (2.3.232) loses what was committed when its process is killed at the wrong moment. It writes the header only
/// now and then; the newest chunk is found from there by each chunk's guess of where the next one will be, and a link of
/// that chain may lie where space has just been used again. And once it was closed in order, its header claims so until
/// the first chunk after that has been written; if then a chunk is gone that nothing needs any more, H2 falls back to an
/// older one that looks complete, from minutes or hours before. So the header is written with each chunk here, and never claims an
/// orderly end. That is 8 KB more for each commit, for which no disk is waited for.
///
/// The format of both is that of <https://h2database.com/html/mvstore.html#fileFormat>. H2 makes its own instances of this.
public final class AnchoredFile extends FilePathWrapper {
  static final String SCHEME = "anchored";
  private static final int BLOCK = 4096;
  private static final int LONGEST_BEGINNING = 1024;

  /// To be called before a database is opened.
  static void register() {
    FilePath.register(new AnchoredFile());
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    FileChannel file = super.open(mode);
    return getName().endsWith(".mv.db") && !mode.equals("r") ? new Anchored(file) : file;
  }

  private static final class Anchored extends FileBaseDefault {
    private final FileChannel file;

    /// What the header says; empty for a new file. Guarded by this.
    private HashMap<String, String> header = new HashMap<>();

    Anchored(FileChannel file) throws IOException {
      this.file = file;
      for (int block = 0; block < 2; block++) {
        HashMap<String, String> found = checked(block);
        if (found != null && version(found) >= version(header)) {
          header = found;
        }
      }
      if (header.remove("clean") != null) {
        writeHeader();
      }
    }

    private @Nullable HashMap<String, String> checked(int block) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(BLOCK);
      while (bytes.hasRemaining() && file.read(bytes, (long) block * BLOCK + bytes.position()) > 0) {}
      HashMap<String, String> map = map(bytes.flip());
      String sum = map == null ? null : map.remove("fletcher");
      return map != null && sumsUpTo(map, sum) ? map : null;
    }

    /// Whether it is what was summed up, which needs the order it was written in: H2's, as here.
    private static boolean sumsUpTo(HashMap<String, String> map, @Nullable String sum) {
      return sum != null && sum.equals(fletcher(DataUtils.appendMap(new StringBuilder(), map).toString()));
    }

    private static String fletcher(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
      return Integer.toHexString(DataUtils.getFletcher32(bytes, 0, bytes.length));
    }

    /// The first line; null if it is no map.
    private static @Nullable HashMap<String, String> map(ByteBuffer bytes) {
      String text = StandardCharsets.ISO_8859_1.decode(bytes).toString();
      try {
        return DataUtils.parseMap(text.lines().findFirst().orElse("").strip());
      } catch (MVStoreException e) {
        return null;
      }
    }

    private static long version(HashMap<String, String> map) {
      return Long.parseUnsignedLong(map.getOrDefault("version", "0"), 16);
    }

    private void writeHeader() throws IOException {
      String text = DataUtils.appendMap(new StringBuilder(), header).toString();
      byte[] line = (text + ",fletcher:" + fletcher(text) + "\n").getBytes(StandardCharsets.ISO_8859_1);
      writeAll(ByteBuffer.allocate(2 * BLOCK).put(0, line).put(BLOCK, line), 0);
    }

    private void writeAll(ByteBuffer bytes, long position) throws IOException {
      for (long at = position; bytes.hasRemaining(); ) {
        at += file.write(bytes, at);
      }
    }

    /// All of it, or an exception.
    @Override
    public synchronized int write(ByteBuffer bytes, long position) throws IOException {
      int length = bytes.remaining();
      HashMap<String, String> beginning = map(bytes.slice(bytes.position(), Math.min(length, LONGEST_BEGINNING)));
      if (beginning == null) {
        throw new IOException("neither a header nor a chunk at " + position);
      }
      if (position == 0) {
        header = beginning;
        header.remove("fletcher");
        header.remove("clean");
        bytes.position(bytes.limit());
        writeHeader();
        return length;
      }
      writeAll(bytes, position);
      // an older one is only moved
      if (version(beginning) >= version(header)) {
        header.put("block", Long.toHexString(position / BLOCK));
        header.put("chunk", beginning.getOrDefault("chunk", "0"));
        header.put("version", beginning.getOrDefault("version", "0"));
        writeHeader();
      }
      return length;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return file.read(into, position);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void force(boolean metadata) throws IOException {
      file.force(metadata);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }
  }
}
