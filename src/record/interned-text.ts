/**
 * One string for all that read the same: comparing it with a literal or another one of these, or asking a Map of them for it, is
 * comparing two addresses then, and not characters. For texts that come from outside again and again: names of topics and headers.
 */

/** Names are few; whoever sends others all the time must not fill the memory: then it begins anew. */
const MOST_TEXTS = 1_024;
const LONGEST = 256;

const known = new Map<string, string>();

/** A name of a property is the engine's own string of that text, which its literals are too. */
const asPropertyName = (text: string): string => Object.keys({ [text]: undefined })[0] ?? text;

/** The same text; a long one is the string that was given. */
export const internedText = (text: string): string => {
  const found = known.get(text);
  if (found !== undefined) return found;
  if (text.length > LONGEST) return text;
  if (known.size >= MOST_TEXTS) known.clear();
  const interned = asPropertyName(text);
  known.set(interned, interned);
  return interned;
};
