/**
 * What a record of the code under test (dead letter, retry record) says about the record that it was made
 * from: its headers restored, and compared byte by byte. Pure; written anew, so that it agrees with the code
 * under test only where that is right.
 */
import type { RawHeader, RawRecord } from './record-tool.js';

const OURS = /^(x-lanes-|__streams\.errors\.|kafka_dlt-)/;
const MOVED = 'x-lanes-binary-headers';
/** Of the services under test, which are given this environment. */
const IS_PUBLISHED = process.env['KAFKA_BINDING'] === 'published';

/** node-rdkafka's published binding gives a null header as an empty one; nothing behind it can tell them apart. */
export const asRead = (header: Buffer | null): Buffer | null =>
  header === null && IS_PUBLISHED ? Buffer.alloc(0) : header;

export const sameBytes = (one: Buffer | null, other: Buffer | null): boolean =>
  one === null || other === null ? one === other : one.equals(other);

export const textOf = (value: Buffer | null): string => value?.toString('utf8') ?? '';

export const valuesOf = (headers: readonly RawHeader[], name: string): readonly string[] =>
  headers.filter((header) => header.name === name).map(({ value }) => textOf(value));

/** The headers of the record that another was made from; undefined when they cannot be restored. */
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
  const readable = right.map(({ name, value }) => ({ name, value: asRead(value) }));
  const texts = [found.map(shown), readable.map(shown)] as const;
  const at = Array.from({ length: Math.max(found.length, right.length) }, (_, i) => i).find(
    (i) => texts[0][i] !== texts[1][i],
  );
  return at === undefined
    ? undefined
    : `number ${at} is ${texts[0][at] ?? 'none'}, not ${texts[1][at] ?? 'none'}`;
};

/** Every way in which `made` does not hold the bytes of `original`. */
export const differences = (
  made: RawRecord,
  original: RawRecord,
  { valueOmitted = false }: { readonly valueOmitted?: boolean } = {},
): readonly string[] => {
  const headers = headersDiffer(originalHeaders(made.headers), original.headers);
  return [
    ...(sameBytes(made.key, original.key) ? [] : ['its key is another']),
    ...(sameBytes(made.value, valueOmitted ? null : original.value) ? [] : ['its value is another']),
    ...(headers === undefined ? [] : [`its headers are others: ${headers}`]),
  ];
};
