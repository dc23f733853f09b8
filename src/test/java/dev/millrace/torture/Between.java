package dev.millrace.torture;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Stands between the server and its container engine. It sees every request and answer, and so can strike at the very
/// moment; it plays an engine in trouble; and it counts how often the real engine was made to start a container.
final class Between implements AutoCloseable {
  private static final Pattern CONTAINER =
      Pattern.compile("(?:/v[0-9.]+)?/containers/([^/?]+)(?:/([a-z]+))?(?:\\?(.*))?");
  private static final Pattern NAME = Pattern.compile("(?:^|&)name=([^&]+)");
  private static final Pattern ID = Pattern.compile("\"Id\"\\s*:\\s*\"([0-9a-f]+)\"");

  /// Of what a followed log brings, this much is passed on before the strike.
  private static final int SOME = 300;

  /// What an engine can do to its callers.
  enum Trouble {
    /// It hangs up on whoever calls, and on who has called.
    GONE,
    /// It takes calls and says nothing.
    SILENT,
    /// It answers every request with an error.
    FAILING,
    /// It does what it is asked to, and hangs up instead of answering.
    MUTE
  }

  /// @param left how many such moments pass before the one that is meant
  private record Strike(Moment moment, int left, Runnable blow) {}

  /// The connection ends here: somebody was killed, or the engine is not to be reached.
  private static final class HungUp extends IOException {
    private static final long serialVersionUID = 1;
  }

  /// @param bytes as they came, the empty line at the end included
  private record Head(String first, byte[] bytes, long length, boolean chunked) {
    int status() {
      return Integer.parseInt(first.split(" ", 3)[1]);
    }
  }

  /// Called before each portion of a body with its first half passed on.
  private interface Passing {
    void half(int portion) throws IOException;
  }

  private final ServerSocketChannel door;
  private final Path socket;
  private final Path engine;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Strike> armed = new AtomicReference<>();
  private final Map<String, String> names = new ConcurrentHashMap<>();
  private final Map<String, Integer> starts = new ConcurrentHashMap<>();
  private final Map<String, Instant> stops = new ConcurrentHashMap<>();
  private final Object troubleMoved = new Object();
  private final Trace trace;
  private Trouble trouble;

  Between(Path socket, Path engine, Trace trace) throws IOException {
    this.socket = socket;
    this.engine = engine;
    this.trace = trace;
    Files.deleteIfExists(socket);
    door = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(this::accept);
  }

  String host() {
    return "unix://" + socket;
  }

  /// Names of containers that the engine made, and how often it said that it has started them.
  Map<String, Integer> starts() {
    return Map.copyOf(starts);
  }

  /// When a container was first asked to stop.
  Map<String, Instant> stops() {
    return Map.copyOf(stops);
  }

  /// Strikes once, at the next moment of this kind or one of those after it.
  void arm(Moment moment, int later, Runnable blow) {
    armed.set(new Strike(moment, later, blow));
  }

  /// Whether it had not struck.
  boolean disarm() {
    return armed.getAndSet(null) != null;
  }

  void play(Trouble kind) {
    trace.say("the engine is " + kind);
    synchronized (troubleMoved) {
      trouble = kind;
    }
    if (kind == Trouble.GONE) {
      cut();
    }
  }

  void mend() {
    trace.say("the engine is well");
    synchronized (troubleMoved) {
      trouble = null;
      troubleMoved.notifyAll();
    }
  }

  /// Breaks every connection, in the middle of whatever it brings.
  void cut() {
    open.forEach(Between::hangUp);
  }

  private void at(Moment moment) throws HungUp {
    Strike strike = armed.get();
    if (strike == null || strike.moment() != moment) {
      return;
    }
    if (strike.left() > 0) {
      armed.compareAndSet(strike, new Strike(moment, strike.left() - 1, strike.blow()));
    } else if (armed.compareAndSet(strike, null)) {
      trace.say("strikes: " + moment.meaning);
      strike.blow().run();
      throw new HungUp();
    }
  }

