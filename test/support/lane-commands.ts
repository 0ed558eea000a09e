/**
 * Writes commands to lanes by hand, as the command line does, and waits for what became of them. Formats as
 * docs/ordered-retries.md has them; shares no code with the engine.
 */
import type { LaneLog, LoggedOutcome } from './lane-log.js';
import { originalHeaders, valuesOf } from './original-record.js';
import type { RecordTool, StoredRecord } from './record-tool.js';
import { eventually } from './wait.js';

/** A lane, or a dead letter, is on the partition of its source record. */
export interface Target {
  readonly partition: number;
  readonly key: Buffer | null;
}

const base64 = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null;

export class LaneCommands {
  constructor(
    private readonly tool: RecordTool,
    private readonly topic: string,
    private readonly laneLog: () => Promise<LaneLog>,
  ) {}

  /** `head` is the record that the operator saw at the head of the lane. */
  release(lane: Target, head: string, deadLetter: number | null = null): Promise<LoggedOutcome> {
    return this.#write(lane, { command: 'release', head, key: base64(lane.key), deadLetter });
  }

  skip(lane: Target, head: string, deadLetter: number | null = null): Promise<LoggedOutcome> {
    return this.#write(lane, { command: 'skip', head, key: base64(lane.key), deadLetter });
  }

  redrive(letter: StoredRecord): Promise<LoggedOutcome> {
    const one = (name: string): string => valuesOf(letter.headers, name)[0] ?? '';
    const record = {
      topic: one('__streams.errors.topic'),
      partition: Number(one('__streams.errors.partition')),
      offset: Number(one('__streams.errors.offset')),
      timestamp: Number(one('x-lanes-timestamp')),
      key: base64(letter.key),
      value: base64(letter.value),
      headers: (originalHeaders(letter.headers) ?? []).map(({ name, value }) => [name, base64(value)]),
    };
    const command = { command: 'redrive', deadLetter: letter.offset, key: base64(letter.key), record };
    return this.#write(letter, command);
  }

  dismiss(letter: StoredRecord, why: string): Promise<LoggedOutcome> {
    const command = { command: 'dismiss', deadLetter: letter.offset, key: base64(letter.key), why };
    return this.#write(letter, command);
  }

  /** Resolves with its outcome, as the lane log has it. */
  async #write({ partition, key }: Target, command: object): Promise<LoggedOutcome> {
    const value = Buffer.from(JSON.stringify({ v: 1, ...command, by: 'a test' }));
    const { offset } = await this.tool.produce(this.topic, { key, value, headers: [] }, partition);
    return eventually(`the outcome of the command at ${partition}@${offset} is there`, async () =>
      (await this.laneLog()).outcomes.find(
        (outcome) => outcome.partition === partition && outcome.commandOffset === offset,
      ),
    );
  }
}
