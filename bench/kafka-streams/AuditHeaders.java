import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** The headers of an audit event, as topology/user-audit/audit-headers.ts writes them. One for each task. */
final class AuditHeaders {
  private static final byte[] HEX = ascii("0123456789abcdef");
  private static final byte[] VARIANT = ascii("89ab");

  private static final Header SPEC_VERSION = new RecordHeader("ce_specversion", ascii("1.0"));
  private static final Header TYPE = new RecordHeader("ce_type", ascii("system.audit"));
  private static final Header DATA_SCHEMA =
      new RecordHeader("ce_dataschema", ascii("urn:audit-lanes:schema:system.audit/1.0"));

  private final Header source;
  private final MessageDigest sha1;
  private final byte[] digest = new byte[20];

  AuditHeaders(String applicationId) {
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

  Headers of(UserEventReader read, Origin origin) {
    Header id = new RecordHeader("ce_id", eventId(origin));
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
  private byte[] eventId(Origin origin) {
    sha1.update(origin.name, 0, origin.end);
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
}
