package dev.millrace.web.view;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A piece of a page that is worked out only when it is needed: most pages show most pieces as the one before did.
/// Two are equal when what they show is.
///
/// @param <V> the view it is
public final class Piece<V extends View.Fragment> {
  private final @Nullable Object key;
  private final int weight;
  private final Supplier<V> making;
  private @Nullable V made;

  private Piece(@Nullable Object key, int weight, Supplier<V> making) {
    this.key = key;
    this.weight = weight;
    this.making = making;
  }

  /// One that is made each time, because it shows a clock that runs.
  static <V extends View.Fragment> Piece<V> fresh(Supplier<V> making) {
    return new Piece<>(null, 0, making);
  }

  /// One that was made before if one was made with an equal key.
  ///
  /// @param key everything that what it shows follows from
  /// @param weight how many bytes it keeps from being forgotten, roughly
  static <V extends View.Fragment> Piece<V> of(Object key, int weight, Supplier<V> making) {
    return new Piece<>(key, weight, making);
  }

  @Nullable Object key() {
    return key;
  }

  int weight() {
    return weight;
  }

  /// What it shows.
  public synchronized V view() {
    V view = made;
    if (view == null) {
      view = making.get();
      made = view;
    }
    return view;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Piece<?> piece && view().equals(piece.view());
  }

  @Override
  public int hashCode() {
    return view().hashCode();
  }

  @Override
  public String toString() {
    return view().toString();
  }

  /// Equal only to itself: an object that never changes and that takes long to compare.
  record Same<T>(T one) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Same<?>(Object its) && its == one;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(one);
    }
  }
}
