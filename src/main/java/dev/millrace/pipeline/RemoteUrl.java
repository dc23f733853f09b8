package dev.millrace.pipeline;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a repository is that somebody else hosts: `https://git.example.org/acme/shop.git`, `http://`,
/// `ssh://git@host:22/x.git`, the same in short as `git@host:acme/shop.git`, or `file:///srv/git/x.git`.
///
/// Secrets have no place in it. Two texts that mean the same repository are equal in [#canonical] and have one mirror.
///
/// @param text as it is written, and as it is asked for
public record RemoteUrl(String text) {
  private static final Pattern URL =
      Pattern.compile("(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?<user>[^@/]*)@)?(?<host>\\[[0-9A-Fa-f:.]+]|[^/:@]*)(?::(?<port>[^/]*))?(?<path>/.*)?");
  private static final Pattern SHORT =
      Pattern.compile("(?:(?<user>[^@/:]+)@)?(?<host>\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):(?<path>(?!//).+)");
  private static final Pattern HOST = Pattern.compile("\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?");
  private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
  private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
  private static final Pattern PATH = Pattern.compile("[^\\s\\p{Cntrl}?#\\\\]+");
  private static final Pattern ELSE = Pattern.compile("[^a-z0-9._]+");
  private static final String SHAPES = "write it like https://git.example.org/acme/shop.git or git@git.example.org:acme/shop.git";
  private static final int LONGEST = 500;
  private static final int MARK = 8;

  /// How it is reached.
  public enum Scheme {
    HTTPS(443),
    HTTP(80),
    SSH(22),
    FILE(0);

    private final int port;

