package dev.millrace.web.view;

import dev.millrace.web.Chromium;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;

/// Takes pictures of every page: `Gallery <directory> [part of a picture's name]`.
final class Gallery {
  private Gallery() {}

  record Shot(String name, String path, int width, int height, boolean dark) {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createDirectories(Path.of(arguments[0]));
    String part = arguments.length > 1 ? arguments[1] : "";
    List<Shot> shots =
        List.of(
            new Shot("home-1400-light", "/", 1400, 1000, false),
            new Shot("home-1400-dark", "/", 1400, 1000, true),
            new Shot("home-390-light", "/", 390, 1400, false),
            new Shot("home-empty", "/empty", 1400, 900, false),
            new Shot("shop-1400-light", "/pipelines/shop", 1400, 1100, false),
            new Shot("shop-1400-dark", "/pipelines/shop", 1400, 1100, true),
            new Shot("shop-1250-light", "/pipelines/shop?window=30d", 1250, 900, false),
            new Shot("graph-30-whole", "/pipelines/graph-30?zoom=fit", 1400, 900, true),
            new Shot("wall-dark", "/wall", 1920, 1080, false),
            new Shot("wall-light", "/wall?theme=light", 1920, 1080, false),
            new Shot("wall-one", "/pipelines/shop/wall", 1920, 1080, false),
            new Shot("shop-800-light", "/pipelines/shop", 800, 1100, false),
            new Shot("shop-390-light", "/pipelines/shop", 390, 1500, false),
            new Shot("shop-390-dark", "/pipelines/shop", 390, 1500, true),
            new Shot("small-1400", "/pipelines/small", 1400, 800, false),
            new Shot("diamond-1400-light", "/pipelines/diamond", 1400, 1100, false),
            new Shot("diamond-1400-dark", "/pipelines/diamond", 1400, 1100, true),
            new Shot("line-30-1400", "/pipelines/line-30", 1400, 800, false),
            new Shot("graph-30-1400", "/pipelines/graph-30", 1400, 1100, false),
            new Shot("graph-30-390", "/pipelines/graph-30", 390, 1500, false),
            new Shot("graph-100-1400-light", "/pipelines/graph-100", 1400, 1200, false),
            new Shot("graph-100-1400-dark", "/pipelines/graph-100", 1400, 1200, true),
            new Shot("line-100-390", "/pipelines/line-100", 390, 1400, false),
            new Shot("fresh-1400", "/pipelines/fresh", 1400, 800, false),
            new Shot("menu-light", "/pipelines/shop", 1400, 1100, false),
            new Shot("refused-1400", "/refused/shop", 1400, 500, false),
            new Shot("change-1400-light", "/pipelines/shop/changes/48", 1400, 1300, false),
            new Shot("change-1400-dark", "/pipelines/shop/changes/48", 1400, 1300, true),
            new Shot("change-failed", "/pipelines/shop/changes/49", 1400, 1300, false),
            new Shot("change-390", "/pipelines/shop/changes/48", 390, 1800, false),
            new Shot("change-failed-dark", "/pipelines/shop/changes/49", 1400, 1800, true),
            new Shot("change-failed-390", "/pipelines/shop/changes/49", 390, 2600, false),
            new Shot("change-30", "/pipelines/line-30/changes/48", 1400, 2400, false),
            new Shot("change-passed", "/pipelines/shop/changes/47", 1400, 1500, false),
            new Shot("change-cancelled", "/pipelines/shop/changes/45", 1400, 1300, true),
            new Shot("difference-flaky", "/pipelines/shop/changes/46/verify/unit/difference", 1400, 1000, false),
            new Shot("difference-newer-dark", "/pipelines/shop/changes/46/verify/browser/difference?newer", 1400, 1500, true),
            new Shot("difference-390", "/pipelines/shop/changes/46/verify/unit/difference?newer", 390, 1600, false),
            new Shot("comparison-1400", "/pipelines/shop/changes/49/comparison", 1400, 1500, false),
            new Shot("comparison-390-dark", "/pipelines/shop/changes/49/comparison", 390, 1900, true),
            new Shot("change-100", "/pipelines/graph-100/changes/48", 1400, 1600, false),
            new Shot("log-1400", "/pipelines/shop/changes/49/verify/unit", 1400, 900, false),
            new Shot("log-running", "/pipelines/shop/changes/51/build/compile", 1400, 900, true),
            new Shot("log-window", "/pipelines/shop/changes/49/verify/unit?from=5&small=1", 1400, 1100, true),
            new Shot("log-390", "/pipelines/shop/changes/49/verify/unit", 390, 900, false),
            new Shot("definition", "/pipelines/shop/definition", 1400, 700, false),
            new Shot("statistics-1400-light", "/pipelines/shop/statistics", 1400, 3000, false),
            new Shot("statistics-1400-dark", "/pipelines/shop/statistics", 1400, 2400, true),
            new Shot("statistics-390-light", "/pipelines/shop/statistics", 390, 5200, false),
            new Shot("statistics-390-dark", "/pipelines/shop/statistics?days=365", 390, 2600, true),
            new Shot("statistics-stage", "/pipelines/shop/statistics?days=90&stage=verify", 1400, 2200, false),
            new Shot("statistics-week", "/pipelines/diamond/statistics?days=7", 1400, 2600, true),
            new Shot("statistics-30", "/pipelines/graph-30/statistics", 1400, 3000, false),
            new Shot("statistics-sampled", "/pipelines/line-100/statistics?days=365", 1400, 1600, true),
            new Shot("statistics-one", "/pipelines/small/statistics", 1400, 1700, false),
            new Shot("statistics-empty", "/pipelines/fresh/statistics", 1400, 800, false),
            new Shot("missing", "/missing", 1400, 600, true));
    try (Preview preview = Preview.start(0, Preview.everything(Instant.now()))) {
      ChromeDriver browser = Chromium.start();
      try {
        for (Shot shot : shots) {
          if (shot.name().contains(part)) {
            Chromium.size(browser, shot.width(), shot.height());
            Chromium.theme(browser, shot.dark());
            Chromium.open(browser, preview.address() + shot.path());
            if (shot.name().startsWith("menu")) {
              browser.findElement(By.id("number-shop-49")).sendKeys(Keys.TAB, Keys.TAB);
            }
            Files.write(directory.resolve(shot.name() + ".png"), browser.getScreenshotAs(OutputType.BYTES));
            browser.manage().logs().get("browser").getAll().forEach(entry -> System.out.println(shot.name() + ": " + entry));
            Object wide = browser.executeScript("return document.documentElement.scrollWidth + ' of ' + innerWidth");
            System.out.println(shot.name() + " " + wide);
          }
        }
      } finally {
        browser.quit();
      }
    }
  }
}
