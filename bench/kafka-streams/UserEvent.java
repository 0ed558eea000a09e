/**
 * What is read of an event: one object for each task, used again for every record. A text that is missing or of
 * another JSON type is null: the schemas require each of those that they ask for.
 */
final class UserEvent {
  boolean isObject;
  String userId;
  boolean hasUserType;
  boolean hasEmail;
  boolean hasUpdatedFields;
  String action;
  String status;
  /** In the one spelling. */
  String timestamp;

  boolean hasMetadata;
  String source;
  String correlationId;
  /** Null and there, or a text. */
  boolean hasIpAddress;
  String ipAddress;
  boolean hasUserAgent;
  String userAgent;

  /** Where a payload may tell its type itself. */
  String eventType;
  String type;

  /** Those of a structured CloudEvent. */
  String specVersion;
  String id;
  String dataSchema;
  String traceparent;
  String tracestate;
  boolean hasData;
  String dataBase64;

  void clear() {
    isObject = hasUserType = hasEmail = hasUpdatedFields = hasData = false;
    userId = action = status = timestamp = null;
    eventType = type = specVersion = id = dataSchema = traceparent = tracestate = dataBase64 = null;
    clearMetadata();
  }

  void clearMetadata() {
    hasMetadata = hasIpAddress = hasUserAgent = false;
    source = correlationId = ipAddress = userAgent = null;
  }

  /** What the schema of the type says, constraint by constraint. */
  boolean isValid(EventTypes.Type as) {
    if (!isObject || userId == null || !Formats.isUuid(userId) || timestamp == null || !hasMetadata) return false;
    if (source == null || source.isEmpty() || correlationId == null || !Formats.isUuid(correlationId)) return false;
    switch (as) {
      case REGISTERED:
        return hasUserType && hasEmail;
      case UPDATED:
        return hasUpdatedFields;
      default:
        return action != null && status != null && hasIpAddress && hasUserAgent;
    }
  }
}
