package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.Change;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.pipeline.StepName;
import java.util.ArrayList;
import java.util.List;

/// What stands above a log: which attempt of which step it is, and how it goes.
///
/// @param title of the window
/// @param icon the address of the one in the window's tab
/// @param live whose events it moves with
/// @param self where it is fetched again
/// @param why how it ended, if there is more to say than the state does
/// @param tabs one for each attempt of the step
/// @param previous the log of the step before, in the order of the pipeline
public record LogHead(
    String title,
    String icon,
    String live,
    String self,
    String pipeline,
    String change,
    String changeHref,
    String subject,
    String stage,
    String step,
    Look look,
    String why,
    Clock clock,
    List<Tab> tabs,
    Neighbour previous,
    Neighbour next)
    implements View.Fragment {

  public record Tab(String text, String href, Look look, boolean here) {}

  /// Another step of the change.
  ///
  /// @param href empty when there is none that has been tried
  public record Neighbour(String text, String href, Look look) {
    static final Neighbour NONE = new Neighbour("", "", Look.ABSENT);
  }

  @Override
  public String template() {
    return "log-head";
  }

  public static LogHead of(Change change, Attempt attempt, Site site) {
    StageName stage = attempt.id().stage();
    StepName step = attempt.id().step();
    Look look = Look.of(attempt.state());
    List<Attempt> all = change.attempts(stage).stream().filter(other -> other.id().step().equals(step)).toList();
    List<Attempt> tried = tried(change);
    int here = 0;
    while (here < tried.size() && !(tried.get(here).id().stage().equals(stage) && tried.get(here).id().step().equals(step))) {
      here++;
    }
    return new LogHead(
        look.word() + " · " + stage + "/" + step + " · " + change.id() + " · Millrace",
        TabView.icon(look),
        change.id().pipeline() + "/" + change.id().number(),
        Links.logHead(attempt.id()),
        change.id().pipeline().text(),
        "#" + change.id().number(),
        Links.change(change.id()),
        change.commit().subject(),
        stage.text(),
        step.text(),
        look,
        Prose.capital(Headline.why(attempt)),
        Waterfall.clock(attempt, site.now()),
        all.stream()
            .map(other -> new Tab("Attempt " + other.id().number(), Links.log(other.id()), Look.of(other.state()), other.id().equals(attempt.id())))
            .toList(),
        here > 0 && here < tried.size() ? neighbour(tried.get(here - 1)) : Neighbour.NONE,
        here + 1 < tried.size() ? neighbour(tried.get(here + 1)) : Neighbour.NONE);
  }

  /// The latest attempt of each step that has one and prints something, in the order of the pipeline.
  private static List<Attempt> tried(Change change) {
    var tried = new ArrayList<Attempt>();
    for (Stage stage : change.pipeline().stages()) {
      for (Step step : stage.steps()) {
        if (!(step instanceof Step.Promotion)) {
          change.latest(stage.name(), step.name()).ifPresent(tried::add);
        }
      }
    }
    return tried;
  }

  private static Neighbour neighbour(Attempt attempt) {
    return new Neighbour(attempt.id().stage() + " / " + attempt.id().step(), Links.log(attempt.id()), Look.of(attempt.state()));
  }
}
