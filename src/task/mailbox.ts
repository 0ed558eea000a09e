/**
 * The inbox of a task: one message at a time, in the order of arrival. A message that is posted while
 * another is being handled waits for it, so no handler ever sees a half-changed task.
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
    try {
      this.receive(message);
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
        this.receive(next);
    } finally {
      this.#busy = false;
    }
  }
}
