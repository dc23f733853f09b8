package dev.millrace.torture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// What clients were shown does not change behind their backs.
class LedgerTest {
  private static final String PASSED = attempt("passed", 0, "12:00:03");
  private final Ledger ledger = new Ledger();

  private static String attempt(String state, int code, String finishedAt) {
    return "{\"attempt\":1,\"state\":\"%s\",\"exitCode\":%d,\"startedAt\":\"12:00:00\",\"finishedAt\":%s}"
        .formatted(state, code, finishedAt.isEmpty() ? "null" : "\"" + finishedAt + "\"");
  }

  private void shown(boolean landed, String... attempts) {
    shown(System.nanoTime(), landed, attempts);
  }

  private void shown(long asked, boolean landed, String... attempts) {
    String change =
        ("{\"pipeline\":\"mill\",\"number\":7,\"landed\":%s,"
                + "\"stages\":[{\"name\":\"check\",\"steps\":[{\"name\":\"lint\",\"attempts\":[%s]}]}]}")
            .formatted(landed, String.join(",", attempts));
    ledger.saw(new JsonMapper().readTree(change), asked);
  }

  @Test
  void an_attempt_may_go_on_until_it_has_ended() {
    shown(false);
    shown(false, attempt("running", 0, ""));
    shown(false, PASSED);
    shown(true, PASSED);
    assertThat(ledger.oddities()).isEmpty();
  }

  @Test
  void a_result_that_is_stored_a_second_time_is_seen() {
    shown(false, PASSED);
    shown(false, attempt("passed", 0, "12:00:04"));
    assertThat(ledger.oddities()).singleElement().asString().startsWith("twice: mill#7/check/lint/1 was shown as passed");
  }

  @Test
  void a_result_that_is_forgotten_is_seen() {
    shown(false, PASSED);
    shown(false, attempt("running", 0, ""));
    shown(false);
    assertThat(ledger.oddities())
        .satisfiesExactly(
            odd -> assertThat(odd).contains("later as running"), odd -> assertThat(odd).contains("later as missing"));
  }

  @Test
  void an_answer_that_was_overtaken_by_a_later_one_says_nothing() {
    long asked = System.nanoTime();
    shown(true, PASSED);
    shown(asked, false, attempt("running", 0, ""));
    assertThat(ledger.oddities()).isEmpty();
  }

  @Test
  void a_landing_that_is_forgotten_is_seen() {
    shown(true);
    shown(false);
    assertThat(ledger.oddities()).containsExactly("lost: mill#7 was shown as landed, and later as not landed");
  }
}
