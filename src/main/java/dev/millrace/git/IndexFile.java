package dev.millrace.git;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/// A git index, version 2, of files that all have one time. JGit's own writer distrusts files younger than a second, as
/// those of a candidate are, and would make git read each of them.
final class IndexFile {
  private static final int HEADER = 12;
  private static final int LONGEST_STATED_PATH = 0xfff;
  private static final int ALIGNMENT = 8;
  private static final int FIXED = 62;

  private final long seconds;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);
  private int entries;

  IndexFile(long seconds) throws IOException {
    this.seconds = seconds;
    out.write(new byte[HEADER]);
  }

  /// In the order of a walk through the tree, which is that of an index.
  void add(byte[] path, FileMode mode, ObjectId id, long size) throws IOException {
    entries++;
    for (int time = 0; time < 2; time++) {
      out.writeInt((int) seconds);
      out.writeInt(0);
    }
    out.writeInt(0); // device
    out.writeInt(0); // inode
    out.writeInt(mode.getBits());
    out.writeInt(0); // user
    out.writeInt(0); // group
    out.writeInt((int) size);
    id.copyRawTo(out);
    out.writeShort(Math.min(path.length, LONGEST_STATED_PATH));
    out.write(path);
    out.write(new byte[ALIGNMENT - (FIXED + path.length) % ALIGNMENT]);
  }

  byte[] bytes() {
    byte[] content = bytes.toByteArray();
    ByteBuffer.wrap(content).put(new byte[] {'D', 'I', 'R', 'C'}).putInt(2).putInt(entries);
    byte[] sum = Constants.newMessageDigest().digest(content);
    return ByteBuffer.allocate(content.length + sum.length).put(content).put(sum).array();
  }
}
