package dev.millrace.git;

import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Effect;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Remote;
import dev.millrace.pipeline.RemoteUrl;
import dev.millrace.pipeline.RepositoryName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.transport.FetchResult;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.TrackingRefUpdate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Those of the [Repositories] that follow one elsewhere. A mirror has the branches and tags of its remote under the same
/// names, and everything else that a repository of ours has; only what the remote has taken moves them.
///
/// All calls may come from any thread, and twice; a mirror does one thing at a time. Calls that talk with a remote take
/// as long as [Remotes] lets them.
public final class Mirrors {
  private static final Logger LOG = LoggerFactory.getLogger(Mirrors.class);
  private static final String SECTION = "millrace";
  private static final String KEY = "mirrorOf";
  private static final List<RefSpec> ALL =
      List.of(new RefSpec("+refs/heads/*:refs/heads/*"), new RefSpec("+refs/tags/*:refs/tags/*"));
  private static final List<String> PREFIXES = List.of(Constants.R_HEADS, Constants.R_TAGS);
  private static final int ROUNDS = 3;
  private static final int LINES = 5;
  private static final int CHARACTERS = 500;

  /// What a host says that was only busy with the same branch.
  private static final Pattern BUSY =
      Pattern.compile("(?i).*(failed to (update|lock)|cannot lock|unable to (create|lock)|lock failure|could not lock).*");

  private final Repositories repositories;
  private final Remotes remotes;
  private final Map<RepositoryName, ReentrantLock> locks = new ConcurrentHashMap<>();

  public Mirrors(Repositories repositories, Remotes remotes) {
    this.repositories = repositories;
    this.remotes = remotes;
  }

  /// An empty mirror, if there is none.
  ///
  /// @return whether it is new
  public boolean create(RepositoryName name, Remote remote) {
    boolean there = repositories.has(name);
    repositories.create(name);
    try (Repository repository = repositories.open(name)) {
      Optional<String> before = of(repository);
      String url = remote.url().text();
      if (before.isEmpty() && there && !repository.getRefDatabase().getRefsByPrefix(Constants.R_HEADS).isEmpty()) {
        throw new GitTrouble("there is a repository " + name + " of our own already; a mirror of " + url + " has no room");
      }
      if (before.isPresent() && !new RemoteUrl(before.get()).canonical().equals(remote.url().canonical())) {
        throw new GitTrouble(name + " is the mirror of " + before.get() + " and cannot be that of " + url + ", too");
      }
      if (!before.equals(Optional.of(url))) {
        StoredConfig config = repository.getConfig();
        config.setString(SECTION, null, KEY, url);
        config.save();
      }
      return before.isEmpty();
    } catch (IOException e) {
      throw new GitTrouble("the mirror " + name + " cannot be made", e);
    }
  }

  /// What the repository is a mirror of; empty when it is not one.
  static Optional<String> of(Repository repository) {
    return Optional.ofNullable(repository.getConfig().getString(SECTION, null, KEY));
  }

  /// What it is a mirror of; empty when it is not one, or not there.
  public Optional<RemoteUrl> url(RepositoryName name) {
    if (!repositories.has(name)) {
      return Optional.empty();
    }
    try (Repository repository = repositories.open(name)) {
      return of(repository).map(RemoteUrl::new);
    }
  }

  /// The public half of the key that Millrace shows by ssh.
  public String publicKey() {
    return remotes.publicKey();
  }

  /// Makes the mirror as the remote is. What moved is seen by comparing with what was there.
  public FetchOutcome fetch(RepositoryName name) {
    ReentrantLock lock = lock(name);
    lock.lock();
    try (Repository repository = repositories.open(name)) {
      follow(repository, new RemoteUrl(of(repository).orElseThrow(() -> new GitTrouble(name + " is no mirror"))));
      return new FetchOutcome.Fetched();
    } catch (RemoteTrouble trouble) {
      LOG.debug("{} is not fetched", name, trouble);
      return new FetchOutcome.Failed(String.valueOf(trouble.getMessage()), trouble.passing());
    } catch (GitTrouble trouble) {
      LOG.warn("{} is not fetched", name, trouble);
      return new FetchOutcome.Failed(String.valueOf(trouble.getMessage()), true);
    } finally {
      lock.unlock();
    }
  }

