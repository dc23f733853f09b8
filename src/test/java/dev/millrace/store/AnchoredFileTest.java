package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that dies, over and over, after any write to its database's file. Each of those files is opened.
class AnchoredFileTest {
  private static final int LIVES = 8;

  @TempDir Path folder;
  private final Random random = new Random(7);

  /// What came to the file, in its order, and what the connection was told in between.
  private static final List<Happening> HAPPENED = new ArrayList<>();

  sealed interface Happening {}

  private record Written(long position, byte[] bytes) implements Happening {}

  private record CutOff(long size) implements Happening {}

  private record Committed(int number) implements Happening {}

  /// What is in a file.
  private record Image(byte[] bytes) {
    Image after(Happening happening) {
      return switch (happening) {
        case Written(long position, byte[] written) -> {
          byte[] all = Arrays.copyOf(bytes, (int) Math.max(bytes.length, position + written.length));
          System.arraycopy(written, 0, all, (int) position, written.length);
          yield new Image(all);
        }
        case CutOff(long size) -> size < bytes.length ? new Image(Arrays.copyOf(bytes, (int) size)) : this;
        case Committed _ -> this;
      };
    }
  }

  @BeforeAll
  static void begin() {
    AnchoredFile.register();
    FilePath.register(new Recorded());
  }

  @Test
  void what_was_committed_is_there_whatever_write_was_the_last() throws Exception {
    Image image = new Image(new byte[0]);
    int committed = 0;
    for (int life = 0; life < LIVES; life++) {
      Image begin = image;
      int known = committed;
      HAPPENED.clear();
      live(begin, life);
      int end = HAPPENED.size();
      // now and then in the midst of closing
      int last = random.nextInt(3) > 0 ? random.nextInt(end) : end - 1 - random.nextInt(Math.min(14, end));
      for (int at = 0; at < end; at++) {
        begin = begin.after(HAPPENED.get(at));
        if (HAPPENED.get(at) instanceof Committed(int number)) {
          known = number;
        } else {
          assertThat(found(begin)).as("life %d, write %d of %d", life, at, end).isGreaterThanOrEqualTo(known);
        }
        if (at == last) {
          image = begin;
          committed = known;
        }
      }
    }
    assertThat(committed).isGreaterThan(LIVES);
  }

  /// Opened twice, as one who looks whether it can be opened does it, used, and closed in order.
  private void live(Image image, int life) throws Exception {
    Path file = folder.resolve("life" + life + ".mv.db");
    write(image, file);
    open("recorded:", file).close();
    try (Connection connection = open("recorded:", file);
        var sql = connection.createStatement()) {
      sql.execute("create table if not exists t (number int primary key, text varchar(9000))");
      int number = newest(connection);
      for (int commits = random.nextInt(40); commits > 0; commits--) {
        number++;
        connection.setAutoCommit(false);
        sql.execute("insert into t values (%d, repeat('x', %d))".formatted(number, random.nextInt(1 + random.nextInt(6000))));
        sql.execute("update t set text = repeat('y', %d) where number = %d".formatted(random.nextInt(200), 1 + random.nextInt(number)));
        sql.execute("delete from t where number < " + (number - 60));
        connection.commit();
        HAPPENED.add(new Committed(number));
      }
    }
    Files.delete(file);
  }

  private int found(Image image) throws IOException {
    Path file = folder.resolve("left.mv.db");
    write(image, file);
    try (Connection connection = open("async:", file)) {
      int newest = newest(connection);
      // an orderly end would take the most of the time, and nobody needs the file any more
      connection.createStatement().execute("shutdown immediately");
      return newest;
    } catch (SQLException e) {
      // it had not got as far as the table
      return 0;
    }
  }

  private static int newest(Connection connection) throws SQLException {
    try (var found = connection.createStatement().executeQuery("select coalesce(max(number), 0) from t")) {
      found.next();
      return found.getInt(1);
    }
  }

  private static void write(Image image, Path file) throws IOException {
    if (image.bytes.length > 0) {
      Files.write(file, image.bytes);
    } else {
      Files.deleteIfExists(file);
    }
  }

  /// The space of what is no longer needed is used again after 45 s; here at once.
  private static Connection open(String below, Path file) throws SQLException {
    String name = file.toString().replaceFirst("\\.mv\\.db$", "");
    return DriverManager.getConnection(
        "jdbc:h2:anchored:" + below + name + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;RETENTION_TIME=0", "sa", "");
  }

  /// Made by H2.
  public static final class Recorded extends FilePathWrapper {
    @Override
    public String getScheme() {
      return "recorded";
    }

    @Override
    public FileChannel open(String mode) throws IOException {
      FileChannel file = super.open(mode);
      return getName().endsWith(".mv.db") ? new Recording(file) : file;
    }
  }

  private static final class Recording extends FileBaseDefault {
    private final FileChannel file;

    Recording(FileChannel file) {
      this.file = file;
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      byte[] bytes = new byte[from.remaining()];
      from.duplicate().get(bytes);
      HAPPENED.add(new Written(position, bytes));
      return file.write(from, position);
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      HAPPENED.add(new CutOff(size));
      file.truncate(size);
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
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }
  }
}
