package dev.millrace.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What people read who wrote something wrong: every problem, its exact place and sentence.
class BadFilesTest {
  record Bad(String what, List<Source> files, String problems) {
    @Override
    public String toString() {
      return what;
    }
  }

  @ParameterizedTest
  @MethodSource
  void every_problem_is_reported_with_its_place(Bad bad) {
    Reading reading = new DefinitionReader().read("c0ffee", bad.files());

    assertThat(reading).isInstanceOfSatisfying(Reading.Refused.class, refused ->
        assertThat(refused.problems().stream().map(problem -> problem + "\n").collect(Collectors.joining()))
            .isEqualTo(bad.problems()));
  }

  static Stream<Bad> every_problem_is_reported_with_its_place() {
    return Stream.of(
            keys(),
            kindsOfValues(),
            yaml(),
            names(),
            remotes(),
            stages(),
            branches(),
            settingsOfSteps(),
            variables(),
            parameters(),
            severalFiles())
        .flatMap(List::stream);
  }

  private static Bad bad(String what, String text, String problems) {
    return new Bad(what, List.of(new Source("shop.yml", text)), problems);
  }

  private static List<Bad> parameters() {
    return List.of(
        bad(
            "parameters that are none",
            """
            repository: shop
            parameters:
              two words: {type: string}
              a: {type: chioce}
              b: {type: choice}
              c: {type: string, options: [x]}
              d: {type: choice, options: [x, x]}
              e: {type: choice, options: [x, y], default: z}
              f: {type: number, default: many}
              g: {type: boolean, default: 1}
            stages: [compile]
            steps:
              compile: {image: "alpine:${b}", run: "echo ${h}"}
            """,
            """
            shop.yml:3:3: "two words" is not the name of a parameter; one is made of letters, digits and '_', not starting with a digit
            shop.yml:4:13: no type "chioce", did you mean "choice"?
            shop.yml:5:3: a choice needs its options: options: [staging, production]
            shop.yml:6:3: only a choice has options; write type: choice
            shop.yml:7:34: "x" stands twice
            shop.yml:8:47: the default of e is one of x, y, not "z"
            shop.yml:9:30: the default of f is a number, not "many"
            shop.yml:10:31: the default of g is true or false, not "1"
            shop.yml:13:46: unknown name "h" (write $h or $${h} to leave it to the shell)
            """),
        bad(
            "a parameter where it cannot stand",
            """
            repository: shop
            parameters:
              note: {type: string, default: x}
              wait: {type: number, default: 1}
            environment: {WHERE: "at ${note}"}
            stages: [compile]
            steps:
              compile: {image: alpine, run: "echo ${WHERE} ${wait}", timeout: "${wait}m"}
            """,
            """
            shop.yml:8:33: the shell would execute what is in ${note}; write NOTE: ${note} under environment, and "$NOTE" here
            shop.yml:8:68: wait is known only when a step starts; it can stand in the image, run and environment of a step
            """));
  }

  private static List<Bad> remotes() {
    String rest = "stages: [a]\nsteps: {a: {image: alpine, run: make}}\n";
    return List.of(
        bad(
            "a URL with a token in it, which is not repeated",
            "repository: https://ada:s3cret@git.example.org/acme/shop.git\n" + rest,
            """
            shop.yml:1:13: a password or token does not belong into a definition; put it into the server's credentials file and write the URL without it
            """),
        bad(
            "a URL with half a password where the port would be",
            "repository: https://ada:s3/cret@git.example.org/acme/shop.git\n" + rest,
            """
            shop.yml:1:13: the port of a URL is a number from 1 to 65535
            """),
        bad(
            "an ssh URL with a password",
            "repository: ssh://git:s3cret@git.example.org/acme/shop.git\n" + rest,
            """
            shop.yml:1:13: a password does not belong into a definition; Millrace has a key of its own, whose public half is at /ssh-key
            """),
        bad(
            "a URL of another kind",
            "repository: {url: 'ftp://git.example.org/shop.git', poll: 1m}\n" + rest,
            """
            shop.yml:1:19: a repository is reached by https, http, ssh or file, not by "ftp"
            """),
        bad(
            "a URL without a repository",
            "repository: https://git.example.org/\n" + rest,
            """
            shop.yml:1:13: the URL names no repository on its host; write it like https://git.example.org/acme/shop.git or git@git.example.org:acme/shop.git
            """),
        bad(
            "a path",
            "repository: /srv/git/shop.git\n" + rest,
            """
            shop.yml:1:13: "/srv/git/shop.git" is neither the name of a repository nor the URL of one; write it like https://git.example.org/acme/shop.git or git@git.example.org:acme/shop.git
            """),
        bad(
            "a name where a URL belongs",
            "repository: {url: shop}\n" + rest,
            """
            shop.yml:1:19: "shop" is not a URL; write repository: shop if this server hosts it
            """),
        bad(
            "an interval that is too short",
            "repository: {url: 'https://git.example.org/acme/shop.git', poll: 1s}\n" + rest,
            """
            shop.yml:1:66: from one look at a remote to the next there are between 5s and 24h, not 1s
            """),
        bad(
            "a map without a URL",
            "repository: {pol: 1m}\n" + rest,
            """
            shop.yml:1:1: missing key "url"
            shop.yml:1:14: unknown key "pol", did you mean "poll"?
            """),
        new Bad(
            "the name of another pipeline's mirror",
            List.of(
                new Source("a.yml", "repository: https://git.example.org/acme/shop.git\n" + rest),
                new Source("b.yml", "repository: git.example.org-acme-shop\n" + rest)),
            """
            b.yml:1:13: "git.example.org-acme-shop" is the mirror of https://git.example.org/acme/shop.git, which another pipeline names; write that URL here
            """));
  }

