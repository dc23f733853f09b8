package dev.millrace.git;

import dev.millrace.flow.Effect;
import dev.millrace.pipeline.BranchName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.PersonIdent;

/// What one commit says that stands for a whole branch.
///
/// @param author who wrote most of its commits, and of those who wrote as many the first one
record Squash(PersonIdent author, Message message) {
  /// Tells which commit was squashed, so that a branch that goes on from it can be merged later.
  static final String FROM = "Squashed-From: ";

  private static final String CO_AUTHOR = "Co-authored-by: ";
  private static final Pattern CO_AUTHORED = Pattern.compile("(?i)co-authored-by:\\s*(.*?)\\s*<([^<>]*)>\\s*");
  private static final Pattern CORRECTION = Pattern.compile("(fixup|squash|amend)! .*", Pattern.DOTALL);

  /// More commits than this are counted, not told.
  private static final int TOLD = 100;

  /// One of the branch's commits.
  record Original(PersonIdent author, String message) {}

  /// @param originals the branch's own commits but its merges, oldest first, one at least
  static Squash of(Effect.Piece piece, BranchName into, List<Original> originals) {
    List<Message> told =
        originals.stream()
            .map(original -> Message.of(original.message()))
            .filter(message -> !CORRECTION.matcher(message.title()).matches())
            .toList();
    Message only = told.size() == 1 && !told.getFirst().title().isEmpty() ? told.getFirst() : null;
    String all = "Squash " + piece.branch() + " into " + into + " (" + piece.change() + ")";
    String title = only != null ? only.title() : all;
    var message = new Message(title, only != null ? only.body() : list(told), trailers(piece, originals));
    return new Squash(author(originals), message);
  }

  private static String list(List<Message> told) {
    String list =
        String.join(
            "\n\n",
            told.stream()
                .limit(TOLD)
                .flatMap(one -> Stream.of("* " + one.title().replaceAll("\\s*\n\\s*", " "), one.body()))
                .filter(part -> !part.isEmpty())
                .toList());
    return told.size() > TOLD ? list + "\n\n* and " + (told.size() - TOLD) + " more" : list;
  }

  private static PersonIdent author(List<Original> originals) {
    Map<String, Integer> commits = new LinkedHashMap<>();
    originals.forEach(original -> commits.merge(key(original.author()), 1, Integer::sum));
    int most = commits.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    String first =
        commits.entrySet().stream().filter(entry -> entry.getValue() == most).findFirst().orElseThrow().getKey();
    // their last commit says when they were done
    return originals.stream()
        .map(Original::author)
        .filter(author -> key(author).equals(first))
        .reduce((_, later) -> later)
        .orElseThrow();
  }

  /// First what the commits say themselves, then who else wrote them, each once, and last where all this came from.
  private static List<String> trailers(Effect.Piece piece, List<Original> originals) {
    String author = key(author(originals));
    Map<String, String> others = new LinkedHashMap<>();
    Set<String> trailers = new LinkedHashSet<>();
    for (Original original : originals) {
      PersonIdent who = original.author();
      others.putIfAbsent(key(who), CO_AUTHOR + who.getName() + " <" + who.getEmailAddress() + ">");
      for (String trailer : Message.of(original.message()).trailers()) {
        Matcher coAuthor = CO_AUTHORED.matcher(trailer);
        if (coAuthor.matches()) {
          String email = Objects.requireNonNull(coAuthor.group(2));
          others.putIfAbsent(email.toLowerCase(Locale.ROOT), CO_AUTHOR + coAuthor.group(1) + " <" + email + ">");
        } else {
          trailers.add(trailer);
        }
      }
    }
    others.remove(author);
    trailers.addAll(others.values());
    trailers.add(Candidates.trailer(piece.change()));
    trailers.add(FROM + piece.commit().id());
    return new ArrayList<>(trailers);
  }

  private static String key(PersonIdent person) {
    return person.getEmailAddress().toLowerCase(Locale.ROOT);
  }
}
