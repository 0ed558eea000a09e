/*
 * Reads, writes and administers a Kafka with Apache Kafka's own Java clients, so that what the broker
 * tests know of topics does not come from the client or the code under test. Run from its source:
 * `java -cp <Kafka's jars> RecordTool.java <bootstrap servers>`; ends with its standard input.
 *
 * One request a line, fields separated by tabs: number, verb, arguments. Answers: "<number> r ..." for each
 * record of a read, then "<number> ok ..." or "<number> error <text>". Bytes are base64, null is "~".
 * A read is read_committed and ends at the logs' ends as they were uncommitted when it began: it waits for
 * transactions that are open. Produced records are sent in the order of their requests.
 */
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public final class RecordTool {
  private static final long READ_LIMIT_MS = 60_000;
  private static final PrintStream OUT = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false, StandardCharsets.UTF_8);

  private final String servers;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;

  private RecordTool(String servers) {
    this.servers = servers;
    this.admin = Admin.create(Map.of("bootstrap.servers", servers));
    this.producer = new KafkaProducer<>(
        Map.of("bootstrap.servers", servers, "acks", "all", "enable.idempotence", true, "linger.ms", 5,
            // Some tests take the broker away for longer than the default of two minutes.
            "delivery.timeout.ms", 600_000,
            "max.request.size", 4_000_000, "reconnect.backoff.max.ms", 500, "max.block.ms", 600_000),
        new ByteArraySerializer(), new ByteArraySerializer());
  }

  public static void main(String[] args) throws Exception {
    RecordTool tool = new RecordTool(args[0]);
    ExecutorService beside = Executors.newCachedThreadPool(task -> {
      Thread thread = new Thread(task);
      thread.setDaemon(true);
      return thread;
    });
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] request = line.split("\t", -1);
      if (request[1].equals("produce")) tool.produce(request);
      else beside.execute(() -> tool.answer(request));
    }
    System.exit(0);
  }

  private void answer(String[] request) {
    try {
      say(request[0], "ok", answerTo(request));
    } catch (Throwable error) {
      Throwable cause = error instanceof java.util.concurrent.ExecutionException ? error.getCause() : error;
      say(request[0], "error", cause.toString().replaceAll("\\s+", " "));
    }
  }

  private static void say(String number, String verb, String rest) {
    synchronized (OUT) {
      OUT.print(number + "\t" + verb + "\t" + rest + "\n");
      OUT.flush();
    }
  }

  private String answerTo(String[] request) throws Exception {
    switch (request[1]) {
      case "read":
        return read(request[0], request[2]);
      case "createTopic":
        NewTopic topic = new NewTopic(request[2], Integer.parseInt(request[3]), (short) 1);
        Map<String, String> config = new HashMap<>(Map.of("max.message.bytes", "1000000"));
        for (int i = 4; i < request.length; i += 2) config.put(request[i], request[i + 1]);
        admin.createTopics(List.of(topic.configs(config))).all().get();
        return "";
      case "deleteTopic":
        admin.deleteTopics(List.of(request[2])).all().get();
        return "";
      case "createPartitions":
        admin.createPartitions(Map.of(request[2], NewPartitions.increaseTo(Integer.parseInt(request[3])))).all().get();
        return "";
      case "deleteRecords":
        TopicPartition shortened = new TopicPartition(request[2], Integer.parseInt(request[3]));
        admin.deleteRecords(Map.of(shortened, RecordsToDelete.beforeOffset(Long.parseLong(request[4])))).all().get();
        return "";
      case "partitions":
        return String.valueOf(partitionsOf(request[2]).size());
      case "config":
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, request[2]);
        return admin.describeConfigs(List.of(resource)).all().get().get(resource).get(request[3]).value();
      case "alterConfig":
        ConfigResource altered = new ConfigResource(ConfigResource.Type.TOPIC, request[2]);
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry(request[3], request[4]), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(altered, List.of(set))).all().get();
        return "";
      case "addAcl":
        admin.createAcls(List.of(acl(request))).all().get();
        return "";
      case "deleteAcl":
        admin.deleteAcls(List.of(acl(request).toFilter())).all().get();
        return "";
      case "ends":
        return join(ends(request[2]));
      case "committed":
        return join(committed(request[2], request[3]));
      case "setOffset":
        TopicPartition at = new TopicPartition(request[3], Integer.parseInt(request[4]));
        OffsetAndMetadata offset = new OffsetAndMetadata(Long.parseLong(request[5]));
        admin.alterConsumerGroupOffsets(request[2], Map.of(at, offset)).all().get();
        return "";
      default:
        throw new IllegalArgumentException("no such verb: " + request[1]);
    }
  }

  private static AclBinding acl(String[] request) {
    ResourcePattern on = new ResourcePattern(ResourceType.fromString(request[2]), request[3], PatternType.valueOf(request[4].toUpperCase()));
    AclOperation operation = AclOperation.fromString(request[6]);
    return new AclBinding(on, new AccessControlEntry(request[5], "*", operation, AclPermissionType.ALLOW));
  }

  private void produce(String[] request) {
    Integer partition = request[3].equals("~") ? null : Integer.valueOf(request[3]);
    Long timestamp = request[7].equals("~") ? null : Long.valueOf(request[7]);
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(request[2], partition, timestamp, bytes(request[4]), bytes(request[5]));
    for (String header : request[6].isEmpty() ? new String[0] : request[6].split(",")) {
      String[] pair = header.split(":", -1);
      record.headers().add(new String(bytes(pair[0]), StandardCharsets.UTF_8), bytes(pair[1]));
    }
    producer.send(record, (metadata, error) -> {
      if (error == null) say(request[0], "ok", metadata.partition() + "\t" + metadata.offset());
      else say(request[0], "error", error.toString().replaceAll("\\s+", " "));
    });
  }

  private List<TopicPartition> partitionsOf(String topic) throws Exception {
    List<TopicPartition> all = new ArrayList<>();
    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions()
        .forEach(info -> all.add(new TopicPartition(topic, info.partition())));
    return all;
  }

  /** Of records and control records, committed or not. */
  private Map<TopicPartition, Long> ends(String topic) throws Exception {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    for (TopicPartition partition : partitionsOf(topic)) asked.put(partition, OffsetSpec.latest());
    Map<TopicPartition, Long> ends = new HashMap<>();
    ListOffsetsResult result = admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED));
    for (TopicPartition partition : asked.keySet()) ends.put(partition, result.partitionResult(partition).get().offset());
    return ends;
  }

  private Map<TopicPartition, Long> committed(String group, String topic) throws Exception {
    Map<TopicPartition, Long> found = new HashMap<>();
    admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().forEach((partition, offset) -> {
      if (partition.topic().equals(topic) && offset != null) found.put(partition, offset.offset());
    });
    return found;
  }

  private static String join(Map<TopicPartition, Long> offsets) {
    List<String> all = new ArrayList<>();
    offsets.forEach((partition, offset) -> all.add(partition.partition() + ":" + offset));
    return String.join(",", all);
  }

  private String read(String number, String topic) throws Exception {
    Map<TopicPartition, Long> ends = ends(topic);
    Map<String, Object> settings = Map.of("bootstrap.servers", servers, "isolation.level", "read_committed",
        "enable.auto.commit", false, "auto.offset.reset", "earliest", "max.poll.records", 5000);
    long limit = System.currentTimeMillis() + READ_LIMIT_MS;
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        if (System.currentTimeMillis() > limit) throw new IllegalStateException("the end of " + topic + " was not reached: is a transaction open?");
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          if (record.offset() < ends.get(new TopicPartition(topic, record.partition()))) say(number, "r", text(record));
        }
      }
    }
    return "";
  }

  private static String text(ConsumerRecord<byte[], byte[]> record) {
    List<String> headers = new ArrayList<>();
    for (Header header : record.headers())
      headers.add(base64(header.key().getBytes(StandardCharsets.UTF_8)) + ":" + base64(header.value()));
    return record.partition() + "\t" + record.offset() + "\t" + record.timestamp() + "\t" + base64(record.key()) + "\t"
        + base64(record.value()) + "\t" + String.join(",", headers);
  }

  private static byte[] bytes(String text) {
    return text.equals("~") ? null : Base64.getDecoder().decode(text);
  }

  private static String base64(byte[] bytes) {
    return bytes == null ? "~" : Base64.getEncoder().encodeToString(bytes);
  }
}
