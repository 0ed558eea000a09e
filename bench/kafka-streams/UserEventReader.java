import java.io.IOException;
import java.util.Base64;
import org.apache.kafka.common.header.Headers;

/**
 * From a record to its event, as topology/user-audit/user-event-serde.ts reads it: plain JSON, a CloudEvent in binary
 * or structured mode, Confluent's framing. How the JSON itself is read is said by its maker.
 * One for each task. Throws InvalidEvent for what the service would not process.
 */
final class UserEventReader {
  private static final int MAJOR = 1;
  private static final String CLOUD_EVENTS = "application/cloudevents";

  final UserEvent event = new UserEvent();
  EventTypes.Type type;
  /** Null where its producer gave it none. */
  String id;
  String traceparent;
  String tracestate;

  private final EventTypes types = new EventTypes();
  private final SourceHeaders source = new SourceHeaders();
  private final EventJson json;

  UserEventReader(EventJson json) {
    this.json = json;
  }

  /** The answer is in the fields, until the next call. */
  void read(byte[] value, Headers headers, String topic) {
    if (value == null) throw new InvalidEvent("null-value", "the record has no value");
    source.read(headers);
    boolean claimed = source.contentType != null && isCloudEvent(SourceHeaders.text(source.contentType));
    parse(value, 0, value.length);
    boolean structured = event.specVersion != null && event.type != null;
    String outerType = null;
    String outerId = null;
    String outerSchema = null;
    String outerParent = null;
    String outerState = null;
    if (structured) {
      outerType = full(event.type);
      outerId = full(event.id);
      outerSchema = full(event.dataSchema);
      outerParent = full(event.traceparent);
      outerState = full(event.tracestate);
      openData();
    } else if (claimed) {
      throw InvalidEvent.undeserializable("content-type says CloudEvent, but specversion or type is missing");
    }
    EventTypes.Resolved resolved = types.named(nameOf(outerType, topic));
    type = resolved.type();
    if (type == null) throw new InvalidEvent("unknown-type", "the event is none of ours");
    String headerSchema = SourceHeaders.text(source.ceDataSchema);
    int declared = EventTypes.declaredMajor(headerSchema != null ? headerSchema : outerSchema);
    int major = declared >= 0 ? declared : resolved.major() >= 0 ? resolved.major() : MAJOR;
    if (major != MAJOR) throw new InvalidEvent("unsupported-version", type.text);
    json.readFields(event, type);
    if (!event.isValid(type)) throw new InvalidEvent("schema-violation", type.text);
    String headerId = SourceHeaders.text(source.ceId);
    id = headerId != null ? headerId : outerId;
    trace(outerParent, outerState);
  }

  /** What was done to the user. */
  String action() {
    return switch (type) {
      case AUTH -> event.action;
      case UPDATED -> "update";
      case REGISTERED -> "register";
    };
  }

  String status() {
    return type == EventTypes.Type.AUTH ? event.status : "success";
  }

  private String nameOf(String outerType, String topic) {
    String name = SourceHeaders.text(source.ceType);
    if (name == null) name = outerType;
    if (name == null) name = SourceHeaders.text(source.eventType);
    if (name == null) name = SourceHeaders.text(source.type);
    if (name == null) name = SourceHeaders.text(source.typeId);
    if (name == null) name = full(event.eventType);
    if (name == null) name = full(event.type);
    return name == null ? topic : name;
  }

  private static String full(String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  private void trace(String outerParent, String outerState) {
    String inHeader = source.traceparent == null ? null : SourceHeaders.text(source.traceparent);
    traceparent = inHeader != null ? inHeader : outerParent;
    tracestate = null;
    if (traceparent == null) return;
    if (!isPrintable(traceparent, '!', 256)) {
      traceparent = null;
      return;
    }
    tracestate = inHeader == null ? outerState : SourceHeaders.text(source.tracestate);
    if (tracestate != null && !isPrintable(tracestate, ' ', 512)) tracestate = null;
  }

  private static boolean isPrintable(String text, char least, int most) {
    if (text.isEmpty() || text.length() > most) return false;
    for (int i = 0; i < text.length(); i += 1) if (text.charAt(i) < least || text.charAt(i) > '~') return false;
    return true;
  }

  private static boolean isCloudEvent(String contentType) {
    if (contentType == null || !contentType.regionMatches(true, 0, CLOUD_EVENTS, 0, CLOUD_EVENTS.length())) return false;
    String rest = contentType.substring(CLOUD_EVENTS.length());
    if (rest.regionMatches(true, 0, "+json", 0, 5)) rest = rest.substring(5);
    rest = rest.stripLeading();
    if (!rest.isEmpty() && rest.charAt(0) != ';') {
      throw InvalidEvent.undeserializable("content-type names a CloudEvents format other than +json");
    }
    return true;
  }

  private void openData() {
    if (event.hasData) {
      event.clear();
      try {
        json.readData(event);
      } catch (IOException broken) {
        throw notJson();
      }
      return;
    }
    if (event.dataBase64 == null) throw InvalidEvent.undeserializable("the structured CloudEvent has no data");
    byte[] data;
    try {
      data = Base64.getMimeDecoder().decode(event.dataBase64.replace('-', '+').replace('_', '/'));
    } catch (IllegalArgumentException notBase64) {
      throw InvalidEvent.undeserializable("the data is not valid base64");
    }
    parse(data, 0, data.length);
  }

  /** Confluent's frame and a byte order mark are passed over; the rest must be one JSON value in UTF-8. */
  private void parse(byte[] bytes, int begin, int end) {
    int from = begin;
    if (end - from >= 5 && bytes[from] == 0) from += 5;
    if (end - from >= 3 && bytes[from] == (byte) 0xef && bytes[from + 1] == (byte) 0xbb && bytes[from + 2] == (byte) 0xbf) from += 3;
    if (from == end) throw InvalidEvent.undeserializable("the value is empty");
    // Jackson would take NULs at the beginning for UTF-16 and UTF-32, and pass over a second byte order mark.
    if (bytes[from] <= 0 || (from + 1 < end && bytes[from + 1] == 0) || !Utf8.isValid(bytes, from, end)) {
      throw InvalidEvent.undeserializable("the value is not valid UTF-8 of a JSON text");
    }
    event.clear();
    try {
      json.read(bytes, from, end, event);
    } catch (IOException broken) {
      throw notJson();
    }
  }

  private static InvalidEvent notJson() {
    return InvalidEvent.undeserializable("the value is not valid JSON");
  }
}
