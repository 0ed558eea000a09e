/** How `KStream.print` shows records: `[label]: key, value`, a line for each. Immutable. */

type LineMapper = (key: unknown, value: unknown) => string;

const textOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Buffer.isBuffer(value) ? JSON.stringify(value) : value;

export class Printed<K, V> {
  /** For the compiler only, see Produced. */
  declare private readonly accepts: (key: K, value: V) => void;

  private constructor(
    readonly write: (line: string) => void,
    readonly label?: string,
    readonly name?: string,
    private readonly mapper: LineMapper = (key, value) => [textOf(key), textOf(value)].map(String).join(', '),
  ) {}

  /** To standard output: this holds what the records hold, and is meant for development. */
  static toSysOut<K = unknown, V = unknown>(): Printed<K, V> {
    return new Printed<K, V>((line) => process.stdout.write(`${line}\n`));
  }

  /** `write` gets each line, without its end. */
  static toWriter<K = unknown, V = unknown>(write: (line: string) => void): Printed<K, V> {
    return new Printed<K, V>(write);
  }

  /** Default: the name of the node whose records are printed. */
  withLabel(label: string): Printed<K, V> {
    return new Printed<K, V>(this.write, label, this.name, this.mapper);
  }

  withName(name: string): Printed<K, V> {
    return new Printed<K, V>(this.write, this.label, name, this.mapper);
  }

  withKeyValueMapper<KR extends K, VR extends V>(mapper: (key: KR, value: VR) => string): Printed<KR, VR> {
    return new Printed<KR, VR>(this.write, this.label, this.name, mapper as LineMapper);
  }

  line(label: string, key: unknown, value: unknown): string {
    return `[${this.label ?? label}]: ${this.mapper(key, value)}`;
  }
}
