package dev.millrace.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.openqa.selenium.chrome.ChromeDriver;

/// What axe-core has to say about the page that a browser shows: WCAG 2.0, 2.1 and 2.2, levels A and AA, and what is
/// good practice besides.
public final class Axe {
  private static final String SOURCE = source();
  private static final List<String> RULES = List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

  private static final String RUN =
      """
      const done = arguments[arguments.length - 1];
      // what has been scrolled below a bar that sticks can be scrolled back
      [...document.querySelectorAll('body *')].filter(one => getComputedStyle(one).position === 'sticky').forEach(one => one.style.setProperty('position', 'relative', 'important'));
      axe.run(document, {runOnly: arguments[0], resultTypes: ['violations']})
        .then(found => done(found.violations.flatMap(rule => rule.nodes.map(node =>
          rule.id + ' (' + rule.impact + ') at ' + node.target.join(' ') + ': ' + node.failureSummary.split('\\n').slice(1).map(line => line.trim()).join('; ')))),
          trouble => done(['axe could not run: ' + trouble]));
      """;

  private Axe() {}

  /// One line for each element that breaks a rule: the rule, the element, and why.
  public static List<String> findings(ChromeDriver browser) {
    browser.manage().timeouts().scriptTimeout(Duration.ofMinutes(2));
    if (!Boolean.TRUE.equals(browser.executeScript("return typeof axe === 'object'"))) {
      browser.executeScript(SOURCE);
    }
    return ((List<?>) browser.executeAsyncScript(RUN, RULES)).stream().map(String::valueOf).toList();
  }

  private static String source() {
    try (InputStream file = Axe.class.getResourceAsStream("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
      if (file == null) {
        throw new IllegalStateException("axe-core has another version than this test asks for");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
