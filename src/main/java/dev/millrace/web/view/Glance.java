package dev.millrace.web.view;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import java.util.ArrayList;
import java.util.List;

/// How pipelines stand, for somebody who looks no longer than at the tab of a window: the worst first.
///
/// A pipeline stands as its last change that passed or failed; one that was cancelled says nothing of it.
///
/// @param look the worst of what is shown: failed, before running, before waiting, before passed
/// @param words the same in a few words: `failed, 2 in motion`
record Glance(Look look, String words) {
  static Glance of(Flow flow) {
    Look last = last(flow);
    long moving = moving(flow);
    if (last == Look.FAILED) {
      return new Glance(Look.FAILED, moving == 0 ? "failed" : "failed, " + moving + " in motion");
    }
    if (moving > 0) {
      return new Glance(inMotion(flow), moving + " in motion");
    }
    return flow.changes().isEmpty()
        ? new Glance(Look.PENDING, "no changes yet")
        : new Glance(last, last == Look.PENDING ? Look.of(flow.changes().getFirst().state()).word() : last.word());
  }

  static Glance of(List<Flow> flows) {
    List<Flow> failed = flows.stream().filter(flow -> last(flow) == Look.FAILED).toList();
    long moving = flows.stream().mapToLong(Glance::moving).sum();
    var words = new ArrayList<String>();
    if (failed.size() == 1) {
      words.add(failed.getFirst().pipeline().name() + " failed");
    } else if (failed.size() > 1) {
      words.add(failed.size() + " failed");
    }
    if (moving > 0) {
      words.add(moving + " in motion");
    }
    Look look =
        !failed.isEmpty()
            ? Look.FAILED
            : flows.stream()
                .map(flow -> of(flow).look())
                .min((a, b) -> Integer.compare(WORST_FIRST.indexOf(a), WORST_FIRST.indexOf(b)))
                .orElse(Look.PENDING);
    String rest = flows.isEmpty() ? "no pipeline yet" : look == Look.PASSED ? "all passed" : "all at rest";
    return new Glance(look, words.isEmpty() ? rest : String.join(", ", words));
  }

  private static final List<Look> WORST_FIRST = List.of(Look.FAILED, Look.RUNNING, Look.QUEUED, Look.PASSED, Look.PENDING);

  private static long moving(Flow flow) {
    return flow.changes().stream().filter(change -> !change.ended()).count();
  }

  private static Look inMotion(Flow flow) {
    boolean queued =
        flow.changes().stream().filter(change -> !change.ended()).allMatch(change -> change.state() instanceof ChangeState.Queued);
    return queued ? Look.QUEUED : Look.RUNNING;
  }

  private static Look last(Flow flow) {
    return Verdict.of(flow.changes()).look();
  }
}
