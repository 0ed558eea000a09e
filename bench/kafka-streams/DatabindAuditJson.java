import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** By Jackson's ObjectMapper, from records. */
final class DatabindAuditJson implements AuditJson {
  /** As JSON.stringify: characters outside of the BMP as they are, and escapes in lower case. */
  private static final ObjectWriter EVENTS = JsonMapper.builder()
      .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
      .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
      .build()
      .writerFor(AuditEvent.class);

  @Override
  public byte[] of(UserEventReader read, Origin origin, long recordedAtMs) {
    UserEvent event = read.event;
    boolean isAuth = read.type == EventTypes.Type.AUTH;
    AuditEvent audit = new AuditEvent(
        read.type.text,
        event.userId,
        read.action(),
        "user/" + event.userId,
        read.status(),
        event.timestamp,
        new AuditEvent.Metadata(
            event.source,
            event.correlationId,
            read.id != null ? read.id : origin.topic + "-" + origin.partition + "-" + origin.offset,
            isAuth ? event.ipAddress : null,
            isAuth ? event.userAgent : null,
            new AuditEvent.Place(origin.topic, origin.partition, origin.offset),
            recordedAtMs >= 0 ? Timestamps.ofEpochMs(recordedAtMs) : null));
    try {
      return EVENTS.writeValueAsBytes(audit);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
