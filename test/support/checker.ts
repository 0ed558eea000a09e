/**
 * The judge of the broker tests: what was written to the source, what a read_committed consumer finds in
 * the audit topic and in the dead letter queue, and everything that is wrong between them.
 * Shares no code with what it judges, restores headers by itself, and matches records by their own unique
 * ids and bytes, so that a false claim of the code under test is a fault and not an agreement. Pure.
 *
 * An end is an audit event, or a dead letter that is not marked as the notice of a parked head. Every input
 * has exactly one, but for those that a test says wait in a lane: they have none.
 * Order per key is judged among audit events and among dead letters. Between the two topics there is no order
 * to judge by: offsets of two logs cannot be compared, and a record's own time is when it was made, not when
 * it was committed. What it leaves open, that a record ran before the end of an earlier one of its key which
 * became a dead letter, shows in the calls that the handlers made (`overtaken`, retry-checker.ts).
 */
import type { Fault, FaultKind, Verdict } from './faults.js';
import type { ExpectedAudit, HostileRecord } from './hostile-records.js';
import { differences, originalHeaders, sameBytes, textOf, valuesOf } from './original-record.js';
import type { Place, StoredRecord } from './record-tool.js';

/** A record of the load and where the broker put it. */
export interface Input {
  readonly place: Place;
  readonly record: HostileRecord;
}

export interface Evidence {
  readonly topic: string;
  readonly inputs: readonly Input[];
  readonly audits: readonly StoredRecord[];
  readonly deadLetters: readonly StoredRecord[];
}

export interface EndsVerdict extends Verdict {
  readonly counts: Readonly<Record<'inputs' | 'audits' | 'deadLetters' | 'notices', number>>;
  /** Records that were found more than once; faults too, unless repeats are allowed. */
  readonly repeats: number;
}

export interface Rules {
  /** At least once: repeats are no fault, and order is that of first occurrences. */
  readonly repeatsAllowed: boolean;
  /** Source and audit topic have different partition counts: the key's hash decides. */
  readonly auditPartitionsDiffer?: boolean;
  /** Ids of records that lie in a lane, and so have no end. */
  readonly waiting?: ReadonlySet<string>;
}

export const placeKey = ({ partition, offset }: Place): string => `${partition}@${offset}`;

interface AuditJson {
  readonly eventType?: unknown;
  readonly userId?: unknown;
  readonly action?: unknown;
  readonly resource?: unknown;
  readonly status?: unknown;
  readonly timestamp?: unknown;
  readonly metadata?: {
    readonly source?: unknown;
    readonly correlationId?: unknown;
    readonly causationId?: unknown;
    readonly origin?: { readonly topic?: unknown; readonly partition?: unknown; readonly offset?: unknown };
  };
}

class Judgement {
  readonly faults: Fault[] = [];
  repeats = 0;
  notices = 0;
  readonly #byId: ReadonlyMap<string, Input>;
  readonly #byPlace: ReadonlyMap<string, Input>;
  readonly #ends = new Map<string, number>();
  readonly #eventIds = new Map<string, string>();
  /** Offsets of notices by record. */
  readonly #notices = new Map<string, string[]>();

  constructor(
    private readonly evidence: Evidence,
    private readonly rules: Rules,
  ) {
    this.#byId = new Map(evidence.inputs.map((input) => [input.record.id, input]));
    this.#byPlace = new Map(evidence.inputs.map((input) => [placeKey(input.place), input]));
  }

