/** The formats and lists of the schemas as the service's validators (ajv-formats) have them, without regular expressions. */
final class Formats {
  private static final int MAX_EMAIL_LENGTH = 320;
  private static final String URN = "urn:uuid:";
  private static final boolean[] HEX = table("0123456789abcdefABCDEF");
  private static final boolean[] ALPHANUMERIC = table("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
  private static final boolean[] ATOM =
      table("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&'*+/=?^_`{|}~-");

  private Formats() {}

  private static boolean[] table(String characters) {
    boolean[] table = new boolean[128];
    for (char c : characters.toCharArray()) table[c] = true;
    return table;
  }

  private static boolean in(boolean[] table, char c) {
    return c < 128 && table[c];
  }

  /** Any version and variant, either case, also as `urn:uuid:…`. */
  static boolean isUuid(String text) {
    int from = 0;
    if (text.length() == 36 + URN.length() && text.regionMatches(true, 0, URN, 0, URN.length()) && isAscii(text)) from = URN.length();
    if (text.length() - from != 36) return false;
    for (int i = 0; i < 36; i += 1) {
      char c = text.charAt(from + i);
      if (i == 8 || i == 13 || i == 18 || i == 23 ? c != '-' : !in(HEX, c)) return false;
    }
    return true;
  }

  /** Case is ignored among ASCII characters only. */
  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i += 1) if (text.charAt(i) >= 128) return false;
    return true;
  }

  /** Atoms joined by dots, and two or more labels of a domain. */
  static boolean isEmail(char[] text, int from, int length) {
    if (length > MAX_EMAIL_LENGTH) return false;
    int end = from + length;
    int at = from;
    int atomFrom = at;
    for (; at < end && text[at] != '@'; at += 1) {
      if (text[at] == '.') {
        if (at == atomFrom) return false;
        atomFrom = at + 1;
      } else if (!in(ATOM, text[at])) return false;
    }
    if (at == end || at == atomFrom) return false;
    int labels = 0;
    int labelFrom = at + 1;
    for (at += 1; at <= end; at += 1) {
      if (at < end && text[at] != '.') {
        if (text[at] != '-' && !in(ALPHANUMERIC, text[at])) return false;
        continue;
      }
      if (at == labelFrom || text[labelFrom] == '-' || text[at - 1] == '-') return false;
      labels += 1;
      labelFrom = at + 1;
    }
    return labels >= 2;
  }

  /** Null when it is none of them. */
  static String actionOf(String text) {
    if (text == null) return null;
    return switch (text) {
      case "login", "logout", "password_changed" -> text;
      default -> null;
    };
  }

  /** Null when it is none of them. */
  static String statusOf(String text) {
    if (text == null) return null;
    return switch (text) {
      case "success", "failure" -> text;
      default -> null;
    };
  }
}
