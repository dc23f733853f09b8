package dev.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteUrlTest {
  @ParameterizedTest
  @CsvSource({
    "https://git.example.org/acme/shop.git, https://git.example.org/acme/shop, git.example.org, git.example.org-acme-shop",
    "HTTPS://Git.Example.org:443/acme//shop/, https://git.example.org/acme/shop, git.example.org, git.example.org-acme-shop",
    "https://git.example.org/acme/my-shop.git, https://git.example.org/acme/my-shop, git.example.org, git.example.org-acme-my-shop",
    "http://127.0.0.1:3000/shop.git, http://127.0.0.1:3000/shop, 127.0.0.1:3000, 127.0.0.1-3000-shop-?",
    "git@git.example.org:acme/shop.git, ssh://git@git.example.org/acme/shop, git.example.org, git.example.org-acme-shop-?",
    "ssh://git.example.org:22/acme/shop, ssh://git@git.example.org/acme/shop, git.example.org, git.example.org-acme-shop-?",
    "ssh://ada@[::1]:2222/shop.git, ssh://ada@[::1]:2222/shop, [::1]:2222, 1-2222-shop-?",
    "file:///srv/git/shop.git, file:///srv/git/shop, /srv/git/shop, file-srv-git-shop-?",
  })
  void a_url_has_a_host_a_form_for_comparing_and_a_readable_name(String text, String canonical, String host, String mirror) {
    var url = new RemoteUrl(text);

    assertThat(List.of(url.canonical(), url.host())).containsExactly(canonical, host);
    assertThat(url.mirror().text()).matches(mirror.replace(".", "\\.").replace("?", "[a-z0-9]{8}"));
  }

  @Test
  void what_is_the_same_repository_has_one_mirror() {
    assertThat(mirrors("https://a.org/x/y", "https://a.org/x/y.git", "https://A.org:443/x/y/")).hasSize(1);
    assertThat(mirrors("git@a.org:x/y.git", "ssh://a.org/x/y", "ssh://git@a.org:22/x/y.git", "a.org:x/y")).hasSize(1);
  }

  @Test
  void what_is_another_repository_has_another() {
    List<String> different =
        List.of(
            "https://a.org/x/y", "http://a.org/x/y", "https://a.org:8443/x/y", "ssh://a.org/x/y", "ssh://eve@a.org/x/y",
            "https://a.org/x-y/z", "https://a.org/x/y-z", "https://a.org/x/y/z", "https://a-x.org/y", "https://a.org/X/y",
            "file:///x/y", "https://a.org/x/" + "y".repeat(100), "https://a.org/x/" + "y".repeat(101));
    assertThat(mirrors(different.toArray(String[]::new))).hasSize(different.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "shop", "https://", "https:///x", "https://h", "https://h/", "https://h/.git", "https://h/a b",
      "https://h/x?y", "https://h/x#y", "https://h/../x", "https://h:0/x", "https://h:99999/x", "https://-h/x", "file://h/x",
      "file:///", "ext::sh -c id", "git://h/x", "ssh://-oProxyCommand=x/y", "-oProxyCommand=x:y", "ssh://-u@h/x", "a@b", "h:"})
  void what_is_no_url_of_a_repository_is_refused(String text) {
    assertThat(RemoteUrl.refusal(text)).isPresent();
    assertThatThrownBy(() -> new RemoteUrl(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://u:s3cret@h/x", "https://s3cret@h/x", "http://u:s3/s3cret@h/x", "ssh://u:s3cret@h/x",
      "https://u:s3 cret@h/x", "u:s3cret@h/x", "://u:s3cret@h/x"})
  void a_secret_is_refused_and_not_repeated(String text) {
    assertThat(RemoteUrl.refusal(text)).hasValueSatisfying(sentence -> assertThat(sentence).doesNotContain("s3"));
  }

  private static List<RepositoryName> mirrors(String... urls) {
    return Stream.of(urls).map(RemoteUrl::new).map(RemoteUrl::mirror).distinct().toList();
  }
}
