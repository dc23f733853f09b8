package dev.millrace.store;

import static dev.millrace.store.Samples.SHOP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.ChangeId;
import dev.millrace.statistics.Journey;
import dev.millrace.statistics.Journey.Ending;
import dev.millrace.store.KnownPasts.OfChange;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KnownPastsTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private final KnownPasts known = new KnownPasts(3);

  private static ChangeId id(int number) {
    return new ChangeId(SHOP, number);
  }

  private static OfChange past(int number, Ending ending) {
    return new OfChange(new Journey(number, NOON, null, null, ending, NOON), List.of(), List.of());
  }

  private void read(int number) {
    try (var reading = known.begin()) {
      reading.keep(SHOP, Map.of(number, past(number, Ending.OPEN)));
    }
  }

  private String known() {
    var found = new StringBuilder();
    try (var reading = known.begin()) {
      for (int number = 1; number < 10; number++) {
        OfChange its = reading.find(id(number));
        if (its != null) {
          found.append(number).append(' ').append(its.journey().ending()).append("; ");
        }
      }
    }
    return found.toString();
  }

  @Test
  void what_is_saved_is_no_longer_known() {
    read(1);
    read(2);
    known.saved(List.of(id(1)));
    assertThat(known()).isEqualTo("2 OPEN; ");
  }

  @Test
  void what_is_saved_while_somebody_reads_is_not_kept_as_it_was() {
    try (var slow = known.begin()) {
      known.saved(List.of(id(1)));
      slow.keep(SHOP, Map.of(1, past(1, Ending.OPEN), 2, past(2, Ending.OPEN)));
      assertThat(known()).isEqualTo("2 OPEN; ");
      try (var later = known.begin()) {
        later.keep(SHOP, Map.of(1, past(1, Ending.PASSED)));
      }
      slow.keep(SHOP, Map.of(1, past(1, Ending.OPEN)));
    }
    assertThat(known()).isEqualTo("1 PASSED; 2 OPEN; ");
  }

  @Test
  void those_that_were_asked_for_last_are_kept() {
    read(1);
    read(2);
    read(3);
    try (var reading = known.begin()) {
      assertThat(reading.find(id(1))).isNotNull();
    }
    read(4);
    assertThat(known()).isEqualTo("1 OPEN; 3 OPEN; 4 OPEN; ");
  }
}
