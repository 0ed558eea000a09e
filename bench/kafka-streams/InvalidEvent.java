/** What the job cannot process, with the reason that the service would give. Holds no value of the record, and no stack. */
final class InvalidEvent extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidEvent(String reason, String what) {
    super(reason + ": " + what, null, false, false);
  }

  static InvalidEvent undeserializable(String what) {
    return new InvalidEvent("deserialization", what);
  }
}
