/** From an event that was read to the bytes of its audit event, as topology/user-audit (audit-mapping, audit-serde) writes them. */
interface AuditJson {
  byte[] of(UserEventReader read, Origin origin, long recordedAtMs);
}
