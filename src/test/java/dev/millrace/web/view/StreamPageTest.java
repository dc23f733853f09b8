package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Change;
import dev.millrace.web.Chromium;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;

/// The stream of changes in a real browser: filtered, gone on with, worked in.
@Tag("browser")
class StreamPageTest {
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
    preview = Preview.start(0, List.of(Samples.busy(Samples.shop(), 12, now)));
    Chromium.size(browser, 1400, 1000);
  }

  @AfterEach
  void stop() {
    browser.get("about:blank");
    preview.close();
  }

  private void visit(String path) {
    Chromium.open(browser, preview.address() + path);
    until("the page listens", () -> preview.isWatched());
    browser.executeScript("window.notReloaded = true");
  }

  private static void until(String what, java.util.function.BooleanSupplier holds) {
    Chromium.until(browser, Duration.ofSeconds(20), what, holds);
  }

  private static WebElement id(String id) {
    return browser.findElement(By.id(id));
  }

  private static String focused() {
    return String.valueOf(browser.executeScript("return document.activeElement.id"));
  }

  private static String text(String css) {
    return String.valueOf(browser.executeScript("return document.querySelector(arguments[0])?.textContent ?? ''", css)).strip();
  }

  private static List<?> rows() {
    return (List<?>) browser.executeScript("return [...document.querySelectorAll('.row')].map(row => Number(row.id.split('-')[2]))");
  }

  private Change change(int number, String outcomes) {
    return Samples.gone(Samples.queued(Samples.shop(), number, "Brand new", "Grace Hopper", "integrate/new", now.minusSeconds(60)), outcomes, now);
  }

  @Test
  void the_stream_is_filtered_as_one_types_and_the_address_keeps_it() {
    visit("/pipelines/shop?state=failed");
    assertThat(text(".found-words")).isEqualTo(rows().size() + " failed changes");
    id("filter-author").sendKeys("JEAN");
    until("it is in the address", () -> browser.getCurrentUrl().endsWith("?state=failed&author=JEAN"));
    assertThat(text(".found-words")).isEqualTo("1 failed change by JEAN");
    assertThat(rows()).isEqualTo(List.of(49L));
    assertThat(focused()).isEqualTo("filter-author");
    id("filter-author").sendKeys("xyz");
    until("nothing matches", () -> text(".none h2").equals("No failed changes by JEANxyz"));
    browser.findElement(By.cssSelector(".chip[aria-label='Take away: by JEANxyz']")).click();
    until("it is taken away", () -> browser.getCurrentUrl().endsWith("/pipelines/shop?state=failed"));
  }

  @Test
  void what_begins_to_match_comes_and_what_matches_no_more_goes() {
    visit("/pipelines/shop?state=failed");
    int before = rows().size();
    preview.moves(change(53, "pr"));
    preview.moves(change(53, "pf"));
    until("it has come", () -> rows().getFirst().equals(53L));
    assertThat(text(".found-words")).isEqualTo(before + 1 + " failed changes");
    preview.moves(change(53, "ppppp"));
    until("it has gone", () -> !rows().contains(53L));
    until("it is counted", () -> text(".found-words").equals(before + " failed changes"));
    preview.moves(change(50, "pf"));
    until("an older one gets its place", () -> rows().getFirst().equals(50L));
    assertThat(browser.executeScript("return window.notReloaded")).isEqualTo(true);
  }

  @Test
  void older_ones_come_when_their_place_is_seen_and_say_so_if_they_do_not() {
    preview.portion = 5;
    preview.withoutOlder = true;
    visit("/pipelines/shop");
    assertThat(rows()).hasSize(5);
    browser.executeScript("document.querySelector('.older').scrollIntoView()");
    until("it says that they do not come", () -> browser.findElement(By.cssSelector(".older-trouble")).isDisplayed());
    assertThat(browser.findElements(By.cssSelector(".notice"))).as("said once").isEmpty();
    preview.withoutOlder = false;
    browser.findElement(By.cssSelector(".older-trouble button")).click();
    until("they have come", () -> rows().size() >= 10);
    browser.executeScript("document.querySelector('.older')?.scrollIntoView()");
    until("all have come", () -> rows().size() == 12);
    assertThat(rows()).doesNotHaveDuplicates();
  }

  @Test
  void a_row_is_one_stop_and_the_arrows_go_from_cell_to_cell() {
    visit("/pipelines/shop");
    id("number-shop-49").sendKeys(Keys.TAB);
    assertThat(focused()).isEqualTo("cell-shop-49-build");
    new Actions(browser).sendKeys(Keys.ARROW_RIGHT).perform();
    assertThat(focused()).isEqualTo("cell-shop-49-verify");
    new Actions(browser).sendKeys(Keys.ARROW_UP).perform();
    assertThat(focused()).isEqualTo("cell-shop-50-verify");
    new Actions(browser).sendKeys(Keys.END).perform();
    assertThat(focused()).isEqualTo("cell-shop-50-production");
    assertThat(browser.findElements(By.cssSelector("#row-shop-50 .cell[tabindex='0']"))).hasSize(1);
    new Actions(browser).sendKeys(Keys.ENTER).perform();
    assertThat(browser.executeScript("return document.activeElement.closest('.menu') !== null")).isEqualTo(true);
    new Actions(browser).sendKeys(Keys.ESCAPE).perform();
    assertThat(focused()).isEqualTo("cell-shop-50-production");
    new Actions(browser).sendKeys("/").perform();
    assertThat(focused()).isEqualTo("everywhere");
  }

  @Test
  void the_first_tap_opens_the_menu_and_the_second_goes_there() {
    browser.executeCdpCommand("Emulation.setTouchEmulationEnabled", Map.of("enabled", true));
    try {
      visit("/pipelines/shop");
      tap("cell-shop-49-verify");
      until("the menu is there", () -> text(".menu").contains("Log of unit, failed"));
      assertThat(browser.getCurrentUrl()).endsWith("/pipelines/shop");
      tap("cell-shop-49-verify");
      until("its page is there", () -> browser.getCurrentUrl().endsWith("/changes/49#stage-verify"));
      until("and opened at the stage", () -> !browser.findElements(By.cssSelector(".stage:target > details[open]")).isEmpty());
    } finally {
      browser.executeCdpCommand("Emulation.setTouchEmulationEnabled", Map.of("enabled", false));
    }
  }

  private static void tap(String id) {
    Map<?, ?> at = (Map<?, ?>) browser.executeScript("const e = document.getElementById(arguments[0]); e.scrollIntoView({block: 'center', behavior: 'instant'}); const r = e.getBoundingClientRect(); return {x: r.x + 20, y: r.y + 12}", id);
    browser.executeCdpCommand("Input.dispatchTouchEvent", Map.of("type", "touchStart", "touchPoints", List.of(at)));
    browser.executeCdpCommand("Input.dispatchTouchEvent", Map.of("type", "touchEnd", "touchPoints", List.of()));
  }

  @Test
  void what_is_pressed_happens_once_and_in_place_and_a_refusal_stays_until_it_is_read() {
    visit("/pipelines/shop");
    id("number-shop-49").sendKeys(Keys.TAB);
    new Actions(browser).sendKeys(Keys.ENTER).perform();
    browser.executeScript("const form = document.querySelector('.menu-again'); form.requestSubmit(); form.requestSubmit()");
    until("the menu has closed", () -> browser.findElements(By.cssSelector(".menu")).isEmpty());
    assertThat(focused()).isEqualTo("cell-shop-49-build");
    id("cancel-shop-48").sendKeys(Keys.ENTER);
    until("it is refused", () -> text("#row-shop-48 .row-refusal").startsWith("#48 is on main already"));
    preview.moves(change(48, "ppr"));
    until("the row moves", () -> text("#row-shop-48 .subject").equals("Brand new"));
    assertThat(text("#row-shop-48 .row-refusal")).startsWith("#48 is on main already");
    assertThat(preview.wanted).containsExactly("/pipelines/shop/changes/49/attempts", "/pipelines/shop/changes/48/cancellation");
    assertThat(browser.executeScript("return window.notReloaded")).isEqualTo(true);
  }

  @Test
  void many_moves_at_once_are_few_requests() {
    visit("/pipelines/shop");
    preview.asked.set(0);
    for (int number = 53; number < 73; number++) {
      preview.moves(change(number, "r"));
    }
    until("all are there", () -> rows().containsAll(List.of(53L, 60L, 72L)) && rows().size() >= 32);
    assertThat(preview.asked.get()).isLessThan(8);
    assertThat(rows()).isSortedAccordingTo((one, other) -> Long.compare((Long) other, (Long) one));
  }
}
