/*
 * Writes Kafka Streams' own description of each topology below, in the format of test/unit/dsl/fixtures:
 * "# title", then the text. dsl-topologies*.ts has the same topologies in TypeScript, under the same titles.
 * Run from its source, with the jars of pom.xml beside it (Java 17), as kafka-streams-fixtures.test.ts does:
 * `java -cp '<jars>/*' DescribeDsl.java > descriptions.txt`
 */
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Printed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.TimeWindowedKStream;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

public final class DescribeDsl {
  private static final PrintStream OUT = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false, StandardCharsets.UTF_8);
  private static final Serde<String> STRING = Serdes.String();
  private static final Serde<Long> LONG = Serdes.Long();
  private static final Consumed<String, String> STRINGS = Consumed.with(STRING, STRING);
  private static final Duration TEN_SECONDS = Duration.ofMillis(10_000);

  public static void main(String[] args) {
    // Without state.
    describe("operators with generated names", DescribeDsl::generatedNames);
    describe("operators with given names", DescribeDsl::givenNames);
    describe("given names among generated ones", DescribeDsl::mixedNames);
    describe("foreach and print", DescribeDsl::foreachAndPrint);
    describe("split, generated names", DescribeDsl::splitGenerated);
    describe("split, given names", DescribeDsl::splitGiven);
    describe("split, given and generated names", DescribeDsl::splitMixed);
    describe("branches merged again", DescribeDsl::branchesMerged);
    describe("merge of two topics", DescribeDsl::mergeOfTwoTopics);
    describe("several sub-topologies", DescribeDsl::severalSubtopologies);
    // Processors, repartitions.
    describe("processors without stores", DescribeDsl::processorsWithoutStores);
    describe("processors with stores", DescribeDsl::processorsWithStores);
    describe("a store shared by two sub-graphs", DescribeDsl::sharedStore);
    describe("repartition", DescribeDsl::repartition);
    describe("repartition, with everything given", DescribeDsl::repartitionWithEverything);
    describe("a chain of repartitions", DescribeDsl::repartitionChain);
    // Aggregations.
    describe("grouped by the key of the topic", DescribeDsl::groupedByKey);
    describe("grouped by the key of the topic, given names", DescribeDsl::groupedByKeyGiven);
    describe("grouped after selectKey, the repartition has the name of the store", DescribeDsl::groupedAfterSelectKey);
    describe("grouped after map, the repartition has its own name", DescribeDsl::groupedAfterMap);
    describe("groupBy, the repartition has the name of the store", DescribeDsl::groupByStore);
    describe("groupBy, the repartition has its own name", DescribeDsl::groupByNamed);
    describe("two aggregations of one group", DescribeDsl::twoAggregations);
    describe("two aggregations of one group that is repartitioned", DescribeDsl::twoAggregationsRepartitioned);
    describe("two aggregations, the repartitions have the names of the stores", DescribeDsl::twoAggregationsByStore);
    describe("an aggregation of a repartition", DescribeDsl::aggregationOfRepartition);
    // Tables.
    describe("a table of a topic", DescribeDsl::tableOfTopic);
    describe("a table of a topic, given names", DescribeDsl::tableOfTopicGiven);
    describe("operators of a table", DescribeDsl::tableOperators);
    describe("operators of a table, given names", DescribeDsl::tableOperatorsGiven);
    describe("operators of a table, with stores", DescribeDsl::tableOperatorsStores);
    describe("operators of a table, with names and stores", DescribeDsl::tableOperatorsNamesStores);
    describe("toTable", DescribeDsl::toTable);
    describe("toTable after a changed key", DescribeDsl::toTableChangedKey);
    describe("toTable of a repartition", DescribeDsl::toTableOfRepartition);
    // Joins.
    describe("join with a table", DescribeDsl::join);
    describe("join with a table, given names", DescribeDsl::joinGiven);
    describe("join after selectKey", DescribeDsl::joinAfterSelectKey);
    describe("leftJoin after map", DescribeDsl::leftJoinAfterMap);
    describe("two joins of one table", DescribeDsl::twoJoins);
    describe("two joins of one stream whose key was changed", DescribeDsl::twoJoinsChangedKey);
    describe("join with tables made from a table", DescribeDsl::joinWithMadeTables);
    describe("join with an aggregation of the same stream", DescribeDsl::joinWithAggregation);
    describe("a table read through one repartition, joined", DescribeDsl::tableThroughRepartition);
    // Windows.
    describe("tumbling windows", DescribeDsl::tumbling);
    describe("hopping windows with grace", DescribeDsl::hopping);
    describe("windows after selectKey", DescribeDsl::windowsAfterSelectKey);
    describe("windows of a named group", DescribeDsl::windowsOfNamedGroup);
    describe("final results of windows", DescribeDsl::finalResults);
    describe("operators of a windowed table", DescribeDsl::windowedTableOperators);
    OUT.flush();
  }

  private static void describe(String title, Consumer<StreamsBuilder> write) {
    StreamsBuilder builder = new StreamsBuilder();
    write.accept(builder);
    OUT.print("# " + title + "\n" + builder.build().describe());
  }

  private static KStream<String, String> read(StreamsBuilder builder, String topic) {
    return builder.stream(topic, STRINGS);
  }

  private static KStream<String, String> readNamed(StreamsBuilder builder, String topic, String name) {
    return builder.stream(topic, STRINGS.withName(name));
  }

  private static Produced<String, String> strings() {
    return Produced.with(STRING, STRING);
  }

  private static Produced<String, Long> counts() {
    return Produced.with(STRING, LONG);
  }

  /** A store of strings. */
  private static Materialized<String, String, KeyValueStore<Bytes, byte[]>> store(String name) {
    return Materialized.<String, String, KeyValueStore<Bytes, byte[]>>as(name).withKeySerde(STRING).withValueSerde(STRING);
  }

  /** A store of counts. */
  private static Materialized<String, Long, KeyValueStore<Bytes, byte[]>> countStore(String name) {
    return Materialized.<String, Long, KeyValueStore<Bytes, byte[]>>as(name).withKeySerde(STRING).withValueSerde(LONG);
  }

  private static Materialized<String, String, WindowStore<Bytes, byte[]>> windowStore(String name) {
    return Materialized.<String, String, WindowStore<Bytes, byte[]>>as(name).withKeySerde(STRING).withValueSerde(STRING);
  }

  private static Materialized<String, Long, WindowStore<Bytes, byte[]>> windowCountStore(String name) {
    return Materialized.<String, Long, WindowStore<Bytes, byte[]>>as(name).withKeySerde(STRING).withValueSerde(LONG);
  }

  private static KeyValue<String, String> swap(String key, String value) {
    return KeyValue.pair(value, key);
  }

  private static String concat(String key, String value, String aggregate) {
    return aggregate + value;
  }

  // --- without state

  private static void generatedNames(StreamsBuilder builder) {
    read(builder, "in")
        .filter((key, value) -> true)
        .filterNot((key, value) -> false)
        .map(DescribeDsl::swap)
        .mapValues(value -> value)
        .flatMap((key, value) -> List.of(swap(key, value)))
        .flatMapValues(value -> List.of(value))
        .selectKey((key, value) -> value)
        .peek((key, value) -> { })
        .to("out", strings());
  }

  private static void givenNames(StreamsBuilder builder) {
    readNamed(builder, "in", "source")
        .filter((key, value) -> true, Named.as("keep"))
        .filterNot((key, value) -> false, Named.as("drop"))
        .map(DescribeDsl::swap, Named.as("swap"))
        .mapValues(value -> value, Named.as("same"))
        .flatMap((key, value) -> List.of(swap(key, value)), Named.as("swap-all"))
        .flatMapValues(value -> List.of(value), Named.as("each"))
        .selectKey((key, value) -> value, Named.as("by-value"))
        .peek((key, value) -> { }, Named.as("look"))
        .to("out", strings().withName("sink"));
  }

  private static void mixedNames(StreamsBuilder builder) {
    KStream<String, String> all = read(builder, "in")
        .map(DescribeDsl::swap, Named.as("swap"))
        .flatMapValues(value -> List.of(value));
    all.flatMap((key, value) -> List.of(swap(key, value)), Named.as("swap-all"))
        .selectKey((key, value) -> value)
        .to("out", strings().withName("sink"));
    all.selectKey((key, value) -> value, Named.as("by-value")).map(DescribeDsl::swap).to("out-2", strings());
  }

  private static void foreachAndPrint(StreamsBuilder builder) {
    KStream<String, String> in = read(builder, "in");
    in.foreach((key, value) -> { });
    in.foreach((key, value) -> { }, Named.as("each"));
    in.print(Printed.toSysOut());
    in.print(Printed.<String, String>toSysOut().withName("shown"));
    in.mapValues(value -> value).print(Printed.toSysOut());
  }

  private static void splitGenerated(StreamsBuilder builder) {
    Map<String, KStream<String, String>> branches = read(builder, "in")
        .split()
        .branch((key, value) -> value.startsWith("a"))
        .branch((key, value) -> value.startsWith("b"))
        .defaultBranch();
    branches.get("KSTREAM-BRANCH-00000000011").to("a", strings());
    branches.get("KSTREAM-BRANCH-00000000012").to("b", strings());
    branches.get("KSTREAM-BRANCH-00000000010").to("rest", strings());
  }

  private static void splitGiven(StreamsBuilder builder) {
    Map<String, KStream<String, String>> branches = read(builder, "in")
        .split(Named.as("letter-"))
        .branch((key, value) -> value.startsWith("a"), Branched.as("a"))
        .branch((key, value) -> value.startsWith("b"), Branched.as("b"))
        .defaultBranch(Branched.as("rest"));
    branches.get("letter-a").to("a", strings());
    branches.get("letter-b").to("b", strings());
    branches.get("letter-rest").to("rest", strings());
  }

  private static void splitMixed(StreamsBuilder builder) {
    Map<String, KStream<String, String>> branches = read(builder, "in")
        .split(Named.as("letter-"))
        .branch((key, value) -> value.startsWith("a"))
        .branch((key, value) -> value.startsWith("b"), Branched.as("b"))
        .defaultBranch();
    branches.get("letter-0").mapValues(value -> value).to("rest", strings());
    branches.get("letter-b").mapValues(value -> value).to("b", strings());
    branches.get("letter-1").to("a", strings());
  }

  private static void branchesMerged(StreamsBuilder builder) {
    Map<String, KStream<String, String>> branches = read(builder, "in")
        .split(Named.as("letter-"))
        .branch((key, value) -> value.startsWith("a"), Branched.as("a"))
        .branch((key, value) -> value.startsWith("b"), Branched.as("b"))
        .defaultBranch(Branched.as("rest"));
    KStream<String, String> a = branches.get("letter-a").mapValues(value -> value);
    KStream<String, String> b = branches.get("letter-b").filter((key, value) -> true);
    a.merge(b).merge(branches.get("letter-rest"), Named.as("all")).to("out", strings());
  }

  private static void mergeOfTwoTopics(StreamsBuilder builder) {
    KStream<String, String> left = readNamed(builder, "left", "from-left");
    KStream<String, String> right = readNamed(builder, "right", "from-right");
    left.merge(right).to("out", strings());
    right.merge(left, Named.as("both")).mapValues(value -> value).to("out-2", strings());
  }

  private static void severalSubtopologies(StreamsBuilder builder) {
    KStream<String, String> first = read(builder, "first");
    KStream<String, String> second = readNamed(builder, "second", "second-source");
    read(builder, "third").groupByKey().count(countStore("third-counts")).toStream().to("third-out", counts());
    second.mapValues(value -> value).to("second-out", strings());
    first.filter((key, value) -> true).to("first-out", strings());
  }

  // --- processors, repartitions

  private static ProcessorSupplier<String, String, String, String> pass() {
    return () -> new ContextualProcessor<>() {
      @Override
      public void process(Record<String, String> record) {
        context().forward(record);
      }
    };
  }

  private static FixedKeyProcessorSupplier<String, String, String> passValues() {
    return () -> new ContextualFixedKeyProcessor<>() {
      @Override
      public void process(FixedKeyRecord<String, String> record) {
        context().forward(record);
      }
    };
  }

  private static void addStore(StreamsBuilder builder, String name) {
    builder.addStateStore(Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), STRING, STRING));
  }

  private static void processorsWithoutStores(StreamsBuilder builder) {
    read(builder, "in")
        .process(pass())
        .processValues(passValues())
        .process(pass(), Named.as("changes"))
        .processValues(passValues(), Named.as("values"))
        .mapValues(value -> value)
        .to("out", strings());
  }

  private static void processorsWithStores(StreamsBuilder builder) {
    addStore(builder, "seen");
    addStore(builder, "last");
    read(builder, "in")
        .process(pass(), "seen")
        .processValues(passValues(), "last")
        .process(pass(), Named.as("changes"), "seen", "last")
        .processValues(passValues(), Named.as("values"), "last", "seen")
        .to("out", strings());
  }

  private static void sharedStore(StreamsBuilder builder) {
    addStore(builder, "shared");
    readNamed(builder, "left", "from-left").process(pass(), "shared").to("left-out", strings());
    readNamed(builder, "right", "from-right").processValues(passValues(), Named.as("right-values"), "shared").to("right-out", strings());
  }

  private static void repartition(StreamsBuilder builder) {
    read(builder, "in")
        .selectKey((key, value) -> value)
        .repartition(Repartitioned.<String, String>as("by-value").withKeySerde(STRING).withValueSerde(STRING))
        .mapValues(value -> value)
        .to("out", strings());
  }

  private static void repartitionWithEverything(StreamsBuilder builder) {
    KStream<String, String> in = readNamed(builder, "in", "source");
    in.filter((key, value) -> true)
        .repartition(Repartitioned.<String, String>as("wide").withKeySerde(STRING).withValueSerde(STRING).withNumberOfPartitions(12))
        .to("wide-out", strings());
    in.repartition(Repartitioned.with(STRING, STRING).withName("narrow").withNumberOfPartitions(1)).peek((key, value) -> { });
  }

  private static void repartitionChain(StreamsBuilder builder) {
    read(builder, "in")
        .repartition(Repartitioned.as("one"))
        .map(DescribeDsl::swap)
        .repartition(Repartitioned.<String, String>as("two").withKeySerde(STRING).withValueSerde(STRING))
        .selectKey((key, value) -> value)
        .groupByKey(Grouped.<String, String>as("three").withKeySerde(STRING).withValueSerde(STRING))
        .count(countStore("counts"))
        .toStream()
        .to("out", counts());
  }

  // --- aggregations

  private static void groupedByKey(StreamsBuilder builder) {
    read(builder, "a").groupByKey().count(countStore("counts")).toStream().to("counts-out", counts());
    read(builder, "b").groupByKey().reduce((left, right) -> left + right, store("reduced")).toStream().to("reduced-out", strings());
    read(builder, "c").groupByKey().aggregate(() -> "", DescribeDsl::concat, store("aggregated")).toStream().to("aggregated-out", strings());
  }

  private static void groupedByKeyGiven(StreamsBuilder builder) {
    read(builder, "a").groupByKey().count(Named.as("count"), countStore("counts")).toStream(Named.as("count-stream")).to("counts-out", counts());
    read(builder, "b").groupByKey().reduce((left, right) -> left + right, Named.as("reduce"), store("reduced")).toStream(Named.as("reduce-stream")).to("reduced-out", strings());
    read(builder, "c").groupByKey().aggregate(() -> "", DescribeDsl::concat, Named.as("aggregate"), store("aggregated")).toStream().to("aggregated-out", strings());
  }

  private static void groupedAfterSelectKey(StreamsBuilder builder) {
    read(builder, "in")
        .selectKey((key, value) -> value)
        .groupByKey(Grouped.with(STRING, STRING))
        .count(countStore("counts"))
        .toStream()
        .to("out", counts());
  }

  private static void groupedAfterMap(StreamsBuilder builder) {
    read(builder, "in")
        .map(DescribeDsl::swap)
        .filter((key, value) -> true)
        .groupByKey(Grouped.<String, String>as("swapped").withKeySerde(STRING).withValueSerde(STRING))
        .reduce((left, right) -> left + right, store("reduced"))
        .toStream()
        .to("out", strings());
  }

  private static void groupByStore(StreamsBuilder builder) {
    read(builder, "in")
        .groupBy((key, value) -> value, Grouped.with(STRING, STRING))
        .reduce((left, right) -> left + right, Named.as("reduce"), store("reduced"))
        .toStream()
        .to("out", strings());
  }

  private static void groupByNamed(StreamsBuilder builder) {
    read(builder, "in")
        .groupBy((key, value) -> value, Grouped.<String, String>as("by-value").withKeySerde(STRING).withValueSerde(STRING))
        .aggregate(() -> "", DescribeDsl::concat, store("aggregated"))
        .toStream()
        .to("out", strings());
  }

  private static void twoAggregations(StreamsBuilder builder) {
    KGroupedStream<String, String> grouped = read(builder, "in").groupByKey();
    grouped.count(countStore("counts")).toStream().to("counts-out", counts());
    grouped.reduce((left, right) -> left + right, store("reduced")).toStream().to("reduced-out", strings());
  }

  private static void twoAggregationsRepartitioned(StreamsBuilder builder) {
    KGroupedStream<String, String> grouped = read(builder, "in")
        .groupBy((key, value) -> value, Grouped.<String, String>as("by-value").withKeySerde(STRING).withValueSerde(STRING));
    grouped.count(countStore("counts")).toStream().to("counts-out", counts());
    grouped.aggregate(() -> "", DescribeDsl::concat, store("aggregated")).toStream().to("aggregated-out", strings());
    grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(TEN_SECONDS)).count(windowCountStore("windows"));
  }

  private static void twoAggregationsByStore(StreamsBuilder builder) {
    KGroupedStream<String, String> grouped = read(builder, "in")
        .selectKey((key, value) -> value)
        .groupByKey(Grouped.with(STRING, STRING));
    grouped.count(countStore("counts")).toStream().to("counts-out", counts());
    grouped.reduce((left, right) -> left + right, store("reduced")).toStream().to("reduced-out", strings());
  }

  private static void aggregationOfRepartition(StreamsBuilder builder) {
    KStream<String, String> byValue = read(builder, "in")
        .selectKey((key, value) -> value)
        .repartition(Repartitioned.<String, String>as("by-value").withKeySerde(STRING).withValueSerde(STRING));
    byValue.groupByKey().count(countStore("counts")).toStream().to("counts-out", counts());
    byValue.mapValues(value -> value).groupByKey(Grouped.with(STRING, STRING)).reduce((left, right) -> left + right, store("reduced"));
  }

  // --- tables

  private static void tableOfTopic(StreamsBuilder builder) {
    builder.table("users", STRINGS, store("users-store")).toStream().to("out", strings());
  }

  private static void tableOfTopicGiven(StreamsBuilder builder) {
    builder.table("users", STRINGS.withName("users"), store("users-store")).toStream(Named.as("changes")).mapValues(value -> value).to("out", strings());
  }

  private static void tableOperators(StreamsBuilder builder) {
    KTable<String, String> users = builder.table("users", STRINGS, store("users-store"));
    KTable<String, String> kept = users.filter((key, value) -> true).filterNot((key, value) -> false);
    kept.mapValues(value -> value).toStream().to("mapped-out", strings());
    kept.toStream().to("kept-out", strings());
  }

  private static void tableOperatorsGiven(StreamsBuilder builder) {
    builder.table("users", STRINGS, store("users-store"))
        .filter((key, value) -> true, Named.as("keep"))
        .filterNot((key, value) -> false, Named.as("drop"))
        .mapValues(value -> value, Named.as("same"))
        .filter((key, value) -> true)
        .toStream(Named.as("changes"))
        .to("out", strings());
  }

  private static void tableOperatorsStores(StreamsBuilder builder) {
    builder.table("users", STRINGS, store("users-store"))
        .filter((key, value) -> true, store("kept"))
        .filterNot((key, value) -> false, store("not-dropped"))
        .mapValues(value -> value, store("mapped"))
        .toStream()
        .to("out", strings());
  }

  private static void tableOperatorsNamesStores(StreamsBuilder builder) {
    builder.table("users", STRINGS.withName("users"), store("users-store"))
        .filter((key, value) -> true, Named.as("keep"), store("kept"))
        .filterNot((key, value) -> false, Named.as("drop"), store("not-dropped"))
        .mapValues(value -> value, Named.as("same"), store("mapped"))
        .mapValues(value -> value)
        .toStream()
        .to("out", strings());
  }

  private static void toTable(StreamsBuilder builder) {
    KStream<String, String> in = read(builder, "in");
    in.mapValues(value -> value).toTable(store("latest")).toStream().to("out", strings());
    in.toTable(Named.as("as-table"), store("named-latest")).filter((key, value) -> true).toStream().to("out-2", strings());
  }

  private static void toTableChangedKey(StreamsBuilder builder) {
    read(builder, "in")
        .selectKey((key, value) -> value)
        .toTable(Named.as("by-value"), store("latest"))
        .toStream()
        .to("out", strings());
  }

  private static void toTableOfRepartition(StreamsBuilder builder) {
    read(builder, "in")
        .map(DescribeDsl::swap)
        .repartition(Repartitioned.<String, String>as("swapped").withKeySerde(STRING).withValueSerde(STRING))
        .toTable(store("latest"))
        .mapValues(value -> value)
        .toStream()
        .to("out", strings());
  }

  // --- joins

  private static KTable<String, String> users(StreamsBuilder builder) {
    return builder.table("users", STRINGS.withName("users"), store("users-store"));
  }

  private static String both(String value, String user) {
    return value + user;
  }

  private static void join(StreamsBuilder builder) {
    KTable<String, String> users = users(builder);
    readNamed(builder, "in", "source").join(users, DescribeDsl::both).to("out", strings());
  }

  private static void joinGiven(StreamsBuilder builder) {
    KStream<String, String> in = readNamed(builder, "in", "source");
    KTable<String, String> users = users(builder);
    in.join(users, DescribeDsl::both, Joined.as("inner")).mapValues(value -> value).to("out", strings());
    in.leftJoin(users, DescribeDsl::both, Joined.as("left")).to("left-out", strings());
  }

  private static void joinAfterSelectKey(StreamsBuilder builder) {
    KTable<String, String> users = users(builder);
    read(builder, "in")
        .selectKey((key, value) -> value)
        .join(users, DescribeDsl::both, Joined.<String, String, String>as("with-user").withKeySerde(STRING).withValueSerde(STRING))
        .to("out", strings());
  }

  private static void leftJoinAfterMap(StreamsBuilder builder) {
    KStream<String, String> swapped = read(builder, "in").map(DescribeDsl::swap, Named.as("swap"));
    swapped
        .leftJoin(users(builder), DescribeDsl::both, Joined.with(STRING, STRING, STRING).withName("with-user"))
        .mapValues(value -> value)
        .to("out", strings());
  }

  private static void twoJoins(StreamsBuilder builder) {
    KTable<String, String> users = users(builder);
    readNamed(builder, "first", "first-source").join(users, DescribeDsl::both).to("first-out", strings());
    readNamed(builder, "second", "second-source").leftJoin(users, DescribeDsl::both).to("second-out", strings());
  }

  private static void twoJoinsChangedKey(StreamsBuilder builder) {
    KTable<String, String> users = users(builder);
    KStream<String, String> byValue = read(builder, "in").selectKey((key, value) -> value);
    byValue.join(users, DescribeDsl::both, Joined.with(STRING, STRING, STRING).withName("inner")).to("out", strings());
    byValue.leftJoin(users, DescribeDsl::both, Joined.with(STRING, STRING, STRING).withName("left")).to("left-out", strings());
  }

  private static void joinWithMadeTables(StreamsBuilder builder) {
    KTable<String, String> users = users(builder);
    KTable<String, String> stored = users.filter((key, value) -> true, Named.as("stored"), store("kept"));
    KTable<String, String> viewed = users.mapValues(value -> value, Named.as("viewed"));
    KStream<String, String> in = readNamed(builder, "in", "source");
    in.join(stored, DescribeDsl::both).to("stored-out", strings());
    in.join(viewed, DescribeDsl::both, Joined.as("with-view")).to("viewed-out", strings());
  }

  private static void joinWithAggregation(StreamsBuilder builder) {
    KStream<String, String> in = read(builder, "in");
    KTable<String, Long> counts = in.groupByKey().count(countStore("counts"));
    in.join(counts, (value, count) -> value + count).to("out", strings());
  }

  private static void tableThroughRepartition(StreamsBuilder builder) {
    KStream<String, String> byOwner = read(builder, "things")
        .selectKey((key, value) -> value)
        .repartition(Repartitioned.<String, String>as("by-owner").withKeySerde(STRING).withValueSerde(STRING));
    KTable<String, String> owners = byOwner.toTable(store("owners"));
    readNamed(builder, "in", "source").leftJoin(owners, DescribeDsl::both).to("out", strings());
    byOwner.join(owners, DescribeDsl::both, Joined.as("with-itself")).to("out-2", strings());
  }

  // --- windows

  private static TimeWindows tenSeconds() {
    return TimeWindows.ofSizeWithNoGrace(TEN_SECONDS);
  }

  private static String windowText(Windowed<String> windowed) {
    return windowed.key() + "@" + windowed.window().start() + "-" + windowed.window().end();
  }

  private static void tumbling(StreamsBuilder builder) {
    TimeWindowedKStream<String, String> windows = read(builder, "in").groupByKey().windowedBy(tenSeconds());
    windows.count(windowCountStore("counts")).toStream().map((windowed, count) -> KeyValue.pair(windowText(windowed), count)).to("counts-out", counts());
    windows.reduce((left, right) -> left + right, windowStore("reduced")).toStream().selectKey((windowed, value) -> windowText(windowed)).to("reduced-out", strings());
    windows.aggregate(() -> "", DescribeDsl::concat, windowStore("aggregated")).toStream().selectKey((windowed, value) -> windowText(windowed)).to("aggregated-out", strings());
  }

  private static void hopping(StreamsBuilder builder) {
    TimeWindowedKStream<String, String> windows = read(builder, "in").groupByKey()
        .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS, Duration.ofMillis(5_000)).advanceBy(Duration.ofMillis(4_000)));
    windows.count(Named.as("count"), windowCountStore("counts")).toStream(Named.as("count-stream")).map((windowed, count) -> KeyValue.pair(windowText(windowed), count)).to("counts-out", counts());
    windows.reduce((left, right) -> left + right, Named.as("reduce"), windowStore("reduced"));
    windows.aggregate(() -> "", DescribeDsl::concat, Named.as("aggregate"), windowStore("aggregated"));
  }

  private static void windowsAfterSelectKey(StreamsBuilder builder) {
    read(builder, "in")
        .selectKey((key, value) -> value)
        .groupByKey(Grouped.with(STRING, STRING))
        .windowedBy(tenSeconds())
        .count(windowCountStore("counts"))
        .toStream()
        .map((windowed, count) -> KeyValue.pair(windowText(windowed), count))
        .to("out", counts());
  }

  private static void windowsOfNamedGroup(StreamsBuilder builder) {
    read(builder, "in")
        .groupBy((key, value) -> value, Grouped.<String, String>as("by-value").withKeySerde(STRING).withValueSerde(STRING))
        .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS, Duration.ofMillis(5_000)))
        .reduce((left, right) -> left + right, windowStore("reduced"))
        .toStream()
        .selectKey((windowed, value) -> windowText(windowed))
        .to("out", strings());
  }

  private static void finalResults(StreamsBuilder builder) {
    read(builder, "in")
        .groupByKey()
        .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS, Duration.ofMillis(5_000)))
        .count(windowCountStore("counts"))
        .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName("final-counts"))
        .toStream()
        .map((windowed, count) -> KeyValue.pair(windowText(windowed), count))
        .to("out", counts());
  }

  private static void windowedTableOperators(StreamsBuilder builder) {
    KTable<Windowed<String>, Long> table = read(builder, "in").groupByKey().windowedBy(tenSeconds()).count(windowCountStore("counts"));
    table.filter((windowed, count) -> count > 1)
        .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName("final-counts"))
        .mapValues(count -> count + 1)
        .toStream()
        .map((windowed, count) -> KeyValue.pair(windowText(windowed), count))
        .to("out", counts());
    table.toStream().foreach((windowed, count) -> { });
  }
}
