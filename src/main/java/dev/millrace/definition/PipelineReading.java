package dev.millrace.definition;

import dev.millrace.definition.FileReading.Body;
import dev.millrace.definition.StageOrder.Need;
import dev.millrace.definition.StageOrder.Written;
import dev.millrace.definition.Value.Entry;
import dev.millrace.definition.Value.Listing;
import dev.millrace.definition.Value.Mapping;
import dev.millrace.definition.Value.Scalar;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.BranchPattern;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.Method;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Remote;
import dev.millrace.pipeline.RemoteUrl;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.pipeline.StepName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads one pipeline.
final class PipelineReading {
  private static final String DEFAULT_TARGET = "main";

  /// What git allows in the name of a branch, as far as it can be said in one line; `*` is ours.
  private static final Pattern PATTERN =
      Pattern.compile(
          "(?![-/.]|refs/)(?!.*(\\.\\.|//|@\\{|/\\.|\\.lock/|\\.lock$|[/.]$))[^\\s\\p{Cntrl}~^:?\\[\\\\]+");

  private final Body body;
  private final Problems problems;
  private final ParameterReading parameters;
  private final Scope scope;
  private final Map<String, Entry> own;
  private final Map<String, Entry> shared;
  private final Map<String, Step.@Nullable Container> steps = new LinkedHashMap<>();
  private final Set<String> sharedUsed = new HashSet<>();
  private final boolean stepsAreKnown;
  private final @Nullable Pipeline pipeline;
  private @Nullable Found found;

  /// The stages that move another branch than the target.
  private final List<Onward> onward = new ArrayList<>();

  private record Onward(String stage, Place place, String to) {}

  /// @param oneOfSeveral whether problems in what is shared have to say which pipeline they are about
  PipelineReading(Body body, Scope shared, Map<String, Entry> sharedSteps, boolean oneOfSeveral, Problems problems) {
    this.body = body;
    this.problems = problems;
    this.parameters = new ParameterReading(body.map(), problems);
    this.scope =
        (oneOfSeveral ? shared.in(body.name()) : shared).with(parameters).with(body.map().get(Key.ENVIRONMENT));
    this.shared = sharedSteps;
    this.own = steps(body.map(), problems);
    this.stepsAreKnown = body.map().get(Key.STEPS) instanceof Mapping || !body.map().means(Key.STEPS);
    own.keySet().forEach(this::step);
    this.pipeline = read();
  }

  /// The pipeline, when nothing in it is wrong.
  Optional<Pipeline> pipeline() {
    return Optional.ofNullable(pipeline);
  }

  Body body() {
    return body;
  }

  Scope scope() {
    return scope;
  }

  Set<String> sharedStepsUsed() {
    return sharedUsed;
  }

  /// The steps of a pipeline or of a file, by name.
  static Map<String, Entry> steps(Mapping of, Problems problems) {
    if (!(of.get(Key.STEPS) instanceof Mapping map)) {
      if (of.has(Key.STEPS)) {
        problems.leaveToSchema();
      }
      return Map.of();
    }
    map.entries()
        .forEach(
            (name, entry) -> {
              if (!NameRule.LABEL.allows(name)) {
                problems.add(entry.key(), Setting.notAName(name, NameRule.LABEL));
              }
            });
    return map.entries();
  }

  private @Nullable Pipeline read() {
    Found repository = repository();
    found = repository;
    List<BranchPattern> pushes = pushes();
    List<Written> stages = stages();
    Integration integration = integration();
    if (repository == null || stages.isEmpty() || !problems.none()) {
      return null;
    }
    return new Pipeline(
        new PipelineName(body.name()),
        repository.name(),
        repository.remote(),
        integration,
        pushes,
        parameters.parameters(),
        stages.stream().map(PipelineReading::stage).toList());
  }

  /// A repository of this server, or one elsewhere and the name of its mirror.
  ///
  /// @param place of the name or of the URL
  record Found(RepositoryName name, @Nullable Remote remote, Place place) {}

  /// What the pipeline is about; null when that cannot be read.
  @Nullable Found found() {
    return found;
  }