  private static List<Bad> keys() {
    return List.of(
        bad(
            "an unknown key with a known one near",
            """
            repository: shop
            stages: [compile]
            steps:
              compile:
                imagee: alpine
                image: alpine
                run: make
            """,
            """
            shop.yml:5:5: unknown key "imagee", did you mean "image"?
            """),
        bad(
            "keys of other places",
            """
            repository: shop
            timeout: 10m
            stages:
              - name: build
                steps: [compile]
                image: alpine
            steps:
              compile: {image: alpine, run: make, push: [main], retry: 1}
            """,
            """
            shop.yml:2:1: unknown key "timeout" in a pipeline; it belongs in a step
            shop.yml:6:5: unknown key "image" in a stage; it belongs in a step
            shop.yml:8:39: unknown key "push" in a step; it belongs in the map "on"
            shop.yml:8:53: unknown key "retry"; a step has image, run, environment, timeout, limits, network
            """),
        bad(
            "keys that look like others",
            """
            repositorry: shop
            stagse: [compile]
            steps:
              compile: {image: alpine, run: make, enviroment: {A: b}, limits: {cpus: 1, memroy: 1g}}
            """,
            """
            shop.yml:1:1: unknown key "repositorry", did you mean "repository"?
            shop.yml:2:1: unknown key "stagse", did you mean "stages"?
            shop.yml:4:39: unknown key "enviroment", did you mean "environment"?
            shop.yml:4:68: unknown key "cpus", did you mean "cpu"?
            shop.yml:4:77: unknown key "memroy", did you mean "memory"?
            """),
        bad(
            "keys that look like others and are wanted elsewhere",
            """
            repository: shop
            intergate: {branches: ["integrate/**"]}
            stages:
              - {name: a, step: [compile]}
              - {name: main, promote: true}
              - b
            step: {compile: {image: alpine, runs: make}}
            """,
            """
            shop.yml:2:1: unknown key "intergate", did you mean "integrate"?
            shop.yml:4:15: unknown key "step", did you mean "steps"?
            shop.yml:7:1: unknown key "step", did you mean "steps"?
            """),
        bad(
            "missing keys everywhere",
            """
            integrate: {into: main}
            on: {}
            stages:
              - steps: [compile]
              - name: verify
            steps:
              compile: {image: alpine}
              unit: {run: make}
            """,
            """
            shop.yml:1:1: missing key "branches"
            shop.yml:1:1: missing key "repository"
            shop.yml:2:1: missing key "push"
            shop.yml:4:5: missing key "name"
            shop.yml:5:11: a stage needs steps, or promote: true
            shop.yml:7:3: missing key "run"
            shop.yml:8:3: missing key "image"
            """),
        bad(
            "a pipeline's keys beside several pipelines",
            """
            repository: shop
            stages: [compile]
            pipelines:
              shop:
                repository: shop
                stages: [compile]
            steps:
              compile: {image: alpine, run: make}
            """,
            """
            shop.yml:1:1: unknown key "repository" in a file with several pipelines; it belongs in a pipeline
            shop.yml:2:1: unknown key "stages" in a file with several pipelines; it belongs in a pipeline
            """),
        bad(
            "a key that stands twice",
            """
            repository: shop
            stages: [compile]
            repository: other
            steps:
              compile: {image: alpine, run: make, image: debian}
            """,
            """
            shop.yml:3:1: "repository" stands twice, first in line 1
            shop.yml:5:39: "image" stands twice, first in line 5
            """),
        bad(
            "a key that is a list",
            """
            ? [a, b]
            : shop
            repository: shop
            stages: [compile]
            steps:
              compile: {image: alpine, run: make}
            """,
            """
            shop.yml:1:3: a key is a word; this is a list
            """),
        bad(
            "a merge key",
            """
            repository: shop
            stages: [compile, unit]
            steps:
              compile: &base {image: alpine, run: make}
              unit:
                <<: *base
            """,
            """
            shop.yml:5:3: missing key "image"
            shop.yml:5:3: missing key "run"
            shop.yml:6:5: unknown key "<<"; a step has image, run, environment, timeout, limits, network
            """));
  }

