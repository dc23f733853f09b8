package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Where is commit X, and what of it is found by a search.
class WhereIsTest extends Story {
  private List<String> contains(String sha) {
    var changes = new ArrayList<String>();
    for (JsonNode change : mill.json("/api/v1/commits/" + sha).get("changes")) {
      changes.add(change.get("pipeline").stringValue() + "#" + change.get("number").intValue() + " " + change.get("contains").stringValue() + " " + change.get("state").stringValue() + (change.get("landed").booleanValue() ? " landed" : ""));
    }
    return changes;
  }

  @Test
  void a_commit_is_found_as_what_came_as_what_was_made_of_it_and_inside_of_what_landed() throws Exception {
    shop.push("integrate/tax", "Know the tax", "tax", "19\n");
    String inside = shop.head().hex();
    mill.runs("1/test/test/1");
    assertThat(contains(inside)).containsExactly("shop#1 commit running");

    shop.pushMore("integrate/tax", "Show the tax", "page", "tax\n");
    String tip = shop.head().hex();
    mill.becomes(1, "cancelled");
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");
    String landing = mill.json("shop", 2).get("candidate").stringValue();

    assertThat(contains(tip)).containsExactly("shop#2 commit passed landed");
    assertThat(contains(landing)).containsExactly("shop#2 candidate passed landed");
    assertThat(contains(inside.substring(0, 12))).containsExactly("shop#2 inside passed landed", "shop#1 commit cancelled");
    JsonNode json = mill.json("/api/v1/commits/" + inside);
    assertThat(json.get("on").toString()).isEqualTo("[\"main\"]");
    assertThat(json.get("subject").stringValue()).isEqualTo("Know the tax");
    assertThat(mill.get("/commits/" + inside).body()).contains("It is on main. 2 changes contain it.", "contained in it", "shop#2");
  }

  @Test
  void a_commit_inside_of_what_has_not_landed_is_found_as_well() throws Exception {
    String begin = shop.head().hex();
    assertThat(mill.get("/commits/" + begin).body()).contains("It is on main. No change contains it, but it is in the repository shop");
    shop.push("aside", "Kept only", "aside", "x\n");
    String inside = shop.head().hex();
    shop.pushMore("aside", "More of it", "aside", "y\n");
    shop.pushAs("integrate/all");
    mill.runs("1/test/test/1");
    assertThat(contains(inside)).containsExactly("shop#1 inside running");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
  }

  @Test
  void what_is_not_there_is_said_with_a_field_to_go_on() {
    HttpResponse<String> unknown = mill.get("/commits/0123456789");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).contains("No commit 0123456789", "found-search");
    assertThat(mill.get("/commits/xyz").statusCode()).isEqualTo(404);
    assertThat(mill.problem(mill.get("/api/v1/commits/xyz"))).isEqualTo("Not understood: A commit is named by 4 to 40 of its hexadecimal digits, not by \"xyz\".");
    assertThat(mill.problem(mill.get("/api/v1/commits/0123456789"))).startsWith("Not found: No change has commit 0123456789");
  }

  @Test
  void a_search_goes_to_what_can_only_be_meant_and_shows_the_rest() throws Exception {
    shop.push("integrate/tax", "Know the tax", "tax", "19\n");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    String commit = shop.head().hex();
    for (String query : List.of("%231", "1", "shop%231", "shop/1", "Shop%231")) {
      assertThat(mill.get("/search?q=" + query).headers().firstValue("Location")).as(query).contains("/pipelines/shop/changes/1");
    }
    assertThat(mill.get("/search?q=shop").headers().firstValue("Location")).contains("/pipelines/shop");
    assertThat(mill.get("/search?q=" + commit.substring(0, 9)).headers().firstValue("Location")).contains("/commits/" + commit);
    assertThat(mill.get("/search?q=THE%20tax").body()).contains("Know the tax", "shop#1");
    assertThat(mill.get("/search?q=nowhere").body()).contains("Nothing is called “nowhere”", "Subjects of the last");
    assertThat(mill.get("/search").body()).contains("can be looked for");
    assertThat(mill.get("/search?q=" + "x".repeat(201)).statusCode()).isEqualTo(400);
  }

  @Test
  void changes_are_filtered_and_what_is_pressed_in_a_row_is_answered_there() throws Exception {
    shop.push("integrate/tax", "Know the tax", "tax", "19\n");
    mill.failsTwice("1/test/test/1");
    mill.becomes(1, "failed");
    shop.push("integrate/page", "Show 100%", "page", "tax\n");
    mill.runs("2/test/test/1");
    String changes = "/api/v1/pipelines/shop/changes";
    assertThat(numbers(changes + "?state=failed&state=cancelled")).containsExactly(1);
    assertThat(numbers(changes + "?text=100%25&branch=integrate/*")).containsExactly(2);
    assertThat(numbers(changes + "?author=nobody")).isEmpty();
    assertThat(mill.json(changes + "?state=failed&state=running&limit=1").get("next").stringValue())
        .isEqualTo(changes + "?state=running&state=failed&before=2&limit=1");
    assertThat(mill.problem(mill.get(changes + "?state=runing"))).isEqualTo("Not understood: No change is ever \"runing\"; it is queued, running, passed, failed or cancelled.");
    assertThat(mill.get("/pipelines/shop?state=runing").statusCode()).isEqualTo(400);
    assertThat(mill.get("/pipelines/shop?state=failed").body()).contains("1 failed change<", "row-shop-1").doesNotContain("row-shop-2");
    assertThat(mill.get("/pipelines/shop?author=nobody").body()).contains("No changes by nobody");
    assertThat(mill.get("/pipelines/shop/changes/2/row?state=failed").body()).contains("hidden=\"hidden\"");
    assertThat(mill.get("/pipelines/shop/changes/1/row?state=failed").body()).doesNotContain("hidden=\"hidden\"");
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");
  }

  private List<Integer> numbers(String path) {
    var numbers = new ArrayList<Integer>();
    for (JsonNode change : mill.json(path).get("changes")) {
      numbers.add(change.get("number").intValue());
    }
    return numbers;
  }
}
