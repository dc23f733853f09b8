/// The repositories that this server hosts: smart HTTP, candidates, promotion, workspaces. Only this room knows JGit.
@NullMarked
package dev.millrace.git;

import org.jspecify.annotations.NullMarked;
