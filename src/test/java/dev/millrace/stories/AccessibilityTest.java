package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.web.Axe;
import dev.millrace.web.Chromium;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.chrome.ChromeDriver;

/// Every page of the real server can be used by everybody, as far as axe-core can tell. A new page has to be looked at
/// here, or this test names it: which pages there are is read from the site map. Here they are wide and dark; the
/// EveryPageTest has axe look at samples of them on a phone and in the light theme.
@Tag("browser")
class AccessibilityTest extends Story {
  private static final Path SITE_MAP = Path.of("src/main/java/dev/millrace/web/Routes.java");
  private static final Pattern ROUTE = Pattern.compile("routes\\.get\\(\\s*\"([^\"]+)\"");

  /// What is no page by its address: programs ask for it.
  private static final Pattern NO_PAGE = Pattern.compile("/(api|health|schema|badge)/.*|/metrics|/openapi\\.json");

  private static ChromeDriver browser;

  @BeforeAll
  static void open() {
    browser = Chromium.start();
  }

  @AfterAll
  static void quit() {
    browser.quit();
  }

  /// What stands for a parameter of an address when its page is to be found out about.
  private Map<String, String> values() {
    String commit = shop.main().hex();
    return Map.of("pipeline", "shop", "number", "1", "stage", "test", "step", "test", "sha", commit, "commit", commit, "repository", "shop", "branch", "main");
  }

  /// The pages that are looked at, in as many states as a story can bring about.
  private List<String> visited() {
    return List.of(
        "/", "/?find=nowhere", "/wall", "/pipelines/shop/wall", "/pipelines/shop?window=20", "/pipelines/shop?state=failed", "/pipelines/shop?author=nobody",
        "/pipelines/shop/statistics", "/pipelines/shop/statistics?days=7&stage=test", "/commits/" + shop.main().hex(), "/commits/0123456", "/search?q=milk", "/search?q=",
        "/pipelines/shop/changes/4/test/test?search=still", "/pipelines/shop/changes/1/test/test/matches", "/pipelines/shop/changes/1/test/test/text", "/pipelines/shop", "/pipelines/shop?before=3", "/pipelines/shop/definition",
        "/pipelines/shop/changes/1", "/pipelines/shop/changes/2", "/pipelines/shop/changes/3", "/pipelines/shop/changes/4", "/pipelines/shop/changes/5",
        "/pipelines/shop/changes/1/test/test", "/pipelines/shop/changes/2/test/test", "/pipelines/shop/changes/2/test/test?attempt=1", "/pipelines/shop/changes/4/test/test",
        "/pipelines/shop/changes/2/comparison", "/pipelines/shop/changes/2/test/test/difference", "/pipelines/shop/changes/1/test/test/difference",
        "/pipelines/elsewhere", "/pipelines/elsewhere/definition", "/pipelines/nowhere", "/pipelines/shop?before=x");
  }

  private void live() throws Exception {
    mill.define("elsewhere", SHORT.replace("repository: shop", "repository: ssh://git@127.0.0.1:1/acme/shop.git"));
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.prints("1/test/test/1", "\u001b[32mfine\u001b[0m\n");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    shop.push("integrate/milk", "Sell milk", "milk", "white\n");
    mill.runs("2/test/test/1");
    mill.failsTwice("2/test/test/1");
    mill.becomes(2, "failed");
    mill.runAgain(2, "test");
    mill.failsTwice("2/test/test/3");
    mill.becomes(2, "failed");
    shop.push("integrate/rum", "Sell rum", "rum", "brown\n");
    mill.runs("3/test/test/1");
    mill.cancel(3);
    mill.isStopped("3/test/test/1");
    mill.becomes(3, "cancelled");
    shop.push("integrate/ale", "Sell ale", "ale", "amber\n");
    mill.runs("4/test/test/1");
    mill.prints("4/test/test/1", "still at it\n");
    shop.push("integrate/gin", "Sell gin", "gin", "clear\n");
    mill.becomes(5, "queued");
  }

  @Test
  void axe_finds_nothing_on_any_page() throws Exception {
    live();
    Chromium.size(browser, 1400, 1000);
    Chromium.media(browser, "", Map.of("prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce"));
    var found = new LinkedHashSet<String>();
    for (String page : visited()) {
      Chromium.open(browser, mill.address() + page);
      Axe.findings(browser).forEach(finding -> found.add(page + ": " + finding));
    }
    browser.get("about:blank");
    assertThat(found).isEmpty();
  }

  @Test
  void no_page_is_forgotten() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    String map = Files.readString(SITE_MAP);
    List<String> routes = ROUTE.matcher(map).results().map(found -> found.group(1)).toList();
    assertThat(routes).as("read from the site map").hasSize(map.split("routes\\.get\\(", -1).length - 1).contains("/", "/pipelines/{pipeline}");
    var forgotten = new ArrayList<String>();
    for (String route : routes) {
      if (!NO_PAGE.matcher(route).matches() && isPage(route) && visited().stream().noneMatch(page -> leadsTo(page, route))) {
        forgotten.add(route);
      }
    }
    assertThat(forgotten).as("pages that visited() does not look at").isEmpty();
  }

  /// Whether a whole page is answered, and not a piece of one; a refusal is a page, too.
  private boolean isPage(String route) {
    Map<String, String> values = values();
    Matcher parameter = Pattern.compile("\\{([a-z]+)}").matcher(route);
    String address =
        parameter.replaceAll(
            found -> {
              assertThat(values).as("a value for the parameter of " + route).containsKey(found.group(1));
              return values.get(found.group(1));
            });
    return mill.get(address).body().startsWith("<!doctype html>");
  }

  private static boolean leadsTo(String page, String route) {
    return page.replaceFirst("\\?.*", "").matches(route.replaceAll("\\{[a-z]+}", "[^/]+"));
  }
}
