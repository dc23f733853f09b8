package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.store.Filter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// One change in the stream: what it is, and a cell for each stage under that stage's box.
///
/// @param stacks the cells of each column of the map
/// @param elsewhere what its own definition has and today's map does not; empty when nothing
/// @param live what it listens to
/// @param shown false for one that the reader has filtered out: it only says that it has to go
/// @param back the stage from which a cancelled change goes on when that is undone; empty for others
public record RowView(
    Headline head, List<Stack> stacks, String elsewhere, String live, String href, String attempts, boolean shown, String back)
    implements View.Fragment {

  /// The cells of one column, in the order of its boxes.
  ///
  /// @param track the grid track of the column, from 1; the gaps are tracks too
  /// @param small whether there are so many that each is only a mark
  public record Stack(int track, boolean small, List<Cell> cells) {}

  private static final int TALL = 2;

  @Override
  public String template() {
    return "row";
  }

  public static RowView of(Change change, Flow flow, FlowMap map, Instant now) {
    return of(change, flow, map, Filter.newest(0), now, Waiting.UNKNOWN);
  }

  /// What the row of a change that has ended shows follows from these; how the pipeline goes is of no matter to it.
  private record Key(Piece.Same<Change> change, Piece.Same<FlowMap> map, String query, boolean shown, Moment created) {}

  private static final int WEIGHT_OF_CHANGE = 1_000;
  private static final int WEIGHT_OF_ATTEMPT = 300;

  /// The row as a piece of the stream. As long as something of the change goes on, it shows clocks and a forecast.
  static Piece<RowView> piece(Change change, Flow flow, FlowMap map, Filter filter, Site site) {
    Supplier<RowView> making = () -> of(change, flow, map, filter, site);
    if (!change.ended() || !change.attempts().stream().allMatch(Attempt::ended)) {
      return Piece.fresh(making);
    }
    var key =
        new Key(
            new Piece.Same<>(change), new Piece.Same<>(map), Links.query(filter), filter.matches(change), Moment.of(change.createdAt(), site.now()));
    return Piece.of(key, WEIGHT_OF_CHANGE + WEIGHT_OF_ATTEMPT * change.attempts().size(), making);
  }

  /// @param filter what the reader wants to see
  public static RowView of(Change change, Flow flow, FlowMap map, Filter filter, Site site) {
    return of(change, flow, map, filter, site.now(), Waiting.at(site));
  }

  private static RowView of(Change change, Flow flow, FlowMap map, Filter filter, Instant now, Waiting waiting) {
    Standing standing = Standing.of(change);
    var columns = new ArrayList<List<Cell>>();
    for (int at = 0; at < map.columns(); at++) {
      columns.add(new ArrayList<>());
    }
    Map<StageName, Stage> stages = change.pipeline().stages().stream().collect(Collectors.toMap(Stage::name, stage -> stage));
    for (FlowMap.Box box : map.boxes()) {
      StageName name = box.stage().name();
      columns
          .get(box.column())
          .add(
              Optional.ofNullable(stages.get(name))
                  .map(stage -> Cell.of(change, stage, standing, flow, now, waiting))
                  .orElseGet(() -> Cell.absent(change, name)));
    }
    var stacks = new ArrayList<Stack>();
    for (List<Cell> cells : columns) {
      boolean small = cells.size() > (map.scale() == FlowMap.Scale.ROOMY ? TALL + 1 : TALL);
      stacks.add(new Stack(2 * stacks.size() + 1, small, List.copyOf(cells)));
    }
    Set<StageName> drawn = map.boxes().stream().map(box -> box.stage().name()).collect(Collectors.toSet());
    long elsewhere = change.pipeline().stages().stream().filter(stage -> !drawn.contains(stage.name())).count();
    return new RowView(
        Headline.of(change, standing, flow, now, waiting),
        List.copyOf(stacks),
        elsewhere == 0 ? "" : "and " + Prose.count((int) elsewhere, "stage") + " of an earlier definition",
        change.id().pipeline() + "/" + change.id().number(),
        Links.row(change.id()) + Links.query(filter),
        Links.attempts(change.id()),
        filter.matches(change),
        back(change, standing));
  }

  private static String back(Change change, Standing standing) {
    return change.state() instanceof ChangeState.Cancelled
        ? change.pipeline().stages().stream()
            .filter(stage -> standing.state(stage) != StageState.PASSED && Cell.again(change, stage, standing))
            .findFirst()
            .map(stage -> stage.name().text())
            .orElse("")
        : "";
  }
}
