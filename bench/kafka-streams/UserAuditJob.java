/*
 * The job of the service (topology/user-audit) on Kafka Streams, exactly once: what the bench compares the service with.
 * README.md beside this file says how its settings were chosen.
 *
 *   java UserAuditJob <bootstrap servers> <application id> <source topic> <audit topic> <dead letter topic> <threads> <state dir>
 *       <by-hand | databind>
 *
 * The topics must be there. Prints READY when it runs tasks. SIGTERM or the end of standard input end it in order
 * (exit code 0). An event that is invalid goes to the dead letter topic by Kafka Streams' own means.
 */
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

public final class UserAuditJob {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(20);

  public static void main(String[] args) throws Exception {
    if (args.length != 8 || !(args[7].equals("by-hand") || args[7].equals("databind"))) {
      System.err.println("expected: <bootstrap servers> <application id> <source topic> <audit topic> <dead letter topic> <threads> <state dir> <by-hand | databind>");
      System.exit(2);
    }
    String applicationId = args[1];
    KafkaStreams streams = new KafkaStreams(topology(processor(applicationId, args[7]), args[2], args[3]), settings(args));
    CountDownLatch end = new CountDownLatch(1);
    boolean[] failed = {false};
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      failed[0] = true;
      end.countDown();
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    });
    Thread closing = new Thread(() -> Runtime.getRuntime().halt(streams.close(CLOSE_LIMIT) && !failed[0] ? 0 : 1));
    Runtime.getRuntime().addShutdownHook(closing);
    daemon(() -> {
      while (System.in.read() >= 0) { }
      end.countDown();
    });
    daemon(() -> {
      while (!isRunning(streams)) Thread.sleep(5);
      System.out.println("READY");
    });
    streams.start();
    end.await();
    System.exit(0);
  }

  /** How JSON is read and written is all that differs. */
  private static ProcessorSupplier<byte[], byte[], byte[], byte[]> processor(String applicationId, String json) {
    if (json.equals("databind")) return () -> new AuditProcessor(applicationId, new DatabindEventJson(), new DatabindAuditJson());
    return () -> new AuditProcessor(applicationId, new StreamedEventJson(), new BufferedAuditJson());
  }

  /** Without the DSL: bytes in, one processor, bytes out. */
  private static Topology topology(ProcessorSupplier<byte[], byte[], byte[], byte[]> audits, String source, String audit) {
    return new Topology()
        .addSource("user-events", new ByteArrayDeserializer(), new ByteArrayDeserializer(), source)
        .addProcessor("audit", audits, "user-events")
        .addSink("audit-events", audit, new ByteArraySerializer(), new ByteArraySerializer(), "audit");
  }

  private static Properties settings(String[] args) {
    Map<String, Object> all = new HashMap<>();
    all.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    all.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
    all.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, args[4]);
    all.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndContinueProcessingExceptionHandler.class);
    all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, args[5]);
    all.put(StreamsConfig.STATE_DIR_CONFIG, args[6]);
    // As the service: exactly once, committed every 100 ms.
    all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    all.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 5_000);
    all.put("enable.metrics.push", false);
    consumer(all, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    consumer(all, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
    consumer(all, ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 52_428_800);
    consumer(all, ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4_194_304);
    consumer(all, ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1_048_576);
    // librdkafka's default.
    consumer(all, ConsumerConfig.CHECK_CRCS_CONFIG, false);
    producer(all, ProducerConfig.LINGER_MS_CONFIG, 5);
    producer(all, ProducerConfig.BATCH_SIZE_CONFIG, 262_144);
    producer(all, ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
    producer(all, ProducerConfig.BUFFER_MEMORY_CONFIG, 134_217_728L);
    producer(all, ProducerConfig.SEND_BUFFER_CONFIG, 1_048_576);
    // For trials: -Djob.<setting>=<value>, with Kafka Streams' prefixes.
    System.getProperties().forEach((name, value) -> {
      if (((String) name).startsWith("job.")) all.put(((String) name).substring(4), value);
    });
    Properties properties = new Properties();
    properties.putAll(all);
    return properties;
  }

  private static void consumer(Map<String, Object> all, String name, Object value) {
    all.put(StreamsConfig.consumerPrefix(name), value);
  }

  private static void producer(Map<String, Object> all, String name, Object value) {
    all.put(StreamsConfig.producerPrefix(name), value);
  }

  private static boolean isRunning(KafkaStreams streams) {
    return streams.state() == KafkaStreams.State.RUNNING
        && streams.metadataForLocalThreads().stream().anyMatch(thread -> !thread.activeTasks().isEmpty());
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static void daemon(Work work) {
    Thread thread = new Thread(() -> {
      try {
        work.run();
      } catch (IOException | InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    });
    thread.setDaemon(true);
    thread.start();
  }
}
