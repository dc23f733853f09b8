package dev.millrace.store;

import static dev.millrace.store.tables.Tables.ATTEMPT;
import static dev.millrace.store.tables.Tables.CANDIDATE;
import static dev.millrace.store.tables.Tables.CHANGE;
import static dev.millrace.store.tables.Tables.INSTALLATION;
import static dev.millrace.store.tables.Tables.MOVED;
import static dev.millrace.store.tables.Tables.NOTE;
import static dev.millrace.store.tables.Tables.PIPELINE;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Decision;
import dev.millrace.flow.Experience.FlakyStep;
import dev.millrace.flow.InFlight;
import dev.millrace.flow.Note;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Window;
import dev.millrace.store.tables.tables.records.AttemptRecord;
import dev.millrace.store.tables.tables.records.CandidateRecord;
import dev.millrace.store.tables.tables.records.ChangeRecord;
import dev.millrace.queue.Hold;
import dev.millrace.queue.Target;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.OrderField;
import org.jooq.Result;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/// What the server must not forget: definitions, changes with their attempts, their history, and what moved when.
///
/// Reads may come from any thread and see whole decisions only. There is one writer in the world, the engine's thread:
/// what contradicts what is stored is a bug there, an [IllegalStateException]. A database that cannot be used is a
/// [StoreException].
public final class Store implements DatabaseCopy, AutoCloseable {
  /// The number of the newest script that this version knows.
  public static final int SCHEMA = Database.NEWEST;

  /// At how many changes of a pipeline a search through texts looks at once.
  static final int SEARCHED = 10_000;
  /// How much of what moved is kept: who was away for longer is told to look anew.
  public static final int MOVED_KEPT = 100_000;

  /// How much of it is kept in memory too: a few hundred bytes each.
  private static final int TAIL = 8_192;

  /// How much more than was added is forgotten with each commit, until no more than [#MOVED_KEPT] is left.
  private static final int FORGOTTEN = 200;

  private final Database database;
  private final Definitions definitions;
  private final Trends trends;
  private final String installation;

  /// Replaced as a whole after each commit.
  private volatile SortedMap<PipelineName, Known> pipelines;

  private volatile Map<Target, Hold> holds;
  private volatile Set<FlakyStep> flaky;

  private volatile long lastSequence;
  private volatile long firstSequence;
  private final Tail tail;
  private final KnownFigures figures = new KnownFigures();
  private final KnownChanges known = new KnownChanges();

  /// The changes that have not ended, as they are stored, as far as they were loaded or saved since the start.
  private final Map<ChangeId, Change> stored = new HashMap<>();

  private final int kept;

  private Store(Database database, DefinitionParser parser, int kept) {
    this.kept = kept;
    this.database = database;
    this.definitions = new Definitions(parser);
    this.trends = new Trends(database, definitions);
    this.installation = database.read(Store::readInstallation).orElseGet(this::makeInstallation);
    this.pipelines = database.read(this::readPipelines);
    this.holds = database.read(Queues::holds);
    this.flaky = database.read(Queues::flaky);
    this.lastSequence =
        database.read(sql -> sql.select(DSL.coalesce(DSL.max(MOVED.SEQUENCE), 0L)).from(MOVED).fetchSingle().value1());
    this.firstSequence =
        database.read(sql -> sql.select(DSL.coalesce(DSL.min(MOVED.SEQUENCE), 1L)).from(MOVED).fetchSingle().value1());
    this.tail = new Tail(TAIL, lastSequence);
  }

  /// Loads what takes jOOQ a while and touches no database.
  public static void prepare() {
    var _ = DSL.using(SQLDialect.H2).selectFrom(CHANGE);
  }

  /// Opens the database, makes it if it is not there, and brings its tables up to date.
  ///
  /// @param url see [#h2]; for tests `jdbc:h2:mem:` and a name
  public static Store open(String url, DefinitionParser parser) {
    return open(url, parser, MOVED_KEPT);
  }

