package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.git.Worktree;
import dev.millrace.runner.docker.DockerRunner;
import dev.millrace.runner.docker.TestImages;
import dev.millrace.server.Server;
import dev.millrace.server.Settings;
import dev.millrace.web.Chromium;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;

/// The whole story with nothing replaced: the real git, real containers, and a real browser that is never reloaded.
@Tag("docker")
@Tag("browser")
class BrowserStoryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(25);
  private static final Pattern NUMBER = Pattern.compile("shop#(\\d+):");

  @TempDir static Path folder;
  private static Server server;
  private static Worktree shop;
  private static ChromeDriver browser;

  @BeforeAll
  static void open() throws Exception {
    String image = TestImages.busybox();
    server =
        new Server(
            new Settings("127.0.0.1", 0, folder.resolve("data"), TestImages.HOST, "", "", 4),
            installation -> new DockerRunner(TestImages.HOST, installation),
            Clock.systemUTC());
    Worktree pipelines = Worktree.clone(server.address() + "/git/pipelines.git", folder.resolve("pipelines"));
    pipelines
        .file(
            "shop.yml",
            """
            repository: shop
            integrate:
              branches: ["integrate/**"]
              into: main
            stages:
              - build
              - name: verify
                steps: [unit, lint]
              - name: main
                promote: true
            steps:
              build: {image: "%1$s", run: "echo built"}
              unit: {image: "%1$s", run: "sh ./unit.sh"}
              lint: {image: "%1$s", run: "echo clean"}
            """
                .formatted(image))
        .commit("Deliver the shop");
    pipelines.git("push", "-q", "origin", "HEAD:main");
    shop = Worktree.clone(server.address() + "/git/shop.git", folder.resolve("shop"));
    shop.file("unit.sh", "echo fine\n").commit("Open the shop");
    shop.git("push", "-q", "origin", "HEAD:main");
    browser = Chromium.start();
    Chromium.size(browser, 1400, 1000);
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.quit();
    }
    if (server != null) {
      server.close();
    }
  }

  /// Pushes main with another test as a branch and gives the number of the change that this starts.
  private static int push(String branch, String unit) {
    Matcher number = NUMBER.matcher(pushed(branch, unit));
    assertThat(number.find()).isTrue();
    return Integer.parseInt(number.group(1));
  }

  private static String pushed(String branch, String unit) {
    shop.git("fetch", "-q");
    shop.on(branch, "origin/main").file("unit.sh", unit).commit("Try " + branch);
    return shop.tryGit("push", "origin", "HEAD").output();
  }

  private static void visit(String path) {
    Chromium.open(browser, server.address() + path);
    browser.executeScript("window.notReloaded = true");
  }

  private static void assertNotReloaded() {
    assertThat(browser.executeScript("return window.notReloaded")).isEqualTo(true);
  }

  private static void until(String what, BooleanSupplier holds) {
    Chromium.until(browser, PATIENCE, what, holds);
  }

  private static WebElement id(String id) {
    return browser.findElement(By.id(id));
  }

  /// What is read at a place, on one line; empty while nothing is there.
  private static String text(String css) {
    return String.valueOf(browser.executeScript("return document.querySelector(arguments[0])?.innerText ?? ''", css))
        .replaceAll("\\s+", " ")
        .strip();
  }

  /// How many promotions the map counts, none of which fails in these stories.
  private static int landings() {
    Matcher counted = Pattern.compile("0 of (\\d+) failed").matcher(text(".box:has(#box-shop-main) .failures"));
    return counted.matches() ? Integer.parseInt(counted.group(1)) : 0;
  }

  private static String state(int number, String stage) {
    return String.valueOf(
        browser.executeScript(
            "return document.getElementById(arguments[0])?.dataset.state", "cell-shop-" + number + "-" + stage));
  }

  @Test
  void a_branch_turns_green_and_lands_while_one_looks() {
    visit("/pipelines/shop");
    int landings = landings();
    int number = push("integrate/sugar", "echo sweet\n");
    until("its row has come", () -> !text("#row-shop-" + number).isEmpty());
    until("main has moved", () -> state(number, "main").equals("passed"));
    until("the row says so", () -> text("#row-shop-" + number + " .row-top").contains("passed"));
    until("the queue is empty", () -> text("#queue-shop").contains("main ← nothing waits to be integrated"));
    until("the map has counted it", () -> landings() == landings + 1);
    until("and knows how long it took", () -> text(".box:has(#box-shop-main) .median").matches("\\d+(\\.\\d)?s"));
    assertThat(text("#row-shop-" + number)).contains("Try integrate/sugar", "Ada", "100 %");
    assertNotReloaded();
    shop.git("fetch", "-q");
    assertThat(shop.git("show", "origin/main:unit.sh")).isEqualTo("echo sweet");
  }

  @Test
  void a_stage_that_failed_is_run_again_from_its_menu_and_both_attempts_stay() {
    visit("/pipelines/shop");
    int number =
        push(
            "integrate/flaky",
            """
            test "$MILLRACE_ATTEMPT" -gt 2 && echo lucky && exit
            printf '\\033[32mok\\033[0m adds\\n\\033[31mnot ok\\033[0m rounds <half> up\\n'
            exit 1
            """);
    until("verify is red", () -> state(number, "verify").equals("failed"));
    until("the change has ended", () -> text("#row-shop-" + number + " .sentence").contains("exit code 1"));
    assertNotReloaded();

    until("its menu offers it", () -> {
      new Actions(browser).moveToElement(id("cell-shop-" + number + "-verify")).perform();
      return text(".menu").contains("Run again from here");
    });
    browser.findElement(By.cssSelector(".menu button")).click();

    until("it has passed where it was pressed", () -> state(number, "main").equals("passed"));
    assertNotReloaded();
    visit("/pipelines/shop/changes/" + number + "#stage-verify");
    until("it has passed", () -> browser.getTitle().startsWith("passed · #" + number + " "));
    assertNotReloaded();
    assertThat(text("#stage-verify .steps > li"))
        .matches(
            "unit .*Attempt 3 passed .* Log Attempt 2 failed .* Log Attempt 1 failed .* exit code 1 image \\S+ Copy the whole digest Log"
                + " What differed between attempts of unit");

    browser.findElements(By.cssSelector("#stage-verify .steps > li:first-child .log-link")).getLast().click();
    until("its log is there", () -> browser.getCurrentUrl().endsWith("/verify/unit?attempt=1"));
    assertThat(text("#log-top")).contains("verify / unit", "failed", "Exit code 1", "Attempt 1", "Attempt 2", "Attempt 3");
    assertThat(text("#L2")).isEqualTo("2 First error not ok rounds <half> up");
    assertThat(id("L2").findElement(By.cssSelector("code span")).getText()).isEqualTo("not ok");
    assertThat(id("L2").findElement(By.cssSelector("code span")).getCssValue("color"))
        .isNotEqualTo(id("L1").findElement(By.cssSelector("code span")).getCssValue("color"));
    assertThat(text(".log-end")).startsWith("Failed after").endsWith("exit code 1");

    browser.findElement(By.linkText("Attempt 3")).click();
    until("so is the other one", () -> text("#L1").equals("1 lucky"));
  }

  @Test
  void a_step_that_takes_too_long_is_watched_and_cancelled() {
    visit("/pipelines/shop");
    int number = push("integrate/patience", "echo begun; sleep 300\n");
    until("it runs", () -> state(number, "verify").equals("running"));
    assertNotReloaded();

    visit("/pipelines/shop/changes/" + number + "/verify/unit");
    until("what it prints is there", () -> text("#L1").equals("1 begun"));
    assertThat(text("#log-top")).contains("running");
    String log = browser.getWindowHandle();
    browser.switchTo().newWindow(org.openqa.selenium.WindowType.TAB);
    visit("/pipelines/shop");
    id("cancel-shop-" + number).click();
    until("it is cancelled", () -> text("#row-shop-" + number + " .row-top").contains("cancelled"));
    assertThat(text("#row-shop-" + number + " .sentence")).contains("Cancelled by the dashboard");
    assertNotReloaded();
    browser.close();

    browser.switchTo().window(log);
    until("the log has ended", () -> text(".log-end").contains("Cancelled"));
    until("and its head says so", () -> text("#log-top").contains("Cancelled by the dashboard"));
    assertNotReloaded();
  }

  @Test
  void a_change_is_started_with_the_form() {
    assertThat(pushed("feature/by-hand", "echo by hand\n")).contains("Kept, and nothing started");
    visit("/pipelines/shop");
    browser.findElement(By.cssSelector(".start summary")).click();
    id("start-branch").sendKeys("feature/unheard-of", Keys.ENTER);
    until("it is refused in place", () -> text(".refusal").equals("shop has no branch feature/unheard-of; push it first"));
    assertThat(id("start-branch").getDomProperty("value")).isEqualTo("feature/unheard-of");

    id("start-branch").clear();
    id("start-branch").sendKeys("feature/by-hand", Keys.ENTER);
    until("its page is there", () -> browser.getCurrentUrl().matches(".*/changes/\\d+"));
    until("it has passed", () -> browser.getTitle().matches("passed · #\\d+ Try feature/by-hand · shop · Millrace"));
    shop.git("fetch", "-q");
    assertThat(shop.git("show", "origin/main:unit.sh")).as("main").doesNotContain("by hand");
  }
}
