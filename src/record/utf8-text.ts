/** The text of bytes, if they are valid UTF-8. Most are ASCII, which is read without looking for anything else. */
import { isAscii, isUtf8 } from 'node:buffer';
import { latin1Text } from './latin1-text.js';

/** Undefined for bytes that are no UTF-8. */
export const utf8Text = (bytes: Buffer): string | undefined => {
  if (isAscii(bytes)) return latin1Text(bytes, 0, bytes.length);
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
};

/** UTF-8 has up to three bytes for a UTF-16 code unit. */
export const MOST_BYTES_PER_UNIT = 3;
