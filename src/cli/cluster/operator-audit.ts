/**
 * What an operator does is an audit event itself: `requested` is acknowledged before anything is done, `success`
 * or `failure` follows, with the same correlation id. Promises: an action that cannot be recorded is not done;
 * a dry run writes nothing. Must never be given a value of a record: ids, reasons and numbers only.
 */
import type { OperatorAction } from '../../../topology/user-audit/generated/operator-action.js';
import { operatorActionSchema } from '../../../topology/user-audit/generated/operator-action.js';
import type { Settings } from '../../../config/schema.js';
import type { Clock } from '../../ports/clock.js';
import type { AcknowledgedProducer } from '../../ports/producer.js';
import type { ProducedRecord } from '../../record/record.js';
import { isoOfEpochMs } from '../../record/timestamps.js';
import type { EpochMs } from '../../record/units.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT } from '../exit-code.js';
import type { Output } from '../terminal/output.js';
import { printable, shown } from '../terminal/printable.js';

/** Who acts when nobody has said so. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';
/** Key of every operator's action, so that all are in one partition, in their order. */
const KEY = Buffer.from('operator');
const MAX_WHY = 1000;

export interface AuditedAction {
  /** `lanes.release`, `dlq.replay`, `topics.apply`, ... */
  readonly action: string;
  /** `lane/<head id>`, `dlq/<topic>`, `topic/<name>`, ... */
  readonly resource: string;
  /** A uuid: `--operator-id`. */
  readonly operatorId: string | null;
  readonly isDryRun: boolean;
  readonly why?: string;
  /** How many it is about. */
  readonly count?: number;
  /** Of an action that was interrupted and goes on. */
  readonly correlationId?: string;
  /** How far it has come, when it fails. */
  readonly soFar?: () => ActionNumbers;
}

/** What it is recorded with. */
export interface ActionRecorder {
  readonly parts: {
    readonly clock: Pick<Clock, 'now'>;
    readonly output: Pick<Output, 'note'>;
    readonly settings: Settings;
    readonly unique: () => string;
    readonly user: string;
  };
  /** Throws TopicMissing. */
  partitionsOf(topic: string): Promise<number>;
  producer(): Promise<Pick<AcknowledgedProducer, 'send'>>;
  /** Repeats a call that a broker was only late for. */
  insist<T>(call: () => Promise<T>): Promise<T>;
}

/** What came of it. */
export interface ActionNumbers {
  readonly done?: number;
  readonly refused?: number;
  readonly leftOut?: number;
  readonly open?: number;
}

export interface ActionEnd {
  readonly exitCode: ExitCode;
  readonly numbers: ActionNumbers;
}

interface EventParts extends AuditedAction {
  readonly status: OperatorAction['status'];
  readonly correlationId: string;
  readonly user: string;
  readonly at: EpochMs;
  readonly numbers: ActionNumbers;
}

export const operatorEvent = (of: EventParts): OperatorAction => ({
  eventType: 'operator.action',
  userId: of.operatorId ?? NIL_UUID,
  action: of.action,
  resource: of.resource,
  status: of.status,
  timestamp: isoOfEpochMs(of.at) ?? '',
  metadata: { source: 'audit-lanes-cli', correlationId: of.correlationId },
  operator: {
    name: of.user,
    ...(of.why === undefined ? {} : { why: of.why.slice(0, MAX_WHY) }),
    ...(of.count === undefined ? {} : { count: of.count }),
    ...of.numbers,
  },
});

/** A CloudEvent in binary mode, as the service's own audit events are. */
export const operatorRecord = (topic: string, event: OperatorAction, id: string): ProducedRecord => ({
  topic,
  partition: null,
  key: KEY,
  value: Buffer.from(JSON.stringify(event)),
  headers: [
    { name: 'ce_specversion', value: '1.0' },
    { name: 'ce_id', value: id },
    { name: 'ce_type', value: event.eventType },
    { name: 'ce_source', value: '/audit-lanes-cli' },
    { name: 'ce_time', value: event.timestamp },
    { name: 'ce_dataschema', value: operatorActionSchema.$id },
  ],
});

/** Does it between its two events. Rejects as `perform` does, and when it cannot be recorded. */
export const audited = async (
  operator: ActionRecorder,
  action: AuditedAction,
  perform: () => Promise<ActionEnd>,
): Promise<ExitCode> => {
  if (action.isDryRun) return (await perform()).exitCode;
  const { clock, output, settings, unique, user } = operator.parts;
  const auditTopic = settings.topics.audit;
  const correlationId = action.correlationId ?? unique();
  const record = async (status: OperatorAction['status'], numbers: ActionNumbers): Promise<void> => {
    const event = operatorEvent({ ...action, status, numbers, correlationId, user, at: clock.now() });
    const ofTopic = operatorRecord(auditTopic, event, unique());
    const producer = await operator.producer();
    const send = (): Promise<void> => producer.send([ofTopic]);
    // One that was written and not acknowledged can be there twice: under one id, which tells it.
    // The end is recorded of what was stopped too, and `insist` does nothing after a stop.
    if (status === 'requested') await operator.insist(send);
    else await send().catch(() => operator.insist(send));
  };
  try {
    await operator.partitionsOf(auditTopic);
    await record('requested', {});
  } catch (error) {
    output.note(shown`Nothing was done: it could not be recorded in ${printable(auditTopic)} (AUDIT_TOPIC).`);
    throw error;
  }
  /** What was done stays done: that its end is missing in the audit topic is told. */
  const recordEnd = async (isSuccess: boolean, numbers: ActionNumbers): Promise<boolean> => {
    try {
      await record(isSuccess ? 'success' : 'failure', numbers);
      return true;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      output.note(
        shown`The end of ${printable(action.action)} ${printable(correlationId)} could not be recorded in ${printable(auditTopic)}: ${printable(why)}`,
      );
      return false;
    }
  };
  let end: ActionEnd;
  try {
    end = await perform();
  } catch (error) {
    await recordEnd(false, action.soFar?.() ?? {});
    throw error;
  }
  const isRecorded = await recordEnd(end.exitCode === EXIT.done, end.numbers);
  return isRecorded || end.exitCode !== EXIT.done ? end.exitCode : EXIT.failed;
};
