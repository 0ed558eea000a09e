/**
 * What the broker tests do to a Kafka by themselves: write and read records, look at and change topics and
 * the offsets of groups. It is done by Apache Kafka's own Java clients in a process beside (RecordTool.java),
 * so that what a test knows does not come from the client or the code under test.
 * Ended when mocha is done, and with the process that started it.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { projectRoot } from './broker.js';

export interface RawHeader {
  readonly name: string;
  readonly value: Buffer | null;
}

export interface RawRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RawHeader[];
}

export interface StoredRecord extends RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
}

export interface Place {
  readonly partition: number;
  readonly offset: number;
}

interface Waiting {
  readonly onRecord: (fields: readonly string[]) => void;
  readonly resolve: (fields: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

const JVM = ['-Xms64m', '-Xmx384m', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];

const bytes = (text: string): Buffer | null => (text === '~' ? null : Buffer.from(text, 'base64'));
const base64 = (value: Buffer | null): string => (value === null ? '~' : value.toString('base64'));

const headersOf = (text: string): readonly RawHeader[] =>
  text === ''
    ? []
    : text.split(',').map((pair) => {
        const [name = '', value = ''] = pair.split(':');
        return { name: Buffer.from(name, 'base64').toString('utf8'), value: bytes(value) };
      });

const stored = (
  topic: string,
  [partition, offset, timestamp, key, value, headers]: readonly string[],
): StoredRecord => ({
  topic,
  partition: Number(partition),
  offset: Number(offset),
  timestamp: Number(timestamp),
  key: bytes(key ?? '~'),
  value: bytes(value ?? '~'),
  headers: headersOf(headers ?? ''),
});

const offsetsOf = (text: string): ReadonlyMap<number, number> =>
  new Map(
    text === ''
      ? []
      : text.split(',').map((pair) => {
          const [partition, offset] = pair.split(':');
          return [Number(partition), Number(offset)] as const;
        }),
  );

/** One permission, as Kafka has it. */
export interface Acl {
  readonly resource: 'topic' | 'group' | 'transactional_id' | 'cluster';
  readonly name: string;
  readonly pattern: 'literal' | 'prefixed';
  readonly principal: string;
  /** In capitals, with underscores. */
  readonly operation: string;
}

const aclFields = ({ resource, name, pattern, principal, operation }: Acl): readonly string[] => [
  resource,
  name,
  pattern,
  principal,
  operation,
];

export class RecordTool {
  readonly #waiting = new Map<string, Waiting>();
  #requests = 0;
  #stderr = '';