  private @Nullable Found repository() {
    if (body.map().get(Key.REPOSITORY) instanceof Mapping map) {
      Setting url = setting(map.get(Key.URL));
      Setting written = setting(map.get(Key.POLL));
      Duration poll =
          written == null ? Remote.USUAL : written.duration("from one look at a remote to the next there are", Remote.SHORTEST);
      if (url == null && !map.has(Key.URL)) {
        problems.leaveToSchema();
      }
      String text = url == null ? null : url.text();
      if (url != null && text != null && !RemoteUrl.isMeantBy(text)) {
        problems.add(
            url.place(),
            "\"" + text + "\" is not a URL; write repository: " + text + " if this server hosts it");
        return null;
      }
      return url == null || text == null || poll == null ? null : remote(url, text, poll);
    }
    Setting setting = setting(body.map().get(Key.REPOSITORY));
    String text = setting == null ? null : setting.text();
    if (setting == null || text == null) {
      return null;
    }
    if (RemoteUrl.isMeantBy(text)) {
      return remote(setting, text, Remote.USUAL);
    }
    String name = setting.name(NameRule.REPOSITORY);
    return name == null ? null : new Found(new RepositoryName(name), null, setting.place());
  }

  private @Nullable Found remote(Setting setting, String text, Duration poll) {
    Optional<String> refusal = RemoteUrl.refusal(text);
    if (refusal.isPresent()) {
      problems.add(setting.place(), refusal.get());
      return null;
    }
    var url = new RemoteUrl(text);
    return new Found(url.mirror(), new Remote(url, poll), setting.place());
  }

  private static Stage stage(Written written) {
    List<StageName> needs = written.needs().stream().map(Need::name).toList();
    return written.steps() == null
        ? Stage.promotion(written.name(), needs)
        : new Stage(written.name(), needs, written.steps());
  }

  private @Nullable Setting setting(@Nullable Value value) {
    return Setting.of(value, scope, problems);
  }

  private List<BranchPattern> pushes() {
    if (!(body.map().get(Key.ON) instanceof Mapping on)) {
      leaveUnlessAbsent(body.map(), Key.ON);
      return List.of();
    }
    return new ArrayList<>(patterns(on, Key.PUSH).keySet());
  }

  private @Nullable Integration integration() {
    if (!(body.map().get(Key.INTEGRATE) instanceof Mapping map)) {
      leaveUnlessAbsent(body.map(), Key.INTEGRATE);
      return null;
    }
    String into = map.has(Key.INTO) ? target(map) : DEFAULT_TARGET;
    Method method = read(map, Key.METHOD, setting -> setting.method(Method.values()));
    Integer parallel = read(map, Key.PARALLEL, Setting::count);
    Integer batch = read(map, Key.BATCH, Setting::count);
    Boolean everyCommit = read(map, Key.EVERY_COMMIT, Setting::flag);
    Map<BranchPattern, Place> branches = patterns(map, Key.BRANCHES);
    if (into == null) {
      return null;
    }
    branches.forEach(
        (pattern, place) -> {
          if (pattern.text().equals(into)) {
            problems.add(
                place, "\"" + into + "\" is where branches are integrated into; it cannot be integrated into itself");
          }
        });
    checkOnward(into, branches.keySet());
    if (branches.isEmpty()) {
      return null;
    }
    return new Integration(
        List.copyOf(branches.keySet()),
        new BranchName(into),
        Objects.requireNonNullElse(parallel, Integration.DEFAULT_PARALLEL),
        Objects.requireNonNullElse(method, Method.MERGE),
        batch == null ? Integration.defaultBatch(Objects.requireNonNullElse(parallel, Integration.DEFAULT_PARALLEL)) : batch,
        Objects.requireNonNullElse(everyCommit, false));
  }

  /// Null when it is absent, or wrong, which is reported.
  private <T> @Nullable T read(Mapping map, Key key, Function<Setting, @Nullable T> how) {
    Setting setting = setting(map.get(key));
    return setting == null ? null : how.apply(setting);
  }

