package dev.millrace.log;

/// Lines that belong together and can be folded.
///
/// @param end the last line included; -1 while it is open
public record Group(long begin, long end, String title) {}
