package dev.millrace.cli;

import dev.millrace.definition.DefinitionReader;
import dev.millrace.definition.Reading;
import dev.millrace.definition.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `check`: what the pipeline repository would say to these files.
@Command(name = "check", description = "Check pipeline files as a push would.", mixinStandardHelpOptions = true)
final class Check implements Callable<Integer> {
  @Parameters(arity = "1..*", description = "Files, or folders with *.yml files.")
  List<Path> paths = List.of();

  @Override
  public Integer call() throws IOException {
    var sources = new ArrayList<Source>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        System.err.println("There is no file " + path + ".");
        return 2;
      }
      try (Stream<Path> files = Files.walk(path)) {
        for (Path file : files.filter(Check::isYaml).sorted().toList()) {
          String name = file.equals(path) ? String.valueOf(path.getFileName()) : path.relativize(file).toString();
          sources.add(new Source(name, Files.readString(file)));
        }
      }
    }
    return switch (new DefinitionReader().read("0".repeat(40), sources)) {
      case Reading.Accepted(var definitions) -> {
        definitions.forEach(
            definition ->
                System.out.println(definition.name() + ": " + definition.pipeline().stages().size() + " stages"));
        yield 0;
      }
      case Reading.Refused(var problems) -> {
        problems.forEach(problem -> System.err.println(problem));
        yield 1;
      }
    };
  }

  private static boolean isYaml(Path file) {
    return file.toString().endsWith(".yml") || file.toString().endsWith(".yaml");
  }
}
