package dev.millrace.web.view;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.thymeleaf.TemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.standard.StandardDialect;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;

/// Views as HTML. Any number of threads may ask; templates are read at first use and kept.
public final class Views {
  private static final Map<String, String> STAMPS = new ConcurrentHashMap<>();

  /// How many characters of pieces are kept.
  static final long MOST_CHARACTERS = 16L << 20;

  private volatile @Nullable TemplateEngine engine;
  private final Map<View, String> pieces = new LinkedHashMap<>(64, 0.75f, true);
  private long characters;

  public String html(View view) {
    return engine().process(view.template(), new Context(Locale.ROOT, Map.of("view", view, "views", this)));
  }

  /// The same for a piece of a page that most pages show as the one before did, like the row of a change that has ended:
  /// equal views are the same HTML, so what was made of one is kept, those that were asked for last. Templates call this
  /// `views.piece(row)`.
  public String piece(View.Fragment view) {
    synchronized (pieces) {
      String known = pieces.get(view);
      if (known != null) {
        return known;
      }
    }
    String made = html(view);
    synchronized (pieces) {
      if (pieces.put(view, made) == null) {
        characters += made.length();
      }
      var oldest = pieces.values().iterator();
      while (characters > MOST_CHARACTERS) {
        characters -= oldest.next().length();
        oldest.remove();
      }
    }
    return made;
  }

  /// How many characters are kept now.
  long characters() {
    synchronized (pieces) {
      return characters;
    }
  }

  /// The address of a file under `public/`, with a stamp of its content, so that it can be kept for ever.
  public static String asset(String name) {
    return "/" + name + "?v=" + STAMPS.computeIfAbsent("public/" + name, Views::stamp);
  }

  /// A word that is another one as soon as one of these resources is another one.
  static String version(String... resources) {
    var version = new StringBuilder();
    for (String resource : resources) {
      version.append(STAMPS.computeIfAbsent(resource, Views::stamp));
    }
    return version.toString();
  }

  /// Made at the first page and not at the start: its classes take a while to load.
  private TemplateEngine engine() {
    TemplateEngine made = engine;
    if (made == null) {
      synchronized (this) {
        made = engine;
        if (made == null) {
          made = make();
          engine = made;
        }
      }
    }
    return made;
  }

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
