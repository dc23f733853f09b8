package dev.millrace.definition;

import dev.millrace.definition.FileReading.Body;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RemoteUrl;
import dev.millrace.pipeline.RepositoryName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the files of the pipeline repository. Has no state and can be used by any thread.
public final class DefinitionReader {
  /// The names of what is known of a change when a step starts: who starts one has a value for each, to give to
  /// [dev.millrace.pipeline.Text#fill].
  public static final List<String> CHANGE_NAMES = Scope.OF_CHANGE;

  private final boolean files;

  /// Takes no `file://` as the URL of a repository.
  public DefinitionReader() {
    this(false);
  }

  /// @param files whether the operator lets repositories on the server's own disk be used as remote ones
  public DefinitionReader(boolean files) {
    this.files = files;
  }

  /// Reads all files together.
  ///
  /// @param commit the commit of the pipeline repository that they are of
  /// @param sources every `.yml` and `.yaml` file, and no other
  public Reading read(String commit, Collection<Source> sources) {
    var problems = new Problems();
    List<Definition> definitions = new ArrayList<>();
    var rivals = new Rivals(problems);
    var mirrors = new MirrorNames(problems, files);
    for (Source source : sources.stream().sorted(Comparator.comparing(Source::path)).toList()) {
      Value root = YamlTree.read(source, problems);
      if (root == null) {
        continue;
      }
      var file = new FileReading(source, root, problems);
      List<PipelineReading> pipelines = file.bodies().stream().map(file::read).toList();
      file.readUnused(pipelines);
      for (PipelineReading reading : pipelines) {
        rivals.add(reading);
        mirrors.add(reading);
        reading
            .pipeline()
            .map(pipeline -> new Definition(pipeline, commit, source.path(), source.text()))
            .ifPresent(definitions::add);
      }
      StructureCheck.check(root, problems);
    }
    mirrors.check();
    if (problems.hasGaps()) {
      throw new IllegalStateException("the schema accepts what the reader cannot read");
    }
    return problems.isEmpty() ? new Reading.Accepted(definitions) : new Reading.Refused(problems.sorted());
  }

  /// The pipeline of that name in a text that was accepted before. Does without the schema, which costs time when a
  /// server starts; the whole file is parsed for it each time, so who asks often keeps the answers.
  ///
  /// @throws IllegalStateException if there is none
  public Pipeline pipeline(PipelineName name, Source source) {
    var problems = Problems.ofAccepted();
    Value root = YamlTree.read(source, problems);
    Optional<Pipeline> found = Optional.empty();
    if (root != null) {
      var file = new FileReading(source, root, problems);
      found =
          file.bodies().stream()
              .filter(body -> body.name().equals(name.text()))
              .findFirst()
              .map(file::read)
              .flatMap(PipelineReading::pipeline);
    }
    return found.orElseThrow(
        () ->
            new IllegalStateException(
                "no pipeline " + name + " can be read from " + source.path() + ": " + problems.sorted()));
  }

  /// The JSON Schema (draft 2020-12) of a file, as text.
  public static String schema() {
    return StructureCheck.text();
  }

  /// Holds remote repositories against the rules of this server, and their mirrors' names against all others.
  private static final class MirrorNames {
    private final Problems problems;
    private final boolean files;
    private final Map<RepositoryName, RemoteUrl> mirrors = new HashMap<>();
    private final List<PipelineReading.Found> all = new ArrayList<>();

    MirrorNames(Problems problems, boolean files) {
      this.problems = problems;
      this.files = files;
    }

    void add(PipelineReading reading) {
      PipelineReading.Found found = reading.found();
      if (found == null) {
        return;
      }
      all.add(found);
      if (found.remote() != null) {
        RemoteUrl url = found.remote().url();
        mirrors.put(found.name(), url);
        if (url.scheme() == RemoteUrl.Scheme.FILE && !files) {
          problems.forbid(found.place(), "this server takes no file:// URLs; it does when started with --file-remotes");
        }
      }
    }

    void check() {
      for (PipelineReading.Found found : all) {
        RemoteUrl url = mirrors.get(found.name());
        if (found.remote() == null && url != null) {
          problems.add(
              found.place(),
              "\"" + found.name() + "\" is the mirror of " + url + ", which another pipeline names; write that URL here");
        }
      }
    }
  }

  /// Finds names that two pipelines have, of the same file or of two.
  private static final class Rivals {
    private final Problems problems;
    private final Map<String, Body> names = new HashMap<>();

    Rivals(Problems problems) {
      this.problems = problems;
    }

    void add(PipelineReading reading) {
      Body body = reading.body();
      Body first = names.putIfAbsent(body.name(), body);
      if (first != null) {
        problems.add(body.place(), "there is a pipeline \"" + body.name() + "\" already, at " + first.place());
      }
    }
  }
}