  /// @param kept how much of what moved is kept
  static Store open(String url, DefinitionParser parser, int kept) {
    var database = new Database(url);
    try {
      return new Store(database, parser, kept);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /// The address of the database that lies in the data directory.
  public static String h2(Path data) {
    // anchored: by itself H2 does not always find what it has committed.
    // async: with H2's usual way to its file, a reader that is interrupted closes the file for everybody.
    // WRITE_DELAY=0: else H2 says "committed" half a second before it is.
    // DB_CLOSE_ON_EXIT=FALSE: else its shutdown hook closes it under us.
    // TRACE_LEVEL_FILE=0: its troubles are ours to tell.
    AnchoredFile.register();
    return "jdbc:h2:anchored:async:"
        + data.toAbsolutePath().resolve("millrace")
        + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0";
  }

  /// Eight lower-case letters and digits that no other server has; made once.
  @Override
  public String installation() {
    return installation;
  }

  @Override
  public int schema() {
    return SCHEMA;
  }

  @Override
  public void copy(OutputStream to) throws IOException {
    database.copy(to);
  }

  /// All that decisions are made from.
  public synchronized InFlight load() {
    List<Change> changes = database.read(sql -> read(sql, CHANGE.STATE.in(ChangeRows.IN_FLIGHT), List.of(), 0));
    stored.clear();
    changes.forEach(change -> stored.put(change.id(), change));
    var numbers = new HashMap<PipelineName, Integer>();
    pipelines.forEach((name, known) -> numbers.put(name, known.lastNumber()));
    return new InFlight(
        today(pipelines),
        numbers,
        new TreeMap<>(stored),
        holds,
        database.read(sql -> Queues.experience(sql, pipelines, flaky)));
  }

  /// Stores what was decided, in one transaction; it is on the disk when this returns, all of it or, when it throws,
  /// nothing.
  public synchronized void save(List<Decision> decisions) {
    var writing =
        new Writing(
            pipelines, holds, flaky, lastSequence, id -> Optional.ofNullable(stored.get(id)).or(() -> change(id)), Instant.now());
    decisions.forEach(writing::add);
    if (writing.isEmpty()) {
      return;
    }
    long first = Math.min(
        firstSequence + writing.moved().size() + FORGOTTEN, Math.max(firstSequence, writing.lastSequence() - kept + 1));
    known.begin(writing.changes().keySet());
    boolean saved = false;
    try {
      database.write(
          transaction -> {
            writing.write(transaction, definitions);
            if (first > firstSequence) {
              transaction.sql().deleteFrom(MOVED).where(MOVED.SEQUENCE.lt(first)).execute();
            }
          });
      saved = true;
    } finally {
      known.end(saved ? writing.changes().values() : List.of());
    }
    writing.pipelines().values().forEach(known -> definitions.kept(known.definition()));
    for (Change change : writing.changes().values()) {
      definitions.kept(change.definition());
      if (change.ended()) {
        stored.remove(change.id());
      } else {
        stored.put(change.id(), change);
      }
    }
    pipelines = writing.pipelines();
    holds = writing.holds();
    flaky = writing.flaky();
    tail.add(writing.moved());
    figures.committed(writing.moved());
    trends.saved(writing.changes().keySet());
    firstSequence = first;
    lastSequence = writing.lastSequence();
  }

  /// Why nothing can be stored for now; empty when there is room.
  public Optional<StoreException.NoRoom> obstacle() {
    return database.obstacle();
  }

  public Optional<Change> change(ChangeId id) {
    long moment = known.moment();
    return known
        .find(List.of(id), moment)
        .orElseGet(() -> known.read(database.read(sql -> read(sql, ChangeRows.is(id), List.of(), 0)), moment))
        .stream()
        .findFirst();
  }

  /// Newest first; of a search only what [#find] finds at once.
  public List<Change> changes(PipelineName pipeline, Filter filter) {
    return find(pipeline, filter).changes();
  }

  /// The changes that the filter wants, newest first. A search through texts looks at [#SEARCHED] changes.
  public Found find(PipelineName pipeline, Filter filter) {
    return find(pipeline, filter, SEARCHED);
  }

  /// @param searched at how many changes a search through texts looks
  public Found find(PipelineName pipeline, Filter filter, int searched) {
    Known its = pipelines.get(pipeline);
    if (filter.limit() == 0 || its == null) {
      return new Found(List.of(), 0);
    }
    long moment = known.moment();
    int end = filter.before() == 0 ? its.lastNumber() + 1 : Math.min(filter.before(), its.lastNumber() + 1);
    // a commit and a number are in an index, whatever else is wanted
    boolean scans = filter.searches() && !filter.isCommit() && !filter.isNumber();
    int from = scans ? Math.max(1, end - searched) : 1;
    return database.read(
        sql -> {
          List<Condition> wanted = Filters.conditions(pipeline, filter);
          List<Integer> numbers =
              wanted.stream()
                  .flatMap(one -> sql.select(CHANGE.NUMBER).from(CHANGE).where(one, CHANGE.NUMBER.ge(from), CHANGE.NUMBER.lt(end))
                      .orderBy(order(filter)).limit(filter.limit()).fetch(CHANGE.NUMBER).stream())
                  .distinct()
                  .sorted(Comparator.reverseOrder())
                  .limit(filter.limit())
                  .toList();
          if (numbers.isEmpty()) {
            return new Found(List.of(), from > 1 ? from : 0);
          }
          int last = numbers.getLast();
          List<Change> changes =
              known
                  .find(numbers.stream().map(number -> new ChangeId(pipeline, number)).toList(), moment)
                  .orElseGet(() -> known.read(read(sql, wanted, last, end, filter), moment));
          boolean full = numbers.size() == filter.limit();
          return new Found(changes, full ? (last > 1 ? last : 0) : from > 1 ? from : 0);
        });
  }

  private List<Change> read(DSLContext sql, List<Condition> wanted, int from, int end, Filter filter) {
    return wanted.stream()
        .flatMap(one -> read(sql, one.and(CHANGE.NUMBER.ge(from)).and(CHANGE.NUMBER.lt(end)), order(filter), filter.limit()).stream())
        .collect(Collectors.toMap(Change::id, change -> change, (first, _) -> first))
        .values()
        .stream()
        .sorted(Comparator.comparing(Change::id).reversed())
        .toList();
  }

  /// All columns of the index, or H2 sorts all that match instead of following it.
  private static List<OrderField<?>> order(Filter filter) {
    var order = new ArrayList<OrderField<?>>();
    if (!filter.states().isEmpty()) {
      order.add(CHANGE.STATE);
    }
    order.addAll(List.of(CHANGE.PIPELINE, CHANGE.NUMBER.desc()));
    return order;
  }

  /// The commits that begin so and are a change's own or its candidate, by name.
  public List<CommitId> commits(String beginning, int limit) {
    return database.read(
        sql ->
            sql.select(CHANGE.COMMIT_ID)
                .from(CHANGE)
                .where(Filters.begins(CHANGE.COMMIT_ID, beginning))
                .union(
                    DSL.select(CHANGE.CANDIDATE_COMMIT).from(CHANGE).where(Filters.begins(CHANGE.CANDIDATE_COMMIT, beginning)))
                .orderBy(1)
                .limit(limit)
                .fetch(row -> new CommitId(row.value1())));
  }

  /// The changes whose own commit or whose candidate is this one, by pipeline and number.
  public List<ChangeId> containing(CommitId commit) {
    return database
        .read(
            sql ->
                sql.select(CHANGE.PIPELINE, CHANGE.NUMBER)
                    .from(CHANGE)
                    .where(CHANGE.COMMIT_ID.eq(commit.hex()))
                    .union(
                        DSL.select(CHANGE.PIPELINE, CHANGE.NUMBER)
                            .from(CHANGE)
                            .where(CHANGE.CANDIDATE_COMMIT.eq(commit.hex())))
                    .fetch(row -> new ChangeId(new PipelineName(row.value1()), row.value2())))
        .stream()
        .sorted()
        .toList();
  }

  /// Today's, by name.
  public List<Definition> definitions() {
    return List.copyOf(new TreeMap<>(today(pipelines)).values());
  }

  /// Today's, if it is defined today.
  public Optional<Definition> definition(PipelineName pipeline) {
    return Optional.ofNullable(pipelines.get(pipeline)).filter(Known::defined).map(Known::definition);
  }

  /// The one that this commit of the pipeline repository brought, if any change ever followed it.
  public Optional<Definition> definition(PipelineName pipeline, String commit) {
    return database.read(sql -> definitions.find(sql, pipeline, commit));
  }

  /// All that ever had a definition, by name.
  public List<PipelineName> pipelines() {
    return List.copyOf(pipelines.keySet());
  }

  /// What people are told about a change, oldest first.
  public List<Note> history(ChangeId id) {
    return database.read(
        sql ->
            sql.selectFrom(NOTE)
                .where(NOTE.PIPELINE.eq(id.pipeline().text()), NOTE.NUMBER.eq(id.number()))
                .orderBy(NOTE.ID)
                .fetch(row -> new Note(row.getHappenedAt(), id, row.getSentence())));
  }

  /// Whether the pipeline has ever had a change that came on this branch with this commit.
  public boolean known(PipelineName pipeline, BranchName branch, CommitId commit) {
    return database.read(
        sql ->
            sql.fetchExists(
                CHANGE,
                CHANGE.COMMIT_ID.eq(commit.hex()),
                CHANGE.PIPELINE.eq(pipeline.text()),
                CHANGE.BRANCH.eq(branch.text())));
  }

  /// The figures of each stage that the pipeline has (or had last), in its order.
  ///
  /// A trial of a stage is all its attempts with one number: from the first start to the last end, failed if any
  /// failed; where none failed but one errored or was cancelled, it says nothing and is none.
  ///
  /// @param now when a window of days ends
  public Map<StageName, Figures> stageStatistics(PipelineName pipeline, Window window, Instant now) {
    return figures.of(
        pipeline,
        stages(pipeline),
        window,
        now,
        missing -> database.read(sql -> Trials.ofStages(sql, pipeline, missing, window, now)));
  }

  /// The same of each step.
  public Map<StepKey, Figures> stepStatistics(PipelineName pipeline, Window window, Instant now) {
    return database.read(sql -> Trials.ofSteps(sql, pipeline, stages(pipeline), window, now));
  }

  /// The last sentence of each of these changes' history.
  public Map<ChangeId, String> lastNotes(Collection<ChangeId> changes) {
    return changes.isEmpty() ? Map.of() : database.read(sql -> Queues.lastNotes(sql, changes));
  }

  /// Figures over time.
  public Trends trends() {
    return trends;
  }

  /// What moved after that, oldest first, as far as it is kept; from memory, if that is not long ago.
  public List<Moved> movedAfter(long sequence, int limit) {
    return tail.after(sequence, limit).orElseGet(() -> readMovedAfter(sequence, limit));
  }

  private List<Moved> readMovedAfter(long sequence, int limit) {
    return database.read(
        sql ->
            sql.selectFrom(MOVED)
                .where(MOVED.SEQUENCE.gt(sequence))
                .orderBy(MOVED.SEQUENCE)
                .limit(limit)
                .fetch(
                    row -> {
                      var pipeline = new PipelineName(row.getPipeline());
                      ChangeId change = row.getNumber() == null ? null : new ChangeId(pipeline, row.getNumber());
                      return new Moved(
                          row.getSequence(),
                          row.getSavedAt(),
                          pipeline,
                          change,
                          change == null || row.getStage() == null
                              ? null
                              : new AttemptId(
                                  change, new StageName(row.getStage()), new StepName(row.getStep()), row.getAttempt()),
                          row.getWhat());
                    }));
  }

  /// The sequence of the last thing that moved; 0 when nothing ever has.
  public long lastSequence() {
    return lastSequence;
  }

  /// The sequence of the first thing that moved and is kept: who has heard of the one before it misses nothing.
  public long firstSequence() {
    return firstSequence;
  }

  /// Closing twice is fine.
  @Override
  public void close() {
    database.close();
  }

  private List<Stage> stages(PipelineName pipeline) {
    Known known = pipelines.get(pipeline);
    return known == null ? List.of() : known.definition().pipeline().stages();
  }

  private static Map<PipelineName, Definition> today(Map<PipelineName, Known> pipelines) {
    return pipelines.entrySet().stream()
        .filter(entry -> entry.getValue().defined())
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().definition()));
  }