  private void checkOnward(String into, Set<BranchPattern> branches) {
    for (Onward one : onward) {
      if (one.to().equals(into)) {
        problems.add(one.place(), "\"" + into + "\" is where branches are integrated into; write promote: true");
        continue;
      }
      branches.stream()
          .filter(pattern -> pattern.matches(new BranchName(one.to())))
          .findFirst()
          .ifPresent(
              pattern ->
                  problems.add(
                      one.place(),
                      "\"" + one.to() + "\" would be integrated into \"" + into
                          + "\" and deleted when it moves: \"" + pattern + "\" under \"branches\" matches it"));
    }
  }

  private @Nullable String target(Mapping map) {
    return branch(map, Key.INTO);
  }

  private @Nullable String branch(Mapping map, Key key) {
    Setting into = setting(map.get(key));
    String name = into == null ? null : into.text();
    if (into != null && name != null && (name.contains("*") || !PATTERN.matcher(name).matches())) {
      problems.add(into.place(), "\"" + name + "\" is not the short name of a branch, such as main");
      return null;
    }
    return name;
  }

  private Map<BranchPattern, Place> patterns(Mapping map, Key key) {
    Map<BranchPattern, Place> patterns = new LinkedHashMap<>();
    eachText(
        map,
        key,
        (text, place) -> {
          if (!PATTERN.matcher(text).matches()) {
            problems.add(
                place,
                "\"" + text + "\" matches no branch; "
                    + "write short names, with * for anything without a slash and ** for anything");
          } else if (patterns.putIfAbsent(new BranchPattern(text), place) != null) {
            problems.add(place, "\"" + text + "\" stands twice");
          }
        });
    return patterns;
  }

  /// Every text of a list, filled in; the rest of it is the schema's.
  private void eachText(Mapping map, Key key, BiConsumer<String, Place> action) {
    if (!(map.get(key) instanceof Listing list)) {
      leaveUnlessAbsent(map, key);
      return;
    }
    for (Value item : list.items()) {
      Setting setting = setting(item);
      String text = setting == null ? null : setting.text();
      if (setting != null && text != null) {
        action.accept(text, setting.place());
      }
    }
  }

  private void leaveUnlessAbsent(Mapping map, Key key) {
    if (map.has(key)) {
      problems.leaveToSchema();
    }
  }

  /// The stages in their order; as far as they can be read.
  private List<Written> stages() {
    if (!(body.map().get(Key.STAGES) instanceof Listing list) || list.items().isEmpty()) {
      problems.leaveToSchema();
      return List.of();
    }
    Map<StageName, Written> stages = new LinkedHashMap<>();
    boolean allNamed = true;
    StageName before = null;
    for (Value item : list.items()) {
      Written stage = stage(item, before);
      if (stage == null) {
        allNamed = false;
        before = null;
        continue;
      }
      Written first = stages.putIfAbsent(stage.name(), stage);
      if (first != null) {
        problems.add(
            stage.place(), "stage \"" + stage.name() + "\" stands twice, first in line " + first.place().line());
      }
      before = stage.name();
    }
    checkPromotion(stages.values(), allNamed);
    Set<StageName> names = stages.keySet();
    boolean sayUnknown = allNamed;
    List<Written> connected =
        stages.values().stream().map(stage -> withKnownNeeds(stage, names, sayUnknown)).toList();
    List<Written> sorted = StageOrder.sort(connected, problems);
    Stream<StageName> needed = stages.values().stream().flatMap(stage -> stage.needs().stream()).map(Need::name);
    boolean whole = allNamed && needed.allMatch(names::contains);
    if (whole && sorted.size() == stages.size()) {
      checkOnward(sorted);
    }
    return sorted;
  }

