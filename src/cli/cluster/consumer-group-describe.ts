/**
 * Kafka's ConsumerGroupDescribe (API 69, version 0): the members of a group of the consumer protocol (KIP-848).
 * The client has a function for it that misreads two fields (1.35.0: the list of topic names is read as one
 * text, the tagged fields of an assignment are not read), so the answer is read here.
 */
import { ProtocolError, Writer } from '@platformatic/kafka';
import type { Connection, Reader } from '@platformatic/kafka';
import type { GroupFacts } from './inspector.js';

const API_KEY = 69;
const API_VERSION = 0;

/** A refusal of the broker. */
interface Refusal {
  readonly code: number;
  readonly message: string | null;
}

const assignment = (reader: Reader): ReadonlyMap<string, readonly number[]> => {
  const topics = reader.readArray((each) => {
    each.readUUID();
    const topic = each.readString();
    return [topic, each.readArray(() => each.readInt32(), true, false)] as const;
  });
  reader.readTaggedFields();
  return new Map(topics);
};

/** The first group of the answer. */
export const readDescription = (reader: Reader): GroupFacts | Refusal => {
  reader.readInt32();
  const [group] = reader.readArray((each) => {
    const code = each.readInt16();
    const message = each.readNullableString();
    each.readString();
    const state = each.readString();
    each.readInt32();
    each.readInt32();
    const assignor = each.readString();
    const members = each.readArray((member) => {
      const id = member.readString();
      const instanceId = member.readNullableString() ?? null;
      member.readNullableString();
      member.readInt32();
      const clientId = member.readString();
      const host = member.readString();
      member.readArray(() => member.readString(), true, false);
      member.readNullableString();
      const assigned = assignment(member);
      assignment(member);
      return { id, instanceId, clientId, host, assigned };
    });
    each.readInt32();
    return code === 0 ? { protocol: 'consumer' as const, state, assignor, members } : { code, message };
  });
  if (group === undefined) throw new Error('the answer describes no group');
  return group;
};

/** Over a connection to the group's coordinator. */
export const describeConsumerGroup = (connection: Connection, group: string): Promise<GroupFacts> =>
  new Promise((resolve, reject) => {
    connection.send(
      API_KEY,
      API_VERSION,
      () =>
        Writer.create()
          .appendArray([group], (writer, id) => void writer.appendString(id), true, false)
          .appendBoolean(false)
          .appendTaggedFields(),
      (_correlationId, _apiKey, _apiVersion, reader) => readDescription(reader),
      true,
      true,
      (error, found) => {
        if (error || found === undefined) reject(error ?? new Error('there was no answer'));
        else if ('code' in found) reject(new ProtocolError(found.code, found.message));
        else resolve(found);
      },
    );
  });
