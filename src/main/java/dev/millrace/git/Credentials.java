package dev.millrace.git;

import dev.millrace.pipeline.RemoteUrl;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.URIish;

/// Who Millrace is at which host: a file in the format of git's own credential store, `https://user:token@host` in each
/// line, with `%` and two digits for what a URL cannot hold. A line with a path goes for that path and what is below it,
/// and before a line without one.
///
/// Read anew each time, so that a changed token counts at once. Others on the machine must not be able to read it.
final class Credentials {
  private static final Set<PosixFilePermission> OURS =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

  private final Path file;

  /// @param file need not be there
  Credentials(Path file) {
    this.file = file;
  }

  Path file() {
    return file;
  }

  private record Line(URI at, String user, String password) {
    boolean covers(RemoteUrl url) {
      String wanted = url.canonical();
      String path = at.getRawPath() == null ? "" : at.getRawPath().replaceFirst("/+$", "").replaceFirst("\\.git$", "");
      int named = port(at.getPort(), at.getScheme());
      String port = named == usual(at.getScheme()) ? "" : ":" + named;
      String from = at.getScheme().toLowerCase(Locale.ROOT) + "://"
          + String.valueOf(at.getHost()).toLowerCase(Locale.ROOT) + port + path;
      return wanted.equals(from) || wanted.startsWith(from + "/");
    }

    static int port(int named, String scheme) {
      return named < 0 ? usual(scheme) : named;
    }

    private static int usual(String scheme) {
      return scheme.equalsIgnoreCase("https") ? 443 : 80;
    }
  }

  /// What answers a host that asks who is there, and nobody but it.
  ///
  /// @throws GitTrouble when the file is not as it should be
  CredentialsProvider of(RemoteUrl url) {
    Optional<Line> line = line(url);
    return new CredentialsProvider() {
      @Override
      public boolean isInteractive() {
        return false;
      }

      @Override
      public boolean supports(CredentialItem... items) {
        for (CredentialItem item : items) {
          if (!(item instanceof CredentialItem.Username || item instanceof CredentialItem.Password)) {
            return false;
          }
        }
        return line.isPresent();
      }

      @Override
      public boolean get(URIish asker, CredentialItem... items) {
        if (!supports(items) || !isAt(asker, line.orElseThrow().at())) {
          return false;
        }
        for (CredentialItem item : items) {
          if (item instanceof CredentialItem.Username user) {
            user.setValue(line.orElseThrow().user());
          } else if (item instanceof CredentialItem.Password password) {
            password.setValue(line.orElseThrow().password().toCharArray());
          }
        }
        return true;
      }
    };
  }

  boolean has(RemoteUrl url) {
    return line(url).isPresent();
  }

  /// A host may send us elsewhere, and what is for one is not for another.
  private static boolean isAt(URIish asker, URI at) {
    return String.valueOf(asker.getHost()).equalsIgnoreCase(at.getHost())
        && String.valueOf(asker.getScheme()).equalsIgnoreCase(at.getScheme())
        && Line.port(asker.getPort(), at.getScheme()) == Line.port(at.getPort(), at.getScheme());
  }

  private Optional<Line> line(RemoteUrl url) {
    Optional<Line> best = Optional.empty();
    int number = 0;
    for (String text : lines()) {
      number++;
      if (text.isBlank() || text.startsWith("#")) {
        continue;
      }
      Line line = read(text.strip(), number);
      if (line.covers(url) && (best.isEmpty() || length(line) > length(best.get()))) {
        best = Optional.of(line);
      }
    }
    return best;
  }

  private static int length(Line line) {
    return line.at().getRawPath() == null ? 0 : line.at().getRawPath().length();
  }

  private Iterable<String> lines() {
    try {
      var others = EnumSet.noneOf(PosixFilePermission.class);
      others.addAll(Files.getPosixFilePermissions(file));
      others.removeAll(OURS);
      if (!others.isEmpty()) {
        throw new GitTrouble("the credentials in " + file + " can be read by others on this machine: chmod 600 " + file);
      }
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (IOException e) {
      throw new GitTrouble("the credentials in " + file + " cannot be read", e);
    }
  }

  /// The text is a secret: no message repeats it.
  private Line read(String text, int number) {
    try {
      var at = new URI(text);
      String user = at.getRawUserInfo();
      int colon = user == null ? -1 : user.indexOf(':');
      boolean http = "https".equalsIgnoreCase(at.getScheme()) || "http".equalsIgnoreCase(at.getScheme());
      if (user != null && colon > 0 && http && at.getHost() != null) {
        return new Line(at, decoded(user.substring(0, colon)), decoded(user.substring(colon + 1)));
      }
    } catch (URISyntaxException | IllegalArgumentException e) {
      // said below, without the text
    }
    throw new GitTrouble("line " + number + " of " + file + " is not like https://user:token@host");
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
