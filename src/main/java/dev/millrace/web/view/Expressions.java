package dev.millrace.web.view;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.thymeleaf.context.IExpressionContext;
import org.thymeleaf.standard.expression.IStandardVariableExpression;
import org.thymeleaf.standard.expression.IStandardVariableExpressionEvaluator;
import org.thymeleaf.standard.expression.OGNLVariableExpressionEvaluator;
import org.thymeleaf.standard.expression.StandardExpressionExecutionContext;

/// Evaluates what our templates say: `${box.numbers().p95()}`, with `!` before it, or `${tab.here() ? 'page' : null}`.
/// A page of 900 cells does that ten thousand times, and OGNL, which evaluates all else, takes longer for it than for
/// everything else about the page.
final class Expressions implements IStandardVariableExpressionEvaluator {
  private static final String PATH = "[a-z]\\w*(?:\\.\\w+\\(\\))*";
  private static final String LITERAL = "'[^'\\\\]*'|null";
  private static final Pattern SIMPLE = Pattern.compile("\\s*(?<not>!?)(?<path>" + PATH + ")\\s*");
  private static final Pattern CHOICE =
      Pattern.compile(
          "\\s*(?<not>!?)(?<path>" + PATH + ")\\s*\\?\\s*(?<yes>" + LITERAL + "|" + PATH + ")\\s*:\\s*(?<no>" + LITERAL + "|" + PATH + ")\\s*");
  private static final MethodType ANY = MethodType.methodType(Object.class, Object.class);

  private final IStandardVariableExpressionEvaluator others = new OGNLVariableExpressionEvaluator(true);
  private final Map<String, Optional<Expression>> parsed = new ConcurrentHashMap<>();

  private sealed interface Expression {
    @Nullable Object in(IExpressionContext context);
  }

  private record Literal(@Nullable String text) implements Expression {
    @Override
    public @Nullable Object in(IExpressionContext context) {
      return text;
    }
  }

  private record Path(String variable, List<Call> calls) implements Expression {
    @Override
    public @Nullable Object in(IExpressionContext context) {
      Object value = context.getVariable(variable);
      for (Call call : calls) {
        value = call.of(value);
      }
      return value;
    }
  }

  private record Not(Expression condition) implements Expression {
    @Override
    public Object in(IExpressionContext context) {
      return !holds(condition, context);
    }
  }

  private record Choice(Expression condition, Expression yes, Expression no) implements Expression {
    @Override
    public @Nullable Object in(IExpressionContext context) {
      return (holds(condition, context) ? yes : no).in(context);
    }
  }

  @Override
  public @Nullable Object evaluate(
      IExpressionContext context, IStandardVariableExpression expression, StandardExpressionExecutionContext how) {
    if (expression.getUseSelectionAsRoot()) {
      return others.evaluate(context, expression, how);
    }
    Optional<Expression> known = parsed.computeIfAbsent(expression.getExpression(), Expressions::parse);
    return known.isPresent() ? known.get().in(context) : others.evaluate(context, expression, how);
  }

  /// Empty for what is to be left to OGNL.
  static boolean understands(String text) {
    return parse(text).isPresent();
  }

  private static Optional<Expression> parse(String text) {
    Matcher simple = SIMPLE.matcher(text);
    if (simple.matches()) {
      return Optional.of(condition(simple));
    }
    Matcher choice = CHOICE.matcher(text);
    return choice.matches()
        ? Optional.of(new Choice(condition(choice), value(choice.group("yes")), value(choice.group("no"))))
        : Optional.empty();
  }

  private static Expression condition(Matcher matcher) {
    Expression path = path(matcher.group("path"));
    return matcher.group("not").isEmpty() ? path : new Not(path);
  }

  private static Expression value(String text) {
    if (text.equals("null")) {
      return new Literal(null);
    }
    return text.startsWith("'") ? new Literal(text.substring(1, text.length() - 1)) : path(text);
  }

  private static Expression path(String text) {
    return switch (text) {
      case "true", "false" -> throw new IllegalStateException("a template says " + text + ", which needs no expression");
      default -> {
        String[] parts = text.split("\\.");
        var calls = new ArrayList<Call>();
        for (int at = 1; at < parts.length; at++) {
          calls.add(new Call(parts[at].substring(0, parts[at].length() - 2)));
        }
        yield new Path(parts[0], List.copyOf(calls));
      }
    };
  }

  private static boolean holds(Expression condition, IExpressionContext context) {
    Object value = condition.in(context);
    if (value instanceof Boolean holds) {
      return holds;
    }
    throw new IllegalStateException(value + " is neither true nor false");
  }

  /// A call without arguments. Which method that is depends on the class of its receiver and is found once for each.
  private static final class Call {
    private final String name;
    private final ClassValue<MethodHandle> handles =
        new ClassValue<>() {
          @Override
          protected MethodHandle computeValue(Class<?> type) {
            return handle(type);
          }
        };

    Call(String name) {
      this.name = name;
    }

    @Nullable Object of(@Nullable Object receiver) {
      if (receiver == null) {
        throw new IllegalStateException("there is nothing to ask for " + name + "()");
      }
      try {
        return (Object) handles.get(receiver.getClass()).invokeExact(receiver);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(name + "() of a " + receiver.getClass().getSimpleName(), e);
      }
    }

    /// The method itself may be declared by a class that nobody may name, like that of a list; then it is one of an
    /// interface or class above it.
    private MethodHandle handle(Class<?> type) {
      Deque<Class<?>> types = new ArrayDeque<>(List.of(type));
      while (!types.isEmpty()) {
        Class<?> one = types.poll();
        if (one.getPackageName().startsWith("dev.millrace") || Modifier.isPublic(one.getModifiers())) {
          try {
            Method method = one.getMethod(name);
            return MethodHandles.lookup().unreflect(method).asType(ANY);
          } catch (NoSuchMethodException | IllegalAccessException notHere) {
            // perhaps above it
          }
        }
        if (one.getSuperclass() != null) {
          types.add(one.getSuperclass());
        }
        types.addAll(List.of(one.getInterfaces()));
      }
      throw new IllegalStateException("a " + type.getSimpleName() + " has no " + name + "()");
    }
  }
}
