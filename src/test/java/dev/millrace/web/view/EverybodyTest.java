package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.web.Axe;
import dev.millrace.web.Chromium;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;

/// The pages in the hands of people who do not use them like their author does: by keyboard, in colours of their own, on
/// paper, over a bad network. What holds for each page whoever looks is in the EveryPageTest.
@Tag("browser")
class EverybodyTest {
  private static ChromeDriver browser;
  private Preview preview;
  private Instant now;

  @BeforeAll
  static void open() {
    browser = Chromium.start();
  }

  @AfterAll
  static void quit() {
    browser.quit();
  }

  @BeforeEach
  void start() {
    now = Instant.now();
    preview = Preview.start(0, Preview.small(now));
    Chromium.size(browser, 1400, 1000);
    Chromium.media(browser, "", Map.of());
  }

  @AfterEach
  void stop() {
    browser.get("about:blank");
    preview.close();
  }

  private void visit(String path) {
    Chromium.open(browser, preview.address() + path);
  }

  private static void until(String what, BooleanSupplier holds) {
    Chromium.until(browser, Duration.ofSeconds(20), what, holds);
  }

  private static void press(CharSequence... keys) {
    new Actions(browser).sendKeys(keys).perform();
  }

  private static String focused() {
    return String.valueOf(browser.executeScript("const e = document.activeElement; return e.id || e.className || e.tagName"));
  }

  private static List<?> list(String script) {
    return (List<?>) browser.executeScript(script);
  }

  @Test
  void the_skip_link_comes_first_and_leads_past_the_top() {
    for (String page : List.of("/", "/pipelines/shop", "/pipelines/shop/changes/48")) {
      visit(page);
      press(Keys.TAB);
      assertThat(focused()).as(page).isEqualTo("skip");
      until("it comes into view", () -> (Boolean) browser.executeScript("return document.activeElement.getBoundingClientRect().top >= 0"));
      press(Keys.ENTER);
      press(Keys.TAB);
      assertThat(browser.executeScript("return document.activeElement.closest('main') !== null")).as(page + " leads to " + focused()).isEqualTo(true);
    }
  }

  /// Says what is wrong with the element that has the focus now; nothing when one can see it.
  private static final String SEEN =
      """
      const e = document.activeElement;
      if (e === document.body) return 'body';
      // a link that fills a box of the map has the box show it
      const style = getComputedStyle(e.matches('.box-link') ? e.closest('.box').querySelector('.box-in') : e), place = e.getBoundingClientRect(), name = e.tagName + '.' + e.className + '#' + e.id;
      if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return name + ' has no ring';
      if (place.width < 1 || place.height < 1) return name + ' has no size';
      if (place.bottom < 1 || place.top > innerHeight - 1 || place.right < 1 || place.left > innerWidth - 1) return name + ' is out of sight';
      return '';
      """;

  @Test
  void whatever_tab_reaches_shows_that_it_has_the_focus() {
    var unseen = new LinkedHashSet<String>();
    for (String page : List.of("/", "/empty", "/missing", "/pipelines/shop", "/refused/shop", "/pipelines/shop/changes/49", "/pipelines/shop/changes/49/verify/unit", "/pipelines/shop/definition")) {
      visit(page);
      browser.executeScript("document.activeElement.blur()");
      for (int at = 0; at < 40; at++) {
        press(Keys.TAB);
        String wrong = String.valueOf(browser.executeScript(SEEN));
        if (wrong.equals("body")) {
          break;
        }
        // the skip link slides in
        if (!wrong.isEmpty() && !wrong.contains(".skip")) {
          unseen.add(page + ": " + wrong);
        }
      }
    }
    assertThat(unseen).isEmpty();
  }

  @Test
  void a_change_is_started_and_a_badge_is_looked_at_by_keyboard_alone() {
    visit("/pipelines/shop");
    browser.executeScript("document.querySelector('.start > summary').focus()");
    press(Keys.ENTER);
    press(Keys.TAB);
    assertThat(focused()).isEqualTo("start-branch");
    press("integrate/tea", Keys.TAB);
    assertThat(focused()).isEqualTo("start-commit");
    press(Keys.TAB, Keys.SPACE);
    until("it is posted", () -> !preview.posts().isEmpty());
    assertThat(preview.posts()).containsExactly("/pipelines/shop/changes {branch=[integrate/tea], commit=[]}");

    String unfilled = "return document.readyState === 'complete' && document.getElementById('start-branch')?.value === ''";
    until("the page is back", () -> (Boolean) browser.executeScript(unfilled));
    browser.executeScript("document.querySelector('[popovertarget=badge]').focus()");
    press(Keys.ENTER);
    assertThat(browser.findElement(By.id("badge")).isDisplayed()).isTrue();
    assertThat(Axe.findings(browser)).isEmpty();
    press(Keys.TAB);
    assertThat(browser.executeScript("return document.activeElement.value")).asString().startsWith("[![State of shop](");
    press(Keys.ESCAPE);
    assertThat(browser.findElement(By.id("badge")).isDisplayed()).isFalse();
    assertThat(browser.executeScript("return document.activeElement.getAttribute('popovertarget')")).isEqualTo("badge");
  }

