package dev.millrace.pipeline;

/// What a step may use at most.
///
/// @param cpus processors, more than 0; 0.5 is half of one
/// @param memory bytes, swap included
/// @param processes how many processes and threads at once
public record Limits(double cpus, long memory, long processes) {
  public Limits {
    if (!(cpus > 0) || memory < 1 || processes < 1) {
      throw new IllegalArgumentException("limits are more than nothing");
    }
  }

  /// What a step gets that asks for nothing: two processors, 2 GiB, 4096 processes.
  public static final Limits DEFAULT = new Limits(2, 2L << 30, 4096);
}