  private static List<Bad> kindsOfValues() {
    return List.of(
        bad(
            "wrong kinds",
            """
            repository: 42
            on: [main]
            integrate: {branches: integrate/**, into: [main], parallel: many}
            environment: [TZ]
            stages:
              - name: build
                needs: 3
                steps: compile
              - name: main
                promote: yes
                needs: [build, 7]
              - 12
              - [compile]
            steps:
              compile: {image: 8, run: [make], environment: {A: [b], C: }, timeout: true, limits: 2g, network: maybe}
              unit: make test
            """,
            """
            shop.yml:1:13: expected the name or the URL of a repository, found a number
            shop.yml:2:5: expected the map "on", found a list
            shop.yml:3:23: expected a list of branch patterns, found a text
            shop.yml:3:43: expected the name of a branch, found a list
            shop.yml:3:61: expected a whole number of 1 or more, found a text
            shop.yml:4:14: expected a map of variables, found a list
            shop.yml:7:12: expected a list of stage names, found a number
            shop.yml:8:12: expected a list of step names, found a text
            shop.yml:10:14: expected true or the map "promote", found a text
            shop.yml:11:20: expected the name of a stage, found a number
            shop.yml:12:5: expected a stage, found a number
            shop.yml:13:5: expected a stage, found a list
            shop.yml:15:20: expected the name of an image, found a number
            shop.yml:15:28: expected a command, found a list
            shop.yml:15:53: expected the value of a variable, "" for an empty one, found a list
            shop.yml:15:58: expected the value of a variable, "" for an empty one, found nothing
            shop.yml:15:73: "true" is not a duration; write 90s, 10m or 1h30m
            shop.yml:15:87: expected the map "limits", found a text
            shop.yml:15:100: expected true or false, found a text
            shop.yml:16:9: expected a step, found a text
            """),
        bad(
            "nothing where something belongs",
            """
            repository:
            stages:
              - name:
                steps:
              -
            steps:
              compile:
                image:
                run:
                timeout:
                environment:
            """,
            """
            shop.yml:1:1: expected the name or the URL of a repository, found nothing
            shop.yml:3:5: expected the name of a stage, found nothing
            shop.yml:4:5: expected a list of step names, found nothing
            shop.yml:5:4: expected a stage, found nothing
            shop.yml:8:5: expected the name of an image, found nothing
            shop.yml:9:5: expected a command, found nothing
            shop.yml:10:5: expected a duration such as 10m, found nothing
            shop.yml:11:5: expected a map of variables, found nothing
            """),
        bad(
            "empty values",
            """
            repository: ""
            integrate: {branches: [], into: ""}
            on: {push: []}
            stages:
              - {name: "", steps: []}
            steps:
              compile: {image: "", run: "", limits: {}}
              blank: {image: " ", run: "  ", timeout: ""}
            """,
            """
            shop.yml:1:13: "" is not a name; a name is made of letters, digits, '.', '-' and '_', starting with a letter or digit, at most 63 characters, not ending in '.git'
            shop.yml:2:23: expected a list of branch patterns, found an empty list
            shop.yml:2:33: "" is not the short name of a branch, such as main
            shop.yml:3:12: expected a list of branch patterns, found an empty list
            shop.yml:5:12: "" is not a name; a name is made of lower-case letters, digits, '-' and '_', starting with a letter or digit, at most 63 characters
            shop.yml:5:23: expected a list of step names, found an empty list
            shop.yml:7:20: "" is not an image; write its name as for docker run, such as alpine:3
            shop.yml:7:29: nothing to run
            shop.yml:7:41: expected the map "limits", found an empty map
            shop.yml:8:18: " " is not an image; write its name as for docker run, such as alpine:3
            shop.yml:8:28: nothing to run
            shop.yml:8:43: "" is not a duration; write 90s, 10m or 1h30m
            """),
        bad(
            "no stages",
            """
            repository: shop
            stages: []
            """,
            """
            shop.yml:2:9: expected a list of stages, found an empty list
            """),
        bad(
            "a list",
            """
            - repository: shop
            """,
            """
            shop.yml:1:1: expected a map of keys, found a list
            """),
        bad(
            "a text",
            """
            repository
            """,
            """
            shop.yml:1:1: expected a map of keys, found a text
            """),
        bad(
            "no pipelines",
            """
            pipelines: {}
            """,
            """
            shop.yml:1:12: expected a map from names to pipelines, found an empty map
            """),
        bad(
            "pipelines in a list",
            """
            pipelines:
              - repository: shop
            """,
            """
            shop.yml:2:3: expected a map from names to pipelines, found a list
            """),
        bad(
            "a pipeline that is nothing",
            """
            pipelines:
              shop:
            """,
            """
            shop.yml:2:3: expected a pipeline, found nothing
            """),
        bad(
            "promote that does nothing",
            """
            repository: shop
            integrate: {branches: ["integrate/**"]}
            stages:
              - {name: main, promote: false}
            """,
            """
            shop.yml:4:27: promote can only be true; leave it out where nothing is promoted
            """));
  }