  /// Another branch moves to what has landed, so that has to be over.
  private void checkOnward(List<Written> sorted) {
    Set<StageName> after = new HashSet<>();
    Map<String, Onward> seen = new LinkedHashMap<>();
    Optional<Written> promotion = sorted.stream().filter(stage -> stage.steps() == null).findFirst();
    for (Written stage : sorted) {
      if (stage.steps() == null || stage.needs().stream().map(Need::name).anyMatch(after::contains)) {
        after.add(stage.name());
      }
    }
    for (Onward one : onward) {
      Onward first = seen.putIfAbsent(one.to(), one);
      if (first != null) {
        problems.add(
            one.place(),
            "a second stage that promotes to \"" + one.to() + "\"; \"" + first.stage() + "\" in line "
                + first.place().line() + " does");
      } else if (promotion.isPresent() && !after.contains(new StageName(one.stage()))) {
        problems.add(
            one.place(),
            "stage \"" + one.stage() + "\" would promote to \"" + one.to()
                + "\" what has not landed: let it come after \"" + promotion.get().name()
                + "\", by its place or by needs");
      }
    }
  }

  private Written withKnownNeeds(Written stage, Set<StageName> names, boolean sayUnknown) {
    List<Need> known = new ArrayList<>();
    for (Need need : stage.needs()) {
      if (names.contains(need.name())) {
        known.add(need);
      } else if (sayUnknown) {
        problems.add(
            need.place(),
            "no stage \"" + need.name() + "\""
                + Nearest.question(need.name().text(), names.stream().map(StageName::text).toList()));
      }
    }
    return new Written(stage.name(), stage.place(), known, stage.steps());
  }

  private void checkPromotion(Iterable<Written> stages, boolean complete) {
    Written promotion = null;
    for (Written stage : stages) {
      if (stage.steps() != null) {
        continue;
      }
      if (promotion != null) {
        problems.add(
            stage.place(),
            "a second stage that promotes; \"" + promotion.name() + "\" in line " + promotion.place().line() + " does");
      } else if (!body.map().means(Key.INTEGRATE)) {
        problems.add(
            stage.place(),
            "stage \"" + stage.name() + "\" promotes, but the pipeline integrates nothing: \"integrate\" is missing");
      }
      promotion = promotion == null ? stage : promotion;
    }
    Entry integrate = body.map().entries().get(Key.INTEGRATE.word());
    if (promotion == null && integrate != null && complete) {
      problems.add(
          integrate.key(),
          "what is integrated here would never land: no stage promotes; add {name: main, promote: true} to the stages");
    }
  }

  /// Null when it has no name.
  private @Nullable Written stage(Value item, @Nullable StageName before) {
    return switch (item) {
      case Scalar scalar -> shortStage(scalar, before);
      case Mapping map -> longStage(map, before);
      case Listing _ -> {
        problems.leaveToSchema();
        yield null;
      }
    };
  }

  private @Nullable Written shortStage(Scalar scalar, @Nullable StageName before) {
    Setting setting = setting(scalar);
    String name = setting == null ? null : setting.name(NameRule.LABEL);
    if (name == null) {
      return null;
    }
    Step.Container step = named(name, scalar.place());
    return new Written(
        new StageName(name), scalar.place(), after(before, scalar.place()), step == null ? List.of() : List.of(step));
  }

  private @Nullable Written longStage(Mapping map, @Nullable StageName before) {
    Setting setting = setting(map.get(Key.NAME));
    if (setting == null && !map.has(Key.NAME)) {
      problems.leaveToSchema();
    }
    String name = setting == null ? null : setting.name(NameRule.LABEL);
    Place place = setting == null ? map.place() : setting.place();
    List<Need> needs = map.has(Key.NEEDS) ? needs(map) : after(before, place);
    List<Step> steps = map.has(Key.STEPS) ? stepsOf(map) : List.of();
    Mapping other = map.get(Key.PROMOTE) instanceof Mapping its ? its : null;
    boolean aBranch = map.get(Key.PROMOTE) instanceof Scalar scalar && isMeantAsBranch(scalar);
    boolean promotes = map.has(Key.PROMOTE) && other == null && !aBranch && promotes(map, place);
    if (other != null) {
      steps = onward(map, other, name, place);
    }
    if (!map.has(Key.STEPS) && !map.has(Key.PROMOTE)) {
      if (map.means(Key.STEPS) || map.means(Key.PROMOTE)) {
        problems.leaveToSchema();
      } else {
        problems.add(place, "a stage needs steps, or promote: true");
      }
    }
    return name == null ? null : new Written(new StageName(name), place, needs, promotes ? null : steps);
  }

