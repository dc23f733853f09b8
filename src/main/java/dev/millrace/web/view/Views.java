package dev.millrace.web.view;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.thymeleaf.TemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;

/// Views as HTML. Any number of threads may ask; templates are read at first use and kept.
public final class Views {
  private static final Map<String, String> STAMPS = new ConcurrentHashMap<>();

  private volatile @Nullable TemplateEngine engine;

  public String html(View view) {
    return engine().process(view.template(), new Context(Locale.ROOT, Map.of("view", view)));
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
    var engine = new TemplateEngine();
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
