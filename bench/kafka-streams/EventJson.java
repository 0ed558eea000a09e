import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/** From JSON to the fields of an event. One for each task. */
interface EventJson {
  /** Those of the service, which has none but the size of a record. */
  StreamReadConstraints LIMITS =
      StreamReadConstraints.builder().maxNumberLength(1_000_000).maxNestingDepth(100_000).build();

  /**
   * Into an event that is clear: what says which event it is, and the attributes of a structured CloudEvent. The bytes
   * are UTF-8. Throws when they are not exactly one JSON value.
   */
  void read(byte[] bytes, int from, int end, UserEvent event) throws IOException;

  /** As `read`, of the data of the structured CloudEvent that was read last; without an object there is nothing to read. */
  void readData(UserEvent event) throws IOException;

  /** What the schema of that type asks for, of the JSON that was read last. */
  void readFields(UserEvent event, EventTypes.Type type);
}