    Scheme(int port) {
      this.port = port;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// @param user empty when none is named
  /// @param port 0 when none is named
  /// @param path with a slash in front
  private record Parts(Scheme scheme, String user, String host, int port, String path) {}

  public RemoteUrl {
    Optional<String> refusal = refusal(text);
    if (refusal.isPresent()) {
      // the text may hold a secret
      throw new IllegalArgumentException(refusal.get());
    }
  }

  /// Whether somebody who wrote this where a repository is named meant a URL.
  public static boolean isMeantBy(String text) {
    return text.contains(":") || text.contains("@") || text.startsWith("/");
  }

  /// Why this is no URL that can be used, as a sentence that never repeats a secret; empty when it is one.
  public static Optional<String> refusal(String text) {
    return Optional.ofNullable(because(text));
  }

  private static @Nullable String because(String text) {
    if (text.length() > LONGEST) {
      return "a URL has at most " + LONGEST + " characters";
    }
    Matcher url = URL.matcher(text);
    if (!url.matches()) {
      Matcher brief = SHORT.matcher(text);
      // user:password@host/path is no path on a host called user
      if (!brief.matches() || (brief.group("user") == null && text.contains("@"))) {
        return text.contains("@")
            ? "this is not the URL of a repository; " + SHAPES
            : "\"" + text + "\" is neither the name of a repository nor the URL of one; " + SHAPES;
      }
      return unusable(Scheme.SSH, or(brief.group("user")), brief.group("host"), null, brief.group("path"));
    }
    Scheme scheme = scheme(url.group("scheme"));
    if (scheme == null) {
      return "a repository is reached by https, http, ssh or file, not by \"" + url.group("scheme") + "\"";
    }
    return unusable(scheme, or(url.group("user")), url.group("host"), url.group("port"), or(url.group("path")));
  }

  private static @Nullable String unusable(
      Scheme scheme, String user, String host, @Nullable String port, String path) {
    if (user.contains(":")) {
      return scheme == Scheme.SSH
          ? "a password does not belong into a definition; Millrace has a key of its own, whose public half is at /ssh-key"
          : "a password or token does not belong into a definition; put it into the server's credentials file and write"
              + " the URL without it";
    }
    if (!user.isEmpty() && scheme != Scheme.SSH) {
      return "a user does not belong into this URL; who Millrace is there stands in the server's credentials file";
    }
    if (scheme == Scheme.FILE && !host.isEmpty()) {
      return "the repository of a file URL is on the server's own disk; write it like file:///srv/git/shop.git";
    }
    if (scheme != Scheme.FILE && !HOST.matcher(host).matches()) {
      return "the URL names no host; " + SHAPES;
    }
    if (!user.isEmpty() && !USER.matcher(user).matches()) {
      return "\"" + user + "\" is not the name of a user";
    }
    if (port != null && (!PORT.matcher(port).matches() || Integer.parseInt(port) > 65_535)) {
      // not repeated: behind a colon there may also be a password
      return "the port of a URL is a number from 1 to 65535";
    }
    if (stripped(path).isEmpty() || !PATH.matcher(path).matches() || ("/" + path + "/").contains("/../")) {
      return "the URL names no repository on its host; " + SHAPES;
    }
    return null;
  }

  public Scheme scheme() {
    return parts().scheme();
  }

  /// Who is asked, as people call it: `git.example.org`, with the port where it is not the usual one. Of a file URL the
  /// path.
  public String host() {
    Parts parts = parts();
    return parts.scheme() == Scheme.FILE
        ? stripped(parts.path())
        : parts.host() + (parts.port() == 0 ? "" : ":" + parts.port());
  }

  /// The same for every text that means the same repository.
  public String canonical() {
    Parts parts = parts();
    return parts.scheme().word() + "://" + (parts.user().isEmpty() ? "" : parts.user() + "@")
        + (parts.scheme() == Scheme.FILE ? "" : host()) + stripped(parts.path());
  }

  /// What its mirror is called here: readable, and different for whatever is different. `git.example.org-acme-shop`
  /// where that can mean nothing else, with a mark behind it otherwise.
  public RepositoryName mirror() {
    Parts parts = parts();
    String path = stripped(parts.path()).substring(1);
    String plain = parts.host() + "-" + path.replace('/', '-');
    boolean certain =
        parts.scheme() == Scheme.HTTPS && parts.port() == 0 && path.matches("[A-Za-z0-9._]+/[A-Za-z0-9._-]+")
            && parts.host().matches("[a-z0-9.]+") && NameRule.REPOSITORY.allows(plain);
    if (certain) {
      return new RepositoryName(plain);
    }
    String readable =
        ELSE.matcher((parts.scheme() == Scheme.FILE ? "file" : host()).toLowerCase(Locale.ROOT) + "-" + path.toLowerCase(Locale.ROOT))
            .replaceAll("-")
            .replaceFirst("^[^a-z0-9]+", "");
    int room = 62 - MARK;
    return new RepositoryName(readable.substring(0, Math.min(room, readable.length())) + "-" + mark(canonical()));
  }

  /// FNV-1a, which is enough to keep apart what nobody tries to confuse; a mirror knows its URL besides.
  private static String mark(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    String digits = Long.toUnsignedString(hash, 36);
    return digits.substring(Math.max(0, digits.length() - MARK));
  }

  private Parts parts() {
    Matcher url = URL.matcher(text);
    if (url.matches()) {
      Scheme scheme = Objects.requireNonNull(scheme(url.group("scheme")));
      String written = url.group("port");
      int port = written == null ? 0 : Integer.parseInt(written);
      return new Parts(
          scheme,
          user(scheme, or(url.group("user"))),
          url.group("host").toLowerCase(Locale.ROOT),
          port == scheme.port ? 0 : port,
          or(url.group("path")));
    }
    Matcher brief = SHORT.matcher(text);
    if (!brief.matches()) {
      throw new IllegalStateException("no URL, and yet it was taken for one");
    }
    String path = brief.group("path");
    return new Parts(
        Scheme.SSH,
        user(Scheme.SSH, or(brief.group("user"))),
        brief.group("host").toLowerCase(Locale.ROOT),
        0,
        path.startsWith("/") ? path : "/" + path);
  }

  /// Those who host repositories take all for one and the same user, and tell them apart by their key.
  private static String user(Scheme scheme, String named) {
    return scheme == Scheme.SSH && named.isEmpty() ? "git" : named;
  }

  /// With one slash in front, and without those at the end and the suffix.
  private static String stripped(String path) {
    String trimmed = ("/" + path).replaceAll("/+", "/").replaceFirst("/$", "").replaceFirst("\\.git$", "");
    return trimmed.equals("/") ? "" : trimmed;
  }

  private static String or(@Nullable String group) {
    return group == null ? "" : group;
  }

  private static @Nullable Scheme scheme(String word) {
    for (Scheme scheme : Scheme.values()) {
      if (scheme.word().equalsIgnoreCase(word)) {
        return scheme;
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return text;
  }
}
