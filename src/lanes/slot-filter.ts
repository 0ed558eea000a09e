/**
 * Says of most keys at a glance that no lane has them: a counting filter over the last bytes of the keys that have
 * one. Most records of a task with lanes are of other keys, and the name of a slot is made of a key's bytes.
 * It never says no of a key that was added and not removed. How often it says yes of another one depends on the keys: of
 * six in a hundred with a thousand lanes, of most with tens of thousands, and of all that end in the same eight bytes.
 */

const PLACES = 1 << 14;
const LAST_BYTES = 8;
const SEED = 0x811c9dc5;
const PRIME = 0x01000193;
const KEYLESS = 0x100;

export class SlotFilter {
  /** Made with the first slot: most tasks never have one. */
  #counts: Uint32Array | undefined;

  add(slot: string): void {
    this.#count(slot, 1);
  }

  /** One that was added. */
  remove(slot: string): void {
    this.#count(slot, -1);
  }

  /** Of the slot that a record with this key takes. */
  mayHold(key: Buffer): boolean {
    return this.#counts !== undefined && this.#counts[placeOf(key)] !== 0;
  }

  /** No record asks for the slot of one without a key. */
  #count(slot: string, by: 1 | -1): void {
    if (slot.charCodeAt(0) === KEYLESS) return;
    const counts = (this.#counts ??= new Uint32Array(PLACES));
    // A slot has a character for each byte of its key.
    const place = placeOf(Buffer.from(slot, 'latin1'));
    counts[place] = (counts[place] ?? 0) + by;
  }
}

/** FNV-1a (Fowler, Noll, Vo), folded. */
const placeOf = (key: Buffer): number => {
  let hash = SEED;
  for (let at = Math.max(0, key.length - LAST_BYTES); at < key.length; at += 1)
    hash = Math.imul(hash ^ (key[at] ?? 0), PRIME);
  return (hash ^ (hash >>> 15)) & (PLACES - 1);
};
