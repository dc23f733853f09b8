package dev.millrace.web;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Keeps pages of other sites from using a browser of ours to press our buttons, before pages, API and git alike.
///
/// A browser says where a request comes from (`Sec-Fetch-Site`, `Origin`). A site that points its own name at this
/// machine (DNS rebinding) passes for ours by that, but not by the name it is asked under: a server that listens on
/// loopback answers to loopback names and to the one it was told only.
final class Doorkeeper implements Filter {
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final boolean loopback;
  private final String own;

  /// @param listen the address that the server listens on
  /// @param address where people reach it
  Doorkeeper(String listen, String address) {
    this.loopback = LOOPBACK.contains(listen);
    this.own = name(authority(address));
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String refusal = refusal((HttpServletRequest) request);
    if (refusal == null) {
      chain.doFilter(request, response);
    } else {
      var answer = (HttpServletResponse) response;
      answer.setStatus(HttpServletResponse.SC_FORBIDDEN);
      answer.setContentType("text/plain;charset=utf-8");
      answer.getWriter().println(refusal);
    }
  }

  private @Nullable String refusal(HttpServletRequest request) {
    String host = String.valueOf(request.getHeader("Host")).toLowerCase(Locale.ROOT);
    if (loopback && !LOOPBACK.contains(name(host)) && !name(host).equals(own)) {
      return "This server is not " + name(host) + ". If it shall be, start it with --url http://" + host + ".";
    }
    if (SAFE.contains(request.getMethod())) {
      return null;
    }
    String site = request.getHeader("Sec-Fetch-Site");
    String origin = request.getHeader("Origin");
    boolean foreign =
        site != null
            ? !site.equals("same-origin") && !site.equals("none")
            : origin != null && !authority(origin).equals(host);
    return foreign ? "This request comes from a page of another site. Open Millrace itself and try there." : null;
  }

  private static String authority(String url) {
    try {
      return String.valueOf(URI.create(url).getAuthority()).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /// Without the port.
  private static String name(String host) {
    return host.replaceFirst(":\\d+$", "");
  }
}