  private static List<Bad> yaml() {
    return List.of(
        bad(
            "an empty file",
            "",
            """
            shop.yml:1:1: the file is empty
            """),
        bad(
            "a file of comments",
            """
            # nothing yet
            ---
            """,
            """
            shop.yml:1:1: the file is empty
            """),
        bad(
            "a tab",
            """
            repository: shop
            stages:
            \t- compile
            """,
            """
            shop.yml:3:1: a tab where YAML wants spaces; indent with spaces
            """),
        bad(
            "indentation that does not fit",
            """
            repository: shop
            stages:
                - compile
              - unit
            """,
            """
            shop.yml:4:3: the indentation does not fit the lines above
            """),
        bad(
            "a key at the wrong depth",
            """
            repository: shop
            steps:
              compile:
                image: alpine
               run: make
            """,
            """
            shop.yml:5:4: the indentation does not fit the lines above
            """),
        bad(
            "a colon in a value",
            """
            repository: shop
            steps:
              compile: {image: alpine, run: make}
              say:
                image: alpine
                run: echo "done": all
            """,
            """
            shop.yml:6:21: a ":" that cannot stand here; the indentation is wrong, or a value with ": " in it needs quotes
            """),
        bad(
            "a quote that stays open",
            """
            repository: "shop
            stages: [compile]
            """,
            """
            shop.yml:1:13: this quote is never closed
            """),
        bad(
            "a bracket that stays open",
            """
            repository: shop
            stages: [compile, unit
            """,
            """
            shop.yml:2:9: this bracket is never closed
            """),
        bad(
            "a bracket without a comma",
            """
            repository: shop
            steps: {a: {image: [alpine} }
            """,
            """
            shop.yml:2:27: a list or map in brackets needs a comma or its closing bracket here
            """),
        bad(
            "a star without quotes",
            """
            repository: shop
            on:
              push: [**]
            """,
            """
            shop.yml:3:11: a value that begins with this character needs quotes
            """),
        bad(
            "an at sign",
            """
            repository: @shop
            """,
            """
            shop.yml:1:13: a value that begins with this character needs quotes
            """),
        bad(
            "an unknown escape",
            """
            repository: shop
            steps:
              grep: {image: alpine, run: "grep \\d"}
            """,
            """
            shop.yml:3:37: an unknown escape between double quotes; write \\\\ for a backslash, or use single quotes
            """),
        bad(
            "a line that is no key",
            """
            repository: shop
            stages
            on: {push: [main]}
            """,
            """
            shop.yml:3:1: a key without its ":", or a line whose indentation does not fit
            """),
        bad(
            "two documents",
            """
            repository: shop
            ---
            repository: other
            """,
            """
            shop.yml:2:1: a second document begins here; a file holds one
            """),
        bad(
            "an alias of nothing",
            """
            repository: *shop
            """,
            """
            shop.yml:1:13: no value above is marked &shop; if *shop is a text, put it in quotes
            """),
        bad(
            "a tag",
            """
            repository: !secret shop
            stages: !!set {compile}
            steps:
              compile: {image: !!str 8, run: make}
            """,
            """
            shop.yml:1:13: tags have no meaning here: !secret
            shop.yml:2:9: tags have no meaning here: tag:yaml.org,2002:set
            """),
        bad(
            "a character that is none",
            """
            repository: shop
            stages: [a\007b]
            """,
            """
            shop.yml:2:11: a character that YAML does not allow: U+0007
            """),
        bad(
            "a character that no command can hold",
            """
            repository: shop
            stages: [a]
            steps: {a: {image: alpine, run: "echo \\0"}}
            """,
            """
            shop.yml:3:33: a NUL character, which no command and no variable can hold
            """));
  }

  private static List<Bad> names() {
    return List.of(
        bad(
            "names that are none",
            """
            repository: ../shop
            stages:
              - Build
              - {name: "Test it", steps: [compile]}
              - {name: ok, needs: [Build], steps: [compile]}
            steps:
              Build: {image: alpine, run: make}
              compile: {image: alpine, run: make}
            """,
            """
            shop.yml:1:13: "../shop" is not a name; a name is made of letters, digits, '.', '-' and '_', starting with a letter or digit, at most 63 characters, not ending in '.git'
            shop.yml:3:5: "Build" is not a name; a name is made of lower-case letters, digits, '-' and '_', starting with a letter or digit, at most 63 characters
            shop.yml:4:12: "Test it" is not a name; a name is made of lower-case letters, digits, '-' and '_', starting with a letter or digit, at most 63 characters
            shop.yml:5:24: "Build" is not a name; a name is made of lower-case letters, digits, '-' and '_', starting with a letter or digit, at most 63 characters
            shop.yml:7:3: "Build" is not a name; a name is made of lower-case letters, digits, '-' and '_', starting with a letter or digit, at most 63 characters
            """),
        new Bad(
            "a file that is called badly",
            List.of(
                new Source(
            "ci/Shop CI.yml",
            """
            repository: shop
            stages: [compile]
            steps:
              compile: {image: alpine 3, run: make}
            """)),
            """
            ci/Shop CI.yml:1:1: the pipeline is called as its file, "Shop CI", and a name is made of lower-case letters, digits, '-' and '_', starting with a letter or digit, at most 63 characters
            ci/Shop CI.yml:4:20: "alpine 3" is not an image; write its name as for docker run, such as alpine:3
            """),
        bad(
            "a pipeline that is called badly",
            """
            pipelines:
              Shop:
                repository: shop.git
                stages: [compile]
            steps:
              compile: {image: alpine, run: make}
            """,
            """
            shop.yml:2:3: "Shop" is not a name; a name is made of lower-case letters, digits, '-' and '_', starting with a letter or digit, at most 63 characters
            shop.yml:3:17: "shop.git" is not a name; a name is made of letters, digits, '.', '-' and '_', starting with a letter or digit, at most 63 characters, not ending in '.git'
            """),
        bad(
            "variables that are called badly",
            """
            repository: shop
            environment: {"my-tz": UTC, 2ND: x, CI: "false", MILLRACE_COMMIT: x}
            stages: [compile]
            steps:
              compile: {image: alpine, run: make}
            """,
            """
            shop.yml:2:15: "my-tz" is not the name of a variable; one is made of letters, digits and '_', not starting with a digit
            shop.yml:2:29: "2ND" is not the name of a variable; one is made of letters, digits and '_', not starting with a digit
            shop.yml:2:37: CI is set by Millrace itself
            shop.yml:2:50: MILLRACE_COMMIT is set by Millrace itself
            """));
  }

