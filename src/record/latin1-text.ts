/** Bytes as a text of equally many characters, each of them the byte's number: of ASCII it is the text itself. */

/** What `toString('latin1')` calls in the end. */
interface Latin1Slice {
  latin1Slice(from: number, to: number): string;
}

/** Half of the time that `toString('latin1', from, to)` takes for a short text: an encoding and bounds are not looked at. */
export const latin1Text = (bytes: Buffer, from: number, to: number): string =>
  (bytes as Buffer & Latin1Slice).latin1Slice(from, to);
