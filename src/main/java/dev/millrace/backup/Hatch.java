package dev.millrace.backup;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How a command on the same machine asks the running server for a backup: a socket in the data directory. Who may open
/// it is who may read the directory anyway, which no port can say of who comes by it.
///
/// The question is the line `backup`; the answer comes in portions with their length before them, and after one of
/// length 0 a sentence that says what went wrong, empty when nothing did.
public final class Hatch implements AutoCloseable {
  static final String NAME = "millrace.socket";

  private static final Logger LOG = LoggerFactory.getLogger(Hatch.class);
  private static final String QUESTION = "backup";
  private static final int PORTION = 1 << 16;

  private final Path file;
  private final Backup backup;
  private final @Nullable ServerSocketChannel door;

  /// To be opened by who has the database open: nobody else works with this data directory.
  public Hatch(Path data, Backup backup) {
    this.file = data.resolve(NAME);
    this.backup = backup;
    this.door = open();
    if (door != null) {
      Thread.ofVirtual().name("hatch").start(() -> listen(door));
    }
  }

  private @Nullable ServerSocketChannel open() {
    try {
      Files.deleteIfExists(file);
      ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      opened.bind(UnixDomainSocketAddress.of(file));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      return opened;
    } catch (IOException | UnsupportedOperationException e) {
      LOG.warn("There is no {}, so backups can be taken only while the server is stopped: {}", file, e.getMessage());
      return null;
    }
  }

  private void listen(ServerSocketChannel door) {
    try {
      while (true) {
        SocketChannel asked = door.accept();
        Thread.ofVirtual().name("backup").start(() -> answer(asked));
      }
    } catch (IOException e) {
      LOG.debug("The hatch is closed", e);
    }
  }

  private void answer(SocketChannel asked) {
    try (asked;
        var in = new DataInputStream(Channels.newInputStream(asked));
        var out = new DataOutputStream(Channels.newOutputStream(asked))) {
      if (!in.readUTF().equals(QUESTION)) {
        end(out, "the server is of another version and does not understand");
        return;
      }
      String trouble = "";
      try {
        var portions = new Portions(out);
        backup.write(portions);
        portions.flush();
      } catch (RuntimeException e) {
        LOG.warn("No backup is taken", e);
        trouble = String.valueOf(e.getMessage());
      }
      end(out, trouble);
    } catch (IOException e) {
      LOG.warn("A backup was broken off: {}", e.getMessage());
    }
  }

  private static void end(DataOutputStream out, String trouble) throws IOException {
    out.writeInt(0);
    out.writeUTF(trouble);
    out.flush();
  }

  /// Has the server that works with this data directory write a backup.
  ///
  /// @return false when there is none
  /// @throws BackupTrouble with the server's own words
  static boolean ask(Path data, OutputStream to) throws IOException {
    Path file = data.resolve(NAME);
    if (!Files.exists(file)) {
      return false;
    }
    SocketChannel server;
    try {
      server = SocketChannel.open(UnixDomainSocketAddress.of(file));
    } catch (IOException e) {
      // one that was killed has left it
      return false;
    }
    try (server;
        var out = new DataOutputStream(Channels.newOutputStream(server));
        var in = new DataInputStream(Channels.newInputStream(server))) {
      out.writeUTF(QUESTION);
      out.flush();
      byte[] portion = new byte[PORTION];
      for (int length = in.readInt(); length > 0; length = in.readInt()) {
        in.readFully(portion, 0, length);
        to.write(portion, 0, length);
      }
      String trouble = in.readUTF();
      if (!trouble.isEmpty()) {
        throw new BackupTrouble(trouble);
      }
      return true;
    } catch (EOFException e) {
      throw new BackupTrouble("the server broke off; its log says why, unless it was stopped", e);
    }
  }

  @Override
  public void close() {
    try {
      if (door != null) {
        door.close();
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      LOG.debug("{} stays", file, e);
    }
  }

  /// What is written, with its length before it.
  private static final class Portions extends OutputStream {
    private final DataOutputStream to;
    private final byte[] waiting = new byte[PORTION];
    private int count;

    Portions(DataOutputStream to) {
      this.to = to;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      int at = from;
      for (int left = length; left > 0; ) {
        int portion = Math.min(left, PORTION - count);
        System.arraycopy(bytes, at, waiting, count, portion);
        count += portion;
        at += portion;
        left -= portion;
        if (count == PORTION) {
          flush();
        }
      }
    }

    @Override
    public void flush() throws IOException {
      if (count > 0) {
        to.writeInt(count);
        to.write(waiting, 0, count);
        count = 0;
      }
      to.flush();
    }
  }
}
