package dev.millrace.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What a reader sees of what was printed, made piece by piece: without escape sequences and control characters, and
/// without what a carriage return made to be printed over. Line ends stay, so the lines stay the same.
final class Seen {
  /// In UTF-8 the control characters U+0080 to U+009F begin with it.
  static final byte C1_LEAD = (byte) 0xc2;

  private static final byte ESCAPE = 0x1b;
  private static final byte BELL = 0x07;

  private enum State {
    TEXT,
    ESCAPED,
    /// `ESC [`, until a letter or the like.
    CONTROL,
    /// `ESC ]` and its kin, until BEL or `ESC \`.
    STRING,
    STRING_ESCAPED,
    /// One byte more.
    CHARSET,
    /// The rest of a character that belonged to a sequence.
    TRAIL,
    /// Behind [#C1_LEAD].
    LEAD
  }

  /// Hears of a line, or the beginning of one, that is printed over.
  interface Overwriting {
    void overwritten(byte[] text, int begin, int end);
  }

  private final Overwriting listener;
  private byte[] text;
  private int length;
  private State state = State.TEXT;
  private boolean returned;

  Seen(int capacity, Overwriting listener) {
    this.text = new byte[capacity];
    this.listener = listener;
  }

  /// A line of text.
  static String of(String line) {
    return of(line, (_, _, _) -> {});
  }

  static String of(String line, Overwriting listener) {
    Seen seen = new Seen(line.length() + 8, listener);
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    seen.add(bytes, 0, bytes.length);
    return new String(seen.text, 0, seen.length, StandardCharsets.UTF_8);
  }

  static boolean mayBeUnseen(byte b) {
    return b >= 0 && b < ' ' && b != '\n' && b != '\t' || b == 0x7f || b == C1_LEAD;
  }

  byte[] text() {
    return text;
  }

  int length() {
    return length;
  }

  /// Whether what comes next is seen as it stands, until there is a byte that may not be.
  boolean plain() {
    return state == State.TEXT && !returned;
  }

  /// As for the first byte of a log.
  void clear() {
    length = 0;
    state = State.TEXT;
    returned = false;
  }

  /// Keeps of the text only this, at its beginning.
  void keep(byte[] from, int begin, int end) {
    length = 0;
    put(from, begin, end);
  }

  void add(byte[] raw, int from, int to) {
    int at = from;
    while (at < to) {
      byte b = raw[at];
      if (returned) {
        if (b == '\r') {
          at++;
          continue;
        }
        returned = false;
        if (b != '\n') {
          overwrite();
        }
      }
      if (state == State.TEXT) {
        int special = Eight.unseen(raw, at, to);
        put(raw, at, special);
        if (special < to) {
          state =
              switch (raw[special]) {
                case ESCAPE -> State.ESCAPED;
                case C1_LEAD -> State.LEAD;
                default -> State.TEXT;
              };
          returned = raw[special] == '\r';
        }
        at = special + 1;
      } else if (b == '\n' || b == '\r') {
        if (state == State.LEAD) {
          put(C1_LEAD);
        }
        // handled as text, in the next turn
        state = State.TEXT;
      } else if (state == State.LEAD) {
        state = State.TEXT;
        if (b >= (byte) 0x80 && b <= (byte) 0x9f) {
          at++;
        } else {
          put(C1_LEAD);
        }
      } else if (state == State.TRAIL && !trailing(b)) {
        state = State.TEXT;
      } else {
        state = next(b);
        at++;
      }
    }
  }

  private static boolean trailing(byte b) {
    return b >= (byte) 0x80 && b <= (byte) 0xbf;
  }

  private State next(byte b) {
    return switch (state) {
      case TEXT, LEAD -> State.TEXT;
      case TRAIL -> State.TRAIL;
      case CHARSET -> b < 0 ? State.TRAIL : State.TEXT;
      case ESCAPED ->
          switch (b) {
            case '[' -> State.CONTROL;
            case ']', 'P', '_', '^' -> State.STRING;
            case '(', ')', '#', '%' -> State.CHARSET;
            default -> b < 0 ? State.TRAIL : State.TEXT;
          };
      case CONTROL -> b >= '@' && b <= '~' ? State.TEXT : State.CONTROL;
      case STRING -> string(b);
      case STRING_ESCAPED -> b == '\\' ? State.TEXT : string(b);
    };
  }

  private static State string(byte b) {
    return switch (b) {
      case BELL -> State.TEXT;
      case ESCAPE -> State.STRING_ESCAPED;
      default -> State.STRING;
    };
  }

  private void overwrite() {
    int begin = length;
    while (begin > 0 && text[begin - 1] != '\n') {
      begin--;
    }
    listener.overwritten(text, begin, length);
    length = begin;
  }

  private void put(byte b) {
    room(1);
    text[length++] = b;
  }

  private void put(byte[] from, int begin, int end) {
    room(end - begin);
    System.arraycopy(from, begin, text, length, end - begin);
    length += end - begin;
  }

  private void room(int more) {
    if (text.length - length < more) {
      text = Arrays.copyOf(text, Math.max(text.length * 2, length + more));
    }
  }
}
