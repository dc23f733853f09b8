package dev.millrace.log;

import java.util.List;
import java.util.OptionalLong;

/// Where a needle is. Lines are counted from 0.
///
/// @param count how many lines of the whole log have it
/// @param before how many of them come before the line that was asked from
/// @param previous the last one of those
/// @param lines the first ones at or behind that line
public record Found(long count, long before, OptionalLong previous, List<Long> lines) {}
