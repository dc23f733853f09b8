package dev.millrace.queue;

/// The figures of the policy. `./zero bench queue` changes one at a time to say what each is worth.
///
/// @param worth how many landings a candidate must be expected to bring, for it to be started
/// @param suspect how probable it is that a change is bad by itself, from where the others go on without it
/// @param likely how probable it is that a change is bad of which nothing is known yet, from where it is tried by itself
///     first; if that is also twice as probable as it is of the others
/// @param hopeless how improbable it is that a candidate passes, from where it is dropped
/// @param idle how few landings a candidate may be expected to bring that no other one brings, from where it is dropped
/// @param conflict how probable it is that two changes that are good by themselves do not go together
/// @param reachRisk how many failures are to be expected among the changes that are looked at together, at most
/// @param patience whether a green candidate waits when landing it would cost others more than it brings
record Tuning(
    double worth,
    double suspect,
    double likely,
    double hopeless,
    double idle,
    double conflict,
    double reachRisk,
    boolean patience) {
  static final Tuning STANDARD = new Tuning(0.12, 0.5, 0.18, 0.1, 0.03, 0.005, 1.5, true);

  Tuning withWorth(double other) {
    return new Tuning(other, suspect, likely, hopeless, idle, conflict, reachRisk, patience);
  }

  Tuning withLikely(double other) {
    return new Tuning(worth, suspect, other, hopeless, idle, conflict, reachRisk, patience);
  }

  Tuning withHopeless(double other) {
    return new Tuning(worth, suspect, likely, other, idle, conflict, reachRisk, patience);
  }

  Tuning withIdle(double other) {
    return new Tuning(worth, suspect, likely, hopeless, other, conflict, reachRisk, patience);
  }

  Tuning withConflict(double other) {
    return new Tuning(worth, suspect, likely, hopeless, idle, other, reachRisk, patience);
  }

  Tuning withReachRisk(double other) {
    return new Tuning(worth, suspect, likely, hopeless, idle, conflict, other, patience);
  }

  Tuning withPatience(boolean other) {
    return new Tuning(worth, suspect, likely, hopeless, idle, conflict, reachRisk, other);
  }
}
