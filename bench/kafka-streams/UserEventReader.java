import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.Base64;
import org.apache.kafka.common.header.Headers;

/**
 * From a record to its event, as topology/user-audit/user-event-serde.ts reads it: plain JSON, a CloudEvent in binary
 * or structured mode, Confluent's framing. One pass of Jackson's streaming parser; no tree.
 * One for each task. Throws InvalidEvent for what the service would not process.
 */
final class UserEventReader {
  private static final JsonFactory JSON = JsonFactory.builder()
      .streamReadConstraints(StreamReadConstraints.builder().maxNumberLength(1_000_000).maxNestingDepth(100_000).build())
      .build();
  private static final int MAJOR = 1;
  private static final int MAX_EMAIL_LENGTH = 320;
  private static final String CLOUD_EVENTS = "application/cloudevents";

  final UserEvent event = new UserEvent();
  EventTypes.Type type;
  /** Null where its producer gave it none. */
  String id;
  String traceparent;
  String tracestate;

  private final EventTypes types = new EventTypes();
  private final SourceHeaders source = new SourceHeaders();

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
      openData(value);
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
    if (!event.isValid(type)) throw new InvalidEvent("schema-violation", type.text);
    String headerId = SourceHeaders.text(source.ceId);
    id = headerId != null ? headerId : outerId;
    trace(outerParent, outerState);
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

  private void openData(byte[] value) {
    if (event.hasData) {
      if (event.dataFrom < 0) event.clear();
      else parse(value, event.dataFrom, event.dataEnd);
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
    try (JsonParser json = JSON.createParser(bytes, from, end - from)) {
      JsonToken first = json.nextToken();
      if (first == JsonToken.START_OBJECT) readObject(json, from);
      else if (first == null) throw InvalidEvent.undeserializable("the value is not valid JSON");
      else json.skipChildren();
      if (json.nextToken() != null) throw InvalidEvent.undeserializable("the value is not valid JSON");
    } catch (IOException broken) {
      throw InvalidEvent.undeserializable("the value is not valid JSON");
    }
  }

  private void readObject(JsonParser json, int from) throws IOException {
    event.isObject = true;
    String name;
    while ((name = json.nextFieldName()) != null) {
      JsonToken token = json.nextToken();
      switch (name) {
        case "userId" -> event.userId = textOf(json, token);
        case "timestamp" -> event.timestamp = timestampOf(json, token);
        case "metadata" -> readMetadata(json, token);
        case "action" -> event.action = actionOf(textOf(json, token));
        case "status" -> event.status = statusOf(textOf(json, token));
        case "userType" -> {
          event.hasUserType = token == JsonToken.VALUE_STRING && json.getTextLength() > 0;
          json.skipChildren();
        }
        case "email" -> {
          event.hasEmail = token == JsonToken.VALUE_STRING && isEmail(json);
          json.skipChildren();
        }
        case "updatedFields" -> event.hasUpdatedFields = isListOfTexts(json, token);
        case "eventType" -> event.eventType = textOf(json, token);
        case "type" -> event.type = textOf(json, token);
        case "specversion" -> event.specVersion = textOf(json, token);
        case "id" -> event.id = textOf(json, token);
        case "dataschema" -> event.dataSchema = textOf(json, token);
        case "traceparent" -> event.traceparent = textOf(json, token);
        case "tracestate" -> event.tracestate = textOf(json, token);
        case "data_base64" -> event.dataBase64 = textOf(json, token);
        case "data" -> readData(json, token, from);
        default -> json.skipChildren();
      }
    }
  }

  private void readData(JsonParser json, JsonToken token, int from) throws IOException {
    event.hasData = true;
    int start = from + (int) json.currentTokenLocation().getByteOffset();
    json.skipChildren();
    event.dataFrom = token == JsonToken.START_OBJECT ? start : -1;
    event.dataEnd = from + (int) json.currentLocation().getByteOffset();
  }

  private void readMetadata(JsonParser json, JsonToken token) throws IOException {
    event.clearMetadata();
    if (token != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    event.hasMetadata = true;
    String name;
    while ((name = json.nextFieldName()) != null) {
      JsonToken value = json.nextToken();
      switch (name) {
        case "source" -> event.source = textOf(json, value);
        case "correlationId" -> event.correlationId = textOf(json, value);
        case "ipAddress" -> {
          event.hasIpAddress = value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NULL;
          event.ipAddress = textOf(json, value);
        }
        case "userAgent" -> {
          event.hasUserAgent = value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NULL;
          event.userAgent = textOf(json, value);
        }
        default -> json.skipChildren();
      }
    }
  }

  /** Null when it is no text; what it is then is passed over. */
  private static String textOf(JsonParser json, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_STRING) return json.getText();
    json.skipChildren();
    return null;
  }

  private static String timestampOf(JsonParser json, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_STRING) return Timestamps.iso(json.getText());
    if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
      return Timestamps.iso(Double.parseDouble(json.getText()));
    }
    json.skipChildren();
    return null;
  }

  private static boolean isEmail(JsonParser json) throws IOException {
    char[] text = json.getTextCharacters();
    int length = json.getTextLength();
    return length <= MAX_EMAIL_LENGTH && Formats.isEmail(text, json.getTextOffset(), length);
  }

  private static boolean isListOfTexts(JsonParser json, JsonToken token) throws IOException {
    if (token != JsonToken.START_ARRAY) {
      json.skipChildren();
      return false;
    }
    boolean texts = true;
    for (JsonToken item; (item = json.nextToken()) != JsonToken.END_ARRAY; ) {
      if (item != JsonToken.VALUE_STRING) texts = false;
      json.skipChildren();
    }
    return texts;
  }

  private static String actionOf(String text) {
    if (text == null) return null;
    return switch (text) {
      case "login", "logout", "password_changed" -> text;
      default -> null;
    };
  }

  private static String statusOf(String text) {
    if (text == null) return null;
    return switch (text) {
      case "success", "failure" -> text;
      default -> null;
    };
  }
}
