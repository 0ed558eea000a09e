/*
 * An application of Kafka Streams that side-by-side.ts has in TypeScript as well: the same input must give the
 * same output, key by key. Keys and values are strings. Topics must be there; stores are in memory.
 * Run from its source, with the jars of pom.xml beside it (Java 17), as kafka-streams-agreement.test.ts does:
 * `java -cp '<jars>/*' SideBySide.java <bootstrap servers> <application id> <prefix of inputs> <prefix of outputs>`
 * Says "ready" when every task runs; ends with its standard input, or by SIGTERM.
 */
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;

public final class SideBySide {
  private static final Serde<String> STRING = Serdes.String();
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  private final StreamsBuilder builder = new StreamsBuilder();
  private final String inputs;
  private final String outputs;

  private SideBySide(String inputs, String outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
  }

  private Topology build() {
    KStream<String, String> events = read("events");
    aggregations(events.groupByKey());
    windows(events.groupByKey());
    kinds(events);
    joins(read("orders"), builder.table(inputs + ".users", Consumed.with(STRING, STRING).withName("users"), store("users")));
    tables(read("changes"));
    return builder.build();
  }

  private KStream<String, String> read(String name) {
    return builder.stream(inputs + "." + name, Consumed.with(STRING, STRING).withName(name));
  }

  private void write(KStream<String, String> stream, String name) {
    stream.to(outputs + "." + name, Produced.with(STRING, STRING));
  }

  private static Materialized<String, String, KeyValueStore<Bytes, byte[]>> store(String name) {
    return Materialized.<String, String, KeyValueStore<Bytes, byte[]>>as(name).withKeySerde(STRING).withValueSerde(STRING);
  }

  private static Materialized<String, Long, KeyValueStore<Bytes, byte[]>> counts(String name) {
    return Materialized.<String, Long, KeyValueStore<Bytes, byte[]>>as(name).withKeySerde(STRING);
  }

  private static Materialized<String, Long, WindowStore<Bytes, byte[]>> windowCounts(String name) {
    return Materialized.<String, Long, WindowStore<Bytes, byte[]>>as(name).withKeySerde(STRING);
  }

  private void aggregations(KGroupedStream<String, String> events) {
    write(events.count(counts("counts")).toStream().mapValues(count -> count.toString()), "counts");
    write(events.reduce(SideBySide::sum, store("sums")).toStream(), "sums");
    write(events.aggregate(() -> "none", SideBySide::range, store("ranges")).toStream(), "ranges");
  }

  /** The values of events are integers. */
  private static String sum(String left, String right) {
    return Long.toString(Long.parseLong(left) + Long.parseLong(right));
  }

  /** "least..greatest", as text. */
  private static String range(String key, String value, String range) {
    if (range.equals("none")) return value + ".." + value;
    String[] ends = range.split("\\.\\.");
    return (value.compareTo(ends[0]) < 0 ? value : ends[0]) + ".." + (value.compareTo(ends[1]) > 0 ? value : ends[1]);
  }

  private void windows(KGroupedStream<String, String> events) {
    KTable<Windowed<String>, Long> tumbling = events
        .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS, Duration.ofSeconds(5)))
        .count(windowCounts("tumbling"));
    writeWindows(tumbling, "tumbling");
    writeWindows(tumbling.suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName("final")), "final");
    // The filter keeps back what neither passes nor passed, and with it the stream time of the suppression.
    KTable<Windowed<String>, Long> some = tumbling.filter((windowed, count) -> count > 2)
        .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName("final-some"))
        .mapValues(count -> count * 10);
    writeWindows(some, "final-some");
    KTable<Windowed<String>, Long> hopping = events
        .windowedBy(TimeWindows.ofSizeWithNoGrace(TEN_SECONDS).advanceBy(Duration.ofSeconds(4)))
        .count(windowCounts("hopping"));
    writeWindows(hopping, "hopping");
    KTable<Windowed<String>, String> sums = events
        .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS, TEN_SECONDS).advanceBy(Duration.ofSeconds(5)))
        .reduce(SideBySide::sum, Materialized.<String, String, WindowStore<Bytes, byte[]>>as("window-sums").withKeySerde(STRING).withValueSerde(STRING));
    write(sums.toStream().selectKey((windowed, sum) -> windowText(windowed)), "window-sums");
  }

  private void writeWindows(KTable<Windowed<String>, Long> windows, String name) {
    write(windows.toStream().map((windowed, count) -> KeyValue.pair(windowText(windowed), count.toString())), name);
  }

  private static String windowText(Windowed<String> windowed) {
    return windowed.key() + "@" + windowed.window().start() + "-" + windowed.window().end();
  }

  /** Repartitioned. All records of a new key come from one partition: their order is one. */
  private void kinds(KStream<String, String> events) {
    KTable<String, Long> kinds = events
        .selectKey((key, value) -> key + "/" + (Long.parseLong(value) % 3))
        .groupByKey(Grouped.with(STRING, STRING))
        .count(counts("kinds"));
    write(kinds.toStream().mapValues(count -> count.toString()), "kinds");
  }

  private void joins(KStream<String, String> orders, KTable<String, String> users) {
    write(orders.join(users, (order, user) -> order + "+" + user), "joined");
    write(orders.leftJoin(users, (order, user) -> order + "+" + user), "left-joined");
    KTable<String, String> view = users.filter((key, user) -> user.compareTo("5") < 0).mapValues(user -> "<" + user + ">");
    write(orders.join(view, (order, user) -> order + "+" + user), "joined-view");
    write(orders.leftJoin(view, (order, user) -> order + "+" + user), "left-joined-view");
    write(users.filter((key, user) -> !user.endsWith("0")).toStream(), "kept-users");
  }

  private void tables(KStream<String, String> changes) {
    KTable<String, String> latest = changes.toTable(store("latest"));
    write(latest.filter((key, value) -> Long.parseLong(value) % 2 == 0).toStream(), "even");
    write(latest.filterNot((key, value) -> Long.parseLong(value) % 2 == 0, store("odd")).toStream(), "odd");
    write(latest.mapValues(value -> "<" + value + ">").toStream(), "mapped");
    write(latest.mapValues(value -> "[" + value + "]", store("stored-mapped")).toStream(), "stored-mapped");
    write(changes.groupByKey().count(counts("change-counts")).toStream().mapValues(count -> count.toString()), "change-counts");
    // Windows count null values too, other than `count` without windows.
    writeWindows(changes.groupByKey().windowedBy(TimeWindows.ofSizeWithNoGrace(TEN_SECONDS)).count(windowCounts("change-windows")), "change-windows");
  }

  public static void main(String[] args) throws Exception {
    Path state = Files.createTempDirectory("side-by-side");
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    settings.put(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers.class);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
    KafkaStreams streams = new KafkaStreams(new SideBySide(args[2], args[3]).build(), settings);
    CountDownLatch ready = new CountDownLatch(1);
    streams.setStateListener((now, before) -> {
      if (now == KafkaStreams.State.RUNNING) ready.countDown();
    });
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      Runtime.getRuntime().halt(1);
      return StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_APPLICATION;
    });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      streams.close(Duration.ofSeconds(20));
      streams.cleanUp();
    }));
    streams.start();
    ready.await();
    System.out.println("ready");
    while (System.in.read() != -1) { }
    System.exit(0);
  }
}
