package dev.millrace;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The rules of the house, as docs/ARCHITECTURE.md tells them.
class HouseRulesTest {
  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.millrace");

  /// Each room of the core, and the rooms it may know.
  private static final Map<String, List<String>> CORE =
      Map.of(
          "pipeline", List.of(),
          "change", List.of("pipeline"),
          "queue", List.of("pipeline", "change"),
          "statistics", List.of("pipeline", "change"),
          "flow", List.of("pipeline", "change", "queue"));

  private static final List<String> ADAPTERS = List.of("definition", "store", "git", "runner", "log");

  private static String[] rooms(List<String> names) {
    return names.stream().map(HouseRulesTest::room).toArray(String[]::new);
  }

  private static String room(String name) {
    return "dev.millrace." + name + "..";
  }

  @TestFactory
  List<DynamicTest> a_room_of_the_core_knows_only_itself_the_rooms_below_and_the_jdk() {
    return CORE.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () ->
                        classes()
                            .that()
                            .resideInAPackage(room(entry.getKey()))
                            .should()
                            .onlyDependOnClassesThat(
                                resideInAnyPackage(rooms(entry.getValue()))
                                    .or(resideInAPackage(room(entry.getKey())))
                                    .or(resideInAnyPackage("java.lang..", "java.util..", "java.time..", "org.jspecify..")))
                            .check(HOUSE)))
        .toList();
  }

  @Test
  void the_core_never_asks_for_the_time_nor_for_chance() {
    String[] core = rooms(List.copyOf(CORE.keySet()));
    noClasses().that().resideInAnyPackage(core).should().callMethod(java.time.Instant.class, "now").check(HOUSE);
    noClasses()
        .that()
        .resideInAnyPackage(core)
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.util\\.(Random|UUID|Timer|concurrent\\.(ThreadLocalRandom|Executor.*))|java\\.time\\.Clock|java\\.lang\\.Thread")
        .check(HOUSE);
  }

  @TestFactory
  List<DynamicTest> an_adapter_knows_no_other_adapter_and_nothing_above() {
    return ADAPTERS.stream()
        .map(
            adapter -> {
              var forbidden = new java.util.ArrayList<>(ADAPTERS);
              forbidden.remove(adapter);
              forbidden.addAll(List.of("engine", "backup", "web", "cli", "server"));
              return DynamicTest.dynamicTest(
                  adapter,
                  () ->
                      noClasses()
                          .that()
                          .resideInAPackage(room(adapter))
                          .should()
                          .dependOnClassesThat()
                          .resideInAnyPackage(rooms(forbidden))
                          .check(HOUSE));
            })
        .toList();
  }

  @Test
  void engine_and_backup_know_neither_the_face_nor_each_other() {
    noClasses().that().resideInAPackage(room("engine")).should().dependOnClassesThat().resideInAPackage(room("backup")).check(HOUSE);
    noClasses().that().resideInAPackage(room("backup")).should().dependOnClassesThat().resideInAPackage(room("engine")).check(HOUSE);
    noClasses()
        .that()
        .resideInAnyPackage(room("engine"), room("backup"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(room("web"), room("cli"), room("server"))
        .check(HOUSE);
  }

  @TestFactory
  List<DynamicTest> a_library_is_known_by_one_room() {
    return Map.of(
            "store", List.of("org.jooq..", "org.h2..", "org.flywaydb..", "com.zaxxer..", "java.sql..", "javax.sql.."),
            "git", List.of("org.eclipse.jgit..", "org.apache.sshd.."),
            "runner.docker", List.of("com.github.dockerjava.."),
            "web", List.of("io.javalin..", "org.thymeleaf..", "org.eclipse.elk..", "org.eclipse.jetty.."),
            "definition", List.of("org.snakeyaml..", "com.networknt.."),
            "cli", List.of("picocli.."))
        .entrySet()
        .stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () ->
                        noClasses()
                            .that(not(resideInAPackage(room(entry.getKey()))))
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(entry.getValue().toArray(String[]::new))
                            .check(HOUSE)))
        .toList();
  }

  @Test
  void there_are_no_circles() {
    slices().matching("dev.millrace.(*)..").should().beFreeOfCycles().check(HOUSE);
  }

  @Test
  void names_say_what_a_thing_is() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.millrace.store.tables..")
        .should()
        .haveNameMatching(".*(Manager|Service|Helper|Util|Utils|Impl|Dto|Info|Data|Processor)")
        .check(HOUSE);
  }

  @Test
  void the_rules_can_be_broken() {
    assertThat(HOUSE).isNotEmpty();
    assertThatThrownBy(
            () ->
                noClasses()
                    .that()
                    .resideInAPackage(room("flow"))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(room("change"))
                    .check(HOUSE))
        .isInstanceOf(AssertionError.class);
  }
}