  private static List<Bad> stages() {
    return List.of(
        bad(
            "a stage that stands twice",
            """
            repository: shop
            stages:
              - compile
              - {name: verify, steps: [compile]}
              - compile
            steps:
              compile: {image: alpine, run: make}
            """,
            """
            shop.yml:5:5: stage "compile" stands twice, first in line 3
            """),
        bad(
            "unknown steps and stages",
            """
            repository: shop
            stages:
              - complie
              - {name: verify, needs: [complie, build], steps: [unti, browser, unit]}
              - {name: docs, needs: [verfy], steps: [unit]}
            steps:
              compile: {image: alpine, run: make}
              unit: {image: alpine, run: make test}
            """,
            """
            shop.yml:3:5: no step "complie", did you mean "compile"?
            shop.yml:4:37: no stage "build"
            shop.yml:4:53: no step "unti", did you mean "unit"?
            shop.yml:4:59: no step "browser"
            shop.yml:5:26: no stage "verfy", did you mean "verify"?
            """),
        bad(
            "no steps at all",
            """
            repository: shop
            stages: [compile]
            """,
            """
            shop.yml:2:10: no step "compile"
            """),
        bad(
            "steps and stages that are named twice in a list",
            """
            repository: shop
            stages:
              - compile
              - {name: verify, needs: [compile, compile], steps: [compile, compile]}
            steps:
              compile: {image: alpine, run: make}
            """,
            """
            shop.yml:4:37: "compile" stands twice
            shop.yml:4:64: "compile" stands twice
            """),
        bad(
            "a stage that needs itself",
            """
            repository: shop
            stages:
              - {name: build, needs: [build], steps: [compile]}
            steps:
              compile: {image: alpine, run: make}
            """,
            """
            shop.yml:3:27: stage "build" needs itself
            """),
        bad(
            "two circles",
            """
            repository: shop
            stages:
              - {name: a, needs: [c], steps: [compile]}
              - {name: b, steps: [compile]}
              - {name: c, steps: [compile]}
              - {name: d, needs: [e, f], steps: [compile]}
              - {name: e, needs: [d], steps: [compile]}
              - {name: f, needs: [], steps: [compile]}
            steps:
              compile: {image: alpine, run: make}
            """,
            """
            shop.yml:3:23: these stages wait for each other: "a" needs "c", "c" comes after "b", "b" comes after "a"
            shop.yml:6:23: these stages wait for each other: "d" needs "e", "e" needs "d"
            """),
        bad(
            "a stage with neither steps nor promotion",
            """
            repository: shop
            stages:
              - name: build
              - needs: []
            """,
            """
            shop.yml:3:11: a stage needs steps, or promote: true
            shop.yml:4:5: a stage needs steps, or promote: true
            shop.yml:4:5: missing key "name"
            """),
        bad(
            "a stage with steps and promotion",
            """
            repository: shop
            integrate: {branches: ["integrate/**"]}
            stages:
              - {name: main, promote: true, steps: [compile]}
            steps:
              compile: {image: alpine, run: make}
            """,
            """
            shop.yml:4:12: a stage either promotes or has steps; make two stages of it
            """),
        bad(
            "promotion without integration",
            """
            repository: shop
            stages:
              - {name: main, promote: true}
            """,
            """
            shop.yml:3:12: stage "main" promotes, but the pipeline integrates nothing: "integrate" is missing
            """),
        bad(
            "integration without promotion",
            """
            repository: shop
            integrate: {branches: ["integrate/**"]}
            stages: [compile]
            steps:
              compile: {image: alpine, run: make}
            """,
            """
            shop.yml:2:1: what is integrated here would never land: no stage promotes; add {name: main, promote: true} to the stages
            """),
        bad(
            "two promotions",
            """
            repository: shop
            integrate: {branches: ["integrate/**"]}
            stages:
              - {name: main, promote: true}
              - {name: again, promote: true}
            """,
            """
            shop.yml:5:12: a second stage that promotes; "main" in line 4 does
            """));
  }

