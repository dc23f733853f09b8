package dev.millrace.web;

import dev.millrace.web.api.Tidings;
import dev.millrace.web.view.Html;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// Renders a page or fragment once for all who ask for the same at about the same time.
///
/// Equal requests have the same path and query. What one of them got is given to the next as long as nothing has moved
/// in the pipeline that the path names, or at all where it names none; as long as the server's trouble is the same; and
/// for a second at most, because clocks run on pages. Of those who come together, one renders and the others wait for
/// it. Nobody gets what was begun before the last thing that had moved when they asked: who hears of an event and asks
/// then, sees it.
///
/// Only a 200 is kept, and nothing that says of itself `private` or `no-store` or sets a cookie: that is how a handler
/// says that its answer is for one reader. Kept is the compressed form, 8 MB of it at most.
final class Renderings {
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final int LONGEST_KEY = 512;
  private static final int SMALL = 1_000;
  static final long MOST_BYTES = 8L << 20;

  /// What an entry costs besides its bytes, roughly.
  private static final int OVERHEAD = 600;

  private final Tidings tidings;
  private final InstantSource clock;
  private final Supplier<String> trouble;
  private final LongSupplier nanos;
  private final Map<Key, Rendering> kept = new LinkedHashMap<>(64, 0.75f, true);
  private final ConcurrentMap<Key, Making> makings = new ConcurrentHashMap<>();
  private long bytes;

  /// @param trouble what is the matter with the server; empty for nothing. It stands on every page.
  Renderings(Tidings tidings, InstantSource clock, Supplier<String> trouble) {
    this(tidings, clock, trouble, System::nanoTime);
  }

  /// @param nanos the machine's clock, which nobody sets
  Renderings(Tidings tidings, InstantSource clock, Supplier<String> trouble, LongSupplier nanos) {
    this.nanos = nanos;
    this.tidings = tidings;
    this.clock = clock;
    this.trouble = trouble;
  }

  private record Key(String address, String trouble) {}

  /// What was known when somebody asked, or began to render.
  ///
  /// @param nanos by the machine; `at` is by the server's clock, which tests set
  private record Moment(long moved, long nanos, Instant at) {
    /// Whether what was begun then does for who asked at `asked`: later, however long that has had to wait for it, or
    /// shortly before.
    boolean serves(Moment asked) {
      return moved >= asked.moved && (nanos - asked.nanos > 0 || isShortlyBefore(asked));
    }

    private boolean isShortlyBefore(Moment asked) {
      return asked.nanos - nanos <= FRESH.toNanos() && Duration.between(at, asked.at).abs().compareTo(FRESH) <= 0;
    }
  }

  private record Making(Moment begun, CompletableFuture<Optional<Rendering>> made) {}

  /// @param body compressed unless it is small
  /// @param headers what the handler set
  private record Rendering(Moment begun, byte[] body, boolean compressed, Map<String, String> headers, String tag) {}

  /// The handler, asked as seldom as that. It must answer by path and query alone.
  Handler once(Handler handler) {
    return context -> answer(context, handler);
  }

  private void answer(Context context, Handler handler) throws Exception {
    String query = context.queryString();
    String address = query == null ? context.path() : context.path() + "?" + query;
    if (address.length() > LONGEST_KEY) {
      handler.handle(context);
      return;
    }
    var key = new Key(address, trouble.get());
    Moment asked = now(context);
    while (true) {
      Rendering found = kept(key);
      if (found != null && found.begun.serves(asked)) {
        send(context, found);
        return;
      }
      var mine = new Making(now(context), new CompletableFuture<>());
      Making other = makings.putIfAbsent(key, mine);
      if (other == null) {
        make(context, handler, key, mine);
        return;
      }
      Optional<Rendering> theirs = other.made.join();
      if (theirs.isEmpty()) {
        // not to be shared: everybody for themselves
        handler.handle(context);
        return;
      }
      if (other.begun.serves(asked)) {
        send(context, theirs.get());
        return;
      }
    }
  }

  /// Read before anything that is shown.
  private Moment now(Context context) {
    String pipeline = context.pathParamMap().get("pipeline");
    long moved = pipeline == null ? tidings.last() : tidings.last(pipeline);
    return new Moment(moved, nanos.getAsLong(), clock.instant());
  }

