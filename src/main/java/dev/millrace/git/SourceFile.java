package dev.millrace.git;

/// A text file at one commit.
///
/// @param path from the top of the repository, with `/`
public record SourceFile(String path, String text) {}
