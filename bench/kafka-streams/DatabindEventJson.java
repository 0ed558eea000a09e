import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;

/** By Jackson's ObjectMapper: the value as a tree, and of the tree what the type needs. */
final class DatabindEventJson implements EventJson {
  private static final ObjectReader TREES =
      new ObjectMapper(JsonFactory.builder().streamReadConstraints(LIMITS).build())
          .reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonNode root = MissingNode.getInstance();

  @Override
  public void read(byte[] bytes, int from, int end, UserEvent event) throws IOException {
    root = TREES.readTree(bytes, from, end - from);
    if (root.isMissingNode()) throw new JsonParseException(null, "there is no value");
    readNames(event);
  }

  @Override
  public void readData(UserEvent event) {
    root = root.path("data");
    readNames(event);
  }

  private void readNames(UserEvent event) {
    event.isObject = root.isObject();
    event.eventType = text(root, "eventType");
    event.type = text(root, "type");
    event.specVersion = text(root, "specversion");
    if (event.specVersion == null) return;
    event.id = text(root, "id");
    event.dataSchema = text(root, "dataschema");
    event.traceparent = text(root, "traceparent");
    event.tracestate = text(root, "tracestate");
    event.hasData = root.has("data");
    event.dataBase64 = text(root, "data_base64");
  }

  @Override
  public void readFields(UserEvent event, EventTypes.Type type) {
    event.userId = text(root, "userId");
    event.timestamp = timestampOf(root.path("timestamp"));
    JsonNode metadata = root.path("metadata");
    event.hasMetadata = metadata.isObject();
    event.source = text(metadata, "source");
    event.correlationId = text(metadata, "correlationId");
    switch (type) {
      case REGISTERED -> {
        String userType = text(root, "userType");
        event.hasUserType = userType != null && !userType.isEmpty();
        event.hasEmail = isEmail(text(root, "email"));
      }
      case UPDATED -> event.hasUpdatedFields = isListOfTexts(root.path("updatedFields"));
      case AUTH -> {
        event.action = Formats.actionOf(text(root, "action"));
        event.status = Formats.statusOf(text(root, "status"));
        JsonNode ipAddress = metadata.path("ipAddress");
        event.hasIpAddress = ipAddress.isTextual() || ipAddress.isNull();
        event.ipAddress = ipAddress.textValue();
        JsonNode userAgent = metadata.path("userAgent");
        event.hasUserAgent = userAgent.isTextual() || userAgent.isNull();
        event.userAgent = userAgent.textValue();
      }
    }
  }

  /** Null when it is no text. */
  private static String text(JsonNode of, String name) {
    return of.path(name).textValue();
  }

  private static String timestampOf(JsonNode value) {
    if (value.isTextual()) return Timestamps.iso(value.textValue());
    return value.isNumber() ? Timestamps.iso(value.doubleValue()) : null;
  }

  private static boolean isEmail(String text) {
    return text != null && Formats.isEmail(text.toCharArray(), 0, text.length());
  }

  private static boolean isListOfTexts(JsonNode list) {
    if (!list.isArray()) return false;
    for (JsonNode item : list) if (!item.isTextual()) return false;
    return true;
  }
}