  private constructor(private readonly java: ChildProcessWithoutNullStreams) {
    createInterface({ input: java.stdout }).on('line', (line) => this.#hear(line));
    java.stderr.on('data', (data: Buffer) => {
      this.#stderr = (this.#stderr + data.toString()).slice(-4000);
    });
    java.once('exit', (code, signal) => {
      const error = new Error(`the record tool ended (${code ?? signal}): ${this.#stderr}`);
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
    // Its exit says it all.
    java.stdin.on('error', () => undefined);
  }

  static async start(bootstrapServers: string): Promise<RecordTool> {
    const { javaCommand, kafkaClassPath } = (await import(
      pathToFileURL(join(projectRoot(), 'tools', 'kafka', 'jars.mjs')).href
    )) as { javaCommand(): string; kafkaClassPath(say: (line: string) => void): Promise<string> };
    const source = join(projectRoot(), 'test', 'support', 'RecordTool.java');
    const classPath = await kafkaClassPath(() => undefined);
    const tool = new RecordTool(
      spawn(javaCommand(), [...JVM, '-cp', classPath, source, bootstrapServers], { stdio: 'pipe' }),
    );
    running.add(tool);
    return tool;
  }

  /** Resolves when the broker has it. Records are written in the order of the calls, murmur2 for the partition. */
  async produce(topic: string, record: RawRecord, partition?: number, timestamp?: number): Promise<Place> {
    const headers = record.headers
      .map(({ name, value }) => `${base64(Buffer.from(name))}:${base64(value)}`)
      .join(',');
    const to = partition === undefined ? '~' : String(partition);
    const at = timestamp === undefined ? '~' : String(timestamp);
    const args = ['produce', topic, to, base64(record.key), base64(record.value), headers, at];
    const [written, offset] = await this.#ask(args);
    return { partition: Number(written), offset: Number(offset) };
  }

  /** Everything committed, in offset order per partition. Waits for transactions that are open, a minute at most. */
  async read(topic: string): Promise<readonly StoredRecord[]> {
    const records: StoredRecord[] = [];
    await this.#ask(['read', topic], (fields) => records.push(stored(topic, fields)));
    return records;
  }

  async createTopic(
    topic: string,
    partitions: number,
    config: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await this.#ask(['createTopic', topic, String(partitions), ...Object.entries(config).flat()]);
  }

  async deleteTopic(topic: string): Promise<void> {
    await this.#ask(['deleteTopic', topic]);
  }

  async createPartitions(topic: string, total: number): Promise<void> {
    await this.#ask(['createPartitions', topic, String(total)]);
  }

  /** What kafka-delete-records.sh does. */
  async deleteRecords(topic: string, partition: number, before: number): Promise<void> {
    await this.#ask(['deleteRecords', topic, String(partition), String(before)]);
  }

  async partitions(topic: string): Promise<number> {
    const [count] = await this.#ask(['partitions', topic]);
    return Number(count);
  }

  async topicConfig(topic: string, name: string): Promise<string> {
    const [value] = await this.#ask(['config', topic, name]);
    return value ?? '';
  }

  async setTopicConfig(topic: string, name: string, value: string): Promise<void> {
    await this.#ask(['alterConfig', topic, name, value]);
  }

  /** Ends of the logs by partition; uncommitted records count. */
  async ends(topic: string): Promise<ReadonlyMap<number, number>> {
    const [offsets] = await this.#ask(['ends', topic]);
    return offsetsOf(offsets ?? '');
  }

  async committed(group: string, topic: string): Promise<ReadonlyMap<number, number>> {
    const [offsets] = await this.#ask(['committed', group, topic]);
    return offsetsOf(offsets ?? '');
  }

  /** What an operator does with kafka-consumer-groups.sh; the group must have no member. */
  async setOffset(group: string, topic: string, partition: number, offset: number): Promise<void> {
    await this.#ask(['setOffset', group, topic, String(partition), String(offset)]);
  }

  async addAcl(acl: Acl): Promise<void> {
    await this.#ask(['addAcl', ...aclFields(acl)]);
  }

  async deleteAcl(acl: Acl): Promise<void> {
    await this.#ask(['deleteAcl', ...aclFields(acl)]);
  }

  async stop(): Promise<void> {
    running.delete(this);
    if (this.java.exitCode !== null || this.java.signalCode !== null) return;
    const gone = new Promise((resolve) => this.java.once('exit', resolve));
    this.java.kill('SIGKILL');
    await gone;
  }

  #ask(args: readonly string[], onRecord: Waiting['onRecord'] = () => undefined): Promise<readonly string[]> {
    const number = String((this.#requests += 1));
    return new Promise((resolve, reject) => {
      if (this.java.exitCode !== null || this.java.signalCode !== null) {
        reject(new Error(`the record tool has ended: ${this.#stderr}`));
        return;
      }
      this.#waiting.set(number, { onRecord, resolve, reject });
      this.java.stdin.write(`${number}\t${args.join('\t')}\n`);
    });
  }

  #hear(line: string): void {
    const [number = '', verb, ...fields] = line.split('\t');
    const waiting = this.#waiting.get(number);
    if (waiting === undefined) return;
    if (verb === 'r') {
      waiting.onRecord(fields);
      return;
    }
    this.#waiting.delete(number);
    if (verb === 'ok') waiting.resolve(fields);
    else waiting.reject(new Error(`the record tool says: ${fields.join(' ')}`));
  }
}

const running = new Set<RecordTool>();

if (typeof globalThis.after === 'function') {
  after('stop the record tools', async () => {
    await Promise.all([...running].map((tool) => tool.stop()));
  });
}
