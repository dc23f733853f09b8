package dev.millrace.web;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/// The real browser that tests look at pages with.
public final class Chromium {
  /// The first that is there. The headless shell is the same browser without its windows, and takes two thirds of the
  /// processor time.
  private static final List<String> PROGRAMS = List.of("/usr/bin/chromium-headless-shell", "/usr/bin/chromium");

  private Chromium() {}

  public static ChromeDriver start() {
    var options = new ChromeOptions();
    options.setBinary(PROGRAMS.stream().filter(program -> Files.exists(Path.of(program))).findFirst().orElseThrow());
    options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars");
    options.setCapability("goog:loggingPrefs", Map.of("browser", "ALL"));
    var service = new ChromeDriverService.Builder().usingDriverExecutable(new File("/usr/bin/chromedriver")).usingAnyFreePort().build();
    return new ChromeDriver(service, options);
  }

  /// The size of the page, not of the window, which headless Chromium will not make narrower than 500.
  public static void size(ChromeDriver browser, int width, int height) {
    browser.executeCdpCommand("Emulation.setDeviceMetricsOverride", Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  public static void theme(ChromeDriver browser, boolean dark) {
    media(browser, "", Map.of("prefers-color-scheme", dark ? "dark" : "light"));
  }

  /// What the reader has asked the system for, in the words of CSS: `prefers-reduced-motion` is `reduce`. What is not
  /// named is as usual again.
  ///
  /// @param kind `print`, or empty for the screen
  public static void media(ChromeDriver browser, String kind, Map<String, String> features) {
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "media", kind,
            "features", features.entrySet().stream().map(one -> Map.of("name", one.getKey(), "value", one.getValue())).toList()));
  }

  /// Opens a page and returns when it is there. Coming from an empty page, the driver alone may return before it has left
  /// that one.
  public static void open(ChromeDriver browser, String address) {
    browser.get(address);
    until(
        browser,
        Duration.ofSeconds(30),
        address + " is there",
        () -> (Boolean) browser.executeScript("return document.readyState === 'complete' && location.href !== 'about:blank'"));
  }

  /// Waits for what the page will show; an element that is replaced meanwhile is looked for again.
  public static void until(ChromeDriver browser, Duration patience, String what, BooleanSupplier holds) {
    new WebDriverWait(browser, patience, Duration.ofMillis(30))
        .ignoring(StaleElementReferenceException.class)
        .withMessage(what)
        .until(_ -> holds.getAsBoolean());
  }
}
