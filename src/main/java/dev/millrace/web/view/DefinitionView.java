package dev.millrace.web.view;

import dev.millrace.pipeline.Definition;
import java.util.ArrayList;
import java.util.List;

/// The page of a pipeline's definition: the text as it stands in the pipeline repository.
public record DefinitionView(
    Frame frame, String name, String pipeline, String path, String commit, String remote, List<Line> lines)
    implements View.Page {
  public record Line(int number, String text, boolean comment) {}

  @Override
  public String template() {
    return "definition";
  }

  public static DefinitionView of(Definition definition, Site site) {
    var lines = new ArrayList<Line>();
    for (String line : definition.text().stripTrailing().split("\n", -1)) {
      lines.add(new Line(lines.size() + 1, line, line.stripLeading().startsWith("#")));
    }
    return new DefinitionView(
        Frame.of(
            site,
            definition.name() + " · definition",
            "",
            new Frame.Crumb("Pipelines", Links.HOME),
            new Frame.Crumb(definition.name().text(), Links.pipeline(definition.name())),
            new Frame.Crumb("Definition", "")),
        definition.name().text(),
        Links.pipeline(definition.name()),
        definition.path(),
        definition.commit(),
        site.remote(site.definitions()),
        List.copyOf(lines));
  }
}
