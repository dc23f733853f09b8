package dev.millrace.definition;

import java.util.Locale;

/// Every key of the pipeline language, in one list so that a test can hold it against the JSON Schema.
enum Key {
  PIPELINES,
  REPOSITORY,
  URL,
  POLL,
  INTEGRATE,
  BRANCHES,
  INTO,
  METHOD,
  PARALLEL,
  BATCH,
  EVERY_COMMIT,
  ON,
  PUSH,
  PARAMETERS,
  TYPE,
  OPTIONS,
  DEFAULT,
  ENVIRONMENT,
  STAGES,
  NAME,
  NEEDS,
  PROMOTE,
  TO,
  STEPS,
  IMAGE,
  RUN,
  TIMEOUT,
  LIMITS,
  CPU,
  MEMORY,
  PROCESSES,
  NETWORK;

  /// As it is written.
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
