import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** One user event in, one audit event out, under the same key bytes and with the same timestamp. */
final class AuditProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private final UserEventReader reader = new UserEventReader();
  private final AuditWriter writer;
  private ProcessorContext<byte[], byte[]> context;

  AuditProcessor(String applicationId) {
    writer = new AuditWriter(applicationId);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata origin = context.recordMetadata().orElseThrow();
    reader.read(record.value(), record.headers(), origin.topic());
    writer.at(origin.topic(), origin.partition(), origin.offset());
    byte[] value = writer.value(reader, record.timestamp());
    context.forward(new Record<>(record.key(), value, record.timestamp(), writer.headers(reader)));
  }
}
