package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KnownChangesTest {
  private final KnownChanges known = new KnownChanges(7);
  private final Change first = Samples.change(Samples.shop(), 1);
  private final Change second = Samples.change(Samples.shop(), 2);

  private Optional<List<Change>> find(Change... wanted) {
    List<ChangeId> ids = List.of(wanted).stream().map(Change::id).toList();
    return known.find(ids, known.moment());
  }

  private static Change moved(Change change) {
    return change.in(new ChangeState.Passed(Samples.NOON, ""));
  }

  @Test
  void what_was_read_is_given_to_the_next_who_asks_for_all_of_it() {
    known.read(List.of(first), known.moment());
    assertThat(find(first)).contains(List.of(first));
    assertThat(find(first, second)).isEmpty();
  }

  @Test
  void who_reads_it_again_gets_the_object_of_the_first() {
    known.read(List.of(first), known.moment());
    Change again = Samples.change(Samples.shop(), 1);
    assertThat(again).isEqualTo(first).isNotSameAs(first);
    assertThat(known.read(List.of(again), known.moment()).getFirst()).isSameAs(first);
  }

  @Test
  void a_save_replaces_what_it_touches_and_nothing_else() {
    known.read(List.of(first, second), known.moment());
    known.begin(List.of(first.id()));
    assertThat(find(first)).isEmpty();
    assertThat(find(second)).contains(List.of(second));
    known.end(List.of(moved(first)));
    assertThat(find(first, second)).contains(List.of(moved(first), second));
  }

  @Test
  void what_was_read_before_a_save_is_not_kept_after_it() {
    long before = known.moment();
    known.begin(List.of(first.id()));
    known.read(List.of(first), known.moment());
    long during = known.moment();
    known.end(List.of(moved(first)));
    assertThat(known.read(List.of(first), before)).containsExactly(first);
    assertThat(known.read(List.of(first), during)).containsExactly(first);
    assertThat(find(first)).contains(List.of(moved(first)));
  }

  @Test
  void who_began_to_read_before_a_save_gets_nothing_of_what_came_with_it() {
    known.read(List.of(second), known.moment());
    long before = known.moment();
    known.begin(List.of(first.id()));
    assertThat(known.find(List.of(second.id()), before)).isEmpty();
    known.end(List.of(moved(first)));
    assertThat(known.find(List.of(second.id()), before)).isEmpty();
  }

  @Test
  void after_a_save_that_failed_it_is_read_again() {
    known.read(List.of(first), known.moment());
    known.begin(List.of(first.id()));
    known.end(List.of());
    assertThat(find(first)).isEmpty();
  }

  @Test
  void so_much_is_kept_and_what_was_asked_for_longest_ago_goes_first() {
    Change third = Samples.change(Samples.shop(), 3);
    known.read(List.of(first, second), known.moment());
    find(first);
    known.read(List.of(third), known.moment());
    assertThat(find(first)).isPresent();
    assertThat(find(second)).isEmpty();
  }
}
