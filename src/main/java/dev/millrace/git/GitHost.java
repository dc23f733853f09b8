package dev.millrace.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.change.Commit;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.RepositoryName;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.RepositoryNotFoundException;
import org.eclipse.jgit.errors.TooLargePackException;
import org.eclipse.jgit.http.server.GitServlet;
import org.eclipse.jgit.http.server.resolver.AsIsFileService;
import org.eclipse.jgit.http.server.resolver.DefaultUploadPackFactory;
import org.eclipse.jgit.lib.BatchRefUpdate;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceiveCommand.Result;
import org.eclipse.jgit.transport.ReceivePack;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The smart HTTP side of the repositories: clone, fetch and push at `/git/{name}.git`.
///
/// Clients see and move branches, tags and notes, nothing else. A push is all or nothing.
///
/// The refs of a push that moves branches are moved here, and not by JGit after us: whoever hears of it can hold it open
/// then, and have git report it as rejected in the end.
public final class GitHost {
  private static final Logger LOG = LoggerFactory.getLogger(GitHost.class);
  private static final Pattern PATH = Pattern.compile("/([^/]+)\\.git/(info/refs|git-upload-pack|git-receive-pack)");
  private static final List<String> VISIBLE = List.of(Constants.R_HEADS, Constants.R_TAGS, Constants.R_NOTES);

  private final Repositories repositories;
  private final Pushes pushes;
  private final long largest;

  /// One that takes pushes of any size.
  public GitHost(Repositories repositories, Pushes pushes) {
    this(repositories, pushes, 0);
  }

  /// @param largest how many bytes a push may bring, as they are sent; 0 for any number
  public GitHost(Repositories repositories, Pushes pushes, long largest) {
    this.repositories = repositories;
    this.pushes = pushes;
    this.largest = largest;
  }

  /// To be mounted at `/git/*`, behind whatever asks who somebody is.
  public HttpServlet servlet() {
    var door = new Door();
    door.setRepositoryResolver(
        (_, path) -> {
          try {
            return repositories.open(new RepositoryName(path.substring(0, path.length() - ".git".length())));
          } catch (GitTrouble trouble) {
            throw new RepositoryNotFoundException(path, trouble);
          }
        });
    // the old protocol would show every file of a repository, hidden refs and all
    door.setAsIsFileService(AsIsFileService.DISABLED);
    var uploads = new DefaultUploadPackFactory();
    door.setUploadPackFactory(
        (HttpServletRequest request, Repository repository) -> {
          var upload = uploads.create(request, repository);
          upload.setAdvertisedRefs(visible(repository));
          return upload;
        });
    door.setReceivePackFactory((HttpServletRequest request, Repository repository) -> receive(request, repository));
    return door;
  }

