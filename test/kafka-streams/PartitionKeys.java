/*
 * Writes seeded random keys with the partition that Kafka's own producer gives them. First line: the numbers of
 * partitions. Then one line per key: its bytes as hex ("-": none), and its partition for each of these numbers.
 * Run from its source, with the jars of pom.xml beside it (Java 17), as kafka-streams-fixtures.test.ts does:
 * `java -cp '<jars>/*' PartitionKeys.java > partitions.txt`
 */
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;

public final class PartitionKeys {
  private static final PrintStream OUT = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false, StandardCharsets.UTF_8);
  private static final int[] PARTITIONS = {1, 3, 7, 12, 50, 1000};
  private static final int LONGEST_KEY = 64;
  private static final int KEYS_OF_EACH_LENGTH = 55;
  private static final int UUIDS = 700;

  public static void main(String[] args) {
    Random random = new Random(20260101);
    StringBuilder header = new StringBuilder("partitions");
    for (int partitions : PARTITIONS) header.append(' ').append(partitions);
    OUT.print(header + "\n");
    write(new byte[0]);
    for (int length = 1; length <= LONGEST_KEY; length++) {
      for (int i = 0; i < KEYS_OF_EACH_LENGTH; i++) {
        byte[] key = new byte[length];
        random.nextBytes(key);
        write(key);
      }
    }
    for (int i = 0; i < UUIDS; i++) {
      UUID uuid = new UUID(random.nextLong(), random.nextLong());
      write(uuid.toString().getBytes(StandardCharsets.US_ASCII));
    }
    OUT.flush();
  }

  private static void write(byte[] key) {
    StringBuilder line = new StringBuilder(key.length == 0 ? "-" : HexFormat.of().formatHex(key));
    for (int partitions : PARTITIONS) {
      int partition = BuiltInPartitioner.partitionForKey(key, partitions);
      if (partition != Utils.toPositive(Utils.murmur2(key)) % partitions) throw new IllegalStateException("not murmur2: " + line);
      line.append(' ').append(partition);
    }
    OUT.print(line + "\n");
  }
}
