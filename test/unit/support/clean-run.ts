/** What a right service would leave of a hostile load, made by hand: the tests of the checkers spoil it. */
import type { Evidence, Input } from '../../support/checker.js';
import { HostileRecords } from '../../support/hostile-records.js';
import { asRead } from '../../support/original-record.js';
import type { RawHeader, StoredRecord } from '../../support/record-tool.js';

export const TOPIC = 'user.events';

export const header = (name: string, value: string): RawHeader => ({ name, value: Buffer.from(value) });

/** What a right service would write: made by hand, from what the load says must come. */
export const auditOf = ({ place, record }: Input, offset: number): StoredRecord => {
  const { expected } = record;
  if (expected.to !== 'audit') throw new Error('becomes no audit event');
  const { eventType, userId, action, status, timestamp, source } = expected;
  const id = `${TOPIC}-${place.partition}-${place.offset}`;
  const causationId = expected.causationId === 'place' ? id : expected.causationId;
  const origin = { topic: TOPIC, ...place };
  const metadata = { source, correlationId: record.id, causationId, origin };
  const audit = { eventType, userId, action, resource: `user/${userId}`, status, timestamp, metadata };
  return {
    topic: 'system.audit',
    partition: place.partition,
    offset,
    timestamp: 0,
    key: record.key,
    value: Buffer.from(JSON.stringify(audit)),
    headers: [header('ce_id', `id of ${id}`), header('ce_type', 'system.audit')],
  };
};

const isText = (value: Buffer | null): boolean =>
  value !== null && value.equals(Buffer.from(value.toString('utf8'))) && !value.includes(0);

export const letterOf = ({ place, record }: Input, offset: number): StoredRecord => {
  const { expected } = record;
  if (expected.to !== 'dlq') throw new Error('becomes no dead letter');
  const stays = ({ name, value }: RawHeader): boolean =>
    isText(value) && !/^(x-lanes|__str|kafka_d)/.test(name);
  const moved = record.headers.flatMap((one, position) =>
    stays(one) ? [] : [[position, one.name, asRead(one.value)?.toString('base64') ?? null]],
  );
  return {
    topic: 'dlq',
    partition: place.partition,
    offset,
    timestamp: 0,
    key: record.key,
    value: record.value,
    headers: [
      ...record.headers.filter(stays),
      ...(moved.length > 0 ? [header('x-lanes-binary-headers', JSON.stringify(moved))] : []),
      header('x-lanes-id', `${TOPIC}-${place.partition}-${place.offset}`),
      header('x-lanes-reason', expected.reason),
    ],
  };
};

export type Run = { -readonly [Field in keyof Evidence]: Evidence[Field] };

export const cleanRun = (): Run => {
  const records = new HostileRecords({ seed: 7, users: 3 });
  const all = [...records.oneOfEach(), ...Array.from({ length: 300 }, () => records.next())];
  const inputs = all.map((record, offset) => ({ record, place: { partition: 0, offset } }));
  const to = (topic: string): Input[] => inputs.filter(({ record }) => record.expected.to === topic);
  return {
    topic: TOPIC,
    inputs,
    audits: to('audit').map(auditOf),
    deadLetters: to('dlq').map(letterOf),
  };
};
