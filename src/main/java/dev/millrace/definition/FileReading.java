package dev.millrace.definition;

import dev.millrace.definition.Value.Entry;
import dev.millrace.definition.Value.Mapping;
import dev.millrace.pipeline.NameRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A file of the pipeline repository: the pipelines in it and what they share.
final class FileReading {
  private final Problems problems;
  private final Mapping root;
  private final Scope shared;
  private final Map<String, Entry> sharedSteps;
  private final List<Body> bodies;

  /// A pipeline that has not been looked into yet.
  ///
  /// @param name as written, which may be no name at all
  /// @param place of the name
  record Body(String name, Place place, Mapping map) {}

  FileReading(Source source, Value root, Problems problems) {
    this.problems = problems;
    if (root instanceof Mapping map) {
      this.root = map;
    } else {
      problems.leaveToSchema();
      this.root = new Mapping(root.place(), Map.of());
    }
    boolean several = this.root.has(Key.PIPELINES);
    // a file with one pipeline shares with nobody: its environment and steps are the pipeline's
    this.shared = several ? Scope.empty(problems).with(this.root.get(Key.ENVIRONMENT)) : Scope.empty(problems);
    this.sharedSteps = several ? PipelineReading.steps(this.root, problems) : Map.of();
    this.bodies = several ? several() : single(source);
  }

  List<Body> bodies() {
    return bodies;
  }

  PipelineReading read(Body body) {
    return new PipelineReading(body, shared, sharedSteps, bodies.size() > 1, problems);
  }

  /// Reads the shared steps that no pipeline uses: a mistake in one is to be found now, not when it is first used.
  void readUnused(List<PipelineReading> pipelines) {
    Map<String, Entry> unused = new LinkedHashMap<>(sharedSteps);
    Scope scope = shared;
    for (PipelineReading pipeline : pipelines) {
      unused.keySet().removeAll(pipeline.sharedStepsUsed());
      scope = scope.and(pipeline.scope());
    }
    var reading = new StepReading(scope, problems);
    unused.forEach(reading::read);
  }

  private List<Body> single(Source source) {
    Place place = Place.startOf(source.path());
    if (!NameRule.LABEL.allows(source.stem())) {
      problems.add(
          place,
          "the pipeline is called as its file, \"%s\", and a name is made of %s"
              .formatted(source.stem(), NameRule.LABEL.sentence()));
    }
    return List.of(new Body(source.stem(), place, root));
  }

  private List<Body> several() {
    if (!(root.get(Key.PIPELINES) instanceof Mapping pipelines)) {
      problems.leaveToSchema();
      return List.of();
    }
    List<Body> found = new ArrayList<>();
    pipelines
        .entries()
        .forEach(
            (name, entry) -> {
              if (!NameRule.LABEL.allows(name)) {
                problems.add(entry.key(), Setting.notAName(name, NameRule.LABEL));
              }
              if (entry.value() instanceof Mapping map) {
                found.add(new Body(name, entry.key(), map));
              } else {
                problems.leaveToSchema();
              }
            });
    return found;
  }
}
