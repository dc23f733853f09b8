package dev.millrace.log;

import java.nio.file.Path;

/// The files of one log.
///
/// @param text every byte as printed
/// @param lines where its lines are, see [Index]
/// @param errors which of them look like errors, see [Marker]
/// @param groups which of them can be folded, see [Folds]
record Place(Path text, Path lines, Path errors, Path groups) {}
