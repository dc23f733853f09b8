package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a pipeline asks whoever starts a change for.
class ParametersTest extends Story {
  @Override
  String definition() {
    return """
        repository: shop
        integrate: {branches: ["integrate/**"]}
        parameters:
          target: {type: choice, options: [staging, production]}
          note: {type: string, default: none}
          level: {type: number, default: 3}
          dry: {type: boolean, default: false}
        environment: {NOTE: "${note}"}
        stages:
          - test
          - {name: main, promote: true}
        steps:
          test: {image: "scripted:${target}", run: "deploy --to ${target} --level ${level} --dry ${dry}"}
        """;
  }

  @Test
  void a_push_gives_them_and_the_steps_get_them() throws Exception {
    assertThat(shop.pushWith(List.of("parameter.target=production", "parameter.note=a b; $(c) & \"d\" é"), "integrate/tea", "Sell tea", "tea", "green\n"))
        .startsWith("shop#1: integrate/tea goes into main");
    mill.runs("1/test/test/1");
    var assignment = mill.containers.assignment("shop/1/test/test/1");
    assertThat(assignment.command()).isEqualTo("deploy --to production --level 3 --dry false");
    assertThat(assignment.image()).isEqualTo("scripted:production");
    assertThat(assignment.environment()).contains(entry("NOTE", "a b; $(c) & \"d\" é"));
    assertThat(mill.history(1)).contains("with target = production, note = a b; $(c) & \"d\" é, level = 3, dry = false");
    assertThat(mill.json("shop", 1).get("parameters"))
        .hasToString("{\"target\":\"production\",\"note\":\"a b; $(c) & \\\"d\\\" é\",\"level\":\"3\",\"dry\":\"false\"}");
    assertThat(mill.get("/pipelines/shop/changes/1").body()).contains("<code>target</code> <bdi>production</bdi>");

    mill.restart();
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    assertThat(mill.json("shop", 1).get("parameters").get("note").stringValue()).isEqualTo("a b; $(c) & \"d\" é");
  }

  @Test
  void what_is_missing_wrong_or_unknown_refuses_the_push() throws Exception {
    assertThat(shop.pushWith(List.of(), "integrate/tea", "Sell tea", "tea", "green\n"))
        .startsWith("parameter target of pipeline shop has to be given: one of staging, production\n");
    assertThat(
            shop.beginHere(
                    List.of("parameter.target=mars", "parameter.level=high", "parameter.dry=yes", "parameter.tarhet=x"),
                    "integrate/tea")
                .ends())
        .startsWith(
            """
            parameter target is one of staging, production, not "mars"
            parameter level is a number, not "high"
            parameter dry is true or false, not "yes"
            pipeline shop declares no parameter "tarhet"; it has target, note, level, dry
            """);
    assertThat(shop.branches()).containsExactly("main");
  }

  @Test
  void the_api_and_the_form_take_them_too() throws Exception {
    assertThat(mill.trigger("shop", "{\"branch\": \"main\"}"))
        .isEqualTo("409 Refused: parameter target of pipeline shop has to be given: one of staging, production");
    assertThat(mill.trigger("shop", "{\"branch\": \"main\", \"parameters\": [1]}")).startsWith("400 ");
    assertThat(mill.trigger("shop", "{\"branch\": \"main\", \"parameters\": {\"target\": \"staging\", \"level\": 4.5, \"dry\": true}}"))
        .startsWith("201");
    mill.runs("1/test/test/1");
    assertThat(mill.containers.assignment("shop/1/test/test/1").command())
        .isEqualTo("deploy --to staging --level 4.5 --dry true");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");

    assertThat(mill.get("/pipelines/shop").body())
        .contains("<option value=\"\" selected=\"selected\">choose</option>")
        .contains("name=\"parameter.level\"");
    assertThat(post("branch=main&commit=&parameter.target=&parameter.note=x&parameter.level=5")).contains("409", "has to be given", "value=\"5\"");
    assertThat(post("branch=main&commit=&parameter.target=production&parameter.note=&parameter.level=5&parameter.dry=true")).startsWith("303 ");
    mill.runs("2/test/test/1");
    assertThat(mill.containers.assignment("shop/2/test/test/1").command())
        .isEqualTo("deploy --to production --level 5 --dry true");
  }

  @Test
  void changes_that_were_given_different_values_are_not_tested_together() throws Exception {
    shop.pushWith(List.of("parameter.target=staging"), "integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    shop.pushWith(List.of("parameter.target=staging"), "integrate/milk", "Sell milk", "milk", "white\n");
    shop.pushWith(List.of("parameter.target=production"), "integrate/coffee", "Sell coffee", "coffee", "black\n");
    mill.runs("2/test/test/1");
    assertThat(mill.change(3)).startsWith("queued");
    mill.passes("1/test/test/1");
    mill.passes("2/test/test/1");
    mill.passes("3/test/test/1");
    mill.becomes(3, "passed");
    assertThat(mill.containers.starts("shop/3/test/test/1")).isEqualTo(1);
  }

  private String post(String form) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create(mill.address() + "/pipelines/shop/changes"))
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(HttpRequest.BodyPublishers.ofString(form))
              .build();
      var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    }
  }
}
