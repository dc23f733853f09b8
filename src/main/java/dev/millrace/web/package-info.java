/// What people see and press: pages and their parts. Every URL is in [Routes].
@NullMarked
package dev.millrace.web;

import org.jspecify.annotations.NullMarked;
