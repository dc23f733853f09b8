package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Figures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What stands on the wall: a tile for each pipeline, as large as the screen allows.
///
/// @param live what it listens to
/// @param version what the page was made by: when the server comes back as another one, the page loads itself anew
/// @param columns how many tiles stand side by side on a screen that lies
/// @param upright the same on one that stands
public record TilesView(
    String live, String href, String version, int columns, int rows, int upright, int uprightRows, List<Tile> tiles) implements View.Fragment {

  /// One pipeline.
  ///
  /// @param look how it stands, see [Verdict]
  /// @param word the same in a word that can be read from afar
  /// @param verb what happened then: it broke, or it passed
  /// @param since when it broke, which is not the last time it failed, or when it last passed; null before both
  /// @param by whose change it was; empty when nothing has ended yet
  /// @param because why it failed; empty when it did not
  /// @param main the branch it promotes to and how that does; null without one
  /// @param more how many changes move besides those that are told
  public record Tile(
      String name,
      int length,
      String href,
      Look look,
      String word,
      String verb,
      @Nullable Moment since,
      String number,
      String by,
      String because,
      @Nullable Main main,
      List<Going> going,
      int more,
      String motion) {}

  /// The branch that changes land on.
  ///
  /// @param sentence how what landed last does since; ends so that the time can follow
  /// @param at when something last landed; null when nothing has
  public record Main(String branch, Look look, String sentence, @Nullable Moment at) {}

  /// A change in motion.
  public record Going(String number, Look look, String where, Clock clock) {}

  /// How tiles are laid out.
  record Grid(int columns, int rows) {
    /// The grid whose tiles are largest on a screen of that shape; a tile is best three wide and two high.
    static Grid of(int many, double width, double height) {
      int tiles = Math.max(1, many);
      Grid best = new Grid(1, tiles);
      double largest = 0;
      for (int columns = 1; columns <= tiles; columns++) {
        int rows = (tiles + columns - 1) / columns;
        double size = Math.min(width / columns / 1.5, height / rows) - 0.001 * (columns * rows - tiles);
        if (size > largest) {
          largest = size;
          best = new Grid(columns, rows);
        }
      }
      return best;
    }
  }

  private static final int GOING = 3;

  @Override
  public String template() {
    return "tiles";
  }

  public static TilesView of(List<Flow> flows, @Nullable PipelineName only, Site site) {
    Grid lying = Grid.of(flows.size(), 16, 8.4);
    Grid standing = Grid.of(flows.size(), 9, 15.4);
    return new TilesView(
        only == null ? "*" : only.text(),
        (only == null ? Links.WALL : Links.wall(only)) + Links.TILES,
        Views.version(),
        lying.columns(),
        lying.rows(),
        standing.columns(),
        standing.rows(),
        flows.stream().map(flow -> tile(flow, site.now())).toList());
  }

  private static Tile tile(Flow flow, Instant now) {
    Verdict verdict = Verdict.of(flow.changes());
    Look look = verdict.look();
    List<Change> moving = flow.changes().stream().filter(change -> !change.ended()).toList();
    Optional<Change> first = verdict.since();
    String name = flow.pipeline().name().text();
    return new Tile(
        name,
        Math.max(7, name.length()),
        Links.pipeline(flow.pipeline().name()),
        look,
        look == Look.FAILED ? "RED" : look == Look.PASSED ? "green" : moving.isEmpty() ? "nothing yet" : "first change",
        look == Look.FAILED ? "broke" : "passed",
        first.map(change -> Moment.of(ended(change), now)).orElse(null),
        first.map(change -> "#" + change.id().number()).orElse(""),
        first.map(change -> change.commit().author()).orElse(""),
        look == Look.FAILED ? first.map(change -> because(change.state())).orElse("") : "",
        main(flow, now),
        moving.stream().limit(GOING).map(change -> going(change, now)).toList(),
        Math.max(0, moving.size() - GOING),
        moving.isEmpty() ? "at rest" : moving.size() + " in motion");
  }

  private static Instant ended(Change change) {
    return change.state() instanceof ChangeState.Ended ended ? ended.at() : change.createdAt();
  }

  private static String because(ChangeState state) {
    return state instanceof ChangeState.Ended ended ? Prose.capital(ended.because()) : "";
  }

  private static Going going(Change change, Instant now) {
    Standing standing = Standing.of(change);
    String in =
        standing.states().entrySet().stream()
            .filter(stage -> MapView.isIn(stage.getValue()))
            .map(stage -> stage.getKey().text())
            .collect(Collectors.joining(", "));
    Look look = Look.of(change.state());
    Optional<Instant> began =
        standing.states().entrySet().stream()
            .filter(stage -> MapView.isIn(stage.getValue()))
            .flatMap(stage -> Cell.began(standing.counting(stage.getKey()).values()).stream())
            .min(Comparator.naturalOrder());
    return new Going("#" + change.id().number(), look, in.isEmpty() ? look.word() : in, began.map(at -> Clock.running(at, now)).orElse(Clock.NONE));
  }

  /// Where a pipeline promotes, and how what it last promoted did in the stages that come after.
  private static @Nullable Main main(Flow flow, Instant now) {
    List<Stage> gates = flow.pipeline().stages().stream().filter(Stage::promotes).toList();
    if (gates.isEmpty() || flow.pipeline().integration() == null) {
      return null;
    }
    BranchName into = flow.pipeline().integration().into();
    Optional<Figures.Latest> promoted =
        flow.figures(gates.getFirst().name()).latest().reversed().stream().filter(one -> one.trial().passed()).findFirst();
    Optional<Change> landed = flow.changes().stream().filter(Change::landed).max(Comparator.comparing(TilesView::landedAt));
    if (landed.isEmpty()) {
      return promoted
          .map(one -> new Main(into.text(), Look.PASSED, "#" + one.change() + " landed", Moment.of(one.trial().finishedAt(), now)))
          .orElse(new Main(into.text(), Look.PENDING, "nothing has landed yet", null));
    }
    Change change = landed.get();
    Instant at = landedAt(change);
    String number = "#" + change.id().number();
    String broken =
        change.stages().entrySet().stream()
            .filter(stage -> stage.getValue() == StageState.FAILED || stage.getValue() == StageState.ERRORED)
            .map(Map.Entry::getKey)
            .map(StageName::text)
            .collect(Collectors.joining(", "));
    Look look = !broken.isEmpty() ? Look.FAILED : Look.of(change.state());
    String sentence =
        !broken.isEmpty() ? number + " broke in " + broken + "; landed" : change.ended() ? number + " landed" : number + " is on its way; landed";
    return new Main(into.text(), look, sentence, Moment.of(at, now));
  }

  private static Instant landedAt(Change change) {
    var at = new ArrayList<Instant>();
    for (Stage stage : change.pipeline().stages()) {
      if (stage.promotes()) {
        change.attempts(stage.name()).stream().filter(Attempt::passed).flatMap(attempt -> attempt.finishedAt().stream()).forEach(at::add);
      }
    }
    return at.stream().max(Comparator.naturalOrder()).orElse(change.createdAt());
  }
}
