package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.Javalin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DoorkeeperTest {
  private final Javalin server =
      Javalin.create(
              config -> {
                config.startup.showJavalinBanner = false;
                config.jetty.modifyServletContextHandler(
                    context ->
                        context.addFilter(
                            new FilterHolder(new Doorkeeper("127.0.0.1", "https://ci.example.org")),
                            "/*",
                            EnumSet.of(jakarta.servlet.DispatcherType.REQUEST)));
                config.routes.get("/", context -> context.result("page"));
                config.routes.post("/", context -> context.result("done"));
              })
          .start("127.0.0.1", 0);

  @AfterEach
  void stop() {
    server.stop();
  }

  /// A request by hand: clients do not let one choose these headers.
  private String ask(String method, String... headers) throws IOException {
    try (var socket = new Socket("127.0.0.1", server.port())) {
      String request = method + " / HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      return reader.lines().filter(line -> line.startsWith("HTTP/1.1 ")).findFirst().orElseThrow().substring(9, 12);
    }
  }

  @Test
  void programs_and_our_own_pages_may() throws IOException {
    assertThat(ask("POST", "Host: localhost:8080")).isEqualTo("200");
    assertThat(ask("POST", "Host: localhost:8080", "Sec-Fetch-Site: same-origin")).isEqualTo("200");
    assertThat(ask("POST", "Host: 127.0.0.1:8080", "Origin: http://127.0.0.1:8080")).isEqualTo("200");
    assertThat(ask("POST", "Host: [::1]:8080")).isEqualTo("200");
    assertThat(ask("POST", "Host: ci.example.org")).isEqualTo("200");
  }

  @Test
  void forms_of_other_sites_may_not_press_our_buttons() throws IOException {
    assertThat(ask("POST", "Host: localhost", "Sec-Fetch-Site: cross-site")).isEqualTo("403");
    assertThat(ask("POST", "Host: localhost", "Sec-Fetch-Site: same-site")).isEqualTo("403");
    assertThat(ask("POST", "Host: localhost:8080", "Origin: http://evil.example")).isEqualTo("403");
    assertThat(ask("POST", "Host: localhost:8080", "Origin: null")).isEqualTo("403");
    assertThat(ask("GET", "Host: localhost:8080", "Sec-Fetch-Site: cross-site")).as("a link").isEqualTo("200");
  }

  @Test
  void a_name_that_somebody_points_at_this_machine_is_not_ours() throws IOException {
    assertThat(ask("GET", "Host: evil.example:8080")).isEqualTo("403");
    assertThat(ask("POST", "Host: evil.example", "Sec-Fetch-Site: same-origin")).isEqualTo("403");
  }
}