  /// Like [Repositories#promote], and for a mirror on its remote first: the target branch there moves from the
  /// candidate's base to the candidate if it still is at the base, then here, then each branch to delete is deleted there
  /// if it still is where it was, then here. After a crash anywhere in between it goes on when called again.
  ///
  /// @param say told what is worth knowing besides the outcome
  public PromotionOutcome promote(Effect.Promote order, Consumer<String> say) {
    if (url(order.repository()).isEmpty()) {
      return repositories.promote(order);
    }
    ReentrantLock lock = lock(order.repository());
    lock.lock();
    try (Repository repository = repositories.open(order.repository())) {
      return new Promotion(repository, new RemoteUrl(of(repository).orElseThrow()), order, say).outcome();
    } catch (RemoteTrouble trouble) {
      LOG.debug("{} is not promoted", order, trouble);
      String because = String.valueOf(trouble.getMessage());
      return trouble.passing() ? new PromotionOutcome.Unreachable(because) : new PromotionOutcome.NotAllowed(because);
    } catch (IOException e) {
      throw new GitTrouble("the repository " + order.repository() + " cannot be read or written", e);
    } finally {
      lock.unlock();
    }
  }

  /// Like [Repositories#advance], and for a mirror on its remote, too: here it counts only when the remote has taken it.
  public AdvanceOutcome advance(Effect.Advance order) {
    if (url(order.repository()).isEmpty()) {
      return repositories.advance(order);
    }
    ReentrantLock lock = lock(order.repository());
    lock.lock();
    try (Repository repository = repositories.open(order.repository())) {
      var url = new RemoteUrl(of(repository).orElseThrow());
      for (int round = 0; round < ROUNDS; round++) {
        follow(repository, url);
        Optional<AdvanceOutcome> outcome = advance(repository, url, order);
        if (outcome.isPresent()) {
          return outcome.get();
        }
      }
      return new AdvanceOutcome.Unreachable(url.host() + " moves " + order.to() + " all the time");
    } catch (RemoteTrouble trouble) {
      LOG.debug("{} is not done", order, trouble);
      String because = String.valueOf(trouble.getMessage());
      return trouble.passing() ? new AdvanceOutcome.Unreachable(because) : new AdvanceOutcome.NotAllowed(because);
    } catch (IOException e) {
      throw new GitTrouble("the repository " + order.repository() + " cannot be read or written", e);
    } finally {
      lock.unlock();
    }
  }

  /// Empty when somebody else has moved the branch meanwhile.
  private Optional<AdvanceOutcome> advance(Repository repository, RemoteUrl url, Effect.Advance order)
      throws IOException {
    ObjectId before = Repositories.head(repository, order.to());
    AdvanceOutcome here = repositories.advance(order);
    if (!(here instanceof AdvanceOutcome.Advanced(var head, boolean moved)) || !moved) {
      return Optional.of(here);
    }
    boolean taken = false;
    try {
      ObjectId lease = before == null ? ObjectId.zeroId() : before;
      Answer answer = send(repository, url, order.to(), ObjectId.fromString(head.id().hex()), lease);
      switch (answer.status()) {
        case OK, UP_TO_DATE -> {
          taken = true;
          return Optional.of(here);
        }
        case REJECTED_REMOTE_CHANGED, REJECTED_NONFASTFORWARD, NON_EXISTING -> {
          return Optional.empty();
        }
        case REJECTED_NODELETE, REJECTED_OTHER_REASON -> {
          if (BUSY.matcher(answer.words()).matches()) {
            return Optional.empty();
          }
          return Optional.of(
              new AdvanceOutcome.Impossible(url.host() + " refuses to move " + order.to() + ": " + answer.words()));
        }
        case AWAITING_REPORT, NOT_ATTEMPTED ->
            throw new RemoteTrouble(url.host() + " did not say whether it took " + order.to(), true, new IOException());
      }
      throw new IllegalStateException("every answer is dealt with");
    } finally {
      if (!taken) {
        back(repository, order.to(), before);
      }
    }
  }

  private static void back(Repository repository, BranchName branch, @Nullable ObjectId to) throws IOException {
    RefUpdate update = repository.updateRef(branch.ref());
    update.setForceUpdate(true);
    if (to == null) {
      update.delete();
    } else {
      update.setNewObjectId(to);
      update.update();
    }
  }

