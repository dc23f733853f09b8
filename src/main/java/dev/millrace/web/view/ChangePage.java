package dev.millrace.web.view;

import dev.millrace.change.Change;
import dev.millrace.flow.Note;
import java.util.List;

/// The page of a change.
///
/// @param refusal why what the reader wanted was refused; empty when nothing was
public record ChangePage(Frame frame, ChangeView body, String refusal) implements View.Page {
  @Override
  public String template() {
    return "change";
  }

  public static ChangePage of(Change change, Flow flow, List<Note> notes, String refusal, Site site) {
    return of(change, flow, notes, ChangeView.Evidence.NONE, refusal, site);
  }

  public static ChangePage of(
      Change change, Flow flow, List<Note> notes, ChangeView.Evidence evidence, String refusal, Site site) {
    ChangeView body = ChangeView.of(change, flow, notes, evidence, site);
    return new ChangePage(
        Frame.of(
            site,
            body.title(),
            Links.events(change.id()),
            new Frame.Crumb("Pipelines", Links.HOME),
            new Frame.Crumb(change.id().pipeline().text(), Links.pipeline(change.id().pipeline())),
            new Frame.Crumb(body.head().number(), ""))
            .showing(body.head().look())
            .styled("log")
            .with("change"),
        body,
        refusal);
  }
}
