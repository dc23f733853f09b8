package dev.millrace.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Finds a [Needle] in UTF-8. Two places of it are looked at for eight beginnings at a time, and what passes is compared
/// in full.
final class Finder {
  /// Where the code points begin that take so many bytes and one more; behind the last there are no letters with cases.
  private static final int[] ROOM = {0, 0x80, 0x800, 0x1_0000, 0x1_f000};

  private final byte[] wanted;

  /// Bits that may differ, for each byte; with these set on both sides equality is necessary, and where nothing else is
  /// said ([#others]) sufficient.
  private final byte[] free;

  private final List<Choice> others;
  private final int first;
  private final int second;
  private final long wantedFirst;
  private final long freeFirst;
  private final long wantedSecond;
  private final long freeSecond;

  /// A letter of more than one byte, and all that it may be.
  private record Choice(int at, byte[][] forms) {
    boolean fits(byte[] text, int begin) {
      for (byte[] form : forms) {
        int same = 0;
        while (same < form.length && text[begin + at + same] == form[same]) {
          same++;
        }
        if (same == form.length) {
          return true;
        }
      }
      return false;
    }
  }

  Finder(Needle needle) {
    this.wanted = needle.text().getBytes(StandardCharsets.UTF_8);
    this.free = new byte[wanted.length];
    this.others = new ArrayList<>();
    if (needle.ignoreCase()) {
      int at = 0;
      for (int letter : needle.text().codePoints().toArray()) {
        List<byte[]> forms = forms(letter);
        allow(at, forms);
        at += forms.getFirst().length;
      }
    }
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] |= free[i];
    }
    // far apart, so that they are as good as independent; but free bits let more through
    this.first = tightest(0);
    this.second = tightest(wanted.length - 1);
    this.wantedFirst = Eight.all(wanted[first]);
    this.freeFirst = Eight.all(free[first]);
    this.wantedSecond = Eight.all(wanted[second]);
    this.freeSecond = Eight.all(free[second]);
  }

  int length() {
    return wanted.length;
  }

  private int tightest(int preferred) {
    int best = preferred;
    for (int i = 0; i < wanted.length; i++) {
      if (Integer.bitCount(free[i] & 0xff) + 1 < Integer.bitCount(free[best] & 0xff)) {
        best = i;
      }
    }
    return best;
  }

  private void allow(int at, List<byte[]> forms) {
    for (byte[] form : forms) {
      for (int i = 0; i < form.length; i++) {
        free[at + i] |= (byte) (form[i] ^ wanted[at + i]);
      }
    }
    boolean ascii = forms.getFirst().length == 1;
    if (forms.size() > 1 && !ascii) {
      others.add(new Choice(at, forms.toArray(byte[][]::new)));
    }
  }

  static int fold(int letter) {
    return Character.toLowerCase(Character.toUpperCase(letter));
  }

  /// The letter itself, and those that differ in case only and take as many bytes.
  private static List<byte[]> forms(int letter) {
    byte[] itself = utf8(letter);
    List<byte[]> forms = new ArrayList<>();
    forms.add(itself);
    int fold = fold(letter);
    if (fold != letter || Character.toUpperCase(letter) != letter) {
      for (int other = ROOM[itself.length - 1]; other < ROOM[itself.length]; other++) {
        if (other != letter && Character.isLetter(other) && fold(other) == fold) {
          forms.add(utf8(other));
        }
      }
    }
    return forms;
  }

  private static byte[] utf8(int letter) {
    return Character.toString(letter).getBytes(StandardCharsets.UTF_8);
  }

  /// Where the next one begins that lies between these two, or -1.
  int find(byte[] text, int from, int to) {
    int last = to - wanted.length;
    int at = from;
    int eights = Math.min(last - 7, text.length - 8 - Math.max(first, second));
    for (; at <= eights; at += 8) {
      long one = (Eight.at(text, at + first) | freeFirst) ^ wantedFirst;
      long two = (Eight.at(text, at + second) | freeSecond) ^ wantedSecond;
      for (long marks = Eight.zeros(one | two); marks != 0; marks &= marks - 1) {
        int begin = at + Eight.first(marks);
        if (fits(text, begin)) {
          return begin;
        }
      }
    }
    for (; at <= last; at++) {
      if (fits(text, at)) {
        return at;
      }
    }
    return -1;
  }

  private boolean fits(byte[] text, int begin) {
    for (int i = 0; i < wanted.length; i++) {
      if ((byte) (text[begin + i] | free[i]) != wanted[i]) {
        return false;
      }
    }
    for (Choice choice : others) {
      if (!choice.fits(text, begin)) {
        return false;
      }
    }
    return true;
  }
}
