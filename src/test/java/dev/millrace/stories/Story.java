package dev.millrace.stories;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Each story has a mill of its own, in which nothing has happened yet but the first commit of the shop.
abstract class Story {
  /// One step, and main.
  static final String SHORT =
      """
      repository: shop
      integrate: {branches: ["integrate/**"], parallel: 1}
      stages:
        - test
        - {name: main, promote: true}
      steps:
        test: {image: scripted, run: wait}
      """;

  @TempDir Path folder;
  Mill mill;
  Developer shop;

  /// The pipeline `shop` of these stories.
  String definition() {
    return SHORT;
  }

  @BeforeEach
  void begin() throws Exception {
    mill = Mill.withShop(folder, definition());
    shop = mill.shop();
  }

  @AfterEach
  void end() throws Exception {
    if (mill != null) {
      mill.close();
    }
  }
}