  @Test
  void in_the_readers_own_colours_states_keep_their_shapes_and_what_is_chosen_stands_out() {
    Chromium.media(browser, "", Map.of("forced-colors", "active", "prefers-color-scheme", "dark"));
    visit("/pipelines/shop");
    assertThat(list(
            """
            const canvas = getComputedStyle(document.body).backgroundColor;
            return [...document.querySelectorAll('.row .bar i')].filter(one => getComputedStyle(one).backgroundColor === canvas && getComputedStyle(one).backgroundImage === 'none').map(one => one.className)
            """))
        .isEmpty();
    assertThat(list(
            """
            const under = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)|transparent/.test(c)) return c; } return 'rgb(0, 0, 0)'; };
            return [...document.querySelectorAll('main .icon')].filter(one => one.checkVisibility() && getComputedStyle(one).color === under(one)).map(one => one.outerHTML)
            """))
        .isEmpty();
    visit("/pipelines/shop/changes/51/build/compile");
    assertThat(browser.executeScript("return getComputedStyle(document.getElementById('wrap')).backgroundColor"))
        .isNotEqualTo(browser.executeScript("return getComputedStyle(document.getElementById('times')).backgroundColor"));
  }

  @Test
  void on_paper_there_is_what_can_be_read_and_not_what_can_be_pressed() {
    Chromium.media(browser, "print", Map.of("prefers-color-scheme", "dark"));
    for (String page : List.of("/", "/pipelines/shop", "/pipelines/shop/changes/49", "/pipelines/shop/changes/49/verify/unit")) {
      visit(page);
      assertThat(list("return [...document.querySelectorAll('.top, .start, .cancel, .again, .log-tools, .notices')].filter(one => one.checkVisibility()).map(one => one.className)")).as(page).isEmpty();
      assertThat(browser.executeScript("return getComputedStyle(document.documentElement).backgroundColor")).as(page).isEqualTo("rgb(255, 255, 255)");
      assertThat(browser.executeScript("return document.querySelector('h1').checkVisibility()")).as(page).isEqualTo(true);
    }
  }

  @Test
  void the_tab_says_and_shows_what_the_page_does_and_follows_it() {
    String icon = "return document.querySelector('link[rel=icon]').getAttribute('href').replace(/[?].*/, '')";
    visit("/pipelines/small");
    until("the page listens", () -> preview.isWatched());
    assertThat(browser.getTitle()).contains("in motion · small · Millrace");
    browser.executeScript("window.notReloaded = true");
    preview.moves(Samples.gone(Samples.queued(Samples.small(), 60, "Brand new", "Grace Hopper", "integrate/new", now), "ppp", now.plusSeconds(60)));
    until("the icon has passed or runs", () -> browser.executeScript(icon).equals("/favicon-running.svg"));
    preview.moves(Samples.gone(Samples.queued(Samples.small(), 61, "Brand new", "Grace Hopper", "integrate/new", now), "ppp", now.plusSeconds(60)).in(new ChangeState.Failed(now.plusSeconds(3600), "what landed broke")));
    until("the title says it", () -> browser.getTitle().startsWith("failed, "));
    assertThat(browser.executeScript(icon)).isEqualTo("/favicon-failed.svg");
    assertThat(browser.executeScript("return window.notReloaded")).isEqualTo(true);
  }

  @Test
  void what_cannot_be_fetched_is_said_and_tried_again() {
    visit("/pipelines/shop");
    until("the page listens", () -> preview.isWatched());
    preview.breaks(true);
    Change moving = Samples.gone(Samples.queued(Samples.shop(), 52, "Show the price", "Ada Lovelace", "integrate/price-with-tax", now.minusSeconds(190)), "pr", now);
    preview.moves(moving);
    until("it is said", () -> browser.findElement(By.id("notices")).getText().startsWith("The engine has stopped. It is tried again every few seconds"));
    assertThat(Axe.findings(browser)).isEmpty();
    preview.breaks(false);
    // found and pressed at once: the page tries by itself as well, and the button goes when that succeeds
    browser.executeScript("document.querySelector('.notice .button')?.click()");
    until("the row has caught up", () -> "running".equals(browser.executeScript("return document.getElementById('cell-shop-52-verify')?.dataset.state")));
    until("nothing is said any more", () -> browser.findElement(By.id("notices")).getText().isEmpty());
  }

  @Test
  void a_second_click_on_a_slow_network_asks_for_nothing_twice() {
    visit("/pipelines/shop/changes/49");
    browser.executeScript(
        "const button = document.getElementById('again-verify'); button.click(); button.click(); button.click()");
    until("it is posted", () -> !preview.posts().isEmpty());
    until("the page is back", () -> browser.findElements(By.id("again-verify")).size() == 1);
    assertThat(preview.posts()).hasSize(1);
  }
}
