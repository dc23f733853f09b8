package dev.millrace.store;

import java.nio.file.Path;
import java.util.List;

/// A Millrace that is to come, as far as the database sees it.
public final class Later {
  static final Database.Scripts NEXT = scripts("next");
  static final Database.Scripts BROKEN = scripts("broken");

  private Later() {}

  private static Database.Scripts scripts(String folder) {
    return new Database.Scripts(Database.NEWEST + 1, List.of("classpath:db/migration", "classpath:db/" + folder));
  }

  /// It was started here once.
  public static void upgrade(Path data) {
    new Database(Store.h2(data), NEXT).close();
  }
}