  private static List<Bad> branches() {
    return List.of(
        bad(
            "patterns that cannot match",
            """
            repository: shop
            integrate: {branches: ["refs/heads/integrate/*", "integrate/", "a b", "x..y", "integrate/*", "integrate/*"]}
            on: {push: ["rel[12]", /main, ""]}
            stages:
              - {name: main, promote: true}
            """,
            """
            shop.yml:2:24: "refs/heads/integrate/*" matches no branch; write short names, with * for anything without a slash and ** for anything
            shop.yml:2:50: "integrate/" matches no branch; write short names, with * for anything without a slash and ** for anything
            shop.yml:2:64: "a b" matches no branch; write short names, with * for anything without a slash and ** for anything
            shop.yml:2:71: "x..y" matches no branch; write short names, with * for anything without a slash and ** for anything
            shop.yml:2:94: "integrate/*" stands twice
            shop.yml:3:13: "rel[12]" matches no branch; write short names, with * for anything without a slash and ** for anything
            shop.yml:3:24: "/main" matches no branch; write short names, with * for anything without a slash and ** for anything
            shop.yml:3:31: "" matches no branch; write short names, with * for anything without a slash and ** for anything
            """),
        bad(
            "the target itself",
            """
            repository: shop
            integrate: {branches: [next, "integrate/**"], into: next}
            stages:
              - {name: main, promote: true}
            """,
            """
            shop.yml:2:24: "next" is where branches are integrated into; it cannot be integrated into itself
            """),
        bad(
            "a target that is no branch",
            """
            repository: shop
            integrate: {branches: ["integrate/**"], into: refs/heads/main}
            stages:
              - {name: main, promote: true}
            """,
            """
            shop.yml:2:47: "refs/heads/main" is not the short name of a branch, such as main
            """),
        bad(
            "a target that is a pattern",
            """
            repository: shop
            integrate: {branches: ["integrate/**"], into: "release/*", parallel: 0}
            stages:
              - {name: main, promote: true}
            """,
            """
            shop.yml:2:47: "release/*" is not the short name of a branch, such as main
            shop.yml:2:70: expected a whole number of 1 or more, found "0"
            """),
        bad(
            "methods and sizes of an integration that are none",
            """
            repository: shop
            integrate:
              branches: ["integrate/**"]
              method: sqash
              parallel: none
              batch: 0
              every-commit: sometimes
              every_commit: true
            stages:
              - {name: main, promote: true}
              - {name: next, promote: {to: next, method: rebase}}
              - {name: other, promote: {to: other, method: octopus}}
              - {name: last, promote: {to: last, method: 7}}
            """,
            """
            shop.yml:4:11: no method "sqash", did you mean "squash"?
            shop.yml:5:13: expected a whole number of 1 or more, found a text
            shop.yml:6:10: expected a whole number of 1 or more, found "0"
            shop.yml:7:17: expected true or false, found a text
            shop.yml:8:3: unknown key "every_commit", did you mean "every-commit"?
            shop.yml:11:46: another branch does not follow by rebase; the methods here are fast-forward and merge
            shop.yml:12:48: no method "octopus"; the methods are fast-forward and merge
            shop.yml:13:46: expected fast-forward or merge, found a number
            """),
        bad(
            "other branches that cannot follow",
            """
            repository: shop
            integrate: {branches: [next, "hotfix/*"], into: main}
            stages:
              - {name: early, promote: {to: early}, needs: []}
              - {name: main, promote: true, needs: [early]}
              - {name: again, promote: {to: main}}
              - {name: next, promote: {to: next}}
              - {name: fix, promote: {to: hotfix/1}}
              - {name: one, promote: {to: production}}
              - {name: two, promote: {to: production}}
              - {name: pattern, promote: {to: "release/*"}}
              - {name: both, promote: {to: both}, steps: [a]}
              - {name: none, promote: {}}
              - {name: typo, promote: {too: production}}
              - {name: short, promote: production}
            steps: {a: {image: alpine, run: make}}
            """,
            """
            shop.yml:4:33: stage "early" would promote to "early" what has not landed: let it come after "main", by its place or by needs
            shop.yml:6:33: "main" is where branches are integrated into; write promote: true
            shop.yml:7:32: "next" would be integrated into "main" and deleted when it moves: "next" under "branches" matches it
            shop.yml:8:31: "hotfix/1" would be integrated into "main" and deleted when it moves: "hotfix/*" under "branches" matches it
            shop.yml:10:31: a second stage that promotes to "production"; "one" in line 9 does
            shop.yml:11:35: "release/*" is not the short name of a branch, such as main
            shop.yml:12:12: a stage either promotes or has steps; make two stages of it
            shop.yml:13:18: missing key "to"
            shop.yml:14:18: missing key "to"
            shop.yml:14:28: unknown key "too"; the map "promote" has to, method
            shop.yml:15:28: promote takes true, or another branch as a map: write {to: production}
            """));
  }

  private static List<Bad> settingsOfSteps() {
    return List.of(
        bad(
            "times and sizes without a unit",
            """
            repository: shop
            stages: [compile]
            steps:
              compile: {image: alpine, run: make, timeout: 10, limits: {memory: 2}}
            """,
            """
            shop.yml:4:48: a duration needs a unit: write 10m or 10s
            shop.yml:4:69: memory needs a unit: write 2g or 2m
            """),
        bad(
            "times and sizes that are none",
            """
            repository: shop
            stages: [a]
            steps:
              a: {image: alpine, run: make, timeout: 10min, limits: {memory: 2GB}}
              b: {image: alpine, run: make, timeout: 25h, limits: {memory: 1m}}
              c: {image: alpine, run: make, timeout: 0s, limits: {memory: 1.5g}}
              d: {image: alpine, run: make, timeout: "10", limits: {memory: "2"}}
              e: {image: alpine, run: make, timeout: 30s1h}
            """,
            """
            shop.yml:4:42: "10min" is not a duration; write 90s, 10m or 1h30m
            shop.yml:4:66: "2GB" is not an amount of memory; write 512m or 2g
            shop.yml:5:42: a step may take between 1s and 24h, not 25h
            shop.yml:5:64: a container needs at least 6m of memory
            shop.yml:6:42: a step may take between 1s and 24h, not 0s
            shop.yml:6:63: "1.5g" is not an amount of memory; write 512m or 2g
            shop.yml:7:42: a duration needs a unit: write 10m or 10s
            shop.yml:7:65: memory needs a unit: write 2g or 2m
            shop.yml:8:42: "30s1h" is not a duration; write 90s, 10m or 1h30m
            """),
        bad(
            "limits that are none",
            """
            repository: shop
            stages: [a]
            steps:
              a: {image: alpine, run: make, limits: {cpu: 0, processes: 0}}
              b: {image: alpine, run: make, limits: {cpu: -1, processes: 1.5}}
              c: {image: alpine, run: make, limits: {cpu: "2", processes: 99999999999999999999}}
              d: {image: alpine, run: make, limits: {cpu: .inf, processes: 0x10}}
            """,
            """
            shop.yml:4:47: expected a number of processors of 0.01 or more, such as 0.5 or 2, found "0"
            shop.yml:4:61: expected a whole number of 1 or more, found "0"
            shop.yml:5:47: expected a number of processors of 0.01 or more, such as 0.5 or 2, found "-1"
            shop.yml:5:62: expected a whole number of 1 or more, found "1.5"
            shop.yml:6:47: expected a number of processors, found a text
            shop.yml:6:63: expected a whole number of 1 or more, found "99999999999999999999"
            shop.yml:7:47: expected a number of processors of 0.01 or more, such as 0.5 or 2, found ".inf"
            shop.yml:7:64: expected a whole number of 1 or more, found "0x10"
            """),
        bad(
            "images and commands that are none",
            """
            repository: shop
            stages: [a]
            steps:
              a: {image: alpine 3, run: "   "}
              b:
                image: alpine
                run: |
            """,
            """
            shop.yml:4:14: "alpine 3" is not an image; write its name as for docker run, such as alpine:3
            shop.yml:4:29: nothing to run
            shop.yml:7:10: nothing to run
            """));
  }

