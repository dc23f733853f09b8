/// The REST resources: the same core as the pages, as JSON. Errors are `application/problem+json` (RFC 9457).
@NullMarked
package dev.millrace.web.api;

import org.jspecify.annotations.NullMarked;
