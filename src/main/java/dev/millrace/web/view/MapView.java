package dev.millrace.web.view;

import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Shift;
import dev.millrace.statistics.Trial;
import dev.millrace.statistics.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The map of a pipeline: every stage it declares, from minute zero on. Where things stand on it follows from the
/// pipeline alone; what is in flight never moves a box.
///
/// @param scale the style sheet's class for how much a box says
/// @param boxWidth in percent of the map's width
/// @param inMotion a sentence for who cannot see the picture
public record MapView(
    String pipeline,
    String href,
    String scale,
    String width,
    String height,
    String boxWidth,
    String boxHeight,
    List<Box> boxes,
    List<Edge> edges,
    String inMotion)
    implements View.Fragment {

  /// A stage on the map.
  ///
  /// @param id of its link
  /// @param href where its statistics are
  /// @param left the left edge, in percent of the map's width
  /// @param right whether it stands in the right half
  /// @param lead whether it is the first of its column
  /// @param shape the style sheet's class for what kind of stage it is
  /// @param icon the icon that tells the kind; empty for work
  /// @param needs the ids of the boxes before it
  /// @param after what has to pass before it, in words; empty when nothing
  /// @param change what became of it lately: slower, flakier; empty when nothing
  /// @param says everything the picture tells, in words
  public record Box(
      String id,
      String name,
      String href,
      String left,
      String top,
      boolean right,
      boolean lead,
      String shape,
      String icon,
      String needs,
      String after,
      boolean busy,
      List<String> steps,
      Numbers numbers,
      String trend,
      List<Guest> guests,
      int moreGuests,
      String change,
      String says) {}

  /// What the figures say of a stage.
  ///
  /// @param median empty without trials, as is what follows it
  /// @param failures `4 %`, or `2 of 3` where a share would claim too much
  /// @param of ` of 100`, which is how many the share is from; empty where the failures say it
  /// @param flaky whether one of five failed or more
  /// @param none what is to be said instead; empty with trials
  public record Numbers(String median, String p95, String failures, String of, boolean flaky, String none) {
    /// From fewer trials no share is worked out.
    static final int FEW = 20;

    private static final double FLAKY = 0.2;

    static Numbers of(Figures figures, Window window) {
      if (figures.median() == null || figures.percentile95() == null) {
        return new Numbers("", "", "", "", false, figures.latest().isEmpty() ? "not run yet" : "not in the " + Choice.of(window));
      }
      boolean few = figures.count() < FEW;
      return new Numbers(
          Prose.duration(figures.median()),
          Prose.duration(figures.percentile95()),
          few ? figures.failures() + " of " + figures.count() : Prose.share(figures.failureRate().orElse(0.0)),
          few ? "" : " of " + figures.count(),
          figures.failures() > 1 && figures.failureRate().orElse(0.0) >= FLAKY,
          "");
    }

    String says() {
      return none.isEmpty() ? "Median " + median + ", 95 of 100 within " + p95 + ", " + failures + of + " failed." : Prose.capital(none) + ".";
    }
  }

  /// The newest trials as one small picture: who passed stands up, as high as it took long; who failed hangs down and
  /// ends in a point.
  static final class Trend {
    private static final int STEP = 4;
    private static final int BASE = 17;
    private static final int UP = 15;
    private static final int DOWN = 9;

    private Trend() {}

    /// What stands in the SVG element; made of numbers and our own words only. Each bar says its value.
    static String bars(List<Figures.Latest> latest) {
      long longest = latest.stream().mapToLong(one -> one.trial().duration().toMillis()).max().orElse(1);
      var svg = new StringBuilder();
      int x = STEP * (Figures.LATEST - latest.size());
      for (Figures.Latest one : latest) {
        Trial trial = one.trial();
        double share = (double) trial.duration().toMillis() / Math.max(1, longest);
        String took = Prose.duration(trial.duration());
        if (trial.passed()) {
          long high = Math.max(1, Math.round(UP * share));
          svg.append("<path d=\"M").append(x).append(' ').append(BASE).append("v-").append(high).append("h3v").append(high).append("z\"><title>#").append(one.change()).append(" passed in ").append(took);
        } else {
          long low = Math.max(3, Math.round(DOWN * share));
          svg.append("<path class=\"bad\" d=\"M").append(x).append(' ').append(BASE + 1).append('v').append(low - 2).append("l1.5 2l1.5-2v-").append(low - 2).append("z\"><title>#").append(one.change()).append(" failed after ").append(took);
        }
        svg.append("</title></path>");
        x += STEP;
      }
      return svg.toString();
    }

    /// `The last 30: 28 passed, failed #12, #19; from 41s to 2m 03s.`
    static String says(List<Figures.Latest> latest) {
      if (latest.isEmpty()) {
        return "";
      }
      List<Integer> failed = latest.stream().filter(one -> !one.trial().passed()).map(Figures.Latest::change).toList();
      List<Duration> durations = latest.stream().map(one -> one.trial().duration()).sorted(Comparator.naturalOrder()).toList();
      String shortest = Prose.duration(durations.getFirst());
      String longest = Prose.duration(durations.getLast());
      return (latest.size() == 1 ? "The last one: " : "The last " + latest.size() + ": ")
          + (failed.isEmpty() ? "all passed" : (latest.size() - failed.size()) + " passed, failed " + failed.stream().map(number -> "#" + number).collect(Collectors.joining(", ")))
          + (shortest.equals(longest) ? "; " + shortest : "; from " + shortest + " to " + longest)
          + ".";
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

  private record Key(Piece.Same<Flow> flow, Piece.Same<FlowMap> map) {}

  private static final int WEIGHT = 20_000;

  /// The map as a piece of its page: it shows no clock, so it is the same as long as the flow is.
  static Piece<MapView> piece(Flow flow, FlowMap map) {
    return Piece.of(new Key(new Piece.Same<>(flow), new Piece.Same<>(map)), WEIGHT, () -> of(flow, map));
  }

  public static MapView of(Flow flow, FlowMap map) {
    List<Moving> inMotion =
        flow.changes().stream().filter(change -> !change.ended()).map(change -> new Moving(change, change.stages())).toList();
    var boxes = new ArrayList<Box>();
    var busy = new ArrayList<StageName>();
    int column = -1;
    for (FlowMap.Box box : map.boxes()) {
      Stage stage = box.stage();
      List<Change> inside =
          inMotion.stream().filter(one -> isIn(one.stages().get(stage.name()))).map(Moving::change).toList();
      if (!inside.isEmpty()) {
        busy.add(stage.name());
      }
      boxes.add(box(flow, map, box, box.column() != column, inside));
      column = box.column();
    }
    var edges =
        map.edges().stream().map(edge -> new Edge(edge.path(), busy.contains(edge.to()))).toList();
    return new MapView(
        flow.pipeline().name().text(),
        Links.map(flow.pipeline().name(), flow.window()),
        map.scale().css(),
        FlowMap.number(map.width()),
        FlowMap.number(map.height()),
        percent(map.scale().width, map.width()),
        FlowMap.number(map.scale().height),
        boxes,
        edges,
        Prose.count(map.boxes().size(), "stage") + ", " + (inMotion.isEmpty() ? "no change" : Prose.count(inMotion.size(), "change")) + " in motion");
  }

  static boolean isIn(@Nullable StageState state) {
    return state == StageState.RUNNING || state == StageState.WAITING;
  }

  private static Box box(Flow flow, FlowMap map, FlowMap.Box box, boolean lead, List<Change> inside) {
    Stage stage = box.stage();
    Figures figures = flow.figures(stage.name());
    List<Guest> guests =
        inside.stream()
            .limit(GUESTS)
            .map(change -> new Guest("#" + change.id().number(), Links.change(change.id()), look(change, stage).css()))
            .toList();
    Numbers numbers = Numbers.of(figures, flow.window());
    List<String> steps = stage.steps().stream().map(step -> text(step, flow)).toList();
    String after = stage.needs().stream().map(StageName::text).collect(Collectors.joining(", "));
    String trend = Trend.says(figures.latest());
    String says =
        (stage.moves() ? "Promotion: " : steps.size() == 1 ? "Step: " : steps.size() + " steps: ")
            + String.join(", ", steps) + "."
            + (after.isEmpty() ? "" : " Needs " + after + ".")
            + (inside.isEmpty() ? "" : " In it now: " + inside.stream().map(change -> "#" + change.id().number()).collect(Collectors.joining(", ")) + ".")
            + " " + numbers.says()
            + (trend.isEmpty() ? "" : " " + trend);
    return new Box(
        id(flow, stage.name()),
        stage.name().text(),
        Links.statistics(flow.pipeline().name(), stage.name()),
        percent(box.x(), map.width()),
        FlowMap.number(box.y()),
        box.x() + map.scale().width / 2 > map.width() / 2,
        lead,
        stage.moves() ? "gate promotion" : "work",
        stage.moves() ? "gate" : "",
        stage.needs().stream().map(need -> id(flow, need)).collect(Collectors.joining(" ")),
        after,
        !inside.isEmpty(),
        steps,
        numbers,
        Trend.bars(figures.latest()),
        guests,
        inside.size() - guests.size(),
        changed(flow.shifts().get(stage.name())),
        says);
  }

  /// Only what got worse: the page of the statistics tells the rest.
  private static String changed(@Nullable Shift shift) {
    return shift == null || !Chart.css(shift.kind()).equals("worse")
        ? ""
        : Chart.mark(shift.kind()) + " " + Chart.word(shift.kind()) + " since #" + shift.change() + ": " + Chart.difference(shift);
  }

  private static String id(Flow flow, StageName stage) {
    return "box-" + flow.pipeline().name() + "-" + stage;
  }

  private static String text(Step step, Flow flow) {
    return switch (step) {
      case Step.Container container -> container.name().text();
      case Step.Promotion(var _, BranchName to, var _) when to != null -> "moves " + to;
      case Step.Promotion _ -> flow.pipeline().integration() == null ? "promotes" : "moves " + flow.pipeline().integration().into();
    };
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
