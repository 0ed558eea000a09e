import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** The headers that say what a record is and what caused it, found in one pass; of several of one name the last counts. */
final class SourceHeaders {
  byte[] ceType;
  byte[] ceId;
  byte[] ceDataSchema;
  byte[] traceparent;
  byte[] tracestate;
  byte[] contentType;
  byte[] eventType;
  byte[] type;
  byte[] typeId;

  void read(Headers headers) {
    ceType = ceId = ceDataSchema = traceparent = tracestate = contentType = eventType = type = typeId = null;
    for (Header header : headers) {
      switch (header.key()) {
        case "__TypeId__" -> typeId = header.value();
        case "traceparent" -> traceparent = header.value();
        case "tracestate" -> tracestate = header.value();
        case "content-type" -> contentType = header.value();
        case "ce_type" -> ceType = header.value();
        case "ce_id" -> ceId = header.value();
        case "ce_dataschema" -> ceDataSchema = header.value();
        case "eventType" -> eventType = header.value();
        case "type" -> type = header.value();
        default -> { }
      }
    }
  }

  /** A header's text, without the quotes that Spring's JSON header mapper may put around it; empty is absent: null. */
  static String text(byte[] value) {
    if (value == null || value.length == 0 || !Utf8.isValid(value, 0, value.length)) return null;
    String text = trimmed(new String(value, StandardCharsets.UTF_8));
    int length = text.length();
    String bare = length >= 2 && text.charAt(0) == '"' && text.charAt(length - 1) == '"' ? text.substring(1, length - 1) : text;
    return bare.isEmpty() ? null : bare;
  }

  private static String trimmed(String text) {
    int from = 0;
    int end = text.length();
    while (from < end && isBlank(text.charAt(from))) from += 1;
    while (end > from && isBlank(text.charAt(end - 1))) end -= 1;
    return text.substring(from, end);
  }

  /** What JavaScript trims. */
  private static boolean isBlank(char c) {
    if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
    return c == 0xa0 || c == 0xfeff || c == 0x2028 || c == 0x2029 || Character.getType(c) == Character.SPACE_SEPARATOR;
  }
}
