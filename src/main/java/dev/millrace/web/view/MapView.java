package dev.millrace.web.view;

import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The map of a pipeline: every stage it declares, from minute zero on.
///
/// @param scale the style sheet's class for how much a box says
/// @param inMotion a sentence for who cannot see the picture
public record MapView(
    String pipeline,
    String href,
    String scale,
    String width,
    String height,
    List<Box> boxes,
    List<Edge> edges,
    String inMotion)
    implements View.Fragment {

  /// A stage on the map.
  ///
  /// @param left the left edge, in percent of the map's width
  /// @param gate whether it promotes
  /// @param says everything about it in one sentence
  public record Box(
      String name,
      String left,
      String top,
      String width,
      String height,
      boolean gate,
      boolean busy,
      List<String> steps,
      Numbers numbers,
      Trend trend,
      List<Guest> guests,
      int moreGuests,
      String says) {}

  /// What the statistics say of a stage; texts are empty when they say nothing.
  public record Numbers(String median, String p95, String failures, boolean flaky) {
    static Numbers of(Summary summary) {
      return new Numbers(
          summary.median().map(Prose::duration).orElse(""),
          summary.percentile(95).map(Prose::duration).orElse(""),
          summary.failureRate().map(Prose::share).orElse(""),
          summary.failureRate().orElse(0.0) >= 0.2);
    }
  }

  /// The last trials as bars: who passed stands up, as high as it took long; who failed hangs down.
  public record Trend(String passed, String failed, String says) {
    static final int MOST = 30;

    static Trend of(Summary summary) {
      List<Trial> trials = summary.last(MOST);
      long longest = trials.stream().mapToLong(trial -> trial.duration().toMillis()).max().orElse(1);
      var passed = new StringBuilder();
      var failed = new StringBuilder();
      int x = 4 * (MOST - trials.size());
      for (Trial trial : trials) {
        if (trial.passed()) {
          long height = Math.max(2, Math.round(14.0 * trial.duration().toMillis() / Math.max(1, longest)));
          passed.append("M").append(x).append(" 16v-").append(height).append("h3v").append(height).append("z");
        } else {
          failed.append("M").append(x).append(" 17v6h3v-6z");
        }
        x += 4;
      }
      long bad = trials.stream().filter(trial -> !trial.passed()).count();
      return new Trend(
          passed.toString(),
          failed.toString(),
          trials.isEmpty() ? "" : "Last " + Prose.count(trials.size(), "trial") + ": " + bad + " failed");
    }
  }

  /// A change that is in a stage now.
  public record Guest(String number, String href, String look) {}

  /// @param flowing whether a change is in the stage it leads to
  public record Edge(String path, boolean flowing) {}

  private record Moving(Change change, Map<StageName, StageState> stages) {}

  private static final int GUESTS = 4;

  @Override
  public String template() {
    return "map";
  }

  public static MapView of(Flow flow, FlowMap map) {
    List<Moving> inMotion =
        flow.changes().stream().filter(change -> !change.ended()).map(change -> new Moving(change, change.stages())).toList();
    var boxes = new ArrayList<Box>();
    var busy = new ArrayList<StageName>();
    for (FlowMap.Box box : map.boxes()) {
      Stage stage = box.stage();
      List<Change> inside =
          inMotion.stream().filter(one -> isIn(one.stages().get(stage.name()))).map(Moving::change).toList();
      if (!inside.isEmpty()) {
        busy.add(stage.name());
      }
      boxes.add(box(flow, map, box, inside));
    }
    var edges =
        map.edges().stream().map(edge -> new Edge(edge.path(), busy.contains(edge.to()))).toList();
    return new MapView(
        flow.pipeline().name().text(),
        Links.map(flow.pipeline().name()),
        map.scale().css(),
        FlowMap.number(map.width()),
        FlowMap.number(map.height()),
        boxes,
        edges,
        Prose.count(map.boxes().size(), "stage") + ", " + (inMotion.isEmpty() ? "no change" : Prose.count(inMotion.size(), "change")) + " in motion");
  }

  static boolean isIn(@Nullable StageState state) {
    return state == StageState.RUNNING || state == StageState.WAITING;
  }

  private static Box box(Flow flow, FlowMap map, FlowMap.Box box, List<Change> inside) {
    Stage stage = box.stage();
    Summary summary = flow.statistics(stage.name());
    List<Guest> guests =
        inside.stream()
            .limit(GUESTS)
            .map(change -> new Guest("#" + change.id().number(), Links.change(change.id()), look(change, stage).css()))
            .toList();
    Numbers numbers = Numbers.of(summary);
    List<String> steps =
        stage.steps().stream()
            .map(step -> step instanceof Step.Promotion ? promotes(flow) : step.name().text())
            .toList();
    String says =
        stage.name() + (stage.promotes() ? ", promotion" : "") + ": " + String.join(", ", steps) + ". "
            + (summary.count() == 0
                ? "Has not run yet."
                : "Median " + numbers.median() + ", 95 of 100 within " + numbers.p95() + ", " + numbers.failures() + " failed in "
                    + Prose.count(summary.count(), "trial") + ".")
            + (inside.isEmpty() ? "" : " In it now: " + inside.stream().map(change -> "#" + change.id().number()).collect(Collectors.joining(", ")) + ".");
    return new Box(
        stage.name().text(),
        percent(box.x(), map.width()),
        FlowMap.number(box.y()),
        percent(map.scale().width, map.width()),
        FlowMap.number(map.scale().height),
        stage.promotes(),
        !inside.isEmpty(),
        steps,
        numbers,
        Trend.of(summary),
        guests,
        inside.size() - guests.size(),
        says);
  }

  private static String promotes(Flow flow) {
    return flow.pipeline().integration() == null ? "promotes" : "moves " + flow.pipeline().integration().into();
  }

  private static Look look(Change change, Stage stage) {
    boolean stopping =
        change.counting(stage.name()).values().stream().anyMatch(attempt -> attempt.state() instanceof AttemptState.Stopping);
    return stopping ? Look.STOPPING : Look.of(change.stage(stage.name()));
  }

  static String percent(double part, double whole) {
    return String.format(Locale.ROOT, "%.4f", whole == 0 ? 0 : 100 * part / whole);
  }
}