  run(): void {
    const audits = this.evidence.audits.flatMap((audit) => this.#judgeAudit(audit));
    const letters = [...this.evidence.deadLetters].sort((one, other) => one.offset - other.offset);
    const deadLetters = letters.flatMap((letter) => this.#judgeDeadLetter(letter));
    this.#judgeOrder('audit', audits);
    this.#judgeOrder('dead letter', deadLetters);
    for (const input of this.evidence.inputs) {
      const ended = this.#ends.has(input.record.id);
      if (this.rules.waiting?.has(input.record.id) === true) {
        if (ended) this.#fault('doubled', input, 'lies in a lane and has an end');
      } else if (!ended) this.#fault('missing', input, 'is nowhere');
    }
  }

  /** The input that it is the end of, if it is one. */
  #judgeAudit(audit: StoredRecord): readonly Found[] {
    const body = parse(audit.value);
    const input = this.#byId.get(String(body?.metadata?.correlationId));
    const at = `audit ${audit.partition}@${audit.offset}`;
    if (input === undefined) return this.#unknown(at);
    const repeated = this.#end(input, at);
    const { expected } = input.record;
    if (expected.to !== 'audit') this.#fault('wrong-destination', input, `became ${at}`);
    else this.#judgeContent(input, expected, audit, body ?? {});
    if (this.rules.auditPartitionsDiffer !== true && audit.partition !== input.place.partition) {
      this.#fault('wrong-partition', input, at);
    }
    this.#judgeEventId(input, audit);
    return repeated ? [] : [{ input, at: audit }];
  }

  #judgeContent(input: Input, expected: ExpectedAudit, audit: StoredRecord, body: AuditJson): void {
    const { partition, offset } = input.place;
    const { topic } = this.evidence;
    const place = `${topic}-${partition}-${offset}`;
    const origin = body.metadata?.origin;
    const compared: readonly (readonly [string, unknown, unknown])[] = [
      ['eventType', body.eventType, expected.eventType],
      ['userId', body.userId, expected.userId],
      ['action', body.action, expected.action],
      ['resource', body.resource, `user/${expected.userId}`],
      ['status', body.status, expected.status],
      ['timestamp', body.timestamp, expected.timestamp],
      ['source', body.metadata?.source, expected.source],
      [
        'causationId',
        body.metadata?.causationId,
        expected.causationId === 'place' ? place : expected.causationId,
      ],
      ['origin', `${String(origin?.topic)}-${String(origin?.partition)}-${String(origin?.offset)}`, place],
      ['ce_type', valuesOf(audit.headers, 'ce_type').join(), 'system.audit'],
    ];
    for (const [field, found, right] of compared) {
      if (found !== right) {
        this.#fault('wrong-content', input, `${field} is ${String(found)}, not ${String(right)}`);
      }
    }
    if (!sameBytes(audit.key, input.record.key)) this.#fault('wrong-content', input, 'has another key');
  }

