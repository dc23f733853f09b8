package dev.millrace.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.pipeline.Pipeline;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// The published schema and the reader know the same language.
class SchemaTest {
  private static final JsonNode SCHEMA = new ObjectMapper().readTree(DefinitionReader.schema());

  /// A file with one pipeline that says everything, one key a line, and nothing that is the default anyway.
  private static final String EVERYTHING =
      """
      repository:
        url: https://git.example.org/acme/shop.git
        poll: 5m
      integrate:
        branches: ["integrate/**"]
        into: next
        method: squash
        parallel: 7
        batch: 3
        every-commit: true
      on:
        push: [next]
      parameters:
        target:
          type: choice
          options: [staging, production]
          default: staging
      environment:
        ZONE: UTC
      stages:
        - compile
        - name: verify
          needs: []
          steps: [unit]
        - name: next
          promote: true
        - name: production
          promote:
            to: production
            method: merge
      steps:
        compile:
          image: alpine
          run: make
        unit:
          image: alpine
          run: make test
          limits:
            cpu: 0.5
            memory: 512m
            processes: 100
          environment:
            LEVEL: 3
          timeout: 10m
          network: true
      """;

  static Stream<String> objects() {
    return SCHEMA.path("$defs").propertyStream().filter(def -> def.getValue().has("properties")).map(Map.Entry::getKey);
  }

  @Test
  void the_keys_of_the_schema_are_those_of_the_reader() {
    Set<String> keys = new TreeSet<>();
    objects().forEach(name -> keys.addAll(SCHEMA.path("$defs").path(name).path("properties").propertyNames()));

    assertThat(keys).containsExactlyInAnyOrderElementsOf(Arrays.stream(Key.values()).map(Key::word).toList());
  }

  @ParameterizedTest
  @MethodSource("objects")
  void no_object_takes_unknown_keys_and_everything_in_it_is_described(String name) {
    JsonNode object = SCHEMA.path("$defs").path(name);

    assertThat(object.path("additionalProperties")).isEqualTo(JsonNodeFactory.instance.booleanNode(false));
    assertThat(object.path("title").asString()).isNotBlank();
    object
        .path("properties")
        .forEach(
            property -> {
              String reference = property.path("$ref").asString("");
              JsonNode meant = reference.isEmpty() ? property : SCHEMA.at(reference.substring(1));
              assertThat(meant.path("title").asString()).isNotBlank();
              assertThat(property.has("description") || meant.has("description")).isTrue();
            });
  }

  @Test
  void the_example_has_every_key_that_a_pipeline_can_have() {
    Map<String, Set<String>> seen = new TreeMap<>();
    collect(YamlTree.read(new Source("shop.yml", EVERYTHING), new Problems()), "#/$defs/pipeline", seen);

    assertThat(objects().filter(name -> !name.equals("file")))
        .allSatisfy(
            name ->
                assertThat(seen.get("#/$defs/" + name))
                    .containsExactlyInAnyOrderElementsOf(
                        SCHEMA.path("$defs").path(name).path("properties").propertyNames()));
  }

  /// Without any of its lines, the pipeline is another one or none: there is no key that does nothing.
  @Test
  void every_key_does_something() {
    Pipeline whole = pipeline(EVERYTHING);
    List<String> lines = EVERYTHING.lines().toList();
    List<String> optional = new ArrayList<>();
    for (String line : lines) {
      String less = lines.stream().filter(other -> other != line).collect(Collectors.joining("\n"));
      if (read(less) instanceof Reading.Accepted(var definitions)) {
        optional.add(line.strip().replaceFirst(":.*", ""));
        assertThat(definitions.getFirst().pipeline()).as(line).isNotEqualTo(whole);
      }
    }
    assertThat(optional)
        .containsExactly(
            "poll", "into", "method", "parallel", "batch", "every-commit", "default", "- compile", "needs", "method", "cpu", "memory",
            "processes", "timeout", "network");
  }

  @Test
  void defaults_that_the_schema_tells_are_those_of_the_reader() {
    String bare =
        """
        repository: shop
        integrate:
          branches: [feature]
        stages: [a, {name: main, promote: true}, {name: production, promote: {to: production}}]
        steps:
          a:
            image: alpine
            run: make
        """;
    JsonNode defs = SCHEMA.path("$defs");
    String elsewhere = "https://git.example.org/acme/shop.git";
    assertThat(pipeline(bare.replace("shop", "{url: \"%s\", poll: %s}".formatted(elsewhere, defs.at("/repository/properties/poll/default").asString()))))
        .isEqualTo(pipeline(bare.replace("shop", elsewhere)));
    String told =
        bare.replace(
                "integrate:\n",
                "integrate:\n  into: %s\n  method: %s\n  parallel: %s\n  batch: %s\n  every-commit: %s\n"
                    .formatted(
                        defs.at("/integrate/properties/into/default").asString(),
                        defs.at("/integrate/properties/method/default").asString(),
                        defs.at("/integrate/properties/parallel/default").asInt(),
                        defs.at("/integrate/properties/batch/default").asInt(),
                        defs.at("/integrate/properties/every-commit/default")))
            .replace(
                "promote: {to: production}",
                "promote: {to: production, method: %s}"
                    .formatted(defs.at("/promote/properties/method/default").asString()))
            .replace(
                "    run: make\n",
                "    run: make\n    timeout: %s\n    network: %s\n    limits: {cpu: %s, memory: %s, processes: %s}\n"
                    .formatted(
                        defs.at("/step/properties/timeout/default").asString(),
                        defs.at("/step/properties/network/default"),
                        defs.at("/limits/properties/cpu/default"),
                        defs.at("/limits/properties/memory/default").asString(),
                        defs.at("/limits/properties/processes/default")));

    assertThat(pipeline(told)).isEqualTo(pipeline(bare));
  }

  private static Reading read(String text) {
    return new DefinitionReader().read("c0ffee", List.of(new Source("shop.yml", text)));
  }

  private static Pipeline pipeline(String text) {
    return switch (read(text)) {
      case Reading.Accepted(var definitions) -> definitions.getFirst().pipeline();
      case Reading.Refused(var problems) -> throw new AssertionError(problems);
    };
  }

  /// Which keys there are in a value and below, by the part of the schema they come under.
  private static void collect(Value value, String pointer, Map<String, Set<String>> seen) {
    JsonNode here = SCHEMA.at(pointer.substring(1));
    if (here.has("$ref")) {
      collect(value, here.path("$ref").asString(), seen);
      return;
    }
    switch (value) {
      case Value.Mapping map -> {
        seen.computeIfAbsent(pointer, _ -> new TreeSet<>()).addAll(map.entries().keySet());
        map.entries()
            .forEach(
                (key, entry) -> {
                  boolean known = here.path("properties").has(key);
                  collect(entry.value(), pointer + (known ? "/properties/" + key : "/additionalProperties"), seen);
                });
      }
      case Value.Listing list -> list.items().forEach(item -> collect(item, pointer + "/items", seen));
      case Value.Scalar _ -> {}
    }
  }
}