  private static Optional<String> readInstallation(DSLContext sql) {
    return sql.select(INSTALLATION.ID).from(INSTALLATION).fetchOptional(INSTALLATION.ID);
  }

  static String newInstallation() {
    return new SecureRandom()
        .ints(8, 0, 36)
        .mapToObj(digit -> Integer.toString(digit, 36))
        .collect(Collectors.joining());
  }

  private String makeInstallation() {
    String id = newInstallation();
    database.write(transaction -> transaction.sql().insertInto(INSTALLATION).set(INSTALLATION.ID, id).execute());
    return id;
  }

  private SortedMap<PipelineName, Known> readPipelines(DSLContext sql) {
    var read = new TreeMap<PipelineName, Known>();
    for (var row : sql.fetch(PIPELINE)) {
      read.put(
          new PipelineName(row.getName()),
          new Known(
              definitions.get(sql, row.getName(), row.getDefinitionCommit()), row.getDefined(), row.getLastNumber()));
    }
    return read;
  }

  /// The changes that match, with all their candidates and attempts: three queries, however many there are.
  ///
  /// @param limit 0 for none
  private List<Change> read(DSLContext sql, Condition wanted, Collection<? extends OrderField<?>> order, int limit) {
    var rows = sql.selectFrom(CHANGE).where(wanted).orderBy(order);
    Result<ChangeRecord> changes = limit == 0 ? rows.fetch() : rows.limit(limit).fetch();
    var ids = DSL.select(CHANGE.PIPELINE, CHANGE.NUMBER).from(CHANGE).where(wanted).orderBy(order);
    // a join, because H2 reads all attempts of the pipeline for `number in (...)`
    var chosen = (limit == 0 ? ids : ids.limit(limit)).asTable("chosen");
    Map<ChangeId, List<AttemptRecord>> attempts =
        sql
            .select(ATTEMPT.fields())
            .from(chosen)
            .join(ATTEMPT)
            .on(ATTEMPT.PIPELINE.eq(chosen.field(CHANGE.PIPELINE)), ATTEMPT.NUMBER.eq(chosen.field(CHANGE.NUMBER)))
            .orderBy(ATTEMPT.PLACE)
            .fetchInto(ATTEMPT)
            .stream()
            .collect(Collectors.groupingBy(AttemptRows::change));
    Map<ChangeId, List<CandidateRecord>> candidates =
        sql
            .select(CANDIDATE.fields())
            .from(chosen)
            .join(CANDIDATE)
            .on(CANDIDATE.PIPELINE.eq(chosen.field(CHANGE.PIPELINE)), CANDIDATE.NUMBER.eq(chosen.field(CHANGE.NUMBER)))
            .orderBy(CANDIDATE.CANDIDATE_)
            .fetchInto(CANDIDATE)
            .stream()
            .collect(Collectors.groupingBy(CandidateRows::change));
    return changes.map(
        row ->
            ChangeRows.change(
                row,
                definitions.get(sql, row.getPipeline(), row.getDefinitionCommit()),
                candidates.getOrDefault(ChangeRows.id(row), List.of()).stream().map(CandidateRows::candidacy).toList(),
                attempts.getOrDefault(ChangeRows.id(row), List.of()).stream().map(AttemptRows::attempt).toList()));
  }
}
