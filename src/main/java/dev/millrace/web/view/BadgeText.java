package dev.millrace.web.view;

import dev.millrace.pipeline.PipelineName;

/// The badge of a pipeline, to be copied into a README.
///
/// @param image the badge itself, on this server
/// @param says the same in words
public record BadgeText(String image, String says, String markdown, String html, String asciidoc) {
  static BadgeText of(PipelineName pipeline, Site site) {
    String image = site.address() + Links.badge(pipeline);
    String page = site.address() + Links.pipeline(pipeline);
    String says = "State of " + pipeline;
    return new BadgeText(
        Links.badge(pipeline),
        says,
        "[![" + says + "](" + image + ")](" + page + ")",
        "<a href=\"" + page + "\"><img alt=\"" + says + "\" src=\"" + image + "\"></a>",
        "image:" + image + "[" + says + ",link=" + page + "]");
  }
}
