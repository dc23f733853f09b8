package dev.millrace.engine;

import dev.millrace.definition.Nearest;
import dev.millrace.git.RefMove;
import dev.millrace.pipeline.Claimants;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Parameter;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.RepositoryName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;

/// The pipelines that a push to a repository can be for.
record Takers(RepositoryName repository, List<Pipeline> pipelines) {
  Takers(Collection<Definition> today, RepositoryName repository) {
    this(
        repository,
        today.stream()
            .map(Definition::pipeline)
            .filter(pipeline -> pipeline.repository().equals(repository))
            .sorted((one, other) -> one.name().compareTo(other.name()))
            .toList());
  }

  /// All that is wrong with what the pusher asked for.
  List<String> problems(List<RefMove> moves, PushOptions wanted) {
    var problems = new ArrayList<>(wanted.problems());
    List<String> names = pipelines.stream().map(pipeline -> pipeline.name().text()).toList();
    String name = wanted.pipeline();
    if (name != null && !names.contains(name)) {
      String question = Nearest.question(name, names);
      problems.add(
          "no pipeline of repository " + repository + " is named \"" + PushOptions.shown(name) + "\""
              + (question.isEmpty() ? "." : question)
              + (names.isEmpty() ? " It has none." : " It has: " + String.join(", ", names)));
    }
    if (name == null) {
      moves.stream()
          .filter(move -> move.to() != null)
          .map(move -> Claimants.of(pipelines, repository, move.branch()).question())
          .filter(question -> !question.isEmpty())
          .forEach(problems::add);
    }
    problems.addAll(parameterProblems(moves, wanted));
    return problems;
  }

  /// Each pipeline that takes some branch of the push has to get what it asks for, and nothing may be for none of them.
  private List<String> parameterProblems(List<RefMove> moves, PushOptions wanted) {
    List<Pipeline> taking =
        pipelines.stream()
            .filter(pipeline -> wanted.pipeline() == null || pipeline.name().text().equals(wanted.pipeline()))
            .filter(pipeline -> moves.stream().anyMatch(move -> move.to() != null && takes(pipeline, move)))
            .toList();
    var problems = new LinkedHashSet<String>();
    var nobodys = new LinkedHashMap<>(wanted.parameters());
    for (Pipeline pipeline : taking) {
      nobodys.keySet().removeAll(pipeline.parameters().stream().map(Parameter::name).toList());
      problems.addAll(Parameter.wrong(pipeline, wanted.parameters()));
    }
    taking.forEach(pipeline -> problems.addAll(Parameter.undeclared(pipeline, nobodys)));
    return List.copyOf(problems);
  }

  private static boolean takes(Pipeline pipeline, RefMove move) {
    return pipeline.integration() != null && pipeline.integration().claims(move.branch())
        || pipeline.pushes().stream().anyMatch(pattern -> pattern.matches(move.branch()));
  }
}
