package dev.millrace.torture;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/// Strikes when a certain file appears in a repository: a lock, or a pack that comes in.
final class GitWatch implements AutoCloseable {
  private final WatchService service;
  private final AtomicBoolean armed = new AtomicBoolean(true);

  /// @param repository bare, on disk
  /// @param microseconds how long after the file has appeared
  GitWatch(Path repository, Moment moment, int microseconds, Runnable blow) throws IOException {
    service = FileSystems.getDefault().newWatchService();
    Path refs = repository.resolve("refs/heads");
    Path branches = refs.resolve("integrate");
    Predicate<String> meant =
        switch (moment) {
          case PUSHING, DEFINING -> name -> name.startsWith("incoming_");
          case PROMOTING -> name -> name.equals("main.lock");
          default -> name -> name.equals("integrate") || name.startsWith("c");
        };
    Path folder = moment == Moment.PUSHING || moment == Moment.DEFINING ? repository.resolve("objects") : refs;
    folder.register(service, StandardWatchEventKinds.ENTRY_CREATE);
    if (moment == Moment.RECORDING && Files.isDirectory(branches)) {
      branches.register(service, StandardWatchEventKinds.ENTRY_CREATE);
    }
    Thread.ofPlatform().daemon().start(() -> watch(meant, microseconds, blow));
  }

  private void watch(Predicate<String> meant, int microseconds, Runnable blow) {
    try {
      while (armed.get()) {
        WatchKey key = service.take();
        for (WatchEvent<?> event : key.pollEvents()) {
          if (event.context() instanceof Path name && meant.test(name.toString()) && disarm()) {
            TimeUnit.MICROSECONDS.sleep(microseconds);
            blow.run();
          }
        }
        key.reset();
      }
    } catch (ClosedWatchServiceException | InterruptedException e) {
      // nobody waits for it any more
    }
  }

  /// From now on it does not strike; whether it would have.
  boolean disarm() {
    return armed.getAndSet(false);
  }

  @Override
  public void close() throws IOException {
    service.close();
  }
}
