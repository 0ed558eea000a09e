/**
 * The judge of the broker tests: what was written to the source, what a read_committed consumer finds in
 * the audit topic and in the dead letter queue, and everything that is wrong between them.
 * Shares no code with what it judges, restores headers by itself, and matches records by their own unique
 * ids and bytes, so that a false claim of the code under test is a fault and not an agreement. Pure.
 */
import type { ExpectedAudit, HostileRecord } from './hostile-records.js';
import type { Place, RawHeader, StoredRecord } from './record-tool.js';

export type FaultKind =
  | 'missing'
  | 'doubled'
  | 'out-of-order'
  | 'wrong-destination'
  | 'wrong-content'
  | 'wrong-bytes'
  | 'wrong-reason'
  | 'wrong-partition'
  | 'unknown-origin';

export interface Fault {
  readonly kind: FaultKind;
  readonly detail: string;
}

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

export interface Verdict {
  readonly faults: readonly Fault[];
  readonly counts: { readonly inputs: number; readonly audits: number; readonly deadLetters: number };
  /** Records that were found more than once; faults too, unless repeats are allowed. */
  readonly repeats: number;
}

export interface Rules {
  /** At least once: repeats are no fault, and order is that of first occurrences. */
  readonly repeatsAllowed: boolean;
  /** Source and audit topic have different partition counts: the key's hash decides. */
  readonly auditPartitionsDiffer?: boolean;
}

const placeKey = ({ partition, offset }: Place): string => `${partition}@${offset}`;
const sameBytes = (one: Buffer | null, other: Buffer | null): boolean =>
  one === null || other === null ? one === other : one.equals(other);
const textOf = (value: Buffer | null): string => value?.toString('utf8') ?? '';

const valuesOf = (headers: readonly RawHeader[], name: string): readonly string[] =>
  headers.filter((header) => header.name === name).map(({ value }) => textOf(value));

const OURS = /^(x-lanes-|__streams\.errors\.|kafka_dlt-)/;
const MOVED = 'x-lanes-binary-headers';

/** The headers of the record that a dead letter was made from; undefined when they cannot be restored. */
export const originalHeaders = (headers: readonly RawHeader[]): readonly RawHeader[] | undefined => {
  const original = headers.filter(({ name }) => !OURS.test(name));
  const [moved, ...more] = valuesOf(headers, MOVED);
  if (moved === undefined) return original;
  if (more.length > 0) return undefined;
  const list = JSON.parse(moved) as readonly (readonly [number, string, string | null])[];
  for (const [position, name, base64] of [...list].sort(([one], [other]) => one - other)) {
    original.splice(position, 0, { name, value: base64 === null ? null : Buffer.from(base64, 'base64') });
  }
  return original;
};

/** Undefined when they are the same; else the first place where they are not. */
const headersDiffer = (
  found: readonly RawHeader[] | undefined,
  right: readonly RawHeader[],
): string | undefined => {
  if (found === undefined) return 'cannot be restored';
  const shown = (one: RawHeader | undefined): string =>
    one === undefined ? 'none' : `${one.name}=${one.value?.toString('base64') ?? 'null'}`;
  // node-rdkafka's published binding gives a null header as an empty one; nothing behind it can tell them apart.
  const readable = right.map(({ name, value }) => ({ name, value: value ?? Buffer.alloc(0) }));
  const texts = [found.map(shown), readable.map(shown)] as const;
  const at = Array.from({ length: Math.max(found.length, right.length) }, (_, i) => i).find(
    (i) => texts[0][i] !== texts[1][i],
  );
  return at === undefined
    ? undefined
    : `number ${at} is ${texts[0][at] ?? 'none'}, not ${texts[1][at] ?? 'none'}`;
};

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
  readonly #byId: ReadonlyMap<string, Input>;
  readonly #byPlace: ReadonlyMap<string, Input>;
  readonly #ends = new Map<string, number>();
  readonly #eventIds = new Map<string, string>();

  constructor(
    private readonly evidence: Evidence,
    private readonly rules: Rules,
  ) {
    this.#byId = new Map(evidence.inputs.map((input) => [input.record.id, input]));
    this.#byPlace = new Map(evidence.inputs.map((input) => [placeKey(input.place), input]));
  }

  run(): void {
    const audits = this.evidence.audits.flatMap((audit) => this.#judgeAudit(audit));
    const deadLetters = this.evidence.deadLetters.flatMap((letter) => this.#judgeDeadLetter(letter));
    this.#judgeOrder('audit', audits);
    this.#judgeOrder('dead letter', deadLetters);
    for (const input of this.evidence.inputs) {
      if (!this.#ends.has(input.record.id)) this.#fault('missing', input, 'is nowhere');
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
    const repeated = this.#end(input, at);
    const { expected } = input.record;
    const { partition, offset } = input.place;
    if (ids.length !== 1 || ids[0] !== `${this.evidence.topic}-${partition}-${offset}`) {
      this.#fault('unknown-origin', input, `${at} says x-lanes-id ${ids.join()}`);
    }
    const reason = valuesOf(letter.headers, 'x-lanes-reason').join();
    if (expected.to !== 'dlq') this.#fault('wrong-destination', input, `became ${at}, reason ${reason}`);
    else if (reason !== expected.reason) {
      this.#fault('wrong-reason', input, `${at}: ${reason}, not ${expected.reason}`);
    }
    if (letter.partition !== partition) this.#fault('wrong-partition', input, at);
    if (!sameBytes(letter.key, input.record.key)) this.#fault('wrong-bytes', input, `key of ${at}`);
    if (!sameBytes(letter.value, input.record.value)) this.#fault('wrong-bytes', input, `value of ${at}`);
    const differ = headersDiffer(original, input.record.headers);
    if (differ !== undefined) this.#fault('wrong-bytes', input, `headers of ${at}: ${differ}`);
    return repeated ? [] : [{ input, at: letter }];
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
        this.#fault(
          'out-of-order',
          each.input,
          `${what} comes after that of ${placeKey(before.input.place)}`,
        );
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
  readonly at: Place;
}

const parse = (value: Buffer | null): AuditJson | undefined => {
  try {
    return JSON.parse(textOf(value)) as AuditJson;
  } catch {
    return undefined;
  }
};

export const judge = (evidence: Evidence, rules: Rules = { repeatsAllowed: false }): Verdict => {
  const judgement = new Judgement(evidence, rules);
  judgement.run();
  const { inputs, audits, deadLetters } = evidence;
  return {
    faults: judgement.faults,
    counts: { inputs: inputs.length, audits: audits.length, deadLetters: deadLetters.length },
    repeats: judgement.repeats,
  };
};

const SHOWN = 20;

/** Throws with the first faults of each kind, and how many there are of it. */
export const expectNoFaults = ({ faults, counts }: Verdict): void => {
  if (faults.length === 0) return;
  const kinds = [...new Set(faults.map(({ kind }) => kind))];
  const lines = kinds.flatMap((kind) => {
    const ofKind = faults.filter((fault) => fault.kind === kind);
    return [`${kind}: ${ofKind.length}`, ...ofKind.slice(0, SHOWN).map(({ detail }) => `  ${detail}`)];
  });
  const { inputs, audits, deadLetters } = counts;
  throw new Error(
    `${inputs} inputs, ${audits} audit events, ${deadLetters} dead letters, ${faults.length} faults:\n${lines.join('\n')}`,
  );
};
