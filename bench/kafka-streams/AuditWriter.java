import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The bytes and headers of an audit event, as topology/user-audit (audit-mapping, audit-serde, audit-headers) writes
 * them. One for each task: buffers are used again. `value` and `headers` belong to one `of`.
 */
final class AuditWriter {
  private static final String NAMESPACE = "ab92455bdda14c67a3b130e77d89cc60";
  private static final byte[] HEX = ascii("0123456789abcdef");
  private static final byte[] VARIANT = ascii("89ab");

  private static final Header SPEC_VERSION = new RecordHeader("ce_specversion", ascii("1.0"));
  private static final Header TYPE = new RecordHeader("ce_type", ascii("system.audit"));
  private static final Header DATA_SCHEMA =
      new RecordHeader("ce_dataschema", ascii("urn:audit-lanes:schema:system.audit/1.0"));

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

  private final Header source;
  private final MessageDigest sha1;
  private final byte[] digest = new byte[20];
  /** Namespace, then `topic-partition-offset`. */
  private byte[] name;
  private int nameLength;
  private String topic = "";
  private int partition = -1;
  private int placeLength;
  private byte[] origin;

  private byte[] out = new byte[4096];
  private int at;
  /** Most records of a batch were written in the same second: only their milliseconds differ. */
  private long second = Long.MIN_VALUE;
  private final byte[] time = new byte[24];

  AuditWriter(String applicationId) {
    source = new RecordHeader("ce_source", ("/" + applicationId).getBytes(StandardCharsets.UTF_8));
    try {
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** For every record first: where it comes from. */
  void at(String topic, int partition, long offset) {
    if (partition != this.partition || !topic.equals(this.topic)) {
      this.topic = topic;
      this.partition = partition;
      byte[] place = ascii(topic + "-" + partition + "-");
      name = new byte[16 + place.length + 20];
      for (int i = 0; i < 16; i += 1) name[i] = (byte) Integer.parseInt(NAMESPACE.substring(2 * i, 2 * i + 2), 16);
      System.arraycopy(place, 0, name, 16, place.length);
      placeLength = 16 + place.length;
      at = 0;
      put(ORIGIN);
      put(ascii(topic));
      put(PARTITION);
      number(partition);
      put(OFFSET);
      origin = Arrays.copyOf(out, at);
    }
    nameLength = writeNumber(offset, name, placeLength);
  }

  Headers headers(UserEventReader read) {
    Header id = new RecordHeader("ce_id", eventId());
    Header time = new RecordHeader("ce_time", ascii(read.event.timestamp));
    if (read.traceparent == null) return new RecordHeaders(new Header[] {SPEC_VERSION, id, TYPE, source, time, DATA_SCHEMA});
    Header parent = new RecordHeader("traceparent", ascii(read.traceparent));
    if (read.tracestate == null) {
      return new RecordHeaders(new Header[] {SPEC_VERSION, id, TYPE, source, time, DATA_SCHEMA, parent});
    }
    Header state = new RecordHeader("tracestate", ascii(read.tracestate));
    return new RecordHeaders(new Header[] {SPEC_VERSION, id, TYPE, source, time, DATA_SCHEMA, parent, state});
  }

  /** UUIDv5. */
  private byte[] eventId() {
    sha1.update(name, 0, nameLength);
    try {
      sha1.digest(digest, 0, 20);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
    byte[] id = new byte[36];
    int to = 0;
    for (int i = 0; i < 16; i += 1) {
      if (i == 4 || i == 6 || i == 8 || i == 10) id[to++] = '-';
      id[to++] = HEX[(digest[i] >> 4) & 15];
      id[to++] = HEX[digest[i] & 15];
    }
    id[14] = '5';
    id[19] = VARIANT[(digest[8] >> 4) & 3];
    return id;
  }

  byte[] value(UserEventReader read, long recordedAtMs) {
    UserEvent event = read.event;
    at = 0;
    put(EVENT_TYPE);
    clean(read.type.text);
    put(USER_ID);
    clean(event.userId);
    put(ACTION);
    clean(read.type == EventTypes.Type.AUTH ? event.action : read.type == EventTypes.Type.UPDATED ? "update" : "register");
    put(RESOURCE);
    clean(event.userId);
    put(STATUS);
    clean(read.type == EventTypes.Type.AUTH ? event.status : "success");
    put(TIMESTAMP);
    clean(event.timestamp);
    put(SOURCE);
    text(event.source);
    put(CORRELATION_ID);
    clean(event.correlationId);
    put(CAUSATION_ID);
    if (read.id != null) text(read.id);
    else put(name, 16, nameLength - 16);
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
    put(origin);
    put(name, placeLength, nameLength - placeLength);
    if (recordedAtMs >= 0 && Timestamps.isInRange(recordedAtMs)) {
      put(RECORDED_AT);
      recordedAt(recordedAtMs);
      put(END_RECORDED);
    } else {
      put(END);
    }
    return Arrays.copyOf(out, at);
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
    at = writeNumber(number, out, at);
  }

  /** Not negative. The answer is where it ends. */
  private static int writeNumber(long number, byte[] to, int from) {
    int digits = 1;
    for (long rest = number; rest >= 10; rest /= 10) digits += 1;
    int end = from + digits;
    long rest = number;
    for (int i = end - 1; i >= from; i -= 1) {
      to[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return end;
  }
}
