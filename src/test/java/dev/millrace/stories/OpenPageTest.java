package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.web.Chromium;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;

/// A page is left open, and its connection breaks or its server starts again.
@Tag("browser")
class OpenPageTest extends Story {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static ChromeDriver browser;
  private Cable cable;

  @BeforeAll
  static void open() {
    browser = Chromium.start();
    Chromium.size(browser, 1400, 1000);
  }

  @AfterAll
  static void quit() {
    browser.quit();
  }

  @BeforeEach
  void lay() throws IOException {
    cable = new Cable(URI.create(mill.address()).getPort());
  }

  @AfterEach
  void leave() throws IOException {
    browser.get("about:blank");
    cable.close();
  }

  private void visit(String path) {
    Chromium.open(browser, cable.address() + path);
    browser.executeScript("window.notReloaded = true");
  }

  private static boolean isReloaded() {
    return !Boolean.TRUE.equals(browser.executeScript("return window.notReloaded"));
  }

  private static void until(String what, BooleanSupplier holds) {
    Chromium.until(browser, PATIENCE, what, holds);
  }

  private static String state(int number, String stage) {
    return String.valueOf(
        browser.executeScript("return document.getElementById(arguments[0])?.dataset.state", "cell-shop-" + number + "-" + stage));
  }

  private static String text(String css) {
    return String.valueOf(browser.executeScript("return document.querySelector(arguments[0])?.textContent ?? ''", css));
  }

  private static boolean isConnected() {
    return !browser.findElement(By.id("connection")).isDisplayed();
  }

  /// What the page says of states, figures and the queue: its title, and everything on it that moves but clocks.
  private static Object shown() {
    return browser.executeScript(
        """
        const texts = css => [...document.querySelectorAll(css)].map(one => one.textContent.replace(/\\s+/g, ' ').trim());
        return {
          title: document.title,
          icon: document.querySelector('link[rel=icon]').getAttribute('href'),
          states: [...document.querySelectorAll('[data-state]')].map(one => one.id + ' ' + one.dataset.state),
          rows: [...document.querySelectorAll('.row')].map(one => one.className.replace(/ (new|just)\\b/g, '')),
          boxes: texts('.box'),
          queue: texts('.queue'),
          stages: texts('.stage .steps'),
          alarms: texts('.alarm h3')
        }""");
  }

  /// What is there must be what one sees who comes now.
  private static void assertUpToDate() {
    until("nothing is missed any more", () -> {
      Object kept = shown();
      String here = browser.getWindowHandle();
      String address = browser.getCurrentUrl();
      browser.switchTo().newWindow(WindowType.TAB);
      Chromium.open(browser, address);
      Object fresh = shown();
      browser.close();
      browser.switchTo().window(here);
      return kept.equals(fresh);
    });
  }

  /// One has failed, the next one is being tested: then nothing comes through any more. Meanwhile that one lands, the
  /// first is tried again and lands, too, and a third comes and fails.
  private void muchMovesUnheard(String path) throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.failsTwice("1/test/test/1");
    mill.becomes(1, "failed");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    mill.runs("2/test/test/1");
    visit(path);
    until("it is connected", () -> isConnected());
    Object before = shown();
    cable.cut();
    until("it says that it is not connected", () -> !isConnected());
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");
    mill.runAgain(1, "test");
    mill.passes("1/test/test/3");
    mill.becomes(1, "passed");
    shop.push("integrate/cocoa", "Sell cocoa", "cocoa", "sweet\n");
    mill.failsTwice("3/test/test/1");
    mill.becomes(3, "failed");
    assertThat(shown()).isEqualTo(before);
    cable.mend();
    until("it is connected again", () -> isConnected());
  }

  @Test
  void the_page_of_a_pipeline_misses_nothing_while_its_connection_is_cut() throws Exception {
    muchMovesUnheard("/pipelines/shop");
    until("the one that ran has landed", () -> state(2, "main").equals("passed"));
    until("the one that had failed has landed", () -> state(1, "main").equals("passed"));
    until("the one that came meanwhile has come, and failed", () -> state(3, "test").equals("failed"));
    until("the map has counted them", () -> text(".box:has(#box-shop-test) .failures").equals("4 of 6 failed"));
    until("no notice is left", () -> text("#notices").isEmpty());
    shop.push("integrate/milk", "Sell milk", "milk", "white\n");
    until("what comes now comes by itself", () -> state(4, "test").equals("running"));
    assertThat(isReloaded()).isFalse();
    assertUpToDate();
  }

  @Test
  void the_page_of_a_change_misses_nothing_while_its_connection_is_cut() throws Exception {
    muchMovesUnheard("/pipelines/shop/changes/1");
    until("it has passed", () -> browser.getTitle().startsWith("passed · #1 Sell tea"));
    assertThat(isReloaded()).isFalse();
    assertUpToDate();
  }

  @Test
  void the_first_page_misses_nothing_while_its_connection_is_cut() throws Exception {
    muchMovesUnheard("/");
    until("it says what failed", () -> text("#flows").contains("#3"));
    assertThat(isReloaded()).isFalse();
    assertUpToDate();
  }

  @Test
  void a_page_of_another_version_is_loaded_again_when_the_server_has_started_unless_something_is_typed_into_it()
      throws Exception {
    visit("/pipelines/shop");
    browser.executeScript("document.documentElement.dataset.version = 'before'");
    browser.findElement(By.id("everywhere")).sendKeys("half a wo");
    mill.restart();
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    until("it follows the new server", () -> state(1, "test").equals("running"));
    assertThat(isReloaded()).isFalse();

    browser.findElement(By.id("everywhere")).clear();
    mill.restart();
    until("it is loaded again", () -> isReloaded());
    until("all of it is there", () -> state(1, "test").equals("running"));
    browser.executeScript("window.notReloaded = true");

    mill.restart();
    mill.passes("1/test/test/1");
    until("it goes on", () -> state(1, "main").equals("passed"));
    assertThat(isReloaded()).as("a page of this version is loaded again").isFalse();
  }
}
