import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which event a name stands for, in any of the spellings of src/record/event-type.ts. Remembers what it was asked. */
final class EventTypes {
  enum Type {
    REGISTERED("user.registered"),
    UPDATED("user.updated"),
    AUTH("user.auth");

    final String text;

    Type(String text) {
      this.text = text;
    }
  }

  /** `type` is null when it is none of ours; `major` is -1 when the name declares no version. */
  record Resolved(Type type, int major) {}

  private static final Pattern VERSION =
      Pattern.compile("(?:[./:@_-]?[vV](\\d{1,4})(?:[._]\\d+)*|[./:@-](\\d{1,4})(?:\\.\\d+)*)\\z");
  private static final Pattern WORD_BREAK =
      Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+");
  private static final Pattern CLASS_NAME = Pattern.compile("^[A-Z][^\\n\\r\\u2028\\u2029]*[a-z]");
  private static final Pattern INNER_VERSION = Pattern.compile("v(\\d{1,4})");
  private static final Pattern SCHEMA_VERSION = Pattern.compile("[/:@._-][vV]?(\\d{1,4})(?:\\.\\d+)*(?:\\.json)?\\z");
  private static final Pattern REGISTRY_NUMBER = Pattern.compile("/(?:ids|versions)/\\d+\\z");
  private static final int MEMO_LIMIT = 512;
  private static final int MAX_NAME_LENGTH = 256;
  private static final Resolved UNKNOWN = new Resolved(null, -1);

  private final Map<String, Resolved> memo = new HashMap<>();

  Resolved named(String name) {
    Resolved remembered = memo.get(name);
    if (remembered != null) return remembered;
    Resolved resolved = read(name);
    if (memo.size() < MEMO_LIMIT && name.length() <= MAX_NAME_LENGTH) memo.put(name, resolved);
    return resolved;
  }

  /** -1 when the URI of a schema declares no version. */
  static int declaredMajor(String dataSchema) {
    if (dataSchema == null || REGISTRY_NUMBER.matcher(dataSchema).find()) return -1;
    Matcher version = SCHEMA_VERSION.matcher(dataSchema);
    return version.find() ? Integer.parseInt(version.group(1)) : -1;
  }

  private static Type known(String name) {
    for (Type type : Type.values()) if (type.text.equals(name)) return type;
    return null;
  }

  private static Resolved read(String name) {
    if (known(name) != null) return new Resolved(known(name), -1);
    if (name.length() > MAX_NAME_LENGTH) return UNKNOWN;
    Matcher version = VERSION.matcher(name);
    boolean versioned = version.find();
    int major = !versioned ? -1 : Integer.parseInt(version.group(1) != null ? version.group(1) : version.group(2));
    String bare = versioned ? name.substring(0, version.start()) : name;
    String simple = bare.substring(Math.max(bare.lastIndexOf('.'), bare.lastIndexOf('$')) + 1);
    return CLASS_NAME.matcher(simple).find() ? ofClass(simple, major) : new Resolved(dotted(bare), major);
  }

  private static Resolved ofClass(String simple, int major) {
    List<String> words = wordsOf(simple);
    Matcher inner = INNER_VERSION.matcher(words.isEmpty() ? "" : words.get(words.size() - 1));
    if (!inner.matches()) return new Resolved(known(String.join(".", words)), major);
    return new Resolved(known(String.join(".", words.subList(0, words.size() - 1))), Integer.parseInt(inner.group(1)));
  }

  private static Type dotted(String bare) {
    List<String> segments = new ArrayList<>();
    for (String segment : bare.split("[./:]", -1)) segments.add(String.join(".", wordsOf(segment)));
    for (int from = 0; from < segments.size(); from += 1) {
      Type type = known(String.join(".", segments.subList(from, segments.size())));
      if (type != null) return type;
    }
    return null;
  }

  /** In lower case, without the decoration of a trailing `event`. */
  private static List<String> wordsOf(String segment) {
    List<String> words = new ArrayList<>();
    for (String word : WORD_BREAK.split(segment)) if (!word.isEmpty()) words.add(word.toLowerCase(Locale.ROOT));
    return words.size() > 1 && words.get(words.size() - 1).equals("event") ? words.subList(0, words.size() - 1) : words;
  }
}