  private Trouble trouble() throws HungUp {
    synchronized (troubleMoved) {
      try {
        while (trouble == Trouble.SILENT) {
          troubleMoved.wait();
        }
      } catch (InterruptedException e) {
        throw new HungUp();
      }
      if (trouble == Trouble.GONE) {
        throw new HungUp();
      }
      return trouble;
    }
  }

  private void accept() {
    while (door.isOpen()) {
      try {
        SocketChannel near = door.accept();
        open.add(near);
        Thread.ofVirtual().start(() -> serve(near));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(SocketChannel near) {
    SocketChannel far = null;
    try {
      trouble();
      far = SocketChannel.open(UnixDomainSocketAddress.of(engine));
      open.add(far);
      InputStream fromNear = new BufferedInputStream(Channels.newInputStream(near));
      OutputStream toNear = Channels.newOutputStream(near);
      InputStream fromFar = new BufferedInputStream(Channels.newInputStream(far));
      OutputStream toFar = Channels.newOutputStream(far);
      while (exchange(fromNear, toNear, fromFar, toFar)) {
        // the next request of this connection
      }
    } catch (IOException ended) {
      // one side has hung up, and so does the other
    } finally {
      hangUp(near);
      open.remove(near);
      if (far != null) {
        hangUp(far);
        open.remove(far);
      }
    }
  }

  private boolean exchange(InputStream fromNear, OutputStream toNear, InputStream fromFar, OutputStream toFar)
      throws IOException {
    Head request = head(fromNear);
    if (request == null) {
      return false;
    }
    Trouble now = trouble();
    if (now == Trouble.FAILING) {
      trace.say("500 by us for " + request.first());
      // the body is not read, so the connection is of no use any more
      toNear.write(
          ("HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: 22\r\n"
                  + "Connection: close\r\n\r\n{\"message\":\"tortured\"}")
              .getBytes(StandardCharsets.ISO_8859_1));
      return false;
    }
    String[] first = request.first().split(" ", 3);
    String method = first[0];
    Matcher container = CONTAINER.matcher(first[1]);
    boolean known = container.matches();
    String id = known ? container.group(1) : "";
    String what = known && container.group(2) != null ? container.group(2) : "";
    String query = known && container.group(3) != null ? container.group(3) : "";
    boolean creates = method.equals("POST") && id.equals("create");
    boolean copies = method.equals("PUT") && what.equals("archive");
    boolean starts = method.equals("POST") && what.equals("start");
    boolean stops = method.equals("POST") && what.equals("stop");
    boolean removes = method.equals("DELETE") && known;
    boolean logs = what.equals("logs");
    boolean waits = what.equals("wait");
    boolean looks = method.equals("GET") && what.equals("json") && known;

    String call = method + " " + first[1].replaceAll("%..", "") + (known ? " (" + names.getOrDefault(id, "") + ")" : "");
    if (!logs) {
      trace.say(call);
    }
    if (creates) {
      at(Moment.CREATE_WANTED);
    } else if (starts) {
      at(Moment.START_WANTED);
    } else if (stops) {
      this.stops.putIfAbsent(names.getOrDefault(id, id), Instant.now());
      at(Moment.STOP_WANTED);
    } else if (removes) {
      at(Moment.REMOVE_WANTED);
    }
    toFar.write(request.bytes());
    body(request, false, fromNear, toFar, copies ? _ -> at(Moment.COPYING) : _ -> {});

    Head answer = head(fromFar);
    if (answer == null) {
      return false;
    }
    int status = answer.status();
    trace.say(status + " for " + call);
    boolean good = status < 300;
    byte[] whole = null;
    if (creates || looks || waits) {
      ByteArrayOutputStream kept = new ByteArrayOutputStream();
      body(answer, true, fromFar, kept, _ -> {});
      whole = kept.toByteArray();
    }
    if (creates && good) {
      Matcher made = ID.matcher(new String(whole, StandardCharsets.UTF_8));
      Matcher name = NAME.matcher(query);
      if (made.find() && name.find()) {
        names.put(made.group(1), name.group(1));
      }
    }
    if (starts && status == 204) {
      this.starts.merge(names.getOrDefault(id, id), 1, Integer::sum);
    }
    if (trouble() == Trouble.MUTE) {
      return false;
    }
    if (good && creates) {
      at(Moment.CREATED);
    } else if (good && copies) {
      at(Moment.COPIED);
    } else if (good && starts) {
      at(Moment.STARTED);
    } else if (good && stops) {
      at(Moment.STOPPED);
    } else if (good && removes) {
      at(Moment.REMOVED);
    } else if (good && (waits || looks && new String(whole, StandardCharsets.UTF_8).contains("\"Status\":\"exited\""))) {
      at(Moment.ENDED);
    }
    toNear.write(answer.bytes());
    if (whole != null) {
      toNear.write(whole);
      return true;
    }
    Moment reading = query.contains("follow=1") ? Moment.FOLLOWING : Moment.COLLECTING;
    int[] passed = {0};
    body(
        answer,
        true,
        fromFar,
        toNear,
        portion -> {
          passed[0] += portion;
          if (logs && (reading == Moment.COLLECTING || passed[0] > SOME)) {
            at(reading);
          }
          trouble();
        });
    return true;
  }

  /// Null when there is none any more.
  private static Head head(InputStream from) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    from.mark(1);
    if (from.read() < 0) {
      return null;
    }
    from.reset();
    String first = line(from, bytes);
    long length = -1;
    boolean chunked = false;
    for (String header = line(from, bytes); !header.isEmpty(); header = line(from, bytes)) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(lower.substring(15).strip());
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
    }
    return new Head(first, bytes.toByteArray(), length, chunked);
  }

  private static String line(InputStream from, ByteArrayOutputStream copy) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = from.read(); c != '\n'; c = from.read()) {
      if (c < 0) {
        throw new EOFException();
      }
      copy.write(c);
      if (c != '\r') {
        line.append((char) c);
      }
    }
    copy.write('\n');
    return line.toString();
  }

  private static void body(Head head, boolean answer, InputStream from, OutputStream to, Passing passing)
      throws IOException {
    if (head.chunked()) {
      ByteArrayOutputStream size = new ByteArrayOutputStream();
      for (int length = Integer.parseInt(line(from, size), 16); ; length = Integer.parseInt(line(from, size), 16)) {
        to.write(size.toByteArray());
        size.reset();
        if (length > 0) {
          portion(from.readNBytes(length), to, passing);
        }
        line(from, size);
        to.write(size.toByteArray());
        size.reset();
        if (length == 0) {
          return;
        }
      }
    }
    boolean none = answer && (head.status() == 204 || head.status() == 304 || head.status() < 200);
    if (head.length() >= 0) {
      for (long left = head.length(); left > 0; ) {
        byte[] portion = from.readNBytes((int) Math.min(left, 1 << 14));
        if (portion.length == 0) {
          throw new EOFException();
        }
        left -= portion.length;
        portion(portion, to, passing);
      }
    } else if (answer && !none) {
      byte[] portion = new byte[1 << 14];
      for (int read = from.read(portion); read >= 0; read = from.read(portion)) {
        to.write(portion, 0, read);
        passing.half(read);
      }
      throw new EOFException();
    }
  }

  private static void portion(byte[] bytes, OutputStream to, Passing passing) throws IOException {
    int half = bytes.length / 2;
    to.write(bytes, 0, half);
    passing.half(bytes.length);
    to.write(bytes, half, bytes.length - half);
  }

  private static void hangUp(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // it is gone
    }
  }

  @Override
  public void close() throws IOException {
    mend();
    door.close();
    cut();
    Files.deleteIfExists(socket);
  }
}
