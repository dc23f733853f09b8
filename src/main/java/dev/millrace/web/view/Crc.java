package dev.millrace.web.view;

/// The CRC-32 of bytes that follow each other, from those of the parts: polynomials over two elements, multiplied
/// modulo that of the CRC. The highest bit of a number is the coefficient of 1.
final class Crc {
  private static final int POLYNOMIAL = 0xedb88320;
  private static final int ONE = 1 << 31;
  private static final int BITS_OF_A_BYTE = 3;

  /// x to the power of 2 to the power of the place.
  private static final int[] POWERS = powers();

  private Crc() {}

  /// @param first of what comes first
  /// @param second of what follows it
  /// @param length how many bytes follow
  static int combined(int first, int second, int length) {
    return times(shift(length), first) ^ second;
  }

  /// What so many bytes more make of what came before: x to the power of their bits.
  private static int shift(int bytes) {
    int product = ONE;
    int place = BITS_OF_A_BYTE;
    for (int left = bytes; left != 0; left >>>= 1) {
      if ((left & 1) != 0) {
        product = times(POWERS[place % POWERS.length], product);
      }
      place++;
    }
    return product;
  }

  private static int times(int a, int b) {
    int product = 0;
    int multiple = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= multiple;
      }
      multiple = (multiple & 1) == 0 ? multiple >>> 1 : multiple >>> 1 ^ POLYNOMIAL;
    }
    return product;
  }

  private static int[] powers() {
    int[] powers = new int[32];
    powers[0] = 1 << 30;
    for (int place = 1; place < powers.length; place++) {
      powers[place] = times(powers[place - 1], powers[place - 1]);
    }
    return powers;
  }
}