  private void make(Context context, Handler handler, Key key, Making mine) throws Exception {
    Optional<Rendering> made = Optional.empty();
    try {
      Map<String, String> before = headers(context);
      handler.handle(context);
      InputStream result = context.resultInputStream();
      if (result != null && context.statusCode() == 200 && isForAll(context)) {
        Map<String, String> headers = headers(context);
        headers.entrySet().removeAll(before.entrySet());
        made = Optional.of(rendering(mine.begun, result, Map.copyOf(headers)));
        context.result(new ByteArrayInputStream(new byte[0]));
        keep(key, made.get());
      }
    } finally {
      makings.remove(key, mine);
      mine.made.complete(made);
    }
    if (made.isPresent()) {
      send(context, made.get());
    }
  }

  private static Rendering rendering(Moment begun, InputStream result, Map<String, String> headers) throws IOException {
    if (result instanceof Html.Reading reading) {
      Html.Gzip gzip = reading.html().gzip();
      if (gzip.length() > SMALL) {
        return new Rendering(begun, gzip.bytes(), true, headers, tag(gzip.crc(), gzip.length()));
      }
    }
    byte[] plain = result.readAllBytes();
    var crc = new CRC32C();
    crc.update(plain);
    boolean compress = plain.length > SMALL;
    return new Rendering(
        begun, compress ? compressed(plain) : plain, compress, headers, tag(crc.getValue(), plain.length));
  }

  private static Map<String, String> headers(Context context) {
    var headers = new HashMap<String, String>();
    for (String name : context.res().getHeaderNames()) {
      headers.put(name, String.valueOf(context.res().getHeader(name)));
    }
    return headers;
  }

  private static boolean isForAll(Context context) {
    String cache = context.res().getHeader("Cache-Control");
    return context.res().getHeader("Set-Cookie") == null
        && (cache == null || !cache.contains("private") && !cache.contains("no-store"));
  }

  private static void send(Context context, Rendering rendering) throws IOException {
    rendering.headers.forEach((name, value) -> context.res().setHeader(name, value));
    context.res().setHeader("ETag", rendering.tag);
    context.res().setHeader("Vary", "Accept-Encoding");
    if (rendering.tag.equals(context.header("If-None-Match"))) {
      context.status(304);
      return;
    }
    byte[] body = rendering.body;
    if (rendering.compressed) {
      if (takesGzip(context.header("Accept-Encoding"))) {
        context.res().setHeader("Content-Encoding", "gzip");
      } else {
        body = plain(body);
      }
    }
    context.res().setContentLength(body.length);
    context.res().getOutputStream().write(body);
  }

  /// A browser that does not want it says nothing of it; `gzip;q=0` is for the pedantic.
  private static boolean takesGzip(@Nullable String encodings) {
    return encodings != null && encodings.contains("gzip") && !encodings.matches(".*gzip\\s*;\\s*q=0(\\.0*)?\\s*(,.*)?");
  }

  private synchronized @Nullable Rendering kept(Key key) {
    return kept.get(key);
  }

  private synchronized void keep(Key key, Rendering rendering) {
    Rendering before = kept.put(key, rendering);
    bytes += cost(rendering) - (before == null ? 0 : cost(before));
    var oldest = kept.values().iterator();
    while (bytes > MOST_BYTES) {
      bytes -= cost(oldest.next());
      oldest.remove();
    }
  }

  /// How many bytes are kept now.
  synchronized long bytes() {
    return bytes;
  }

  private static int cost(Rendering rendering) {
    return rendering.body.length + OVERHEAD;
  }

  private static String tag(long crc, int length) {
    return "W/\"" + Long.toHexString(crc) + "-" + Integer.toHexString(length) + "\"";
  }

  private static byte[] compressed(byte[] plain) throws IOException {
    var bytes = new ByteArrayOutputStream(plain.length / 8);
    try (var gzip = new Quick(bytes)) {
      gzip.write(plain);
    }
    return bytes.toByteArray();
  }

  private static byte[] plain(byte[] compressed) throws IOException {
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      return gzip.readAllBytes();
    }
  }

  /// Pages repeat themselves so much that the better levels cost time and save little.
  private static final class Quick extends GZIPOutputStream {
    Quick(ByteArrayOutputStream to) throws IOException {
      super(to, 1 << 13);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
