package dev.millrace.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the errors and the groups of a log while it is written, and keeps them beside it: `.errors` has the numbers of
/// the lines that look like errors (8 bytes each, counted from 1), `.groups` is written by [Folds]. Neither is there
/// before there is something in it.
///
/// Of each line the first bytes are looked at, as a reader sees them.
final class Marker implements Closeable {
  static final int ERROR_WIDTH = Long.BYTES;
  private static final int PORTION = 1 << 16;

  private final Path errorFile;
  private final Folds folds;
  private @Nullable FileChannel errors;
  private ByteBuffer pendingErrors = ByteBuffer.allocate(1 << 6);

  /// What is seen of lines that are not done with, behind a line end.
  private final Seen seen = new Seen(1 << 10, this::overwritten);

  /// The number of the first line in there.
  private long line;

  /// Section marks of GitLab are printed over by the title; so they are noted here,
  /// in the order of lines, until their line is complete.
  private final List<Section> sections = new ArrayList<>();

  /// The last line that began with `--- `, and whether it is a group unless the next one makes it a diff.
  private long dashes = -2;

  private boolean undecided;

  /// @param begin whether it begins or ends
  private record Section(long line, boolean begin, String name) {}

  /// Reads how a line begins.
  interface Beginnings {
    String of(long line) throws IOException;
  }

  /// Goes on from this line; what is known of it and of later ones is dropped.
  Marker(Path errorFile, Path groupFile, long line, Beginnings beginnings) throws IOException {
    this.errorFile = errorFile;
    this.line = line;
    this.folds = new Folds(groupFile, line, (begin, kind) -> Titles.name(kind, beginnings.of(begin)));
    seen.keep(new byte[] {'\n'}, 0, 1);
    if (Files.exists(errorFile)) {
      try (Records records = Records.open(errorFile, ERROR_WIDTH)) {
        long kept = records.soundBefore(line) * ERROR_WIDTH;
        errors().truncate(kept).position(kept);
      }
    }
    if (line > 0) {
      String before = Seen.of(beginnings.of(line - 1));
      if (before.startsWith("--- ")) {
        // if it was decided that it is a group, the group is there; else the next line decides, now or again
        dashes = line - 1;
        undecided = Titles.heading(before.substring(4)) && folds.latest() != dashes;
      }
    }
  }

