/// Kills the server, its container engine, its disk and its network at chosen moments, and proves that nothing was lost
/// and nothing was done twice.
package dev.millrace.torture;
