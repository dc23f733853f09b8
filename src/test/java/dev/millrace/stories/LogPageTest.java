package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.web.Chromium;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;

/// The page of a log in a real browser, over a real server: a long log of a step that failed, one that passed, and one
/// that is still printed.
@Tag("browser")
class LogPageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int LINES = 40_000;
  private static final int ERROR = 31_000;
  private static final String LONG = "/pipelines/shop/changes/1/test/long";
  private static final String GREEN = "/pipelines/shop/changes/1/test/green";
  private static final String SLOW = "/pipelines/shop/changes/1/test/slow";

  @TempDir static Path folder;
  private static Mill mill;
  private static ChromeDriver browser;
  private static int printed;

  @BeforeAll
  static void open() throws Exception {
    mill =
        Mill.withShop(
            folder,
            """
            repository: shop
            on: {push: ["integrate/**"]}
            stages:
              - {name: test, steps: [green, long, slow, silent]}
              - {name: main, steps: [silent]}
            steps:
              green: {image: scripted, run: wait}
              long: {image: scripted, run: wait}
              slow: {image: scripted, run: wait}
              silent: {image: scripted, run: wait}
            """);
    mill.shop().push("integrate/long", "Print much", "x", "x");
    mill.prints("1/test/green/1", grouped());
    mill.prints("1/test/long/1", longLog());
    mill.passes("1/test/green/1");
    mill.fails("1/test/long/1");
    mill.passes("1/test/silent/1");
    mill.awaitSteps(1);
    mill.runs("1/test/slow/1");
    mill.containers.print("shop/1/test/slow/1", "line 1\n");
    printed = 1;
    browser = Chromium.start();
  }

  private static String grouped() {
    var text = new StringBuilder("begin\n::group::Install\n");
    for (int line = 0; line < 2310; line++) {
      text.append("installed ").append(line).append('\n');
    }
    return text.append("::endgroup::\n::group::Short\nsmall\n::endgroup::\nall done\n").toString();
  }

  private static String longLog() {
    var text = new StringBuilder();
    for (int line = 1; line <= LINES; line++) {
      if (line == ERROR) {
        text.append("\u001b[31mERROR\u001b[0m it broke\n");
      } else if (line % 1000 == 7) {
        text.append("need\u001b[32mle\u001b[0m in line ").append(line).append('\n');
      } else if (line % 500 == 0) {
        text.append("long ").append("wrap ".repeat(200)).append(line).append('\n');
      } else {
        text.append("line ").append(line).append('\n');
      }
    }
    return text.toString();
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.quit();
    }
    if (mill != null) {
      mill.close();
    }
  }

  @BeforeEach
  void begin() {
    Chromium.size(browser, 1400, 900);
  }

  @AfterEach
  void complainNowhere() {
    assertThat(browser.manage().logs().get("browser").getAll().stream().filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue()))
        .filteredOn(entry -> !entry.getMessage().contains("ERR_INTERNET_DISCONNECTED"))
        .isEmpty();
    if (browser.getCurrentUrl().startsWith("http")) {
      js("localStorage.clear()");
    }
    browser.get("about:blank");
  }

  private static void visit(String path) {
    Chromium.open(browser, mill.address() + path);
  }

  private static Object js(String script, Object... arguments) {
    return browser.executeScript(script, arguments);
  }

  private static void until(String what, BooleanSupplier holds) {
    Chromium.until(browser, PATIENCE, what, holds);
  }

  private static WebElement id(String id) {
    return browser.findElement(By.id(id));
  }

  private static String text(String id) {
    return String.valueOf(js("return document.getElementById(arguments[0])?.textContent ?? ''", id)).strip();
  }

  /// Whether a line can be seen: its row is there and lies in the box.
  private static boolean sees(long line) {
    return (Boolean) js(
        """
        const row = document.getElementById('L' + arguments[0]);
        if (!row) return false;
        const place = row.getBoundingClientRect();
        const box = document.getElementById('log-scroll').getBoundingClientRect();
        return place.top >= box.top - 1 && place.top < box.bottom;
        """,
        line);
  }

  private static String line(long line) {
    return String.valueOf(js("return document.querySelector('#L' + arguments[0] + ' code')?.textContent", line));
  }

  private static void type(CharSequence... keys) {
    new Actions(browser).sendKeys(keys).perform();
  }

  /// The numbers of the rows that are there follow each other, and they are not too many.
  private static void assertWithoutGap() {
    assertThat((Boolean) js("""
        const numbers = [...document.querySelectorAll('#log > li[id]')].map((row) => Number(row.id.slice(1)));
        return numbers.length > 0 && numbers.length <= 1500 && numbers.every((number, at) => at === 0 || number === numbers[at - 1] + 1);
        """)).isTrue();
  }

  @Test
  void a_failed_step_opens_at_its_first_error() {
    visit(LONG);
    until("it is seen", () -> sees(ERROR));
    assertThat(id("L" + ERROR).getText()).contains("First error", "ERROR it broke");
    assertThat(sees(ERROR - 5)).as("and what was before").isTrue();
    assertThat(id("log-place").getText()).endsWith("of 40,000 lines");
    assertThat(browser.getTitle()).startsWith("failed · test/long");
  }

  @Test
  void all_of_it_can_be_scrolled_through_with_few_lines_in_the_page() {
    visit(LONG + "?from=1");
    until("it is there", () -> sees(1));
    for (int reached = 1; reached < 4000; ) {
      int before = reached;
      until("more has come", () -> {
        js("document.getElementById('log-scroll').scrollTop += 2500");
        return top() > before;
      });
      reached = top();
      assertWithoutGap();
    }
    for (int up = top(); up > 1; ) {
      int before = up;
      until("more has come", () -> {
        js("document.getElementById('log-scroll').scrollTop -= 2500");
        return top() < before;
      });
      up = top();
      assertWithoutGap();
    }
    assertThat(line(1)).isEqualTo("line 1");
  }

  private static int top() {
    return ((Long) js("return Number(document.getElementById('log-bar').getAttribute('aria-valuenow'))")).intValue();
  }

  @Test
  void what_is_read_stays_where_it_is_while_lines_come_above_it() {
    visit(LONG + "?lines=20500#L20500");
    until("it is seen", () -> sees(20500));
    Object place = js("return Math.round(document.getElementById('L20500').getBoundingClientRect().top)");
    until("there is more above", () -> (Boolean) js("return !!document.getElementById('L20250')"));
    assertThat(js("return Math.round(document.getElementById('L20500').getBoundingClientRect().top)")).isEqualTo(place);
  }

  @Test
  void the_bar_stands_for_all_lines() {
    visit(LONG + "?from=1");
    until("it is there", () -> sees(1));
    WebElement thumb = id("log-thumb");
    int room = id("log-bar").getSize().height;
    new Actions(browser).clickAndHold(thumb).moveByOffset(0, room / 2).perform();
    until("half of the way", () -> Math.abs(top() - LINES / 2) < LINES / 15);
    new Actions(browser).moveByOffset(0, room / 2 - 4).release().perform();
    until("the end", () -> sees(LINES));
    assertThat(browser.findElement(By.className("log-end")).getText()).startsWith("Failed after").endsWith("exit code 1");
    assertWithoutGap();
  }

  @Test
  void the_keyboard_alone_goes_everywhere() {
    visit(LONG);
    until("it is there", () -> sees(ERROR));
    type("g");
    type("12345", Keys.ENTER);
    until("the line is there", () -> sees(12345));
    assertThat(browser.getCurrentUrl()).endsWith("?attempt=1&lines=12345#L12345");
    assertThat(id("L12345").getDomAttribute("class")).isEqualTo("picked");
    type("J", "J");
    until("a range", () -> browser.getCurrentUrl().endsWith("?attempt=1&lines=12345-12347#L12345"));
    type(Keys.END);
    until("the last line", () -> sees(LINES));
    type(Keys.HOME);
    until("the first line", () -> sees(1));
    type(Keys.PAGE_DOWN);
    until("a page further", () -> !sees(1));
    type("e");
    until("the first error", () -> sees(ERROR));
    type("?");
    until("the keys are told", () -> id("keys").isDisplayed());
    type(Keys.ESCAPE);
    until("and gone", () -> !id("keys").isDisplayed());
    type("/");
    type("needle", Keys.ENTER);
    until("something is found", () -> text("found").equals("32 of 40 lines"));
    until("and seen", () -> sees(31007));
    type(Keys.ENTER);
    until("the next one", () -> text("found").equals("33 of 40 lines") && sees(32007));
    new Actions(browser).keyDown(Keys.SHIFT).sendKeys(Keys.ENTER).keyUp(Keys.SHIFT).perform();
    until("the one before", () -> text("found").equals("32 of 40 lines") && sees(31007));
    type(Keys.TAB, Keys.TAB);
    type("N");
    until("and the one before that", () -> text("found").equals("31 of 40 lines") && sees(30007));
    type(Keys.ESCAPE);
    until("all is as before", () -> text("found").isEmpty() && browser.findElements(By.tagName("mark")).isEmpty());
  }

  @Test
  void what_is_searched_for_is_counted_in_all_of_it_and_marked_and_in_the_address() {
    visit(LONG + "?from=1");
    id("search").sendKeys("NEEDLE", Keys.ENTER);
    until("it is found", () -> text("found").equals("1 of 40 lines") && sees(7) && !browser.findElements(By.cssSelector("#L7 mark")).isEmpty());
    assertThat(js("return [...document.querySelectorAll('#L7 mark')].map((mark) => mark.textContent).join('')")).isEqualTo("needle");
    id("find-previous").click();
    until("round to the last", () -> text("found").equals("40 of 40 lines, again from the last") && sees(39007));
    id("find-next").click();
    until("and to the first", () -> text("found").equals("1 of 40 lines, again from the first") && sees(7));
    String address = browser.getCurrentUrl();
    assertThat(address).endsWith("?attempt=1&search=NEEDLE");
    id("exact").click();
    until("capitals matter", () -> text("found").equals("No line has “NEEDLE”"));
    Chromium.open(browser, address);
    until("the link shows the same", () -> text("found").equals("1 of 40 lines") && sees(7) && !browser.findElements(By.cssSelector("#L7 mark")).isEmpty());
    assertThat(js("return document.querySelectorAll('#L7 mark').length")).isEqualTo(2L);
  }

  @Test
  void a_search_that_is_refused_says_why() {
    visit(LONG + "?from=1");
    js("document.getElementById('search').removeAttribute('maxlength')");
    id("search").sendKeys("x".repeat(201), Keys.ENTER);
    until("it says so", () -> text("found").equals("\"search\" has at most 200 characters and no line end."));
    // the browser notes every answer that refuses
    assertThat(browser.manage().logs().get("browser").getAll()).allMatch(entry -> entry.getMessage().contains("400"));
  }

  @Test
  void lines_are_picked_with_the_mouse_and_linked() {
    visit(LONG + "?from=100");
    until("it is there", () -> sees(102));
    browser.findElement(By.cssSelector("#L102 .line-number")).click();
    assertThat(browser.getCurrentUrl()).endsWith("?attempt=1&lines=102#L102");
    new Actions(browser).keyDown(Keys.SHIFT).click(browser.findElement(By.cssSelector("#L105 .line-number"))).keyUp(Keys.SHIFT).perform();
    String address = browser.getCurrentUrl();
    assertThat(address).endsWith("?attempt=1&lines=102-105#L102");
    assertThat(text("picked-says")).isEqualTo("Lines 102 to 105");
    visit(LONG);
    Chromium.open(browser, address);
    until("it is there", () -> sees(102));
    assertThat(browser.findElements(By.cssSelector("#log .picked"))).hasSize(4);
    assertThat(mill.get("/pipelines/shop/changes/1/test/long/text?attempt=1&lines=102-105").body()).isEqualTo("line 102\nline 103\nline 104\nline 105\n");
    id("copy-text").click();
    until("it says so", () -> text("copied").equals("Text copied."));
  }

  @Test
  void an_old_link_to_a_line_still_leads_there() {
    visit(LONG + "?attempt=1&from=2000#L2100");
    until("it is seen", () -> sees(2100));
    browser.get("about:blank");
    visit(LONG + "#L300");
    until("also from far away", () -> sees(300));
    assertThat(id("L300").getDomAttribute("class")).contains("picked");
  }

  @Test
  void groups_of_a_step_that_passed_begin_folded_when_they_are_long() {
    visit(GREEN);
    until("it is there", () -> sees(2));
    assertThat(id("L2").getText().replaceAll("\\s+", " ")).isEqualTo("2 Install … 2,311 lines");
    assertThat(browser.findElements(By.id("L3"))).isEmpty();
    until("what follows it is there", () -> sees(2317));
    assertThat(line(2317)).isEqualTo("all done");
    WebElement fold = browser.findElement(By.cssSelector("#L2 .fold"));
    assertThat(fold.getDomAttribute("aria-expanded")).isEqualTo("false");
    assertThat(fold.getAccessibleName()).isEqualTo("Group Install");
    fold.sendKeys(Keys.ENTER);
    until("unfolded", () -> sees(3) && line(3).equals("installed 0"));
    assertThat(js("return document.activeElement.getAttribute('aria-expanded')")).isEqualTo("true");
    type("z");
    until("all unfolded or folded", () -> browser.findElements(By.id("L3")).isEmpty());
    visit(GREEN + "?lines=1000#L1000");
    until("a link into it opens it", () -> sees(1000) && line(1000).equals("installed 997"));
  }

  @Test
  void times_are_shown_as_wanted_and_remembered() {
    visit(LONG + "?from=1");
    until("it is there", () -> sees(1));
    assertThat(browser.findElement(By.cssSelector("#L2 time")).isDisplayed()).isFalse();
    type("t", "t", "t");
    until("since the line before", () -> browser.findElement(By.cssSelector("#L2 time")).getText().equals("+0.000"));
    visit(LONG + "?from=1");
    assertThat(id("times").getDomProperty("value")).isEqualTo("before");
  }

  @Test
  void lines_come_by_themselves_and_the_end_is_followed_until_one_looks_back() throws Exception {
    visit(SLOW);
    until("it is there", () -> sees(1));
    assertThat(id("follow").getDomAttribute("aria-pressed")).isEqualTo("true");
    prints(600);
    until("the end is seen", () -> sees(printed));
    assertWithoutGap();
    js("document.getElementById('log-scroll').scrollTop -= 900");
    until("it lets go", () -> id("follow").getDomAttribute("aria-pressed").equals("false"));
    int before = top();
    prints(40);
    until("it says that there is more", () -> text("new-lines").equals("↓ 40 new lines"));
    assertThat(top()).isEqualTo(before);
    id("new-lines").click();
    until("the end is seen", () -> sees(printed));
    assertWithoutGap();

    browser.executeCdpCommand("Network.enable", Map.of());
    browser.executeCdpCommand("Network.emulateNetworkConditions", Map.of("offline", true, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
    prints(10);
    until("the loss is told", () -> text("log-trouble").startsWith("Connection lost"));
    browser.executeCdpCommand("Network.emulateNetworkConditions", Map.of("offline", false, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
    until("it goes on without a gap", () -> sees(printed) && text("log-trouble").isEmpty());
    assertWithoutGap();

    mill.passes("1/test/slow/1");
    until("its end is told", () -> text("log").matches("(?s).*Passed after [0-9][0-9.ms ]*s"));
    until("and in its head", () -> text("log-top").contains("passed") && browser.getTitle().startsWith("passed"));
    assertThat(text("log-say")).isEqualTo("Step passed");
    assertThat(id("follow").isDisplayed()).isFalse();
    assertThat(browser.findElements(By.className("log-end"))).hasSize(1);
  }

  private static void prints(int lines) {
    var text = new StringBuilder();
    for (int line = 0; line < lines; line++) {
      text.append("line ").append(++printed).append('\n');
    }
    mill.containers.print("shop/1/test/slow/1", text.toString());
  }

  @Test
  void without_javascript_it_is_pages_and_forms() {
    browser.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", true));
    try {
      visit(LONG);
      assertThat(id("L" + ERROR).getText()).contains("First error");
      browser.findElement(By.linkText("First lines")).click();
      assertThat(id("log-window").getText()).isEqualTo("1 to 300 of 40,000 lines");
      browser.findElement(By.linkText("Later lines")).click();
      assertThat(id("log-window").getText()).isEqualTo("301 to 600 of 40,000 lines");
      browser.findElement(By.linkText("Last lines")).click();
      assertThat(id("log-window").getText()).isEqualTo("39,701 to 40,000 of 40,000 lines");
      browser.findElement(By.linkText("Earlier lines")).click();
      assertThat(id("log-window").getText()).isEqualTo("39,401 to 39,700 of 40,000 lines");
      id("from").sendKeys("5000", Keys.ENTER);
      assertThat(id("log-window").getText()).isEqualTo("5,000 to 5,299 of 40,000 lines");
      id("search").sendKeys("needle", Keys.ENTER);
      assertThat(id("matches").getText().replaceAll("\\s+", " ")).startsWith("40 lines have “needle”").contains("20007 needle in line 20007");
      browser.findElement(By.cssSelector("#matches li:nth-child(21) a")).click();
      assertThat(browser.findElement(By.cssSelector("#log .picked")).getText()).contains("20007", "needle");
      visit(GREEN);
      assertThat(browser.findElements(By.id("L250"))).as("nothing is folded").hasSize(1);
      browser.findElement(By.cssSelector("#L5 .line-number")).click();
      assertThat(browser.getCurrentUrl()).endsWith("?attempt=1&lines=5#L5");
    } finally {
      browser.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", false));
    }
  }

  @Test
  void what_cannot_be_understood_is_refused_with_a_sentence() {
    for (String query : new String[] {"lines=x", "lines=1-2-3", "from=-1", "from=x", "before=1.5", "hits=x", "search=" + "x".repeat(201), "search=a%0Ab", "attempt=x"}) {
      assertRefused(LONG + "?" + query);
      assertRefused(LONG + "/lines?" + query.replace("hits", "count"));
    }
    assertRefused(LONG + "/lines?count=1001");
    assertRefused(LONG + "/matches");
    assertRefused(LONG + "/text");
    assertThat(mill.get(LONG + "?from=99999999").statusCode()).as("behind the end is the end").isEqualTo(200);
    assertThat(mill.get(LONG + "?lines=99999999").statusCode()).isEqualTo(200);
    assertThat(mill.get("/pipelines/shop/changes/1/test/silent").body()).contains("This step printed nothing.");
  }

  private static void assertRefused(String path) {
    HttpResponse<String> answer = mill.get(path);
    assertThat(answer.statusCode()).as(path).isEqualTo(400);
    assertThat(answer.body()).as(path).contains("Not understood").doesNotContain("Exception");
  }
}
