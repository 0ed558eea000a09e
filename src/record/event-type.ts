/**
 * Which event a record is. The first of these that answers (a text that is not empty):
 * `ce_type` header; `type` of a structured CloudEvent; header `eventType`, else `type`; `__TypeId__` (Spring);
 * `eventType`, else `type` of the payload; the topic's name.
 * Only the first answer counts, also when it is unknown: a later one that contradicts it would be a guess.
 *
 * Spellings of one type: `user.registered`, `user-registered`, `USER_REGISTERED`, `UserRegistered`,
 * `UserRegisteredEvent`, `com.x.UserRegisteredEvent`, `com.x.Outer$UserRegisteredEvent`, `com.x.user.registered`,
 * each also with a version (`.v1`, `/1.0`, `V1`), of which the major number is told.
 */
import type { JsonObject } from './envelope.js';
import type { Header, Headers } from './record.js';
import { utf8Text } from './utf8-text.js';

export interface EventTypeRules {
  /** The names of the types, in lower case with dots. */
  readonly known: readonly string[];
  /** Names of classes (as `__TypeId__` has them) that the simple name rule does not fit. */
  readonly classNames?: Readonly<Record<string, string>>;
}

/** `type` is undefined when the answer is none of the known types. */
export interface ResolvedType {
  readonly type: string | undefined;
  /** The major version that the name declares, if it does. */
  readonly major: number | undefined;
}

/** The headers that say what a record is and what caused it, found in one pass; of several of one name the last counts. */
export interface TypeHeaders {
  ceType: Header | null;
  ceId: Header | null;
  ceDataSchema: Header | null;
  traceparent: Header | null;
  tracestate: Header | null;
  contentType: Header | null;
  eventType: Header | null;
  type: Header | null;
  typeId: Header | null;
}

/** A table of names would be shorter, but takes 40 ns for the headers of a record where this takes 10. */
const note = (found: TypeHeaders, header: Header): void => {
  switch (header.name) {
    case 'ce_type':
      found.ceType = header;
      break;
    case 'ce_id':
      found.ceId = header;
      break;
    case 'ce_dataschema':
      found.ceDataSchema = header;
      break;
    case 'traceparent':
      found.traceparent = header;
      break;
    case 'tracestate':
      found.tracestate = header;
      break;
    case 'content-type':
      found.contentType = header;
      break;
    case 'eventType':
      found.eventType = header;
      break;
    case 'type':
      found.type = header;
      break;
    case '__TypeId__':
      found.typeId = header;
      break;
    default:
  }
};

export const typeHeaders = (headers: Headers): TypeHeaders => {
  const found: TypeHeaders = {
    ceType: null,
    ceId: null,
    ceDataSchema: null,
    traceparent: null,
    tracestate: null,
    contentType: null,
    eventType: null,
    type: null,
    typeId: null,
  };
  for (const header of headers) note(found, header);
  return found;
};

const rawText = (header: Header | Buffer | null): string | undefined => {
  if (header === null) return undefined;
  if (header instanceof Uint8Array) return utf8Text(header);
  return header.text ?? rawText(header.value);
};

/** The text of a header or of its value, without the quotes that Spring's JSON header mapper may put around it; empty is absent. */
export const headerText = (header: Header | Buffer | null): string | undefined => {
  const text = rawText(header)?.trim();
  if (text === undefined) return undefined;
  const bare = text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
  return bare === '' ? undefined : bare;
};

const textOf = (payload: JsonObject | undefined, name: string): string | undefined => {
  const value = payload?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const VERSION = /(?:[./:@_-]?[vV](\d{1,4})(?:[._]\d+)*|[./:@-](\d{1,4})(?:\.\d+)*)$/;
const WORD_BREAK = /(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+/;

/** Bounds the memory that hostile type names can take; real topics have a handful. */
const MEMO_LIMIT = 512;
const MAX_NAME_LENGTH = 256;

const UNKNOWN: ResolvedType = Object.freeze({ type: undefined, major: undefined });

export class EventTypeResolver {
  readonly #known: ReadonlySet<string>;
  readonly #classNames: ReadonlyMap<string, string>;
  readonly #memo = new Map<string, ResolvedType>();

  constructor(rules: EventTypeRules) {
    this.#known = new Set(rules.known);
    this.#classNames = new Map(Object.entries(rules.classNames ?? {}));
  }

  resolve(
    headers: TypeHeaders,
    cloudEventType: string | undefined,
    payload: unknown,
    topic: string,
  ): ResolvedType {
    const fields = typeof payload === 'object' && payload !== null ? (payload as JsonObject) : undefined;
    return this.named(
      headerText(headers.ceType) ??
        cloudEventType ??
        headerText(headers.eventType) ??
        headerText(headers.type) ??
        headerText(headers.typeId) ??
        textOf(fields, 'eventType') ??
        textOf(fields, 'type') ??
        topic,
    );
  }

  /** The type that a name stands for, in any of the spellings. */
  named(name: string): ResolvedType {
    const remembered = this.#memo.get(name);
    if (remembered !== undefined) return remembered;
    const resolved = this.#read(name);
    // A copy: it may be a part of a text that is far longer.
    if (this.#memo.size < MEMO_LIMIT && name.length <= MAX_NAME_LENGTH)
      this.#memo.set(Buffer.from(name).toString(), resolved);
    return resolved;
  }

  #read(name: string): ResolvedType {
    const mapped = this.#classNames.get(name);
    if (mapped !== undefined) return { type: mapped, major: undefined };
    if (this.#known.has(name)) return { type: name, major: undefined };
    if (name.length > MAX_NAME_LENGTH) return UNKNOWN;
    const version = VERSION.exec(name);
    const major = version === null ? undefined : Number(version[1] ?? version[2]);
    const bare = version === null ? name : name.slice(0, version.index);
    const simple = bare.slice(Math.max(bare.lastIndexOf('.'), bare.lastIndexOf('$')) + 1);
    return /^[A-Z].*[a-z]/.test(simple) ? this.#class(simple, major) : { type: this.#dotted(bare), major };
  }

  /** `UserRegisteredEvent`, `UserRegisteredV1Event`: the whole name must fit. */
  #class(simple: string, major: number | undefined): ResolvedType {
    const words = wordsOf(simple);
    const inner = /^v(\d{1,4})$/.exec(words.at(-1) ?? '');
    const type = (inner === null ? words : words.slice(0, -1)).join('.');
    return {
      type: this.#known.has(type) ? type : undefined,
      major: inner === null ? major : Number(inner[1]),
    };
  }

  /** `com.x.user.registered`, `USER_REGISTERED`: leading segments may be a name space. */
  #dotted(bare: string): string | undefined {
    const segments = bare.split(/[./:]/).map((segment) => wordsOf(segment).join('.'));
    for (let from = 0; from < segments.length; from += 1) {
      const candidate = segments.slice(from).join('.');
      if (this.#known.has(candidate)) return candidate;
    }
    return undefined;
  }
}

/** In lower case, without the decoration of a trailing `event`. */
const wordsOf = (segment: string): readonly string[] => {
  const words = segment.split(WORD_BREAK).flatMap((word) => (word === '' ? [] : [word.toLowerCase()]));
  return words.length > 1 && words.at(-1) === 'event' ? words.slice(0, -1) : words;
};