  /// Where the branches of a mirror are, at a moment at which it is as its remote was.
  public SortedMap<BranchName, Commit> branches(RepositoryName name) {
    ReentrantLock lock = lock(name);
    lock.lock();
    try {
      return repositories.branches(name);
    } finally {
      lock.unlock();
    }
  }

  private Answer send(Repository repository, RemoteUrl url, BranchName branch, ObjectId to, ObjectId lease) {
    return remotes.talk(
        repository,
        url,
        (transport, bounds) -> {
          String source = to.equals(ObjectId.zeroId()) ? null : to.name();
          var update = new RemoteRefUpdate(repository, source, to, branch.ref(), source == null, null, lease);
          PushResult result = transport.push(bounds, List.of(update));
          return new Answer(update.getStatus(), words(update.getMessage(), result.getMessages()));
        });
  }

  private ReentrantLock lock(RepositoryName name) {
    return locks.computeIfAbsent(name, _ -> new ReentrantLock());
  }

  private void follow(Repository repository, RemoteUrl url) {
    remotes.talk(
        repository,
        url,
        (transport, bounds) -> {
          transport.setTagOpt(TagOpt.NO_TAGS);
          transport.setObjectChecker(GitHost.careful());
          List<String> stuck = List.of();
          // a/b can take the place of a only when that has gone
          for (int round = 0; round < ROUNDS; round++) {
            FetchResult result = transport.fetch(bounds, ALL);
            prune(repository, url, result);
            stuck =
                result.getTrackingRefUpdates().stream()
                    .filter(update -> failed(update.getResult()))
                    .map(TrackingRefUpdate::getLocalName)
                    .toList();
            if (stuck.isEmpty()) {
              head(repository, result);
              return true;
            }
          }
          throw new GitTrouble("the mirror of " + url + " cannot follow with " + String.join(", ", stuck));
        });
  }

  private static boolean failed(RefUpdate.Result result) {
    return switch (result) {
      case NEW, NO_CHANGE, FAST_FORWARD, FORCED, RENAMED -> false;
      case LOCK_FAILURE, IO_FAILURE, NOT_ATTEMPTED, REJECTED, REJECTED_CURRENT_BRANCH, REJECTED_MISSING_OBJECT,
              REJECTED_OTHER_REASON ->
          true;
    };
  }

  /// Forgets what the remote has no longer. One that suddenly shows no branch at all is rather broken than empty, and to
  /// follow it would cancel everything.
  private static void prune(Repository repository, RemoteUrl url, FetchResult result) throws IOException {
    var there = result.getAdvertisedRefs().stream().map(Ref::getName).collect(Collectors.toCollection(HashSet::new));
    boolean none = there.stream().noneMatch(name -> name.startsWith(Constants.R_HEADS));
    if (none && !repository.getRefDatabase().getRefsByPrefix(Constants.R_HEADS).isEmpty()) {
      throw new RemoteTrouble(
          url.host() + " shows no branches of " + url + " any more; the mirror stays as it was", true, new IOException());
    }
    for (String prefix : PREFIXES) {
      for (Ref ref : repository.getRefDatabase().getRefsByPrefix(prefix)) {
        if (!there.contains(ref.getName())) {
          RefUpdate deletion = repository.updateRef(ref.getName());
          deletion.setForceUpdate(true);
          deletion.delete();
        }
      }
    }
  }

  /// Whoever clones the mirror begins on the branch that the remote would give them.
  private static void head(Repository repository, FetchResult result) throws IOException {
    Ref head = result.getAdvertisedRef(Constants.HEAD);
    if (head != null && head.isSymbolic() && head.getTarget().getName().startsWith(Constants.R_HEADS)) {
      repository.updateRef(Constants.HEAD, true).link(head.getTarget().getName());
    }
  }

  /// One promotion, with the mirror's lock held.
  private final class Promotion {
    private final Repository repository;
    private final RemoteUrl url;
    private final Effect.Promote order;
    private final Consumer<String> say;
    private final CommitId candidate;

    Promotion(Repository repository, RemoteUrl url, Effect.Promote order, Consumer<String> say) {
      this.repository = repository;
      this.url = url;
      this.order = order;
      this.say = say;
      this.candidate = order.candidate().commit();
    }

