package dev.millrace.log;

/// So many search in logs already that another search would wait for too long.
public final class Busy extends RuntimeException {
  Busy() {
    super("Many are searching in logs just now; try again in a few seconds.");
  }
}
