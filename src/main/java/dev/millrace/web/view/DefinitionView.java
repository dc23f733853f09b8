package dev.millrace.web.view;

import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Remote;
import dev.millrace.pipeline.RemoteUrl;
import java.util.ArrayList;
import java.util.List;

/// The page of a pipeline's definition: the text as it stands in the pipeline repository.
///
/// @param remote the pipeline repository
/// @param elsewhere the URL of a repository that others host; empty when this server hosts it
/// @param mirror where the mirror of that one can be cloned
/// @param key where the key is that its host has to know; empty when it asks for none
public record DefinitionView(
    Frame frame,
    String name,
    String pipeline,
    String path,
    String commit,
    String remote,
    String elsewhere,
    String mirror,
    String key,
    List<Line> lines)
    implements View.Page {
  public record Line(int number, String text, boolean comment) {}

  @Override
  public String template() {
    return "definition";
  }

  public static DefinitionView of(Definition definition, Site site) {
    Remote remote = definition.pipeline().remote();
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
        remote == null ? "" : remote.url().text(),
        remote == null ? "" : site.remote(definition.pipeline().repository()),
        remote != null && remote.url().scheme() == RemoteUrl.Scheme.SSH ? Links.SSH_KEY : "",
        List.copyOf(lines));
  }
}
