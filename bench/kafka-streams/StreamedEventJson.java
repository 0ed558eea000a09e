import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** By hand: one pass of Jackson's streaming parser over all fields of any type; no tree, no data binding. */
final class StreamedEventJson implements EventJson {
  private static final JsonFactory JSON = JsonFactory.builder().streamReadConstraints(LIMITS).build();

  private UserEvent event;
  /** Where the data of a structured CloudEvent is when it is an object; -1 when it is anything else. */
  private byte[] bytes;
  private int dataFrom;
  private int dataEnd;

  @Override
  public void read(byte[] bytes, int from, int end, UserEvent event) throws IOException {
    this.bytes = bytes;
    this.event = event;
    dataFrom = -1;
    try (JsonParser json = JSON.createParser(bytes, from, end - from)) {
      JsonToken first = json.nextToken();
      if (first == JsonToken.START_OBJECT) readObject(json, from);
      else if (first == null) throw new JsonParseException(json, "there is no value");
      else json.skipChildren();
      if (json.nextToken() != null) throw new JsonParseException(json, "there is a second value");
    }
  }

  @Override
  public void readData(UserEvent event) throws IOException {
    if (dataFrom >= 0) read(bytes, dataFrom, dataEnd, event);
  }

  /** They were read already. */
  @Override
  public void readFields(UserEvent event, EventTypes.Type type) {}

  private void readObject(JsonParser json, int from) throws IOException {
    event.isObject = true;
    String name;
    while ((name = json.nextFieldName()) != null) {
      JsonToken token = json.nextToken();
      switch (name) {
        case "userId" -> event.userId = textOf(json, token);
        case "timestamp" -> event.timestamp = timestampOf(json, token);
        case "metadata" -> readMetadata(json, token);
        case "action" -> event.action = Formats.actionOf(textOf(json, token));
        case "status" -> event.status = Formats.statusOf(textOf(json, token));
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
    dataFrom = token == JsonToken.START_OBJECT ? start : -1;
    dataEnd = from + (int) json.currentLocation().getByteOffset();
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
    return Formats.isEmail(text, json.getTextOffset(), length);
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
}
