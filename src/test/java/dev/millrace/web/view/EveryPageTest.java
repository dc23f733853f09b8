package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.web.Axe;
import dev.millrace.web.Chromium;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.chrome.ChromeDriver;

/// What holds for each page of the samples, seen in one visit: opened on the narrowest phone and grown to a wide screen,
/// in both themes, by somebody who wants no motion. The samples hold every state; that no page is forgotten is held by
/// the AccessibilityTest of the stories, which has axe look at them wide and dark.
@Tag("browser")
class EveryPageTest {
  private static ChromeDriver browser;
  private static Preview preview;
  private final Set<String> wrong = new LinkedHashSet<>();

  @BeforeAll
  static void open() {
    browser = Chromium.start();
    preview = Preview.start(0, Preview.everything(Instant.now()));
  }

  @AfterAll
  static void quit() {
    browser.quit();
    preview.close();
  }

  /// The contrast of every piece of text against what it stands on, as WCAG computes it.
  private static final String CONTRAST =
      """
      const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
      const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
      const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
      const rgba = color => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); const d = canvas.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
      const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
      const ground = e => { const layers = []; for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); layers.push(c); if (c[3] > 0.99) break; }
        return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]); };
      const bad = new Set();
      for (const e of document.querySelectorAll('body *')) {
        if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.checkVisibility() || e.classList.contains('faint') || e.closest('.sr')) continue;
        const style = getComputedStyle(e);
        const under = ground(e);
        const text = over(rgba(style.color), under);
        const [a, b] = [light(text), light(under)].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < 4.5) bad.add(e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 20) + ' ' + ratio.toFixed(2));
      }
      return [...bad];
      """;

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "/", "/empty", "/missing", "/wall", "/wall?theme=light", "/pipelines/shop", "/pipelines/shop?window=30d", "/pipelines/fresh",
        "/pipelines/graph-30", "/pipelines/shop/wall", "/pipelines/shop/definition", "/refused/shop",
        "/pipelines/shop/changes/48", "/pipelines/shop/changes/49", "/pipelines/shop/changes/52", "/pipelines/line-30/changes/48",
        "/pipelines/shop/changes/49/comparison", "/pipelines/shop/changes/46/verify/unit/difference", "/pipelines/shop/changes/46/verify/unit/difference?newer",
        "/pipelines/shop/changes/49/verify/unit", "/pipelines/shop/changes/49/verify/unit?from=5&small=1", "/pipelines/shop/changes/51/build/compile",
        "/pipelines/shop/statistics", "/pipelines/shop/statistics?days=7&stage=verify", "/pipelines/small/statistics", "/pipelines/fresh/statistics"
      })
  void can_be_read_by_everybody_on_every_screen(String page) {
    grow(page);
    see(390, "light");
    wrong.addAll(Axe.findings(browser));
    for (int width : new int[] {390, 1400}) {
      for (String theme : List.of("light", "dark")) {
        see(width, theme);
        wrong.addAll(list(CONTRAST));
      }
    }
    assertThat(wrong).isEmpty();
  }

  /// The same once more, or more of it, which takes long to read word by word. A map that is made to fit has targets as
  /// small as it takes, and the map in its own size is one of them away.
  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"/?find=graph", "/pipelines/line-100", "/pipelines/line-100?zoom=fit", "/wall?many=8", "/pipelines/line-100/statistics", "/pipelines/graph-30?zoom=fit", "/pipelines/graph-30/statistics?days=365"})
  void can_be_seen_on_every_screen(String page) {
    grow(page);
    assertThat(wrong).isEmpty();
  }

  @Test
  void something_moves_for_who_did_not_ask_for_none() {
    Chromium.size(browser, 1400, 1000);
    Chromium.media(browser, "", Map.of());
    Chromium.open(browser, preview.address() + "/pipelines/shop");
    assertThat(list("return document.getAnimations().map(one => one.animationName)")).isNotEmpty();
  }

  /// From the narrowest phone to a wide screen, and with its text twice as large.
  private void grow(String page) {
    complaints();
    see(320, "light");
    Chromium.open(browser, preview.address() + page);
    for (int width : new int[] {320, 390, 800, 1400}) {
      fits(width, "");
    }
    if (page.endsWith("zoom=fit")) {
      wrong.addAll(list("return [...document.querySelectorAll('.flow')].filter(flow => flow.scrollWidth > flow.clientWidth).map(flow => 'the map is not seen whole')"));
    }
    browser.executeScript("document.documentElement.style.fontSize = '30px'");
    fits(1280, " with its text twice as large");
    browser.executeScript("document.documentElement.style.fontSize = ''");
    if (!browser.executeScript("return typeof htmx").equals("object")) {
      wrong.add("there is no htmx");
    }
    wrong.addAll(list("return document.getAnimations().map(one => 'moves: ' + (one.animationName ?? one.transitionProperty))"));
    wrong.addAll(complaints());
  }

  private void fits(int width, String how) {
    Chromium.size(browser, width, 900);
    long needed = (Long) browser.executeScript("return document.documentElement.scrollWidth");
    if (needed > width) {
      wrong.add("is " + needed + " wide at " + width + how);
    }
  }

  private static void see(int width, String theme) {
    Chromium.size(browser, width, 1000);
    Chromium.media(browser, "", Map.of("prefers-color-scheme", theme, "prefers-reduced-motion", "reduce"));
  }

  private static List<String> list(String script) {
    return ((List<?>) browser.executeScript(script)).stream().map(String::valueOf).toList();
  }

  /// What the browser has complained about since it was asked last.
  private static List<String> complaints() {
    return browser.manage().logs().get("browser").getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(entry -> "complains: " + entry.getMessage())
        .toList();
  }
}
