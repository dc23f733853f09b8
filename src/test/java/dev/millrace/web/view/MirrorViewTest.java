package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.MirrorState;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.Remote;
import dev.millrace.pipeline.RemoteUrl;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MirrorViewTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:05:00Z");
  private static final RemoteUrl URL = new RemoteUrl("https://git.example.org/acme/shop.git");
  private static final Pipeline HERE = Samples.shop();
  private static final Pipeline SHOP =
      new Pipeline(
          HERE.name(), URL.mirror(), new Remote(URL, Remote.USUAL), HERE.integration(), HERE.pushes(), HERE.stages());

  static MirrorState state(Instant fetchedAt, String trouble, Instant since, Instant nextAt) {
    return new MirrorState(URL.mirror(), URL, Duration.ofMinutes(1), nextAt == null, fetchedAt, trouble, since, nextAt);
  }

  private static MirrorView of(MirrorState state) {
    return MirrorView.of(SHOP, state, NOW);
  }

  private static MirrorView view(Look look, String says, Moment fetched) {
    return new MirrorView(
        "shop", "/pipelines/shop/mirror", URL.text(), look, says, fetched, "/pipelines/shop/fetch");
  }

  @Test
  void a_repository_of_ours_has_none() {
    assertThat(MirrorView.of(HERE, null, NOW)).isEqualTo(MirrorView.NONE);
  }

  @Test
  void it_says_when_it_was_fetched() {
    Instant at = NOW.minusSeconds(20);
    assertThat(of(state(null, "", null, null))).isEqualTo(view(Look.RUNNING, "fetched for the first time", null));
    assertThat(of(state(at, "", null, NOW.plusSeconds(40)))).isEqualTo(view(Look.PASSED, "", Moment.of(at, NOW)));
  }

  @Test
  void it_says_what_is_the_matter_since_when_and_when_it_is_tried_again() {
    Instant since = NOW.minusSeconds(120);
    String trouble = "git.example.org cannot be reached (connection refused)";
    assertThat(of(state(null, trouble, since, NOW.plusSeconds(40))))
        .isEqualTo(
            view(
                Look.ERRORED,
                trouble + ", since 21 Nov, 12:03:00 UTC; it is tried again in 40s, and nothing is lost",
                null));
    assertThat(of(state(since, trouble, since, null)))
        .isEqualTo(
            view(
                Look.ERRORED,
                trouble + ", since 21 Nov, 12:03:00 UTC; it is tried again now, and nothing is lost",
                Moment.of(since, NOW)));
  }

  @Test
  void one_that_no_pipeline_names_any_more_cannot_be_fetched() {
    MirrorView gone = of(null);
    assertThat(gone.says()).isEqualTo("not looked at any more, because no pipeline of today names it");
    assertThat(gone.fetch()).isEmpty();
    assertThat(new Views().html(gone)).doesNotContain("<form").contains(URL.text());
  }

  @Test
  void what_a_host_says_arrives_as_text() {
    String page = new Views().html(of(state(null, "<b>it</b> is down", NOW, NOW)));
    assertThat(page).contains("&lt;b&gt;it&lt;/b&gt; is down").contains("Fetch now");
  }

  @Test
  void what_has_no_change_yet_says_where_to_push_the_first() {
    StreamView.FirstPush there = StreamView.FirstPush.of(SHOP, Samples.SITE);
    assertThat(there.remote()).isEqualTo(URL.text());
    assertThat(there.seen()).isEqualTo("A push there is noticed within 1m 00s.");
    StreamView.FirstPush here = StreamView.FirstPush.of(HERE, Samples.SITE);
    assertThat(here.remote()).isEqualTo(Samples.SITE.remote(HERE.repository()));
    assertThat(here.seen()).isEmpty();
  }
}
