/**
 * Something of each topic, asked for with every record: the last topic's is at hand, as records come in runs of one
 * topic. The names are compared as texts: those of a batch are the same strings each time, which costs next to nothing.
 */
export class ByTopic<Value extends object> {
  readonly #all = new Map<string, Value>();
  #lastTopic: string | undefined;
  #last: Value | undefined;

  get(topic: string): Value | undefined {
    if (topic === this.#lastTopic) return this.#last;
    const found = this.#all.get(topic);
    if (found === undefined) return undefined;
    this.#lastTopic = topic;
    return (this.#last = found);
  }

  set(topic: string, value: Value): void {
    this.#all.set(topic, value);
    this.#lastTopic = topic;
    this.#last = value;
  }

  keys(): IterableIterator<string> {
    return this.#all.keys();
  }

  /** In the order in which the topics came first. */
  [Symbol.iterator](): IterableIterator<[topic: string, value: Value]> {
    return this.#all[Symbol.iterator]();
  }
}