  private static List<Bad> variables() {
    return List.of(
        bad(
            "what a pusher writes, in a command",
            """
            repository: shop
            environment: {WHERE: "on ${change.branch}"}
            stages: [compile, tell]
            steps:
              compile: {image: alpine, run: "echo ${change.subject}"}
              tell: {image: alpine, run: "echo ${WHERE} ${change.number}"}
            """,
            """
            shop.yml:5:33: the shell would execute what is in ${change.subject}; write SUBJECT: ${change.subject} under environment, and "$SUBJECT" here
            shop.yml:6:30: the shell would execute what is in ${change.branch}; write BRANCH: ${change.branch} under environment, and "$BRANCH" here
            """),
        bad(
            "unknown names in a command",
            """
            repository: shop
            environment: {TARGET: production}
            stages: [deploy]
            steps:
              deploy:
                image: alpine
                run: |
                  cd $HOME
                  deploy ${TARGTE}
                    echo "${HOME}" ${change.nubmer} ${change.commit}
            """,
            """
            shop.yml:9:14: unknown name "TARGTE", did you mean "TARGET"? (write $TARGTE or $${TARGTE} to leave it to the shell)
            shop.yml:10:15: unknown name "HOME" (write $HOME or $${HOME} to leave it to the shell)
            shop.yml:10:24: unknown name "change.nubmer", did you mean "change.number"?
            """),
        bad(
            "a variable between brackets without quotes",
            """
            repository: shop
            stages: [a]
            steps:
              a: {image: al${B}pine, run: make}
            """,
            """
            shop.yml:4:17: between brackets a value with ${...} needs quotes
            """),
        bad(
            "places in all kinds of scalars",
            """
            repository: shop
            environment: {A: "x${B}"}
            stages: [deploy]
            steps:
              a: {image: "al${B}pine", run: 'it ${C} '}
              b:
                image: alpine
                run: "\\t tab ${B}"
              c:
                image: alpine
                run: >
                  folded
                  ${B}
              d:
                image: alpine
                run: plain
                  ${B}
              deploy:
                image: &image "😀${B}"
                run: |-

                  😀 ${B}
            """,
            """
            shop.yml:2:20: unknown name "B"
            shop.yml:5:17: unknown name "B"
            shop.yml:5:37: unknown name "C" (write $C or $${C} to leave it to the shell)
            shop.yml:8:10: unknown name "B" (write $B or $${B} to leave it to the shell)
            shop.yml:11:10: unknown name "B" (write $B or $${B} to leave it to the shell)
            shop.yml:16:10: unknown name "B" (write $B or $${B} to leave it to the shell)
            shop.yml:19:21: unknown name "B"
            shop.yml:22:9: unknown name "B" (write $B or $${B} to leave it to the shell)
            """),
        bad(
            "what only the shell understands",
            """
            repository: shop
            stages: [deploy]
            steps:
              deploy:
                image: alpine
                run: |
                  echo ${HOME:-/root} ${#A} ${
                  echo ${A:-${B}}
                environment: {C: "${1}", D: "${open"}
            """,
            """
            shop.yml:7:12: "HOME:-/root" is not a name that can be filled in; write $${ to leave it to the shell
            shop.yml:7:27: "#A" is not a name that can be filled in; write $${ to leave it to the shell
            shop.yml:7:33: "${" without its "}"; write $${ for a plain ${
            shop.yml:8:12: "A:-${B" is not a name that can be filled in; write $${ to leave it to the shell
            shop.yml:8:17: unknown name "B" (write $B or $${B} to leave it to the shell)
            shop.yml:9:23: "1" is not a name that can be filled in; write $${ for a plain ${
            shop.yml:9:34: "${" without its "}"; write $${ for a plain ${
            """),
        bad(
            "what is known of a change, where there is none",
            """
            repository: ${change.pipeline}
            environment: {VERSION: "1.${change.number}"}
            on: {push: ["${VERSION}"]}
            stages: [deploy]
            steps:
              deploy: {image: "shop:${VERSION}", run: make, timeout: "${change.number}m"}
            """,
            """
            shop.yml:1:13: change.pipeline is known only when a step starts; it can stand in the image, run and environment of a step
            shop.yml:3:14: VERSION brings ${change.number}, and change.number is known only when a step starts; it can stand in the image, run and environment of a step
            shop.yml:6:59: change.number is known only when a step starts; it can stand in the image, run and environment of a step
            """),
        bad(
            "variables that are set further down",
            """
            repository: shop
            environment: {A: "${B}", B: b, C: "${C}"}
            stages: [deploy]
            steps:
              deploy: {image: "${A}", run: make}
            """,
            """
            shop.yml:2:19: B is set further down; a value can use what stands above it
            shop.yml:2:36: C is set further down; a value can use what stands above it
            """),
        bad(
            "variables that turn out wrong",
            """
            repository: shop
            environment: {MANY: many, LONG: an hour, ON: "on", BIG: big, NAME: No Name}
            integrate: {branches: ["integrate/**"], parallel: "${MANY}"}
            stages:
              - {name: "${NAME}", steps: [deploy]}
              - {name: main, promote: true}
            steps:
              deploy: {image: alpine, run: make, timeout: "${LONG}", network: "${ON}", limits: {memory: "${BIG}", cpu: "${BIG}"}}
            """,
            """
            shop.yml:3:51: expected a whole number of 1 or more, found "many"
            shop.yml:5:12: "No Name" is not a name; a name is made of lower-case letters, digits, '-' and '_', starting with a letter or digit, at most 63 characters
            shop.yml:8:47: "an hour" is not a duration; write 90s, 10m or 1h30m
            shop.yml:8:67: expected true or false, found "on"
            shop.yml:8:93: "big" is not an amount of memory; write 512m or 2g
            shop.yml:8:108: expected a number of processors of 0.01 or more, such as 0.5 or 2, found "big"
            """),
        bad(
            "a dollar right before what a change fills in",
            """
            repository: shop
            environment: {PRICE: "5$"}
            stages: [deploy]
            steps:
              deploy: {image: alpine, run: "echo ${PRICE}${change.number}"}
            """,
            """
            shop.yml:5:46: a variable that ends in "$" cannot stand right before ${change.number}
            """),
        bad(
            "a shared step that one of its pipelines cannot fill",
            """
            environment: {TZ: UTC}
            steps:
              deploy: {image: alpine, run: "deploy ${TARGET} ${TZ}"}
              unused: {image: alpine, run: "${TARGET} ${TARGTE}"}
            pipelines:
              shop: {repository: shop, environment: {TARGET: production}, stages: [deploy]}
              search: {repository: search, stages: [deploy, delpoy]}
            """,
            """
            shop.yml:3:40: unknown name "TARGET" (write $TARGET or $${TARGET} to leave it to the shell) [in pipeline "search"]
            shop.yml:4:43: unknown name "TARGTE", did you mean "TARGET"? (write $TARGTE or $${TARGTE} to leave it to the shell)
            shop.yml:7:49: no step "delpoy", did you mean "deploy"?
            """),
        bad(
            "a shared step that all its pipelines replace, and a variable that only another pipeline has",
            """
            steps:
              test: {image: alpine, run: "test ${TARGTE}"}
            pipelines:
              shop:
                repository: shop
                environment: {TARGET: production}
                stages: [test]
                steps:
                  test: {image: alpine, run: "test ${TARGET}"}
              search:
                repository: search
                environment: {URL: "https://${TARGTE}"}
                stages: [test]
                steps:
                  test: {image: alpine, run: make}
            """,
            """
            shop.yml:2:36: unknown name "TARGTE", did you mean "TARGET"? (write $TARGTE or $${TARGTE} to leave it to the shell)
            shop.yml:12:33: unknown name "TARGTE" [in pipeline "search"]
            """),
        bad(
            "a shared step that nobody can fill",
            """
            steps:
              deploy: {image: alpine, run: "deploy ${TARGET}"}
            pipelines:
              shop: {repository: shop, stages: [deploy]}
              search: {repository: search, stages: [deploy]}
            """,
            """
            shop.yml:2:40: unknown name "TARGET" (write $TARGET or $${TARGET} to leave it to the shell) [in pipelines "shop", "search"]
            """));
  }

  private static List<Bad> severalFiles() {
    return List.of(
        new Bad(
            "a pipeline in two files",
            List.of(
                new Source(
            "shop.yml",
            """
            repository: shop
            stages: [compile]
            steps:
              compile: {image: alpine, run: make}
            """),
                new Source(
            "all.yml",
            """
            pipelines:
              shop:
                repository: shop
                stages: [compile]
            steps:
              compile: {image: alpine, run: make}
            """)),
            """
            shop.yml:1:1: there is a pipeline "shop" already, at all.yml:2:3
            """),
        new Bad(
            "a mistake in each of two files",
            List.of(
                new Source(
            "b.yml",
            """
            repository: shop
            """),
                new Source(
            "a.yml",
            """
            \t
            - x""")),
            """
            a.yml:2:1: expected a map of keys, found a list
            b.yml:1:1: missing key "stages"
            """));
  }
}
