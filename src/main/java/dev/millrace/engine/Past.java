package dev.millrace.engine;

import dev.millrace.change.Between;
import dev.millrace.change.CommitId;
import dev.millrace.git.GitTrouble;
import dev.millrace.git.Repositories;
import dev.millrace.pipeline.RepositoryName;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// What lies between two commits, asked of git once and remembered: it never changes. Nobody waits long for it: what
/// takes longer goes on, and is there when it is asked for again.
public final class Past {
  private static final int LISTED = 50;
  private static final int REMEMBERED = 500;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /// What came of asking.
  public sealed interface Answer {
    record Known(Between between) implements Answer {}

    /// One of the commits is not in the repository any more, or it cannot be read.
    record Gone() implements Answer {}

    /// It takes a while; ask again.
    record NotYet() implements Answer {}
  }

  private record Question(RepositoryName repository, CommitId from, CommitId to) {}

  private final Repositories repositories;
  private final LinkedHashMap<Question, CompletableFuture<Answer>> asked = new LinkedHashMap<>();

  Past(Repositories repositories) {
    this.repositories = repositories;
  }

  Answer between(RepositoryName repository, CommitId from, CommitId to) {
    if (from.equals(to)) {
      return new Answer.Known(Between.NOTHING);
    }
    var question = new Question(repository, from, to);
    try {
      Answer answer = ask(question).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (answer instanceof Answer.Gone) {
        forget(question);
      }
      return answer;
    } catch (TimeoutException late) {
      return new Answer.NotYet();
    } catch (ExecutionException broken) {
      forget(question);
      throw new IllegalStateException(broken.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new Answer.NotYet();
    }
  }

  private synchronized CompletableFuture<Answer> ask(Question question) {
    CompletableFuture<Answer> known = asked.remove(question);
    CompletableFuture<Answer> answer = known != null ? known : begin(question);
    asked.put(question, answer);
    if (asked.size() > REMEMBERED) {
      asked.pollFirstEntry();
    }
    return answer;
  }

  private synchronized void forget(Question question) {
    asked.remove(question);
  }

  private CompletableFuture<Answer> begin(Question question) {
    var answer = new CompletableFuture<Answer>();
    Thread.ofVirtual()
        .name("between " + question.from().abbreviated() + " and " + question.to().abbreviated())
        .start(() -> complete(answer, question));
    return answer;
  }

  private void complete(CompletableFuture<Answer> answer, Question question) {
    try {
      answer.complete(
          repositories
              .between(question.repository(), question.from(), question.to(), LISTED)
              .<Answer>map(Answer.Known::new)
              .orElseGet(Answer.Gone::new));
    } catch (GitTrouble trouble) {
      answer.complete(new Answer.Gone());
    } catch (RuntimeException | Error broken) {
      answer.completeExceptionally(broken);
    }
  }
}
