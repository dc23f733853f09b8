package dev.millrace.web.view;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;
import org.thymeleaf.TemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.standard.StandardDialect;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;

/// Views as HTML. Any number of threads may ask; templates are read at first use and kept.
public final class Views {
  private static final Map<String, String> STAMPS = new ConcurrentHashMap<>();

  /// How many bytes are kept of pieces, with what their keys hold.
  static final long MOST_BYTES = 24L << 20;

  /// What a piece costs besides its bytes, roughly.
  private static final int OVERHEAD = 400;

  private final Map<Object, Kept> pieces = new LinkedHashMap<>(64, 0.75f, true);
  private long bytes;

  /// Stands for a piece in what the engine makes. Nobody outside knows it, so no text can look like it.
  private final String mark = "<!--" + new BigInteger(128, new SecureRandom()).toString(Character.MAX_RADIX) + " ";

  private static final String MARK_ENDS = "-->";

  private record Kept(Deflated piece, int cost) {}

  public String html(View view) {
    return page(view).text();
  }

  /// The view with the pieces in it that are kept.
  public Html page(View view) {
    var pieces = new Pieces(this);
    String text = Engine.ONLY.process(view.template(), new Context(Locale.ROOT, Map.of("view", view, "views", pieces)));
    return pieces.used.isEmpty() ? Html.of(text) : new Html(pieces.between(text));
  }

  /// What templates call `views`.
  public static final class Pieces {
    private final Views views;
    private final List<Html.Part> used = new ArrayList<>();

    private Pieces(Views views) {
      this.views = views;
    }

    /// A piece of the page, taken from those that are kept if it is there: `th:utext="${views.piece(row)}"`.
    public String piece(Piece<?> piece) {
      if (piece.key() == null) {
        return views.html(piece.view());
      }
      used.add(new Html.Kept(views.kept(piece.key(), piece)));
      return views.mark + (used.size() - 1) + MARK_ENDS;
    }

    /// The same for pieces of which there are many on a page and that resemble each other: compressed together with
    /// the rest of the page they are much smaller.
    public String text(Piece<?> piece) {
      return piece.key() == null ? views.html(piece.view()) : new String(views.kept(piece.key(), piece).plain(), StandardCharsets.UTF_8);
    }

    /// The text, and the pieces where their marks are.
    private List<Html.Part> between(String text) {
      var parts = new ArrayList<Html.Part>();
      int at = 0;
      for (int mark = text.indexOf(views.mark); mark >= 0; mark = text.indexOf(views.mark, at)) {
        if (mark > at) {
          parts.add(new Html.Text(text.substring(at, mark)));
        }
        int number = mark + views.mark.length();
        int end = text.indexOf(MARK_ENDS, number);
        parts.add(used.get(Integer.parseInt(text, number, end, 10)));
        at = end + MARK_ENDS.length();
      }
      if (at < text.length()) {
        parts.add(new Html.Text(text.substring(at)));
      }
      return parts;
    }
  }

  private Deflated kept(Object key, Piece<?> piece) {
    synchronized (pieces) {
      Kept known = pieces.get(key);
      if (known != null) {
        return known.piece();
      }
    }
    Deflated made = Deflated.of(page(piece.view()).bytes(), Deflater.DEFAULT_COMPRESSION);
    synchronized (pieces) {
      var kept = new Kept(made, made.bytes().length + piece.weight() + OVERHEAD);
      Kept before = pieces.put(key, kept);
      bytes += kept.cost() - (before == null ? 0 : before.cost());
      var oldest = pieces.values().iterator();
      while (bytes > MOST_BYTES) {
        bytes -= oldest.next().cost();
        oldest.remove();
      }
    }
    return made;
  }

  /// How many bytes are kept now.
  long bytes() {
    synchronized (pieces) {
      return bytes;
    }
  }

  /// The address of a file under `public/`, with a stamp of its content, so that it can be kept for ever.
  public static String asset(String name) {
    return "/" + name + "?v=" + STAMPS.computeIfAbsent("public/" + name, Views::stamp);
  }

  /// Whether [#asset] gives this address for a file that there is.
  public static boolean current(String address) {
    String name = address.replaceFirst("^/", "").replaceFirst("\\?.*", "");
    return Made.NAMES.contains("public/" + name) && asset(name).equals(address);
  }

  /// A word that is another one as soon as any template, style sheet or script is another one: a page that was made of
  /// others has to be loaded again.
  public static String version() {
    return Made.VERSION;
  }

  /// One for all: what it has read is the same for each. Made at the first page and not at the start, since its classes
  /// take a while to load.
  private static final class Engine {
    static final TemplateEngine ONLY = make();

    private static TemplateEngine make() {
      var resolver = new ClassLoaderTemplateResolver(Views.class.getClassLoader());
      resolver.setPrefix("templates/");
      resolver.setSuffix(".html");
      resolver.setTemplateMode(TemplateMode.HTML);
      resolver.setCharacterEncoding(StandardCharsets.UTF_8.name());
      resolver.setCacheable(true);
      var dialect = new StandardDialect();
      dialect.setVariableExpressionEvaluator(new Expressions());
      var engine = new TemplateEngine();
      engine.setDialect(dialect);
      engine.setTemplateResolver(resolver);
      return engine;
    }
  }

  /// What pages are made of, looked up when it is first needed.
  private static final class Made {
    private static final Pattern MADE_OF = Pattern.compile("(public|templates)/[^/]+");
    private static final Set<String> NAMES = names();
    private static final String VERSION = version();

    private static Set<String> names() {
      try {
        Path program = Path.of(Views.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(program)) {
          try (Stream<Path> files = Files.walk(program)) {
            return names(files.map(file -> program.relativize(file).toString()));
          }
        }
        try (JarFile jar = new JarFile(program.toFile())) {
          return names(jar.stream().map(JarEntry::getName));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (URISyntaxException e) {
        throw new IllegalStateException(e);
      }
    }

    private static Set<String> names(Stream<String> files) {
      return files.filter(MADE_OF.asMatchPredicate()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String version() {
      var crc = new CRC32();
      for (String name : NAMES) {
        crc.update((name + STAMPS.computeIfAbsent(name, Views::stamp)).getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().toHexDigits((int) crc.getValue());
    }
  }

  private static String stamp(String name) {
    var crc = new CRC32();
    try (InputStream file = Views.class.getResourceAsStream("/" + name)) {
      if (file == null) {
        throw new IllegalStateException("there is no " + name);
      }
      crc.update(file.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
