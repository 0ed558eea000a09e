/**
 * The service with `--topology bench-audit`: user-audit, but the events of a share of the users fail for ever, or a
 * directory that answers after so many milliseconds is asked.
 *
 * BENCH_FAILING_SHARE and BENCH_DIRECTORY_MS say which. The directory is a timer and no server: a server would be
 * measured too.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../../config/schema.js';
import {
  Consumed,
  Produced,
  RetryableError,
  Serdes,
  StreamsBuilder,
  type FixedKeyProcessorSupplier,
  type Topology,
} from '../../src/index.js';
import { TOPOLOGIES } from '../../src/service/topologies.js';
import { auditHeaders } from '../../topology/user-audit/audit-headers.js';
import { auditProcessor } from '../../topology/user-audit/audit-processor.js';
import { auditSerde } from '../../topology/user-audit/audit-serde.js';
import type { Directory } from '../../topology/user-audit/clients/directory.js';
import type { SystemAudit } from '../../topology/user-audit/generated/system-audit.js';
import { createUserEventSerde } from '../../topology/user-audit/user-event-serde.js';
import type { UserEvent } from '../../topology/user-audit/user-event.js';
import { failingUsers } from './failing-keys.js';

const share = Number(process.env['BENCH_FAILING_SHARE'] ?? 0);
const fails = failingUsers(share);
const directoryMs = Number(process.env['BENCH_DIRECTORY_MS'] ?? 0);

type Supplier = FixedKeyProcessorSupplier<Buffer | null, UserEvent, SystemAudit>;

const directory: Directory = {
  actorOf: (userId) => sleep(directoryMs, { id: userId }),
};

/** Asked whatever the share is: it is not to be what failing keys cost. */
const failing =
  (supplier: Supplier): Supplier =>
  () => {
    const inner = supplier();
    return {
      process: (record, context) => {
        if (fails(record.value.data.userId)) throw new RetryableError('planned', 'the bench makes it fail');
        return inner.process(record, context);
      },
    };
  };

const build = ({ kafka, topics }: Settings): Topology => {
  const supplier = auditProcessor(auditHeaders(`/${kafka.groupId}`), directoryMs > 0 ? directory : undefined);
  const builder = new StreamsBuilder();
  builder
    .stream(topics.source, Consumed.with(Serdes.bytes(), createUserEventSerde({ strict: false })))
    .processValues(failing(supplier))
    .to(topics.audit, Produced.with(Serdes.bytes(), auditSerde));
  return builder.build();
};

Object.assign(TOPOLOGIES, { 'bench-audit': build });
await import('../../src/main.js');
