package dev.millrace.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;

/// Takes pictures of the pages of a running server for its documents: `Pictures <address> <directory> <where the same
/// goes as PNG> name=/path...`, each in light and dark.
///
/// A picture is an SVG that holds the page itself, with its style and without its scripts: text that can be compared,
/// a few dozen kilobytes, sharp at any size, and shown by whatever shows an SVG as a picture. It fetches nothing.
final class Pictures {
  private static final int WIDTH = 1280;
  private static final int HIGHEST = 960;
  private static final int LARGEST = 150_000;

  /// The page as an SVG, as wide as the window and as high as its content, but no higher than `arguments[1]`.
  private static final String DRAW =
      """
      const [theme, highest] = arguments;
      document.documentElement.dataset.theme = theme;
      const width = innerWidth;
      const height = Math.min(highest, Math.ceil(document.querySelector('main').getBoundingClientRect().bottom));
      const texts = [];
      const used = selector => {
        const bare = selector.replace(/::?(?:hover|focus|focus-visible|focus-within|target|before|after|placeholder|backdrop|checked|user-invalid|disabled|popover-open|-webkit-[a-z-]+|marker)\\b/g, '');
        if (/::?(?:hover|focus|target|popover-open|backdrop)/.test(selector)) return false;
        try { return document.querySelector(bare.trim() || '*') !== null; } catch { return true; }
      };
      const collect = rules => {
        for (const rule of rules) {
          if (rule instanceof CSSMediaRule) { if (matchMedia(rule.conditionText).matches) collect(rule.cssRules); }
          else if (rule instanceof CSSStyleRule) {
            if (rule.selectorText.split(',').some(used)) texts.push(rule.cssText.replace(/^html\\b/, ':root').replace(/\\s+/g, ' '));
          }
          else if (rule instanceof CSSContainerRule) texts.push(rule.cssText.replace(/\\s+/g, ' '));
        }
      };
      [...document.styleSheets].forEach(sheet => collect(sheet.cssRules));
      texts.push('*, *::before, *::after { animation: none !important; transition: none !important; }');
      texts.push('.top { backdrop-filter: none; position: relative; }');
      const body = document.body.cloneNode(true);
      body.querySelectorAll('script, template, link, noscript, .skip, .notices, #tab, dialog, [popover], [hidden]').forEach(one => one.remove());
      const lines = [...document.querySelectorAll('main li, main section, main article, main tr')];
      const copies = [...body.querySelectorAll('main li, main section, main article, main tr')];
      // what lies below the picture only costs
      if (lines.length === copies.length) lines.forEach((line, at) => line.getBoundingClientRect().top > height + 40 && copies[at].remove());
      const kept = /^(class|style|d|viewBox|width|height|x|y|x1|x2|y1|y2|cx|cy|r|rx|ry|points|fill|stroke|stroke-.*|transform|opacity|preserveAspectRatio|open|value|placeholder|type|dir|colspan|rowspan|id|href)$/;
      const told = new Set([...texts.join().matchAll(/\\[([\\w-]+)/g)].map(found => found[1]));
      body.querySelectorAll('*').forEach(one => [...one.attributes].forEach(({name}) => {
        const reference = name === 'href' && one.localName === 'use';
        const target = name === 'id' && (one.localName === 'symbol' || one.closest('defs, svg'));
        if (!(kept.test(name) || told.has(name)) || (name === 'href' && !reference) || (name === 'id' && !target)) one.removeAttribute(name);
      }));
      const names = new Set([...body.querySelectorAll('use')].map(one => one.getAttribute('href')));
      body.querySelectorAll('symbol').forEach(one => names.has('#' + one.id) || one.remove());
      const walk = document.createTreeWalker(body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_COMMENT);
      const nodes = [];
      while (walk.nextNode()) nodes.push(walk.currentNode);
      nodes.forEach(node => node.nodeType === 8 ? node.remove() : node.parentElement.closest('pre, .log code, .text code') || (node.data = node.data.replace(/\\s+/g, ' ')));
      const page = new XMLSerializer().serializeToString(body).replace(/> </g, '>\\n<').replace(/[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f]/g, '');
      return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" data-theme="${theme}">
      <style><![CDATA[
      ${texts.join('\\n')}
      body { height: ${height}px; overflow: hidden; background: var(--paper); color: var(--ink); }
      ]]></style>
      <foreignObject width="${width}" height="${height}">
      ${page}
      </foreignObject>
      </svg>
      `;
      """;

  private Pictures() {}

  public static void main(String[] arguments) throws Exception {
    String address = arguments[0];
    Path directory = Files.createDirectories(Path.of(arguments[1]));
    Path proofs = Files.createDirectories(Path.of(arguments[2]));
    var troubles = new ArrayList<String>();
    ChromeDriver browser = Chromium.start();
    try {
      for (String wanted : List.of(arguments).subList(3, arguments.length)) {
        String name = wanted.substring(0, wanted.indexOf('='));
        String path = wanted.substring(wanted.indexOf('=') + 1);
        if (!isThere(address + path)) {
          troubles.add("there is no page " + path + " for the picture " + name);
          continue;
        }
        for (String theme : List.of("light", "dark")) {
          Path picture = directory.resolve(name + "-" + theme + ".svg");
          take(browser, address + path, theme, picture);
          String trouble = prove(browser, picture, proofs.resolve(name + "-" + theme + ".png"));
          if (!trouble.isEmpty()) {
            troubles.add(picture + " " + trouble);
          }
        }
      }
    } finally {
      browser.quit();
    }
    troubles.forEach(System.err::println);
    if (!troubles.isEmpty()) {
      System.exit(1);
    }
  }

  private static boolean isThere(String url) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    }
  }

  private static void take(ChromeDriver browser, String url, String theme, Path picture) throws Exception {
    Chromium.size(browser, WIDTH, HIGHEST);
    Chromium.media(browser, "", Map.of("prefers-color-scheme", theme));
    Chromium.open(browser, url);
    String settled = "return typeof htmx === 'object' && document.querySelector('.htmx-request') === null";
    Chromium.until(browser, Duration.ofSeconds(20), "what the page fetches has come", () -> (Boolean) browser.executeScript(settled));
    browser.executeScript("scrollTo(0, 0)");
    Files.writeString(picture, String.valueOf(browser.executeScript(DRAW, theme, HIGHEST)));
  }

  /// Shows the picture as a document would, keeps what is seen, and says what is wrong with it; nothing if all is well.
  private static String prove(ChromeDriver browser, Path picture, Path proof) throws Exception {
    String text = Files.readString(picture);
    Path document = proof.resolveSibling(proof.getFileName() + ".html");
    Files.writeString(document, "<!doctype html><body style='margin:0'><img src='" + picture.toUri() + "'>", StandardCharsets.UTF_8);
    Chromium.open(browser, document.toUri().toString());
    Object size = browser.executeAsyncScript(
        """
        const done = arguments[0], img = document.querySelector('img');
        img.decode().then(() => done(img.naturalWidth), () => done(0));
        """);
    Files.write(proof, browser.getScreenshotAs(OutputType.BYTES));
    if (!Long.valueOf(WIDTH).equals(size)) {
      return "is not shown as a picture";
    }
    if (text.contains("<script") || text.contains("url(http") || text.contains("<img")) {
      return "holds more than a page";
    }
    // a picture in which nothing was drawn is some hundred bytes of one colour
    if (Files.size(proof) < 20_000) {
      return "shows nothing";
    }
    return Files.size(picture) > LARGEST ? "is larger than " + LARGEST / 1000 + " kB: " + Files.size(picture) : "";
  }
}
