/// What people write in the pipeline repository, read: the text of its files becomes pipelines, or every problem found
/// in them, each with its place.
///
/// [YamlTree] makes a tree of the text, in which every value knows its place. Two look at it then, and what they find
/// is put together: [StructureCheck] holds it against the published JSON Schema and says what is unknown, missing or of
/// the wrong kind; [FileReading] and [PipelineReading] make pipelines of it, pass over what the schema refuses, and say
/// what no schema can know.
@NullMarked
package dev.millrace.definition;

import org.jspecify.annotations.NullMarked;
