import java.time.LocalDate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Points in time as producers write them, as one spelling: `2026-02-03T04:05:06.789Z`. As src/record/timestamps.ts. */
final class Timestamps {
  /** Years 0000 to 9999. */
  private static final long FIRST_MS = -62_167_219_200_000L;
  private static final long LAST_MS = 253_402_300_799_999L;
  private static final double SECONDS_BELOW = 1e11;
  private static final double FLOAT_SLACK_MS = 0.0005;
  private static final long DAY_MS = 86_400_000L;
  private static final String SHAPE = "dddd-dd-ddTdd:dd:dd.dddZ";
  private static final Pattern ISO = Pattern.compile(
      "(\\d{4})-(\\d\\d)-(\\d\\d)[Tt ](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:[.,](\\d{1,18}))?)?"
          + "(?:[Zz]|([+-])(\\d\\d)(?::?(\\d\\d))?)(?:\\[[\\w/+-]{1,64}\\])?");

  private Timestamps() {}

  /** The one spelling; null for what is not a point in time. */
  static String iso(String text) {
    if (isCanonical(text)) return text;
    Matcher m = ISO.matcher(text);
    if (!m.matches()) return null;
    int year = Integer.parseInt(m.group(1));
    int month = Integer.parseInt(m.group(2));
    int day = Integer.parseInt(m.group(3));
    int hour = Integer.parseInt(m.group(4));
    int minute = Integer.parseInt(m.group(5));
    int second = m.group(6) == null ? 0 : Integer.parseInt(m.group(6));
    if (!isDay(year, month, day) || hour > 23 || minute > 59 || second > 60) return null;
    int ms = m.group(7) == null ? 0 : Integer.parseInt((m.group(7) + "00").substring(0, 3));
    int offsetMinutes = 0;
    if (m.group(8) != null) {
      int offsetHour = Integer.parseInt(m.group(9));
      int offsetMinute = m.group(10) == null ? 0 : Integer.parseInt(m.group(10));
      if (offsetHour > 23 || offsetMinute > 59) return null;
      offsetMinutes = (offsetHour * 60 + offsetMinute) * (m.group(8).equals("-") ? -1 : 1);
    }
    long time = LocalDate.of(year, month, day).toEpochDay() * DAY_MS
        + ((hour * 60L + minute - offsetMinutes) * 60 + second) * 1000 + ms;
    return ofEpochMs(time);
  }

  /** Epoch seconds with a fraction, or epoch milliseconds: its size decides. */
  static String iso(double number) {
    double ms = Math.floor(Math.abs(number) < SECONDS_BELOW ? number * 1000 + FLOAT_SLACK_MS : number);
    return ms >= FIRST_MS && ms <= LAST_MS ? ofEpochMs((long) ms) : null;
  }

  static String ofEpochMs(long ms) {
    if (ms < FIRST_MS || ms > LAST_MS) return null;
    byte[] text = new byte[24];
    write(ms, text, 0);
    return new String(text, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  static boolean isInRange(long ms) {
    return ms >= FIRST_MS && ms <= LAST_MS;
  }

  /** 24 bytes of ASCII. */
  static void write(long ms, byte[] to, int at) {
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(ms, DAY_MS));
    int ofDay = (int) Math.floorMod(ms, DAY_MS);
    two(date.getYear() / 100, to, at);
    two(date.getYear() % 100, to, at + 2);
    to[at + 4] = '-';
    two(date.getMonthValue(), to, at + 5);
    to[at + 7] = '-';
    two(date.getDayOfMonth(), to, at + 8);
    to[at + 10] = 'T';
    two(ofDay / 3_600_000, to, at + 11);
    to[at + 13] = ':';
    two(ofDay / 60_000 % 60, to, at + 14);
    to[at + 16] = ':';
    two(ofDay / 1000 % 60, to, at + 17);
    to[at + 19] = '.';
    three(ofDay % 1000, to, at + 20);
    to[at + 23] = 'Z';
  }

  static void three(int number, byte[] to, int at) {
    to[at] = (byte) ('0' + number / 100);
    two(number % 100, to, at + 1);
  }

  private static void two(int number, byte[] to, int at) {
    to[at] = (byte) ('0' + number / 10);
    to[at + 1] = (byte) ('0' + number % 10);
  }

  private static boolean isCanonical(String text) {
    if (text.length() != SHAPE.length()) return false;
    for (int i = 0; i < 24; i += 1) {
      char c = text.charAt(i);
      char shape = SHAPE.charAt(i);
      if (shape == 'd' ? c < '0' || c > '9' : c != shape) return false;
    }
    return isDay(digits(text, 0) * 100 + digits(text, 2), digits(text, 5), digits(text, 8))
        && digits(text, 11) < 24 && digits(text, 14) < 60 && digits(text, 17) < 60;
  }

  private static int digits(String text, int at) {
    return text.charAt(at) * 10 + text.charAt(at + 1) - 11 * '0';
  }

  private static boolean isDay(int year, int month, int day) {
    return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  }

  private static int daysInMonth(int year, int month) {
    if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    return 30 + ((month + (month >> 3)) & 1);
  }
}
