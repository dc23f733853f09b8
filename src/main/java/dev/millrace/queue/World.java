package dev.millrace.queue;

/// One way in which things may be, of which nobody knows yet: which changes are bad by themselves, and which sets do
/// not go together.
record World(long bad, long[] clashes) {
  boolean passes(long mask) {
    if ((mask & bad) != 0) {
      return false;
    }
    for (long clash : clashes) {
      if ((mask & clash) == clash) {
        return false;
      }
    }
    return true;
  }
}
