import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** By hand: into a buffer that is used again. One for each task. */
final class BufferedAuditJson implements AuditJson {
  private static final byte[] EVENT_TYPE = ascii("{\"eventType\":\"");
  private static final byte[] USER_ID = ascii("\",\"userId\":\"");
  private static final byte[] ACTION = ascii("\",\"action\":\"");
  private static final byte[] RESOURCE = ascii("\",\"resource\":\"user/");
  private static final byte[] STATUS = ascii("\",\"status\":\"");
  private static final byte[] TIMESTAMP = ascii("\",\"timestamp\":\"");
  private static final byte[] SOURCE = ascii("\",\"metadata\":{\"source\":\"");
  private static final byte[] CORRELATION_ID = ascii("\",\"correlationId\":\"");
  private static final byte[] CAUSATION_ID = ascii("\",\"causationId\":\"");
  private static final byte[] IP_ADDRESS = ascii("\",\"ipAddress\":\"");
  private static final byte[] USER_AGENT = ascii("\",\"userAgent\":\"");
  private static final byte[] ORIGIN = ascii("\",\"origin\":{\"topic\":\"");
  private static final byte[] PARTITION = ascii("\",\"partition\":");
  private static final byte[] OFFSET = ascii(",\"offset\":");
  private static final byte[] RECORDED_AT = ascii("},\"recordedAt\":\"");
  private static final byte[] END_RECORDED = ascii("\"}}");
  private static final byte[] END = ascii("}}}");

  /** As far as it is the same for all records of a partition. */
  private byte[] originText;
  private byte[] namedOrigin;

  private byte[] out = new byte[4096];
  private int at;
  /** Most records of a batch were written in the same second: only their milliseconds differ. */
  private long second = Long.MIN_VALUE;
  private final byte[] time = new byte[24];

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public byte[] of(UserEventReader read, Origin origin, long recordedAtMs) {
    UserEvent event = read.event;
    if (origin.name != namedOrigin) nameOrigin(origin);
    at = 0;
    put(EVENT_TYPE);
    clean(read.type.text);
    put(USER_ID);
    clean(event.userId);
    put(ACTION);
    clean(read.action());
    put(RESOURCE);
    clean(event.userId);
    put(STATUS);
    clean(read.status());
    put(TIMESTAMP);
    clean(event.timestamp);
    put(SOURCE);
    text(event.source);
    put(CORRELATION_ID);
    clean(event.correlationId);
    put(CAUSATION_ID);
    if (read.id != null) text(read.id);
    else put(origin.name, origin.placeFrom, origin.end - origin.placeFrom);
    if (read.type == EventTypes.Type.AUTH) {
      if (event.ipAddress != null) {
        put(IP_ADDRESS);
        text(event.ipAddress);
      }
      if (event.userAgent != null) {
        put(USER_AGENT);
        text(event.userAgent);
      }
    }
    put(originText);
    put(origin.name, origin.offsetFrom, origin.end - origin.offsetFrom);
    if (recordedAtMs >= 0 && Timestamps.isInRange(recordedAtMs)) {
      put(RECORDED_AT);
      recordedAt(recordedAtMs);
      put(END_RECORDED);
    } else {
      put(END);
    }
    return Arrays.copyOf(out, at);
  }

  private void nameOrigin(Origin origin) {
    at = 0;
    put(ORIGIN);
    put(ascii(origin.topic));
    put(PARTITION);
    number(origin.partition);
    put(OFFSET);
    originText = Arrays.copyOf(out, at);
    namedOrigin = origin.name;
  }

  private void recordedAt(long ms) {
    if (ms / 1000 == second) {
      Timestamps.three((int) (ms % 1000), time, 20);
    } else {
      Timestamps.write(ms, time, 0);
      second = ms / 1000;
    }
    put(time);
  }

  private void room(int bytes) {
    if (at + bytes > out.length) out = Arrays.copyOf(out, Math.max(out.length * 2, at + bytes));
  }

  private void put(byte[] bytes) {
    put(bytes, 0, bytes.length);
  }

  private void put(byte[] bytes, int from, int length) {
    room(length);
    System.arraycopy(bytes, from, out, at, length);
    at += length;
  }

  /** ASCII without anything to escape: ids and times that are valid. */
  @SuppressWarnings("deprecation")
  private void clean(String text) {
    int length = text.length();
    room(length);
    text.getBytes(0, length, out, at);
    at += length;
  }

  private void text(String text) {
    for (int i = 0; i < text.length(); i += 1) {
      char c = text.charAt(i);
      if (c < 0x20 || c == '"' || c == '\\' || c >= 0x80) {
        put(escaped(text).getBytes(StandardCharsets.UTF_8));
        return;
      }
    }
    clean(text);
  }

  /** What JSON.stringify escapes: lone surrogates too. */
  private static String escaped(String text) {
    StringBuilder to = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i += 1) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> to.append("\\\"");
        case '\\' -> to.append("\\\\");
        case '\b' -> to.append("\\b");
        case '\f' -> to.append("\\f");
        case '\n' -> to.append("\\n");
        case '\r' -> to.append("\\r");
        case '\t' -> to.append("\\t");
        default -> {
          if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
            to.append(c).append(text.charAt(++i));
          } else if (c < 0x20 || Character.isSurrogate(c)) {
            to.append(String.format("\\u%04x", (int) c));
          } else {
            to.append(c);
          }
        }
      }
    }
    return to.toString();
  }

  private void number(long number) {
    room(20);
    at = Origin.writeNumber(number, out, at);
  }
}