  /** One `ce_id` per input, the same in every repeat. */
  #judgeEventId(input: Input, audit: StoredRecord): void {
    const [id = ''] = valuesOf(audit.headers, 'ce_id');
    const owner = this.#eventIds.get(id);
    if (id === '' || (owner !== undefined && owner !== input.record.id)) {
      this.#fault('wrong-content', input, `has the ce_id "${id}" of another`);
    }
    this.#eventIds.set(id, input.record.id);
  }

  #judgeDeadLetter(letter: StoredRecord): readonly Found[] {
    const at = `dead letter ${letter.partition}@${letter.offset}`;
    const ids = valuesOf(letter.headers, 'x-lanes-id');
    const original = originalHeaders(letter.headers);
    // Its own id first; what the code under test claims only where it has none.
    const own = original === undefined ? [] : valuesOf(original, 'test-id');
    const input = this.#byId.get(own[0] ?? '') ?? this.#claimed(ids[0]);
    if (input === undefined) return this.#unknown(at);
    const { partition, offset } = input.place;
    if (ids.length !== 1 || ids[0] !== `${this.evidence.topic}-${partition}-${offset}`) {
      this.#fault('unknown-origin', input, `${at} says x-lanes-id ${ids.join()}`);
    }
    if (letter.partition !== partition) this.#fault('wrong-partition', input, at);
    for (const how of differences(letter, input.record)) this.#fault('wrong-bytes', input, `${at}: ${how}`);
    const state = valuesOf(letter.headers, 'x-lanes-state').join();
    if (state === 'parked') {
      this.#notice(input, letter);
      return [];
    }
    if (state === 'skipped') this.#judgeSkipped(input, letter);
    else if (state !== '') this.#fault('wrong-content', input, `${at} says x-lanes-state ${state}`);
    const repeated = this.#end(input, at);
    const { expected } = input.record;
    const reason = valuesOf(letter.headers, 'x-lanes-reason').join();
    if (expected.to !== 'dlq') this.#fault('wrong-destination', input, `became ${at}, reason ${reason}`);
    else if (reason !== expected.reason) {
      this.#fault('wrong-reason', input, `${at}: ${reason}, not ${expected.reason}`);
    }
    return repeated ? [] : [{ input, at: letter }];
  }

  /** A head is copied once, however often it is released and fails again. */
  #notice(input: Input, { partition, offset }: StoredRecord): void {
    this.notices += 1;
    const of = this.#notices.get(input.record.id) ?? [];
    this.#notices.set(input.record.id, of);
    of.push(String(offset));
    if (of.length > 1 && !this.rules.repeatsAllowed) {
      this.#fault('doubled', input, `dead letter ${partition}@${offset} is its notice number ${of.length}`);
    }
  }

  /** It may name the notice that it ends; then it is one of its own. */
  #judgeSkipped(input: Input, letter: StoredRecord): void {
    for (const notice of valuesOf(letter.headers, 'x-lanes-notice')) {
      if (this.#notices.get(input.record.id)?.includes(notice) !== true) {
        this.#fault('wrong-content', input, `${placeKey(letter)} ends notice ${notice}, which is none of it`);
      }
    }
  }

  #claimed(id: string | undefined): Input | undefined {
    const match = /-(\d+)-(\d+)$/.exec(id ?? '');
    return match === null ? undefined : this.#byPlace.get(`${String(match[1])}@${String(match[2])}`);
  }

  /** Counts an end of an input; true when it was not the first. */
  #end(input: Input, at: string): boolean {
    const { id } = input.record;
    const ends = (this.#ends.get(id) ?? 0) + 1;
    this.#ends.set(id, ends);
    if (ends === 1) return false;
    this.repeats += 1;
    if (!this.rules.repeatsAllowed) this.#fault('doubled', input, `${at} is its end number ${ends}`);
    return true;
  }

  /** P1: for one key of one source partition, ends of one topic lie in source order. */
  #judgeOrder(what: string, found: readonly Found[]): void {
    const last = new Map<string, Found>();
    const byOffset = [...found].sort((one, other) => one.at.offset - other.at.offset);
    for (const each of byOffset) {
      const { key } = each.input.record;
      if (key === null) continue;
      const lane = `${each.input.place.partition}/${each.at.partition}/${key.toString('hex')}`;
      const before = last.get(lane);
      if (before !== undefined && before.input.place.offset > each.input.place.offset) {
        const detail = `${what} comes after that of ${placeKey(before.input.place)}`;
        this.#fault('out-of-order', each.input, detail);
      } else last.set(lane, each);
    }
  }

  #unknown(at: string): readonly Found[] {
    this.faults.push({ kind: 'unknown-origin', detail: `${at} comes from no input` });
    return [];
  }

  #fault(kind: FaultKind, { place, record }: Input, detail: string): void {
    this.faults.push({ kind, detail: `${placeKey(place)} (${record.what}): ${detail}` });
  }
}

interface Found {
  readonly input: Input;
  readonly at: StoredRecord;
}

const parse = (value: Buffer | null): AuditJson | undefined => {
  try {
    return JSON.parse(textOf(value)) as AuditJson;
  } catch {
    return undefined;
  }
};

export const judge = (evidence: Evidence, rules: Rules = { repeatsAllowed: false }): EndsVerdict => {
  const judgement = new Judgement(evidence, rules);
  judgement.run();
  return {
    faults: judgement.faults,
    counts: {
      inputs: evidence.inputs.length,
      audits: evidence.audits.length,
      deadLetters: evidence.deadLetters.length - judgement.notices,
      notices: judgement.notices,
    },
    repeats: judgement.repeats,
  };
};