  private FileChannel errors() throws IOException {
    if (errors == null) {
      errors = FileChannel.open(errorFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
    return errors;
  }

  void add(byte[] raw, int from, int to) {
    for (int at = from; at < to; at += PORTION) {
      seen.add(raw, at, Math.min(to, at + PORTION));
      mark();
    }
  }

  /// There is nothing more to come, be it that the last line has no end.
  void end() {
    byte[] newline = {'\n'};
    add(newline, 0, 1);
    decide(Long.MAX_VALUE);
  }

  /// Brings what was found into the files.
  void write() throws IOException {
    if (pendingErrors.position() > 0) {
      pendingErrors.flip();
      while (pendingErrors.hasRemaining()) {
        errors().write(pendingErrors);
      }
      pendingErrors.clear();
    }
    folds.write();
  }

  private void mark() {
    byte[] text = seen.text();
    int to = seen.length();
    int behind = to;
    while (text[behind - 1] != '\n') {
      behind--;
    }
    long number = line;
    int counted = 1;
    int at = behind > 1 ? Signs.next(text, 0, behind) : -1;
    while (at >= 0) {
      int next = at + 1;
      for (Signs.Sign sign : Signs.at(text, at)) {
        if (!sign.stands(text, at, behind)) {
          continue;
        }
        int word = sign.beginsLine() ? at + 1 : at;
        int begin = word;
        while (text[begin - 1] != '\n') {
          begin--;
        }
        int newline = Eight.newline(text, word, behind);
        int end = Math.min(newline, begin + Signs.SEEN);
        if (at >= end) {
          next = newline;
          break;
        }
        if (begin < behind && sign.fits(text, begin, at, end)) {
          number += Eight.newlines(text, counted, begin);
          counted = Math.max(begin, counted);
          marked(sign.meaning(), number, text, begin, end);
          next = sign.meaning() == Signs.Meaning.ERROR ? newline : next;
          break;
        }
      }
      at = Signs.next(text, next, behind);
    }
    line += Eight.newlines(text, 1, behind);
    sections(line);
    decide(line);
    keep(text, behind, to);
  }

  private void keep(byte[] text, int from, int to) {
    text[0] = '\n';
    if (from > 1) {
      System.arraycopy(text, from, text, 1, to - from);
    }
    seen.keep(text, 0, 1 + Math.min(to - from, Signs.SEEN + 1));
  }

  private void marked(Signs.Meaning meaning, long number, byte[] text, int begin, int end) {
    sections(number);
    if (meaning != Signs.Meaning.PLUSES || dashes != number - 1) {
      decide(number + 1);
    }
    switch (meaning) {
      case ERROR -> error(number);
      case GITHUB_BEGIN -> folds.open(number, Folds.Kind.GITHUB, "");
      case GITHUB_END -> folds.close(number, Folds.Kind.GITHUB, "");
      case GITLAB -> section(number, new String(text, begin, end - begin, StandardCharsets.UTF_8));
      case DASHES -> {
        dashes = number;
        undecided = heading(text, begin, end);
      }
      case PLUSES -> {
        if (dashes == number - 1) {
          undecided = false;
        } else if (heading(text, begin, end)) {
          header(number);
        }
      }
      case WAVES -> {
        if (heading(text, begin, end)) {
          header(number);
        }
      }
    }
  }

  private static boolean heading(byte[] text, int begin, int end) {
    return Titles.heading(new String(text, begin + 4, end - begin - 4, StandardCharsets.UTF_8));
  }

  private void error(long number) {
    if (pendingErrors.remaining() < ERROR_WIDTH) {
      pendingErrors = ByteBuffer.allocate(pendingErrors.capacity() * 2).put(pendingErrors.flip());
    }
    pendingErrors.putLong(number + 1);
  }

  /// A `--- title` is a group if the line behind it does not begin with `+++ `.
  ///
  /// @param reached the first line of which nothing is known yet
  private void decide(long reached) {
    if (undecided && reached > dashes + 1) {
      undecided = false;
      header(dashes);
    }
  }

  private void header(long number) {
    folds.close(number - 1, Folds.Kind.BUILDKITE, "");
    folds.open(number, Folds.Kind.BUILDKITE, "");
  }

  private void overwritten(byte[] text, int begin, int end) {
    int length = Math.min(end - begin, Signs.SEEN);
    String seen = new String(text, begin, length, StandardCharsets.UTF_8);
    if (seen.startsWith(Titles.SECTION)) {
      section(line + Eight.newlines(text, 1, begin), seen);
    }
  }

  private void section(long number, String mark) {
    String name = Titles.section(mark);
    if (!name.isEmpty()) {
      int at = sections.size();
      while (at > 0 && sections.get(at - 1).line() > number) {
        at--;
      }
      sections.add(at, new Section(number, mark.startsWith(Titles.SECTION_BEGIN), name));
    }
  }

  /// Opens and closes what was noted of lines before this one.
  private void sections(long before) {
    while (!sections.isEmpty() && sections.getFirst().line() < before) {
      Section section = sections.removeFirst();
      decide(section.line() + 1);
      if (section.begin()) {
        folds.open(section.line(), Folds.Kind.GITLAB, section.name());
      } else {
        // the next one may begin in the same line, which then is its title
        boolean another = sections.stream().anyMatch(other -> other.line() == section.line() && other.begin());
        folds.close(another ? section.line() - 1 : section.line(), Folds.Kind.GITLAB, section.name());
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (folds) {
      if (errors != null) {
        errors.close();
      }
    }
  }
}
