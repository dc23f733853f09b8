package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Change;
import dev.millrace.web.Chromium;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
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
import org.openqa.selenium.logging.LogEntry;

/// The pages in a real browser.
@Tag("browser")
class PagesTest {
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
  }

  @AfterEach
  void stop() {
    browser.get("about:blank");
    preview.close();
  }

  private void visit(String path) {
    Chromium.open(browser, preview.address() + path);
  }

  private void visitLive(String path) {
    visit(path);
    until("the page listens", () -> preview.isWatched());
    browser.executeScript("window.notReloaded = true");
  }

  private static void until(String what, java.util.function.BooleanSupplier holds) {
    Chromium.until(browser, Duration.ofSeconds(10), what, holds);
  }

  /// What the browser has complained about since it was asked last.
  private static List<LogEntry> complaints() {
    return browser.manage().logs().get("browser").getAll().stream().filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue()).toList();
  }

  private static WebElement id(String id) {
    return browser.findElement(By.id(id));
  }

  private static String state(String cell) {
    return String.valueOf(browser.executeScript("return document.getElementById(arguments[0])?.dataset.state", cell));
  }

  private Change waiting() {
    return Samples.queued(Samples.shop(), 52, "Show the price with tax in the basket", "Ada Lovelace", "integrate/price-with-tax", now.minusSeconds(190));
  }

  @Test
  void a_row_and_the_map_change_by_themselves_when_a_change_moves() {
    visitLive("/pipelines/shop");
    assertThat(state("cell-shop-52-build")).isEqualTo("pending");
    preview.moves(Samples.gone(waiting(), "pr", now));
    until("the row moves", () -> state("cell-shop-52-verify").equals("running"));
    until("the map moves", () -> id("map-shop").getText().contains("#52"));
    until("the queue moves", () -> id("queue-shop").getText().replaceAll("\\s+", " ").contains("shop#52 testing"));
    assertThat(browser.executeScript("return window.notReloaded")).isEqualTo(true);
  }

  /// Where the boxes stand and how large they are.
  private static Object places() {
    return browser.executeScript("return [...document.querySelectorAll('.box, .edges')].map(box => { const r = box.getBoundingClientRect(); return [r.left, r.top, r.width, r.height].join(); }).join(' ')");
  }

  @Test
  void no_box_moves_or_grows_when_a_change_moves() {
    visitLive("/pipelines/shop");
    Object before = places();
    preview.moves(Samples.gone(waiting(), "pppr", now));
    until("the map moves", () -> id("map-shop").getText().contains("#52"));
    assertThat(places()).isEqualTo(before);
  }

  @Test
  void a_map_of_eight_columns_fits_a_screen_of_1250_and_its_cells_stand_under_its_boxes() {
    Chromium.size(browser, 1250, 900);
    for (String page : List.of("/pipelines/shop", "/pipelines/diamond", "/pipelines/line-8")) {
      visit(page);
      assertThat(browser.executeScript("const flow = document.querySelector('.flow'); return flow.scrollWidth - flow.clientWidth")).as(page).isEqualTo(0L);
      assertThat(browser.executeScript(
              """
              const lefts = (all) => [...new Set(all.map(one => Math.round(one.getBoundingClientRect().left)))].sort((a, b) => a - b);
              const boxes = lefts([...document.querySelectorAll('.box')]);
              const stacks = lefts([...document.querySelector('.row').querySelectorAll('.stack')]);
              return boxes.length === stacks.length && boxes.every((left, at) => Math.abs(left - stacks[at]) <= 1);
              """))
          .as(page)
          .isEqualTo(true);
    }
  }

  @Test
  void a_map_too_wide_for_the_screen_can_be_seen_whole() {
    visit("/pipelines/graph-30");
    browser.findElement(By.linkText("whole")).click();
    assertThat(browser.getCurrentUrl()).endsWith("?zoom=fit");
    assertThat(browser.executeScript("const flow = document.querySelector('.flow'); return flow.scrollWidth - flow.clientWidth")).isEqualTo(0L);
    assertThat((Long) browser.executeScript("return Math.round(document.querySelector('.map-plane').getBoundingClientRect().width)")).isGreaterThan(900);
  }

  @Test
  void another_window_is_a_link_that_keeps_the_other_parameters_and_stays_when_the_map_moves() {
    visit("/pipelines/shop?text=basket");
    browser.findElement(By.linkText("30 days")).click();
    assertThat(browser.getCurrentUrl()).endsWith("/pipelines/shop?text=basket&window=30d");
    assertThat(browser.findElement(By.cssSelector(".choosing .choice [aria-current=true]")).getText()).isEqualTo("30 days");
    until("the page listens", () -> preview.isWatched());
    preview.moves(Samples.gone(waiting(), "pr", now));
    until("the map moves", () -> id("map-shop").getText().contains("#52"));
    assertThat(id("map-shop").getDomAttribute("hx-get")).isEqualTo("/pipelines/shop/map?window=30d");
  }

  @Test
  void arrow_keys_go_along_the_edges_of_the_map_and_its_words_appear() {
    visit("/pipelines/diamond");
    browser.executeScript("document.getElementById('box-diamond-build').focus()");
    var keys = new Actions(browser);
    var places = new java.util.ArrayList<String>();
    for (Keys key : List.of(Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT)) {
      keys.sendKeys(key).perform();
      places.add(browser.switchTo().activeElement().getDomAttribute("id").replace("box-diamond-", ""));
    }
    assertThat(places.getFirst()).isIn("unit", "browser", "lint");
    assertThat(places.subList(2, 7)).containsExactly("package", "main", "staging", "staging", "main");
    until("the words are there", () -> id("box-diamond-main-says").isDisplayed());
    assertThat(id("box-diamond-main-says").getText()).contains("Promotion: moves main.", "The last 30:");
  }

  @Test
  void pipelines_are_found_while_one_types_and_by_address() {
    visitLive("/");
    id("find").sendKeys("s");
    until("three are left", () -> id("shown").getText().equals("3 of 6 pipelines"));
    assertThat(browser.getCurrentUrl()).endsWith("/?find=s");
    preview.moves(Samples.gone(waiting(), "pr", now));
    until("the cards were fetched again", () -> browser.findElements(By.cssSelector(".card[hidden]")).size() == 3);
    id("find").sendKeys("-nothing");
    until("none is left", () -> id("no-match").isDisplayed());
    visit("/?find=diamond");
    assertThat(browser.findElements(By.cssSelector(".card:not([hidden])"))).hasSize(1);
  }

  @Test
  void a_wall_of_any_number_of_pipelines_fills_the_screen() {
    preview.close();
    preview = Preview.start(0, Preview.many(8, now));
    for (int many : new int[] {1, 2, 3, 6, 8}) {
      Chromium.size(browser, 1920, 1080);
      visit("/wall?many=" + many);
      assertThat(browser.executeScript("return document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth")).as(many + " tiles").isEqualTo(true);
      assertThat(browser.executeScript("return [...document.querySelectorAll('.tile')].every(tile => { const r = tile.getBoundingClientRect(); return r.bottom < innerHeight && r.right < innerWidth + 10 && r.width > 300; })")).as(many + " tiles").isEqualTo(true);
    }
  }

  @Test
  void the_wall_moves_by_itself_and_says_when_it_has_lost_the_server() {
    Chromium.size(browser, 1920, 1080);
    visitLive("/pipelines/fresh/wall");
    assertThat(id("tiles").getText()).contains("fresh", "nothing yet", "at rest");
    preview.moves(Samples.gone(Samples.queued(Samples.pipeline("fresh", "build: compile", "verify: unit, browser <- build", "main <- verify", "staging: deploy <- main"), 1, "The first", "Ada", "integrate/my-idea", now.minusSeconds(900)), "pppf", now));
    until("it is red", () -> id("tiles").getText().contains("RED"));
    assertThat(id("tiles").getText()).contains("#1", "Ada", "Staging failed");
    assertThat(id("connection").isDisplayed()).isFalse();
    preview.close();
    until("it says so", () -> id("connection").isDisplayed());
    assertThat(id("connection").getText()).contains("Connection lost");
  }

  @Test
  void the_wall_loads_itself_anew_when_another_server_made_what_it_fetches() {
    visitLive("/wall");
    browser.executeScript("document.documentElement.dataset.version = 'of-yesterday'");
    preview.moves(Samples.gone(waiting(), "pr", now));
    until("it has", () -> browser.executeScript("return window.notReloaded === undefined").equals(true));
    assertThat(browser.executeScript("return document.documentElement.dataset.version")).isNotEqualTo("of-yesterday");
  }

  @Test
  void a_row_moves_as_often_as_its_change_does_and_leaves_the_others_alone() {
    visitLive("/pipelines/shop");
    browser.executeScript("document.getElementById('row-shop-49').notReplaced = true");
    for (String outcomes : List.of("r", "pr", "ppr", "pppr", "ppppp")) {
      preview.moves(Samples.gone(waiting(), outcomes, now));
      String last = List.of("build", "verify", "main", "staging", "production").get(outcomes.length() - 1);
      until("it is in " + last, () -> state("cell-shop-52-" + last).equals(outcomes.endsWith("r") ? "running" : "passed"));
    }
    assertThat(browser.executeScript("return document.getElementById('row-shop-49').notReplaced")).isEqualTo(true);
  }

  @Test
  void of_many_moves_at_once_the_last_one_is_shown() {
    visitLive("/pipelines/shop");
    for (int at = 0; at < 40; at++) {
      preview.moves(Samples.gone(waiting(), at % 2 == 0 ? "r" : "pr", now));
    }
    preview.moves(Samples.gone(waiting(), "ppppp", now));
    until("it has landed", () -> state("cell-shop-52-production").equals("passed"));
  }

  @Test
  void a_new_change_appears_at_the_head_of_the_stream() {
    visitLive("/pipelines/shop");
    complaints();
    preview.moves(Samples.queued(Samples.shop(), 53, "Brand new", "Grace Hopper", "integrate/new", Instant.now()));
    until("it is there", () -> browser.findElement(By.cssSelector(".stream > li")).getDomAttribute("id").equals("row-shop-53"));
    preview.moves(Samples.gone(Samples.queued(Samples.shop(), 53, "Brand new", "Grace Hopper", "integrate/new", now.minusSeconds(60)), "r", now));
    until("it moves too", () -> state("cell-shop-53-build").equals("running"));
    assertThat(browser.findElements(By.id("row-shop-53"))).hasSize(1);
    assertThat(complaints()).as("it was there at the first try").isEmpty();
  }

  @Test
  void a_new_change_that_moves_while_its_row_is_on_the_way_is_shown_as_it_is() {
    visitLive("/pipelines/shop");
    preview.held = 53;
    preview.rowsSent = new CountDownLatch(1);
    Change brandNew = Samples.queued(Samples.shop(), 53, "Brand new", "Grace Hopper", "integrate/new", now.minusSeconds(60));
    preview.moves(brandNew);
    until("its row is on the way", () -> preview.heldRows.get() == 1);
    preview.moves(Samples.gone(brandNew, "r", now));
    // events come in their order: when this one is seen, the page knows the one before
    preview.moves(Samples.gone(waiting(), "r", now));
    until("the other one moves", () -> state("cell-shop-52-build").equals("running"));
    preview.rowsSent.countDown();
    until("it moves", () -> !browser.findElements(By.id("cell-shop-53-build")).isEmpty() && state("cell-shop-53-build").equals("running"));
    assertThat(browser.findElements(By.id("row-shop-53"))).hasSize(1);
  }

  @Test
  void the_first_change_takes_the_place_of_the_instructions() {
    visitLive("/pipelines/fresh");
    assertThat(id("stream-fresh").getText()).contains("git push origin HEAD:integrate/my-idea");
    preview.moves(Samples.queued(Samples.pipeline("fresh", "build: compile", "verify: unit, browser <- build", "main <- verify"), 1, "The first", "Ada", "integrate/my-idea", now));
    until("it is there", () -> !browser.findElements(By.id("row-fresh-1")).isEmpty());
    assertThat(id("stream-fresh").getText()).doesNotContain("git push");
  }

  @Test
  void the_keyboard_reaches_run_again_from_here() {
    visit("/pipelines/shop");
    id("number-shop-49").sendKeys(Keys.TAB);
    assertThat(browser.switchTo().activeElement().getDomAttribute("id")).isEqualTo("cell-shop-49-build");
    browser.switchTo().activeElement().sendKeys(Keys.TAB);
    assertThat(browser.switchTo().activeElement().getText()).isEqualTo("Run again from here");
    browser.switchTo().activeElement().sendKeys(Keys.ENTER);
    until("it is posted", () -> !preview.posts().isEmpty());
    assertThat(preview.posts()).containsExactly("/pipelines/shop/changes/49/attempts {from=[build], definition=[pinned]}");
  }

  @Test
  void escape_closes_the_menu_and_leaves_the_focus_on_its_cell() {
    visit("/pipelines/shop");
    id("number-shop-49").sendKeys(Keys.TAB, Keys.TAB);
    assertThat(browser.findElements(By.cssSelector(".menu"))).hasSize(1);
    new Actions(browser).sendKeys(Keys.ESCAPE).perform();
    assertThat(browser.findElements(By.cssSelector(".menu"))).isEmpty();
    assertThat(browser.switchTo().activeElement().getDomAttribute("class")).contains("cell");
    assertThat(browser.switchTo().activeElement().getDomAttribute("id")).isEqualTo("cell-shop-49-build");
  }

  @Test
  void a_menu_that_is_being_used_is_not_taken_away_and_the_news_come_when_it_is_closed() {
    visitLive("/pipelines/shop");
    id("number-shop-49").sendKeys(Keys.TAB);
    browser.switchTo().activeElement().sendKeys(Keys.TAB);
    assertThat(browser.switchTo().activeElement().getText()).isEqualTo("Run again from here");
    Change failed = Samples.queued(Samples.shop(), 49, "Fixed meanwhile", "Jean Bartik", "integrate/typo", now.minusSeconds(1000));
    preview.moves(Samples.gone(failed, "ppppp", now));
    preview.moves(Samples.gone(waiting(), "pr", now));
    until("other rows move", () -> state("cell-shop-52-verify").equals("running"));
    assertThat(browser.switchTo().activeElement().getText()).isEqualTo("Run again from here");
    new Actions(browser).sendKeys(Keys.ESCAPE).perform();
    until("the row has caught up", () -> state("cell-shop-49-production").equals("passed"));
  }

  @Test
  void the_focus_stays_where_it_is_when_a_row_is_renewed() {
    visitLive("/pipelines/shop");
    id("cancel-shop-52").sendKeys(Keys.SHIFT);
    browser.executeScript("document.getElementById('cancel-shop-52').focus()");
    preview.moves(Samples.gone(waiting(), "pr", now));
    until("the row moves", () -> state("cell-shop-52-verify").equals("running"));
    assertThat(browser.switchTo().activeElement().getDomAttribute("id")).isEqualTo("cancel-shop-52");
  }

  @Test
  void the_page_of_a_change_and_its_title_move_by_themselves() {
    visitLive("/pipelines/shop/changes/51");
    assertThat(browser.getTitle()).startsWith("running · #51");
    preview.changes("shop", 51, change -> Samples.gone(Samples.queued(Samples.shop(), 51, "Keep the basket", "Grace", "integrate/basket", now.minusSeconds(600)), "ppppp", now));
    until("the title says so", () -> browser.getTitle().startsWith("passed · #51"));
    assertThat(browser.executeScript("return window.notReloaded")).isEqualTo(true);
  }

  @Test
  void what_changed_comes_to_a_red_change_by_itself() {
    visit("/pipelines/shop/changes/49");
    until("the comparison is there", () -> id("since-shop-49").getText().contains("Since shop#"));
    assertThat(id("since-shop-49").getText()).contains("and 120 more");
    assertThat(id("alarm-verify-unit").getText()).contains("Run again from here");
  }

  @Test
  void what_was_opened_stays_open_when_the_change_moves() {
    visitLive("/pipelines/shop/changes/46");
    id("more-verify").findElement(By.tagName("summary")).click();
    id("difference-verify-unit-link").click();
    until("the attempts stand side by side", () -> id("difference-verify-unit").getText().contains("Attempt 1"));
    preview.changes("shop", 46, change -> change.in(new dev.millrace.change.ChangeState.Failed(now, "verify failed: exit code 1")));
    until("it has moved", () -> browser.getTitle().startsWith("failed · #46"));
    assertThat(id("more-verify").getDomProperty("open")).isEqualTo("true");
    assertThat(id("difference-verify-unit").getText()).contains("Attempt 1");
    assertThat(browser.executeScript("return window.notReloaded")).isEqualTo(true);
  }

  @Test
  void running_time_is_counted_in_the_browser() {
    visit("/pipelines/shop");
    WebElement clock = browser.findElement(By.cssSelector("#cell-shop-51-build .clock"));
    String before = clock.getText();
    until("it counts", () -> !clock.getText().equals(before));
  }

  @Test
  void a_log_goes_on_while_the_step_prints() {
    visit("/pipelines/shop/changes/51/build/compile");
    assertThat(browser.findElements(By.id("L121"))).isEmpty();
    preview.prints("\u001b[33msomething <new>\u001b[0m");
    until("the line is there", () -> !browser.findElements(By.id("L121")).isEmpty());
    assertThat(id("L121").getText()).contains("something <new>");
    preview.prints("and more");
    until("so is the next", () -> !browser.findElements(By.id("L122")).isEmpty());
    until("it is counted", () -> id("log-place").getText().endsWith("of 122 lines"));
    until("its end is in view", () -> (Boolean) browser.executeScript("const box = document.getElementById('log-scroll'); return box.scrollHeight - box.clientHeight - box.scrollTop < 6"));
  }

  @Test
  void lines_that_do_not_come_are_asked_for_again() {
    Object hurried =
        browser
            .executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", "const slowly = AbortSignal.timeout; AbortSignal.timeout = (millis) => slowly.call(AbortSignal, millis / 20)"))
            .get("identifier");
    try {
      preview.linesSent = new CountDownLatch(1);
      visit("/pipelines/shop/changes/51/build/compile");
      CountDownLatch never = preview.linesSent;
      until("it is said", () -> id("log-trouble").getText().startsWith("Connection lost. Trying again"));
      preview.linesSent = new CountDownLatch(0);
      preview.prints("something new");
      until("the line is there", () -> !browser.findElements(By.id("L121")).isEmpty());
      assertThat(id("log-trouble").getText()).isEmpty();
      never.countDown();
    } finally {
      browser.executeCdpCommand("Page.removeScriptToEvaluateOnNewDocument", Map.of("identifier", hurried));
    }
  }

  @Test
  void the_theme_is_remembered() {
    visit("/");
    id("theme").click();
    id("theme").click();
    visit("/pipelines/shop");
    assertThat(browser.executeScript("return document.documentElement.dataset.theme")).isEqualTo("dark");
    browser.executeScript("localStorage.clear()");
  }

  @Test
  void without_javascript_everything_can_be_read_and_done() {
    browser.executeCdpCommand("Emulation.setScriptExecutionDisabled", java.util.Map.of("value", true));
    try {
      visit("/pipelines/shop");
      id("cell-shop-49-verify").click();
      assertThat(browser.getCurrentUrl()).endsWith("/pipelines/shop/changes/49#stage-verify");
      id("again-latest-verify").click();
      until("it is posted", () -> !preview.posts().isEmpty());
      assertThat(preview.posts()).containsExactly("/pipelines/shop/changes/49/attempts {from=[verify], definition=[latest]}");
      visit("/pipelines/shop");
      browser.findElement(By.cssSelector(".start summary")).click();
      id("start-branch").sendKeys("integrate/basket", Keys.ENTER);
      until("it is posted", () -> preview.posts().size() == 2);
      assertThat(preview.posts().getLast()).isEqualTo("/pipelines/shop/changes {branch=[integrate/basket], commit=[]}");
    } finally {
      browser.executeCdpCommand("Emulation.setScriptExecutionDisabled", java.util.Map.of("value", false));
    }
  }
}
