package dev.millrace.web.view;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.StageName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Every pipeline in small: its map with the newest state of each stage, and its last changes.
///
/// @param cards every one, by name, so that none moves when something happens; who is not looked for is hidden
/// @param shown how many are not
/// @param find the text that is looked for; empty for all
/// @param many whether there are so many that each is told shortly
/// @param red those that are broken, see [Verdict]
/// @param moving those with changes in motion
/// @param definitions where to push the first pipeline to
public record FlowsView(
    List<Card> cards, int shown, String find, boolean many, Mentions red, Mentions moving, String href, String definitions)
    implements View.Fragment {
  /// Pipelines that somebody may look for.
  ///
  /// @param first as many of them as can be named in a line or two
  public record Mentions(int many, List<Mention> first, int more) {}

  /// A pipeline by name.
  public record Mention(String name, String href) {}

  /// @param id of its part of the page
  /// @param hidden whether it is not what is looked for
  /// @param verdict how the pipeline stands, see [Verdict]
  /// @param health the last changes that ended, oldest first
  public record Card(
      String id,
      String name,
      String href,
      String repository,
      boolean hidden,
      Look verdict,
      Look look,
      String standing,
      Piece<Mini> mini,
      List<Headline> recent,
      List<Mark> health,
      String healthSays,
      int moving) {}

  /// The map in small, on a grid of its own: one place for each column and each stage in it. A map with very many columns
  /// goes on in the next line.
  /// It shows no clock, so it is kept as long as the flow is the same.
  public record Mini(String name, String href, int width, int height, String says, List<Dot> dots, List<String> edges)
      implements View.Fragment {
    @Override
    public String template() {
      return "mini";
    }
  }

  /// A stage in small, at its middle.
  ///
  /// @param moving how many changes are in it; empty when none is
  public record Dot(int x, int y, Look look, boolean gate, String moving, String says) {}

  public record Mark(Look look, String href, String says) {}

  private record Key(Piece.Same<Flow> flow, Piece.Same<FlowMap> map) {}

  private static final int WEIGHT = 20_000;
  private static final int ACROSS = 40;
  private static final int DOWN = 24;
  private static final int TOP = 8;
  private static final int HALF = 10;
  private static final int WRAP_ABOVE = 20;
  private static final int LINE = 15;
  private static final int RECENT = 3;
  private static final int HEALTH = 12;
  private static final int MANY = 12;
  private static final int MENTIONED = 12;

  @Override
  public String template() {
    return "flows";
  }

  public static FlowsView of(List<Flow> flows, List<FlowMap> maps, Site site) {
    return of(flows, maps, "", site);
  }

  /// @param flows in the order to be shown
  /// @param find what a name or a repository has to contain to be shown, in whatever case
  public static FlowsView of(List<Flow> flows, List<FlowMap> maps, String find, Site site) {
    var cards = new ArrayList<Card>();
    for (int at = 0; at < flows.size(); at++) {
      cards.add(card(flows.get(at), maps.get(at), find.strip().toLowerCase(Locale.ROOT), site));
    }
    return new FlowsView(
        List.copyOf(cards),
        (int) cards.stream().filter(card -> !card.hidden()).count(),
        find.strip(),
        cards.size() > MANY,
        mentions(cards, card -> card.verdict() == Look.FAILED),
        mentions(cards, card -> card.moving() > 0),
        Address.of(Links.FLOWS).with("find", find.strip()),
        site.remote(site.definitions()));
  }

  private static Mentions mentions(List<Card> cards, Predicate<Card> which) {
    List<Mention> all = cards.stream().filter(which).map(card -> new Mention(card.name(), "#" + card.id())).toList();
    return new Mentions(all.size(), List.copyOf(all.subList(0, Math.min(all.size(), MENTIONED))), Math.max(0, all.size() - MENTIONED));
  }

  private static Card card(Flow flow, FlowMap map, String find, Site site) {
    List<Change> ended = flow.changes().stream().filter(Change::ended).limit(HEALTH).toList().reversed();
    if (ended.size() == 1) {
      ended = List.of(); // one is no health, and it is told beside
    }
    long passed = ended.stream().filter(change -> change.state() instanceof ChangeState.Passed).count();
    int moving = (int) flow.changes().stream().filter(change -> !change.ended()).count();
    String name = flow.pipeline().name().text();
    String repository = flow.pipeline().repository().text();
    return new Card(
        "pipeline-" + name,
        name,
        Links.pipeline(flow.pipeline().name()),
        repository,
        !name.toLowerCase(Locale.ROOT).contains(find) && !repository.toLowerCase(Locale.ROOT).contains(find),
        Verdict.of(flow.changes()).look(),
        flow.changes().isEmpty() ? Look.PENDING : moving > 0 ? Look.RUNNING : Look.of(flow.changes().getFirst().state()),
        PipelineView.standing(flow),
        Piece.of(new Key(new Piece.Same<>(flow), new Piece.Same<>(map)), WEIGHT, () -> mini(flow, map)),
        flow.changes().stream().limit(RECENT).map(change -> Headline.of(change, Standing.of(change), flow, site.now(), Waiting.at(site))).toList(),
        ended.stream()
            .map(change -> new Mark(Look.of(change.state()), Links.change(change.id()), "#" + change.id().number() + " " + Look.of(change.state()).word()))
            .toList(),
        ended.isEmpty() ? "" : passed + " of the last " + ended.size() + " passed",
        moving);
  }

  private static Mini mini(Flow flow, FlowMap map) {
    var newest = new HashMap<StageName, StageState>();
    var moving = new HashMap<StageName, Integer>();
    for (Change change : flow.changes()) {
      for (Map.Entry<StageName, StageState> stage : change.stages().entrySet()) {
        if (stage.getValue() != StageState.PENDING && stage.getValue() != StageState.SKIPPED) {
          newest.putIfAbsent(stage.getKey(), stage.getValue());
        }
        if (!change.ended() && MapView.isIn(stage.getValue())) {
          moving.merge(stage.getKey(), 1, Integer::sum);
        }
      }
    }
    boolean wrapped = map.columns() > WRAP_ABOVE;
    int tallest = map.boxes().stream().collect(Collectors.groupingBy(FlowMap.Box::column, Collectors.counting())).values().stream().mapToInt(Long::intValue).max().orElse(1);
    var places = new HashMap<StageName, int[]>();
    var heights = new HashMap<Integer, Integer>();
    map.boxes().forEach(box -> heights.merge(box.column(), 1, Integer::sum));
    var filled = new HashMap<Integer, Integer>();
    var dots = new ArrayList<Dot>();
    for (FlowMap.Box box : map.boxes()) {
      int at = filled.merge(box.column(), 1, Integer::sum) - 1;
      int column = wrapped ? box.column() % LINE : box.column();
      int line = wrapped ? box.column() / LINE : 0;
      int x = column * ACROSS + ACROSS / 2;
      int y = line * (tallest * DOWN + 4) + (2 * at + tallest - heights.getOrDefault(box.column(), 1)) * DOWN / 2 + DOWN / 2 + TOP;
      StageName name = box.stage().name();
      places.put(name, new int[] {x, y});
      Look look = Look.of(newest.getOrDefault(name, StageState.PENDING));
      int in = moving.getOrDefault(name, 0);
      dots.add(
          new Dot(x, y, in > 0 ? Look.RUNNING : look, box.stage().moves(), in == 0 ? "" : Integer.toString(in),
              name + ": " + (in > 0 ? Prose.count(in, "change") + " in it" : look.word())));
    }
    var edges = new ArrayList<String>();
    for (FlowMap.Edge edge : map.edges()) {
      int[] from = places.get(edge.from());
      int[] to = places.get(edge.to());
      if (from != null && to != null && to[0] > from[0]) {
        int middle = to[0] - ACROSS / 2;
        edges.add("M%d %dH%dC%d %d %d %d %d %d".formatted(from[0] + HALF, from[1], Math.max(from[0] + HALF, to[0] - ACROSS + HALF), middle, from[1], middle, to[1], to[0] - HALF, to[1]));
      }
    }
    int columns = wrapped ? LINE : map.columns();
    int lines = wrapped ? (map.columns() + LINE - 1) / LINE : 1;
    return new Mini(
        flow.pipeline().name().text(),
        Links.pipeline(flow.pipeline().name()),
        columns * ACROSS,
        lines * (tallest * DOWN + 4) + TOP,
        Prose.count(dots.size(), "stage") + ": " + summary(dots),
        dots,
        edges);
  }

  private static String summary(List<Dot> dots) {
    var words = new ArrayList<String>();
    for (Look look : Look.values()) {
      long many = dots.stream().filter(dot -> dot.look() == look).count();
      if (many > 0) {
        words.add(many + " " + look.word());
      }
    }
    return String.join(", ", words);
  }
}
