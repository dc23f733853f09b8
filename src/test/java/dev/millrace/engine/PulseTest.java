package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is known of a container engine that answers late, or never.
@Timeout(20)
class PulseTest {
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger asked = new AtomicInteger();
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final Pulse pulse = new Pulse(this::answer, nanos::get);

  private Optional<String> answer() {
    asked.incrementAndGet();
    try {
      String answer = answers.take();
      return Optional.of(answer).filter(text -> !text.isEmpty());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void answers(String text) {
    answers.add(text);
  }

  private void passes(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /// Until the engine's answer has arrived.
  private void becomes(String trouble) {
    while (!pulse.trouble().orElse("").equals(trouble)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void an_engine_that_answers_is_believed_at_once() {
    answers("it is away");
    assertThat(pulse.trouble()).contains("it is away");
    answers("");
    assertThat(pulse.trouble()).isEmpty();
  }

  @Test
  void an_engine_that_does_not_answer_is_asked_once_and_is_said_to_be_slow_after_a_while() {
    assertThat(pulse.trouble()).isEmpty();
    passes(Duration.ofSeconds(1));
    assertThat(pulse.trouble()).isEmpty();
    passes(Duration.ofSeconds(2));
    assertThat(pulse.trouble()).contains(Pulse.IS_SLOW);
    passes(Duration.ofMinutes(10));
    assertThat(pulse.trouble()).contains(Pulse.IS_SLOW);
    assertThat(asked).hasValue(1);
  }

  @Test
  void an_engine_that_answered_late_is_slow_until_it_answers_in_time() {
    assertThat(pulse.trouble()).isEmpty();
    passes(Duration.ofSeconds(3));
    answers("");
    becomes(Pulse.IS_SLOW);
    answers("");
    answers("");
    becomes("");
  }

  @Test
  void what_was_the_matter_is_told_until_the_next_answer() {
    answers("it is away");
    assertThat(pulse.trouble()).contains("it is away");
    passes(Duration.ofSeconds(3));
    assertThat(pulse.trouble()).contains("it is away");
    passes(Duration.ofSeconds(3));
    assertThat(pulse.trouble()).contains("it is away");
    answers("");
    answers("");
    becomes("");
  }
}
