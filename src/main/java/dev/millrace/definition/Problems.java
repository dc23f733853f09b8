package dev.millrace.definition;

import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The problems found so far; the same one found twice, as in a step that two pipelines share, is one.
final class Problems {
  /// With the names of the pipelines they are about; none when that goes without saying.
  private final Map<Problem, Set<String>> found = new LinkedHashMap<>();
  private final Set<Place> places = new HashSet<>();
  private final boolean acceptedBefore;
  private boolean incomplete;

  Problems() {
    this(false);
  }

  private Problems(boolean acceptedBefore) {
    this.acceptedBefore = acceptedBefore;
  }

  /// For a text that was accepted before, by this version or an older one.
  static Problems ofAccepted() {
    return new Problems(true);
  }

  /// Something that can be read and shall not be written. What was written before there was this rule stays valid: a
  /// change keeps the definition it started with, also over an upgrade.
  void forbid(Place place, String sentence) {
    if (!acceptedBefore) {
      add(place, sentence);
    }
  }

  void add(Place place, String sentence) {
    pipelines(place, sentence);
  }

  /// A problem in something shared that only the pipeline of this name need have.
  void add(Place place, String sentence, String pipeline) {
    pipelines(place, sentence).add(pipeline);
  }

  private Set<String> pipelines(Place place, String sentence) {
    places.add(place);
    return found.computeIfAbsent(new Problem(place, sentence), _ -> new LinkedHashSet<>());
  }

  boolean at(Place place) {
    return places.contains(place);
  }

  /// Something was passed over because the schema refuses it and says why.
  void leaveToSchema() {
    incomplete = true;
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /// Whether all there was could be read.
  boolean none() {
    return found.isEmpty() && !incomplete;
  }

  /// Whether something was passed over without a problem that would explain it. With the schema asked, that is a bug.
  boolean hasGaps() {
    return incomplete && found.isEmpty();
  }

  List<Problem> sorted() {
    return found.entrySet().stream()
        .map(entry -> about(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparing(Problem::place))
        .toList();
  }

  private static Problem about(Problem problem, Set<String> pipelines) {
    if (pipelines.isEmpty()) {
      return problem;
    }
    String names = pipelines.stream().map(name -> "\"" + name + "\"").collect(Collectors.joining(", "));
    String word = pipelines.size() == 1 ? "pipeline" : "pipelines";
    return new Problem(problem.place(), problem.sentence() + " [in " + word + " " + names + "]");
  }
}