  /// Reports it, if it is: a word that is not one of those that people write for true.
  private boolean isMeantAsBranch(Scalar promote) {
    String text = promote.text();
    boolean meant =
        promote.kind() == Value.Kind.TEXT
            && PATTERN.matcher(text).matches()
            && !text.contains("$")
            && !Set.of("yes", "on", "y", "true").contains(text.toLowerCase(Locale.ROOT));
    if (meant) {
      problems.add(
          promote.place(), "promote takes true, or another branch as a map: write {to: " + text + "}");
    }
    return meant;
  }

  /// The step that moves another branch; none when it is wrong, which is reported.
  private List<Step> onward(Mapping stage, Mapping promote, @Nullable String name, Place place) {
    eitherPromotesOrHasSteps(stage, place);
    String to = branch(promote, Key.TO);
    Method method = read(promote, Key.METHOD, setting -> setting.method(Method.FAST_FORWARD, Method.MERGE));
    if (!promote.has(Key.TO)) {
      leaveUnlessAbsent(stage, Key.PROMOTE);
    }
    if (to == null || name == null) {
      return List.of();
    }
    Setting written = setting(promote.get(Key.TO));
    onward.add(new Onward(name, written == null ? place : written.place(), to));
    return List.of(
        new Step.Promotion(
            new StepName("promote"), new BranchName(to), Objects.requireNonNullElse(method, Method.FAST_FORWARD)));
  }

  private void eitherPromotesOrHasSteps(Mapping stage, Place place) {
    if (stage.has(Key.STEPS)) {
      problems.add(place, "a stage either promotes or has steps; make two stages of it");
    }
  }

  private boolean promotes(Mapping map, Place place) {
    eitherPromotesOrHasSteps(map, place);
    Setting promote = setting(map.get(Key.PROMOTE));
    Boolean flag = promote == null ? null : promote.flag();
    if (promote != null && flag != null && !flag) {
      problems.add(promote.place(), "promote can only be true; leave it out where nothing is promoted");
    }
    // who writes it at all means it: what it says wrongly is reported, and what follows from it is not
    return true;
  }

  private static List<Need> after(@Nullable StageName before, Place place) {
    return before == null ? List.of() : List.of(new Need(before, place, false));
  }

  private List<Need> needs(Mapping map) {
    Map<StageName, Need> needs = new LinkedHashMap<>();
    eachText(
        map,
        Key.NEEDS,
        (text, place) -> {
          if (!NameRule.LABEL.allows(text)) {
            problems.add(place, Setting.notAName(text, NameRule.LABEL));
          } else if (needs.putIfAbsent(new StageName(text), new Need(new StageName(text), place, true)) != null) {
            problems.add(place, "\"" + text + "\" stands twice");
          }
        });
    return List.copyOf(needs.values());
  }

  private List<Step> stepsOf(Mapping map) {
    Set<String> seen = new LinkedHashSet<>();
    List<Step> found = new ArrayList<>();
    eachText(
        map,
        Key.STEPS,
        (text, place) -> {
          if (!seen.add(text)) {
            problems.add(place, "\"" + text + "\" stands twice");
            return;
          }
          Step.Container step = named(text, place);
          if (step != null) {
            found.add(step);
          }
        });
    return found;
  }

  private Step.@Nullable Container named(String name, Place place) {
    if (!own.containsKey(name) && !shared.containsKey(name)) {
      if (stepsAreKnown) {
        List<String> known = Stream.concat(own.keySet().stream(), shared.keySet().stream()).toList();
        problems.add(place, "no step \"" + name + "\"" + Nearest.question(name, known));
      } else {
        problems.leaveToSchema();
      }
      return null;
    }
    return step(name);
  }

  private Step.@Nullable Container step(String name) {
    if (!steps.containsKey(name)) {
      Entry entry = own.get(name);
      if (entry == null) {
        entry = Objects.requireNonNull(shared.get(name));
        sharedUsed.add(name);
      }
      steps.put(name, new StepReading(scope, problems).read(name, entry));
    }
    return steps.get(name);
  }
}
