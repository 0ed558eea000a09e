import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** One user event in, one audit event out, under the same key bytes and with the same timestamp. */
final class AuditProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private final UserEventReader reader;
  private final AuditJson writer;
  private final AuditHeaders headers;
  private final Origin origin = new Origin();
  private ProcessorContext<byte[], byte[]> context;

  AuditProcessor(String applicationId, EventJson eventJson, AuditJson auditJson) {
    reader = new UserEventReader(eventJson);
    writer = auditJson;
    headers = new AuditHeaders(applicationId);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata from = context.recordMetadata().orElseThrow();
    reader.read(record.value(), record.headers(), from.topic());
    origin.at(from.topic(), from.partition(), from.offset());
    byte[] value = writer.of(reader, origin, record.timestamp());
    context.forward(new Record<>(record.key(), value, record.timestamp(), headers.of(reader, origin)));
  }
}
