/**
 * The inbox of a task: one message at a time, in the order of arrival. A message that is posted while
 * another is being handled waits for it, so no handler ever sees a half-changed task. When handling one
 * fails the others are handled all the same, and whoever posted the first hears of it.
 */
export class Mailbox<Message> {
  readonly #waiting: Message[] = [];
  #busy = false;

  constructor(private readonly receive: (message: Message) => void) {}

  post(message: Message): void {
    if (this.#busy) {
      this.#waiting.push(message);
      return;
    }
    this.#busy = true;
    const failures: unknown[] = [];
    for (let next: Message | undefined = message; next !== undefined; next = this.#waiting.shift()) {
      try {
        this.receive(next);
      } catch (failure) {
        failures.push(failure);
      }
    }
    this.#busy = false;
    if (failures.length > 0) throw failures[0];
  }
}
