package dev.millrace.store;

import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;

/// Which step of a pipeline.
public record StepKey(StageName stage, StepName step) {}