    PromotionOutcome outcome() throws IOException {
      RepositoryName name = order.repository();
      if (repositories.find(name, candidate.hex()).isEmpty()) {
        return new PromotionOutcome.Impossible("candidate " + candidate.abbreviated() + " is not in " + name + " any more");
      }
      if (!repositories.contains(name, order.into(), candidate)) {
        Optional<PromotionOutcome> otherwise = push();
        if (otherwise.isPresent()) {
          return otherwise.get();
        }
        PromotionOutcome here = repositories.promote(with(List.of()));
        if (!(here instanceof PromotionOutcome.Promoted)) {
          return here;
        }
      }
      var gone = new ArrayList<Effect.Tip>();
      for (Effect.Tip tip : order.branches()) {
        if (!tip.branch().equals(order.into()) && deleted(tip)) {
          gone.add(tip);
        }
      }
      return repositories.promote(with(gone));
    }

    /// Empty when the target contains the candidate now, there.
    private Optional<PromotionOutcome> push() throws IOException {
      ObjectId base = ObjectId.fromString(order.candidate().base().hex());
      Answer answer = send(repository, url, order.into(), ObjectId.fromString(candidate.hex()), base);
      switch (answer.status()) {
        case OK -> {
          return Optional.empty();
        }
        case AWAITING_REPORT, NOT_ATTEMPTED ->
            throw new RemoteTrouble(url.host() + " did not say whether it took " + order.into(), true, new IOException());
        case UP_TO_DATE, NON_EXISTING, REJECTED_REMOTE_CHANGED, REJECTED_NONFASTFORWARD, REJECTED_NODELETE,
                REJECTED_OTHER_REASON -> {
          follow(repository, url);
        }
      }
      Optional<CommitId> head = repositories.branch(order.repository(), order.into()).map(commit -> commit.id());
      if (head.isEmpty()) {
        return Optional.of(new PromotionOutcome.Impossible(url + " has no branch " + order.into() + " any more"));
      }
      if (repositories.contains(order.repository(), order.into(), candidate)) {
        return Optional.empty();
      }
      if (!head.get().equals(order.candidate().base())) {
        return Optional.of(new PromotionOutcome.Moved(head.get()));
      }
      if (BUSY.matcher(answer.words()).matches() || answer.status() != RemoteRefUpdate.Status.REJECTED_OTHER_REASON) {
        throw new RemoteTrouble(url.host() + " was busy with " + order.into() + " (" + answer.words() + ")", true, new IOException());
      }
      return Optional.of(
          new PromotionOutcome.Impossible(url.host() + " refuses to move " + order.into() + ": " + answer.words()));
    }

    /// Whether the branch is gone there.
    private boolean deleted(Effect.Tip tip) {
      BranchName branch = tip.branch();
      Answer answer = send(repository, url, branch, ObjectId.zeroId(), ObjectId.fromString(tip.commit().hex()));
      return switch (answer.status()) {
        case OK, UP_TO_DATE, NON_EXISTING -> true;
        // somebody has pushed to it meanwhile
        case REJECTED_REMOTE_CHANGED, REJECTED_NONFASTFORWARD -> false;
        case REJECTED_NODELETE, REJECTED_OTHER_REASON -> {
          say.accept(branch + " could not be deleted: " + url.host() + " says: " + answer.words());
          yield false;
        }
        case AWAITING_REPORT, NOT_ATTEMPTED ->
            throw new RemoteTrouble(url.host() + " did not say whether it deleted " + branch, true, new IOException());
      };
    }

    /// The same, here, with only these branches to delete.
    private Effect.Promote with(List<Effect.Tip> branches) {
      return new Effect.Promote(order.attempt(), order.repository(), order.candidate(), branches, order.into());
    }
  }

  private record Answer(RemoteRefUpdate.Status status, String words) {}

  /// What a host says about a push: its reason, and what its hooks printed.
  private static String words(@Nullable String reason, @Nullable String printed) {
    String first = reason == null || reason.isBlank() ? "it gives no reason" : reason.strip();
    String lines =
        Stream.ofNullable(printed)
            .flatMap(String::lines)
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.equals(first))
            .limit(LINES)
            .collect(Collectors.joining("; "));
    String all = lines.isEmpty() ? first : first + " (" + lines + ")";
    return all.length() > CHARACTERS ? all.substring(0, CHARACTERS) + "…" : all;
  }
}
