package dev.millrace.web.view;

import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/// Where each stage of a pipeline stands on its map, and which way the water takes between them: a pure function of the
/// pipeline. Stages of one column stand below each other; the boxes of a column share their left edge, so the cells of
/// every change can stand under them.
///
/// @param boxes in reading order: column by column, each from the top
/// @param gaps the space before each column but the first, so one less than there are columns
public record FlowMap(
    double width, double height, Scale scale, List<Box> boxes, List<Double> gaps, List<Edge> edges) {
  /// One stage.
  ///
  /// @param column from 0
  public record Box(Stage stage, int column, double x, double y) {}

  /// The way from a stage to one that needs it.
  ///
  /// @param path what an SVG path takes
  public record Edge(StageName from, StageName to, String path) {}

  /// So many columns fit beside the names of changes on a screen of 1250; boxes get narrower and say less before that.
  static final int FITTING = 8;

  /// How much a box has room to say.
  public enum Scale {
    ROOMY(184, 134, 44, 20, 0.47),
    COMPACT(140, 82, 32, 14, 0.55),
    DENSE(104, 48, 24, 12, 0.8);

    final double width;
    final double height;
    final double across;
    final double down;
    /// How narrow the map may be drawn, as a share of its width.
    final double narrowest;

    Scale(double width, double height, double across, double down, double narrowest) {
      this.width = width;
      this.height = height;
      this.across = across;
      this.down = down;
      this.narrowest = narrowest;
    }

    public String css() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public FlowMap {
    boxes = List.copyOf(boxes);
    gaps = List.copyOf(gaps);
    edges = List.copyOf(edges);
  }

  public static FlowMap of(Pipeline pipeline) {
    Map<StageName, Integer> columns = longestWays(pipeline);
    Scale scale = scale(columns);
    return isLine(pipeline) ? line(pipeline, scale) : settled(Layered.place(pipeline, scale), scale);
  }

  /// The width below which it scrolls instead of shrinking.
  public double narrowest() {
    return Math.round(width * scale.narrowest);
  }

  public int columns() {
    return gaps.size() + 1;
  }

  /// The columns and the gaps between them as CSS grid tracks that keep their proportions at any width.
  public String tracks() {
    var tracks = new StringBuilder(track(scale.width));
    for (double gap : gaps) {
      tracks.append(' ').append(track(gap)).append(' ').append(track(scale.width));
    }
    return tracks.toString();
  }

  private static String track(double size) {
    return "minmax(0," + number(size) + "fr)";
  }

  static String number(double size) {
    return size == Math.rint(size) ? Long.toString((long) size) : String.format(Locale.ROOT, "%.2f", size);
  }

  private static boolean isLine(Pipeline pipeline) {
    for (int at = 0; at < pipeline.stages().size(); at++) {
      List<StageName> before = at == 0 ? List.of() : List.of(pipeline.stages().get(at - 1).name());
      if (!pipeline.stages().get(at).needs().equals(before)) {
        return false;
      }
    }
    return true;
  }

  private static Map<StageName, Integer> longestWays(Pipeline pipeline) {
    var columns = new HashMap<StageName, Integer>();
    for (Stage stage : pipeline.stages()) {
      columns.put(
          stage.name(),
          stage.needs().stream().mapToInt(need -> columns.getOrDefault(need, 0) + 1).max().orElse(0));
    }
    return columns;
  }

  private static Scale scale(Map<StageName, Integer> columns) {
    var stacks = new HashMap<Integer, Integer>();
    columns.values().forEach(column -> stacks.merge(column, 1, Integer::sum));
    int tallest = stacks.values().stream().mapToInt(Integer::intValue).max().orElse(1);
    if (stacks.size() <= FITTING && tallest <= 3) {
      return Scale.ROOMY;
    }
    return stacks.size() <= 14 && tallest <= 6 ? Scale.COMPACT : Scale.DENSE;
  }

  private static FlowMap line(Pipeline pipeline, Scale scale) {
    var boxes = new ArrayList<Box>();
    var edges = new ArrayList<Edge>();
    double middle = scale.height / 2;
    for (Stage stage : pipeline.stages()) {
      int column = boxes.size();
      double x = column * (scale.width + scale.across);
      if (column > 0) {
        edges.add(
            new Edge(
                boxes.getLast().stage().name(),
                stage.name(),
                "M" + number(x - scale.across) + " " + number(middle) + "L" + number(x) + " " + number(middle)));
      }
      boxes.add(new Box(stage, column, x, 0));
    }
    double width = boxes.getLast().x() + scale.width;
    return new FlowMap(width, scale.height, scale, boxes, boxes.stream().skip(1).map(_ -> scale.across).toList(), edges);
  }

  /// With the columns read off from where the layout put the boxes.
  private static FlowMap settled(Layered.Placed placed, Scale scale) {
    var lefts = new ArrayList<>(new TreeSet<>(placed.boxes().values().stream().map(Layered.Point::x).toList()));
    var boxes =
        placed.boxes().entrySet().stream()
            .map(box -> new Box(box.getKey(), lefts.indexOf(box.getValue().x()), box.getValue().x(), box.getValue().y()))
            .sorted(Comparator.comparingInt(Box::column).thenComparingDouble(Box::y))
            .toList();
    var gaps = new ArrayList<Double>();
    for (int at = 1; at < lefts.size(); at++) {
      gaps.add(lefts.get(at) - lefts.get(at - 1) - scale.width);
    }
    return new FlowMap(lefts.getLast() + scale.width, placed.height(), scale, boxes, gaps, placed.edges());
  }
}
