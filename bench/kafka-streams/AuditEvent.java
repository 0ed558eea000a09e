import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/** An audit event as the ObjectMapper writes it: what is null is left out. */
@JsonPropertyOrder({"eventType", "userId", "action", "resource", "status", "timestamp", "metadata"})
record AuditEvent(
    String eventType, String userId, String action, String resource, String status, String timestamp, Metadata metadata) {

  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonPropertyOrder({"source", "correlationId", "causationId", "ipAddress", "userAgent", "origin", "recordedAt"})
  record Metadata(
      String source,
      String correlationId,
      String causationId,
      String ipAddress,
      String userAgent,
      Place origin,
      String recordedAt) {}

  @JsonPropertyOrder({"topic", "partition", "offset"})
  record Place(String topic, int partition, long offset) {}
}
