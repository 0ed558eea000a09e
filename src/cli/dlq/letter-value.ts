/**
 * A value as somebody may change it: JSON where it is JSON (with or without Confluent's frame, which is kept), else
 * text, else bytes; and back. Pure.
 */
import { isUtf8 } from 'node:buffer';

export type EditableValue =
  | { readonly kind: 'json'; readonly value: unknown; readonly text: string; readonly frame: Buffer }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Buffer }
  | { readonly kind: 'null'; readonly value: null };

const NO_FRAME = Buffer.alloc(0);
/** A zero and the id of a schema. */
const FRAME_BYTES = 5;

const jsonIn = (bytes: Buffer): { readonly value: unknown; readonly text: string } | null => {
  if (!isUtf8(bytes)) return null;
  const text = bytes.toString('utf8');
  try {
    return { value: JSON.parse(text) as unknown, text };
  } catch {
    return null;
  }
};

export const editableValue = (bytes: Buffer | null): EditableValue => {
  if (bytes === null) return { kind: 'null', value: null };
  const plain = jsonIn(bytes);
  if (plain !== null) return { kind: 'json', ...plain, frame: NO_FRAME };
  const framed = bytes[0] === 0 && bytes.length > FRAME_BYTES ? jsonIn(bytes.subarray(FRAME_BYTES)) : null;
  if (framed !== null) return { kind: 'json', ...framed, frame: bytes.subarray(0, FRAME_BYTES) };
  return isUtf8(bytes)
    ? { kind: 'text', value: bytes.toString('utf8') }
    : { kind: 'bytes', value: Buffer.from(bytes) };
};

/** What was made of it, as bytes: text and bytes as they are, anything else as JSON. Throws TypeError for what JSON has not. */
export const changedBytes = (was: EditableValue, changed: unknown): Buffer => {
  if (changed instanceof Uint8Array) return Buffer.from(changed);
  if (typeof changed === 'string' && was.kind !== 'json') return Buffer.from(changed);
  const json = JSON.stringify(changed) as string | undefined;
  if (json === undefined) throw new TypeError(`a value must be JSON, text or bytes, not ${typeof changed}`);
  return Buffer.concat([was.kind === 'json' ? was.frame : NO_FRAME, Buffer.from(json)]);
};