  private ReceivePack receive(HttpServletRequest request, Repository repository) {
    var receive = new ReceivePack(repository);
    try {
      receive.setAdvertisedRefs(visible(repository), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    receive.setAllowPushOptions(true);
    if (largest > 0) {
      receive.setMaxPackSizeLimit(largest);
    }
    receive.setObjectChecker(careful());
    var push = new Push(name(repository), () -> Watched.gone(request));
    receive.setPreReceiveHook(push::before);
    return receive;
  }

  /// Lets old histories in, but no path that would leave a workspace or reach into its .git.
  static ObjectChecker careful() {
    return new ObjectChecker().setAllowLeadingZeroFileMode(true).setAllowInvalidPersonIdent(true)
        .setIgnore(ObjectChecker.ErrorType.MISSING_SPACE_BEFORE_DATE, true);
  }

  /// What clients see. Not by one of JGit's filters: those would walk over all that is hidden at each request.
  private static Map<String, Ref> visible(Repository repository) {
    try {
      var refs = new HashMap<String, Ref>();
      Ref head = repository.exactRef(Constants.HEAD);
      if (head != null && head.getObjectId() != null) {
        refs.put(Constants.HEAD, head);
      }
      for (String prefix : VISIBLE) {
        repository.getRefDatabase().getRefsByPrefix(prefix).forEach(ref -> refs.put(ref.getName(), ref));
      }
      return refs;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RepositoryName name(Repository repository) {
    String folder = repository.getDirectory().getName();
    return new RepositoryName(folder.substring(0, folder.length() - ".git".length()));
  }

  /// Answers what is not a git request to a repository of ours, and hands on the rest.
  private final class Door extends GitServlet {
    private static final long serialVersionUID = 1;

    @Override
    public void init(ServletConfig config) throws ServletException {
      super.init(new Surroundings(config));
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws ServletException, IOException {
      String path = request.getPathInfo();
      Matcher asked = PATH.matcher(path == null ? "" : path);
      if (!asked.matches()) {
        refuse(response, "there is nothing to see here; repositories are cloned with git from /git/{name}.git");
      } else if (!NameRule.REPOSITORY.allows(asked.group(1)) || !repositories.has(new RepositoryName(asked.group(1)))) {
        refuse(response, "this server hosts no such repository");
      } else {
        super.service(request, asked.group(2).equals("git-receive-pack") ? new Watched(request, response) : response);
      }
    }

    /// Git shows the lines of a plain text.
    private static void refuse(HttpServletResponse response, String because) throws IOException {
      response.setStatus(HttpServletResponse.SC_NOT_FOUND);
      response.setContentType("text/plain; charset=utf-8");
      response.getOutputStream().write((because + "\n").getBytes(UTF_8));
    }
  }

  /// Where JGit logs each push that it does not take as an error of its own, with its stack. One that is too large is none:
  /// the pusher has been told.
  private record Surroundings(ServletConfig config) implements ServletConfig {
    @Override
    public ServletContext getServletContext() {
      ServletContext context = config.getServletContext();
      return (ServletContext)
          Proxy.newProxyInstance(
              ServletContext.class.getClassLoader(),
              new Class<?>[] {ServletContext.class},
              (_, method, arguments) -> {
                if (method.getName().equals("log") && arguments[arguments.length - 1] instanceof TooLargePackException e) {
                  LOG.info("A push is refused: {}", e.getMessage());
                  return null;
                }
                try {
                  return method.invoke(context, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    @Override
    public String getServletName() {
      return config.getServletName();
    }

    @Override
    public String getInitParameter(String name) {
      return config.getInitParameter(name);
    }

    @Override
    public Enumeration<String> getInitParameterNames() {
      return config.getInitParameterNames();
    }
  }

  /// One push, from its arrival to its end.
  private final class Push {
    private final RepositoryName name;
    private final BooleanSupplier gone;

    /// @param gone whether who pushes has gone away, as far as that was noticed by saying something
    Push(RepositoryName name, BooleanSupplier gone) {
      this.name = name;
      this.gone = gone;
    }

    void before(ReceivePack receive, Collection<ReceiveCommand> commands) {
      // asked for by the client otherwise; only from here on does JGit take it from us
      receive.setAtomic(true);
      Optional<String> elsewhere = Mirrors.of(receive.getRepository());
      if (elsewhere.isPresent()) {
        refuse(receive, commands, List.of(name + " is a mirror of " + elsewhere.get() + ": push there instead"));
        return;
      }
      try (var walk = new RevWalk(receive.getRepository())) {
        String main = receive.getRepository().exactRef(Constants.HEAD).getTarget().getName();
        var wanted = new ArrayList<RefMove>();
        for (ReceiveCommand command : commands) {
          Optional<String> because = refusal(walk, main, command);
          if (because.isPresent()) {
            command.setResult(Result.REJECTED_OTHER_REASON, because.get());
            say(receive, command.getRefName() + " is refused: " + because.get());
          } else if (command.getRefName().startsWith(BranchName.PREFIX)) {
            wanted.add(move(walk, command));
          }
        }
        if (!wanted.isEmpty() && pending(receive.getAllCommands())) {
          refuse(receive, commands, pushes.refuse(name, wanted, options(receive)));
        }
        if (!wanted.isEmpty() && pending(receive.getAllCommands())) {
          move(receive, commands);
          report(receive, commands, wanted);
        }
      } catch (GitTrouble trouble) {
        refuse(receive, commands, List.of(String.valueOf(trouble.getMessage())));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static boolean pending(Collection<ReceiveCommand> commands) {
      return commands.stream().allMatch(command -> command.getResult() == Result.NOT_ATTEMPTED);
    }

    /// What JGit does after this hook with commands that have no result yet.
    private static void move(ReceivePack receive, Collection<ReceiveCommand> commands) throws IOException {
      BatchRefUpdate batch = receive.getRepository().getRefDatabase().newBatchUpdate();
      batch.setAllowNonFastForwards(true);
      batch.setAtomic(true);
      batch.setRefLogMessage("push", true);
      batch.addCommand(commands);
      batch.execute(receive.getRevWalk(), NullProgressMonitor.INSTANCE);
    }

    private void report(ReceivePack receive, Collection<ReceiveCommand> commands, List<RefMove> wanted) {
      List<String> moved =
          commands.stream().filter(command -> command.getResult() == Result.OK).map(ReceiveCommand::getRefName).toList();
      List<RefMove> moves = wanted.stream().filter(move -> moved.contains(move.branch().ref())).toList();
      if (moves.isEmpty()) {
        return;
      }
      Map<BranchName, String> rejected = pushes.received(name, moves, options(receive), line -> say(receive, line));
      for (ReceiveCommand command : commands) {
        Repositories.branch(command.getRefName())
            .map(rejected::get)
            .ifPresent(because -> command.setResult(Result.REJECTED_OTHER_REASON, because));
      }
    }

    private void refuse(ReceivePack receive, Collection<ReceiveCommand> commands, List<String> lines) {
      if (lines.isEmpty()) {
        return;
      }
      lines.forEach(line -> say(receive, line));
      String because = lines.getFirst().lines().findFirst().orElse("refused");
      commands.forEach(command -> command.setResult(Result.REJECTED_OTHER_REASON, because));
    }

    private static Optional<String> refusal(RevWalk walk, String main, ReceiveCommand command) throws IOException {
      String ref = command.getRefName();
      if (VISIBLE.stream().noneMatch(ref::startsWith)) {
        return Optional.of("only branches, tags and notes can be pushed");
      }
      if (!ref.startsWith(BranchName.PREFIX)) {
        return Optional.empty();
      }
      if (Repositories.branch(ref).isEmpty()) {
        return Optional.of("a branch cannot have this name; push to a name without refs/heads/");
      }
      if (command.getType() == ReceiveCommand.Type.DELETE) {
        return ref.equals(main)
            ? Optional.of("the default branch cannot be deleted")
            : Optional.empty();
      }
      return walk.parseAny(command.getNewId()) instanceof RevCommit
          ? Optional.empty()
          : Optional.of("a branch is a commit, and this is none");
    }

    private static RefMove move(RevWalk walk, ReceiveCommand command) throws IOException {
      return new RefMove(
          Repositories.branch(command.getRefName()).orElseThrow(),
          commit(walk, command.getOldId()),
          commit(walk, command.getNewId()));
    }

    private static @Nullable Commit commit(RevWalk walk, ObjectId id) throws IOException {
      try {
        return id.equals(ObjectId.zeroId()) ? null : Repositories.commit(walk.parseCommit(id));
      } catch (MissingObjectException lost) {
        return null;
      }
    }

    private static List<String> options(ReceivePack receive) {
      List<String> options = receive.getPushOptions();
      return options == null ? List.of() : List.copyOf(options);
    }

    /// Whoever has gone away is told nothing more; what they pushed goes on.
    private boolean say(ReceivePack receive, String line) {
      if (gone.getAsBoolean()) {
        return false;
      }
      OutputStream out = receive.getMessageOutputStream();
      try {
        out.write((line + "\n").getBytes(UTF_8));
        // nothing reaches the pusher before the end otherwise
        out.flush();
      } catch (IOException e) {
        LOG.debug("Who pushed to {} has gone", name, e);
        return false;
      }
      return !gone.getAsBoolean();
    }
  }
}
