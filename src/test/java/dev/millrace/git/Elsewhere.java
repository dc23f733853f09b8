package dev.millrace.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.RepositoryName;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/// A host of repositories that is not ours: it has one, `acme`, and lets in only `ada` with her token.
public final class Elsewhere implements AutoCloseable {
  public static final String TOKEN = "s3cret";
  private static final RepositoryName ACME = new RepositoryName("acme");

  private final Repositories repositories;
  private final AtomicInteger port = new AtomicInteger();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile Function<List<RefMove>, List<String>> refusal = _ -> List.of();
  private volatile String token = TOKEN;
  private Server jetty;

  public Elsewhere(Path folder) throws Exception {
    repositories = new Repositories(folder.resolve("elsewhere"));
    repositories.create(ACME);
    start();
  }

  /// At the same address as before.
  public void start() throws Exception {
    jetty = new Server();
    var connector = new ServerConnector(jetty);
    connector.setHost("127.0.0.1");
    connector.setPort(port.get());
    jetty.addConnector(connector);
    var context = new ServletContextHandler("/");
    Filter guard =
        (request, response, chain) -> {
          String shown = ((HttpServletRequest) request).getHeader("Authorization");
          asked.add(((HttpServletRequest) request).getRequestURI());
          String wanted = "Basic " + Base64.getEncoder().encodeToString(("ada:" + token).getBytes(UTF_8));
          if (wanted.equals(shown)) {
            chain.doFilter(request, response);
          } else {
            ((HttpServletResponse) response).setHeader("WWW-Authenticate", "Basic realm=\"elsewhere\"");
            ((HttpServletResponse) response).setStatus(401);
          }
        };
    context.addFilter(new FilterHolder(guard), "/*", EnumSet.of(DispatcherType.REQUEST));
    context.addServlet(new GitHost(repositories, new Hooks()).servlet(), "/git/*");
    jetty.setHandler(context);
    jetty.start();
    port.set(connector.getLocalPort());
  }

  public void stop() throws Exception {
    jetty.stop();
  }

  /// Without a token, as a definition names it.
  public String url() {
    return "http://127.0.0.1:" + port.get() + "/git/acme.git";
  }

  /// As a developer uses it.
  public String urlOfAda() {
    return "http://ada:" + TOKEN + "@127.0.0.1:" + port.get() + "/git/acme.git";
  }

  /// A line of a credentials file.
  public String credentials() {
    return "http://ada:" + TOKEN + "@127.0.0.1:" + port.get();
  }

  /// From now on another one is wanted.
  public void changeToken(String now) {
    token = now;
  }

  /// What a hook there says to each push that wants these moves; empty lets it through.
  public void hook(Function<List<RefMove>, List<String>> now) {
    refusal = now;
  }

  public Map<BranchName, dev.millrace.change.Commit> branches() {
    return repositories.branches(ACME);
  }

  /// How often it was asked for anything.
  public int requests() {
    return asked.size();
  }

  @Override
  public void close() throws Exception {
    jetty.stop();
    repositories.close();
  }

  private final class Hooks implements Pushes {
    @Override
    public List<String> refuse(RepositoryName repository, List<RefMove> moves, List<String> options) {
      return refusal.apply(moves);
    }

    @Override
    public Map<BranchName, String> received(
        RepositoryName repository, List<RefMove> moves, List<String> options, Predicate<String> say) {
      return Map.of();
    }
  }
}
