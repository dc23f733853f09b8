/// How everything looks: pure functions from changes, pipelines and statistics to one record for each template, and the
/// templates rendered. Knows neither HTTP nor where its values come from.
@NullMarked
package dev.millrace.web.view;

import org.jspecify.annotations.NullMarked;
