package dev.millrace.torture;

/// The pipelines of the torture, and the script that their steps run.
///
/// A step says by itself who it is: a random number, so that two executions cannot look like one; a sum over the files
/// it found; how many lines it is going to print; the lines, by their numbers. One that begins before the time that a file
/// in `patient` names prints for longer than a start of the server takes: it still runs when the server is back.
final class Flow {
  /// How long the step `soak` may take.
  static final int SOAK_SECONDS = 20;

  static final int BAD = 3;
  static final String LONG = "x".repeat(40_000);

  static final String SCRIPT =
      """
      echo "token $(cat /proc/sys/kernel/random/uuid)"
      echo "tree $(find . -type f ! -path './.git/*' | LC_ALL=C sort | xargs sha1sum | sha1sum | cut -c1-40)"
      r=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')
      n=$((r % 60 + 1))
      patient=no
      for until in patient/*; do
        if [ -f "$until" ] && [ "$(cat "$until")" -gt "$(date +%s)" ]; then
          patient=yes
          n=$((r % 40 + 20))
        fi
      done
      echo "begin $n"
      case $((r % 7)) in
        0 | 1) pause=0 ;;
        2 | 3) pause=20000 ;;
        4) pause=0; usleep $((r % 2000 * 1000)) ;;
        *) pause=4000 ;;
      esac
      [ $patient = no ] || pause=250000
      if [ "$1" = soak ] && [ -d slow ]; then sleep 90; fi
      i=0
      while [ $i -lt $n ]; do
        i=$((i + 1))
        echo "line $i"
        [ $((i % 5)) -ne 0 ] || echo "error $i" >&2
        [ $pause -eq 0 ] || usleep $pause
      done
      if [ $((n % 9)) -eq 0 ]; then
        echo "long $(head -c 40000 /dev/zero | tr '\\0' x)"
      fi
      if [ -d bad ] && [ "$1" = unit ]; then
        echo bad
        exit 3
      fi
      echo end
      """;

  private Flow() {}

  /// @param version makes one text differ from the one before
  static String definition(String repository, String image, int version) {
    return """
        # version %d
        repository: %s
        integrate: {branches: ["integrate/**"], parallel: 3, batch: 4}
        stages:
          - {name: check, steps: [lint, unit]}
          - soak
          - {name: main, promote: true}
          - after
        steps:
          lint: {image: "%s", run: sh step.sh lint, timeout: 60s, limits: {cpu: 1, memory: 64m}}
          unit: {image: "%s", run: sh step.sh unit, timeout: 60s, limits: {cpu: 1, memory: 64m}}
          soak: {image: "%s", run: sh step.sh soak, timeout: %ds, limits: {cpu: 1, memory: 64m}}
          after: {image: "%s", run: sh step.sh after, timeout: 60s, limits: {cpu: 1, memory: 64m}}
        """
        .formatted(version, repository, image, image, image, SOAK_SECONDS, image);
  }
}
