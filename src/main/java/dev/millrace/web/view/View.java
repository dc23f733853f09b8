package dev.millrace.web.view;

/// What one template shows, ready to be printed: no template decides anything. Templates call it `view`.
public sealed interface View {
  /// The template's path under `templates/`, without `.html`.
  String template();

  /// A whole page.
  sealed interface Page extends View
      permits HomeView, WallView, PipelineView, ChangePage, ComparisonPage, DifferencePage, LogView, DefinitionView, StatisticsView, ProblemView, FoundView {
    Frame frame();
  }

  /// A piece of a page that is also fetched by itself.
  sealed interface Fragment extends View
      permits FlowsView, FlowsView.Mini, TilesView, MapView, MirrorView, QueueView, StreamView, RowView, ChangeView, LinesView, LogHead, MatchesView, TabView, StatisticsView.Part {}
}
