import java.nio.charset.StandardCharsets;

/** Where the record comes from that is being worked on, and the name that its audit event gets its id by. One for each task. */
final class Origin {
  private static final String NAMESPACE = "ab92455bdda14c67a3b130e77d89cc60";
  private static final int NAMESPACE_LENGTH = 16;

  String topic = "";
  int partition = -1;
  long offset;
  /** Namespace, then `topic-partition-offset`. Another array when topic or partition has changed. */
  byte[] name;
  final int placeFrom = NAMESPACE_LENGTH;
  int offsetFrom;
  int end;

  /** For every record first. */
  void at(String topic, int partition, long offset) {
    if (partition != this.partition || !topic.equals(this.topic)) {
      this.topic = topic;
      this.partition = partition;
      byte[] place = (topic + "-" + partition + "-").getBytes(StandardCharsets.ISO_8859_1);
      name = new byte[NAMESPACE_LENGTH + place.length + 20];
      for (int i = 0; i < NAMESPACE_LENGTH; i += 1) name[i] = (byte) Integer.parseInt(NAMESPACE.substring(2 * i, 2 * i + 2), 16);
      System.arraycopy(place, 0, name, NAMESPACE_LENGTH, place.length);
      offsetFrom = NAMESPACE_LENGTH + place.length;
    }
    this.offset = offset;
    end = writeNumber(offset, name, offsetFrom);
  }

  /** Not negative. The answer is where it ends. */
  static int writeNumber(long number, byte[] to, int from) {
    int digits = 1;
    for (long rest = number; rest >= 10; rest /= 10) digits += 1;
    int end = from + digits;
    long rest = number;
    for (int i = end - 1; i >= from; i -= 1) {
      to[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return end;
  }
}
