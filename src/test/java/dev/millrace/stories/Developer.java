package dev.millrace.stories;

import dev.millrace.change.CommitId;
import dev.millrace.git.Worktree;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Somebody with a clone of a repository and the real git. What a push answers is what git shows of the server.
final class Developer {
  private final Worktree clone;
  private final Names names;

  Developer(Worktree clone, Names names) {
    this.clone = clone;
    this.names = names;
  }

  /// One commit on the head of main, pushed as this branch.
  String push(String branch, String subject, String file, String content) {
    startFromMain(branch);
    return pushHere(branch, subject, file, content);
  }

  /// Another commit on top of what this branch was pushed with.
  String pushMore(String branch, String subject, String file, String content) {
    clone.git("checkout", "-q", branch);
    return pushHere(branch, subject, file, content);
  }

  /// The branch again, from the head of main and without what it held before.
  String forcePush(String branch, String subject, String file, String content) {
    return push(branch, subject, file, content);
  }

  String pushToMain(String subject, String file, String content) {
    return push("main", subject, file, content);
  }

  /// Several files in one commit to main; null deletes the file.
  String pushToMain(String subject, List<String> deleted, List<String> filesAndContents) {
    startFromMain("main");
    for (int i = 0; i < filesAndContents.size(); i += 2) {
      clone.file(filesAndContents.get(i), filesAndContents.get(i + 1));
    }
    deleted.forEach(file -> clone.git("rm", "-q", file));
    return push("main", subject);
  }

  String deleteBranch(String branch) {
    return told(clone.tryGit("push", "origin", ":" + branch));
  }

  /// A commit of no branch of its own, for those who name it: pushed as a tag.
  CommitId pushTag(String tag, String subject, String file, String content) {
    startFromMain("aside");
    clone.file(file, content);
    CommitId commit = commit(subject);
    clone.git("push", "-q", "origin", "HEAD:refs/tags/" + tag);
    return commit;
  }

  /// The branch's present head pushed under another name as well.
  String pushAs(String branch) {
    return told(clone.tryGit("push", "-f", "origin", "HEAD:refs/heads/" + branch));
  }

  /// One commit on the head of main, pushed as this branch with these options; what git shows, and its exit code.
  String pushWith(List<String> options, String branch, String subject, String file, String content) throws Exception {
    return begin(options, branch, subject, file, content).ends();
  }

  /// The same, not waited for.
  HeldPush begin(List<String> options, String branch, String subject, String file, String content) throws Exception {
    prepare(branch, subject, file, content);
    return beginHere(options, branch);
  }

  /// One commit on the head of main, kept at home until it is pushed.
  void prepare(String branch, String subject, String file, String content) {
    startFromMain(branch);
    clone.file(file, content);
    commit(subject);
  }

  /// Pushes what was prepared, whichever branch is worked on.
  HeldPush beginPrepared(List<String> options, String branch) throws Exception {
    return begin(options, branch + ":refs/heads/" + branch);
  }

  /// Another commit on top of what this branch was pushed with.
  HeldPush beginMore(List<String> options, String branch, String subject, String file, String content) throws Exception {
    clone.git("checkout", "-q", branch);
    clone.file(file, content);
    commit(subject);
    return beginHere(options, branch);
  }

  /// The present commit, under these names.
  HeldPush beginHere(List<String> options, String... branches) throws Exception {
    return begin(options, Stream.of(branches).map(branch -> "HEAD:refs/heads/" + branch).toArray(String[]::new));
  }

  private HeldPush begin(List<String> options, String... refspecs) throws Exception {
    var command = new ArrayList<>(List.of("git", "push"));
    options.forEach(option -> command.addAll(List.of("-o", option)));
    command.add("origin");
    command.addAll(List.of(refspecs));
    return new HeldPush(Worktree.start(clone.folder(), command.toArray(String[]::new)), this::told);
  }

  CommitId head() {
    return clone.head();
  }

  /// The branches that there are on the server.
  List<String> branches() {
    return clone
        .git("ls-remote", "--heads", "origin")
        .lines()
        .map(line -> line.substring(line.indexOf("refs/heads/") + "refs/heads/".length()))
        .toList();
  }

  /// Where a branch is on the server.
  CommitId head(String branch) {
    return new CommitId(clone.git("ls-remote", "origin", "refs/heads/" + branch).substring(0, 40));
  }

  /// Where main is on the server.
  CommitId main() {
    return new CommitId(clone.git("ls-remote", "origin", "refs/heads/main").substring(0, 40));
  }

  /// The subjects of main's own line, newest first.
  List<String> mainline() {
    clone.git("fetch", "-q", "origin");
    return clone.git("log", "--first-parent", "--format=%s", "origin/main").lines().toList();
  }

  /// The commits of main's own line, newest first.
  List<String> mainlineCommits() {
    clone.git("fetch", "-q", "origin");
    return clone.git("log", "--first-parent", "--format=%H", "origin/main").lines().toList();
  }

  /// What a file holds on main.
  String onMain(String file) {
    clone.git("fetch", "-q", "origin");
    return clone.git("show", "origin/main:" + file);
  }

  private void startFromMain(String branch) {
    clone.git("fetch", "-q", "--prune", "origin");
    if (clone.git("branch", "-r").isEmpty()) {
      clone.git("symbolic-ref", "HEAD", "refs/heads/" + branch);
    } else {
      clone.git("checkout", "-q", "-B", branch, "origin/main");
    }
  }

  private String pushHere(String branch, String subject, String file, String content) {
    clone.file(file, content);
    return push(branch, subject);
  }

  private String push(String branch, String subject) {
    commit(subject);
    return pushAs(branch);
  }

  private CommitId commit(String subject) {
    CommitId commit = clone.commit(subject);
    names.call(commit, subject);
    return commit;
  }

  private String told(Worktree.Ended ended) {
    return told(ended.output());
  }

  private String told(String output) {
    return output
        .lines()
        .filter(line -> !line.startsWith("remote: Updating references"))
        .filter(line -> line.startsWith("remote: ") || line.contains("rejected]") || line.startsWith("fatal:"))
        .map(line -> names.in(line.replace("remote: ", "").replaceFirst("^ ! ", "").stripTrailing()))
        .collect(Collectors.joining("\n"));
  }
}
