import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Whether bytes are UTF-8, strictly: no surrogates, nothing longer than it must be. Eight at a time while they are ASCII. */
final class Utf8 {
  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long NOT_ASCII = 0x8080808080808080L;

  private Utf8() {}

  static boolean isValid(byte[] bytes, int from, int end) {
    int at = from;
    while (at + 8 <= end && ((long) LONGS.get(bytes, at) & NOT_ASCII) == 0) at += 8;
    while (at < end) {
      int first = bytes[at];
      if (first >= 0) {
        at += 1;
        continue;
      }
      int length = first >= (byte) 0xf0 ? 4 : first >= (byte) 0xe0 ? 3 : 2;
      if (at + length > end) return false;
      int second = bytes[at + 1] & 0xff;
      int lead = first & 0xff;
      if (lead < 0xc2 || lead > 0xf4) return false;
      int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
      int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
      if (second < least || second > most) return false;
      for (int rest = 2; rest < length; rest += 1) {
        if ((bytes[at + rest] & 0xc0) != 0x80) return false;
      }
      at += length;
    }
    return true;
  }
}
