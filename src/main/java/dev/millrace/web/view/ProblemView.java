package dev.millrace.web.view;

/// The page that says what went wrong and what to do about it.
public record ProblemView(Frame frame, int status, String title, String sentence, String advice, String back, String backText)
    implements View.Page {
  @Override
  public String template() {
    return "problem";
  }

  public static ProblemView of(int status, String title, String sentence, String advice, Site site) {
    return of(status, title, sentence, advice, Links.HOME, "All pipelines", site);
  }

  /// @param back where to go on from here
  public static ProblemView of(
      int status, String title, String sentence, String advice, String back, String backText, Site site) {
    return new ProblemView(
        Frame.of(site, title, "", new Frame.Crumb("Pipelines", Links.HOME), new Frame.Crumb(title, "")).showing(Look.ERRORED),
        status, title, sentence, advice, back, backText);
  }

  /// Nothing is at the address, or not any more.
  public static ProblemView missing(String what, Site site) {
    return of(
        404, "Not found", Prose.capital(what) + " is not here.",
        "The address may be mistyped, or its pipeline is no longer defined.", site);
  }
}
