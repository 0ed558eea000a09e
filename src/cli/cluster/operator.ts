/**
 * What every operator command works with: the application's topics, clients that are connected when they are
 * first asked for, and the state of lane logs. It only reads; what changes something is a command's delivery.
 * It never joins the service's group.
 */
import type { Settings } from '../../../config/schema.js';
import type { KafkaClients } from '../../ports/kafka-clients.js';
import { partition as toPartition } from '../../record/units.js';
import { LogReader } from '../../state/log-reader.js';
import { UsageError } from '../exit-code.js';
import { ConnectedClients, type ConnectingParts } from './connected-clients.js';
import { LaneLogView } from './lane-log-view.js';
import type { Input } from '../terminal/input.js';
import type { Ask } from '../terminal/asking.js';
import { shown } from '../terminal/printable.js';
import type { Site } from './site.js';
import { TopicReader } from './topic-reader.js';
import type { ValueSchema } from './value-schema.js';

export interface OperatorParts extends ConnectingParts {
  readonly clients: KafkaClients;
  readonly sites: readonly Site[];
  /** Those of the service. */
  readonly settings: Settings;
  readonly input: Input;
  /** Who asks, unless the command says otherwise. */
  readonly user: string;
  /** A uuid that nothing else has. */
  readonly unique: () => string;
  /** What values of the source topics must be; null: the topology does not say. */
  readonly schema: () => ValueSchema | null;
  /** Asks whoever sits at the terminal; null: nobody does. */
  readonly ask: Ask | null;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const TELL_EVERY_MS = 500;

export class Operator extends ConnectedClients<OperatorParts> {
  #logReader: Promise<LogReader> | undefined;
  #reader: Promise<TopicReader> | undefined;

  constructor(parts: OperatorParts) {
    super(parts, () => Promise.resolve(parts.clients));
  }

  reader(): Promise<TopicReader> {
    return (this.#reader ??= this.connected((clients) => clients.logConsumer()).then(
      (consumer) => new TopicReader(consumer, this.parts.clock),
    ));
  }

  /** The lane logs as they are now, of one partition or of all. A partition that there is not is a UsageError. */
  async laneLogs(sites: readonly Site[], partition: number | null): Promise<readonly LaneLogView[]> {
    const views: LaneLogView[] = [];
    for (const site of sites) {
      const count = await this.partitionsOf(site.laneLog);
      if (partition !== null && partition >= count)
        throw new UsageError(`${site.laneLog} has partitions 0 to ${count - 1}, there is no ${partition}.`);
      const numbers = partition === null ? Array.from({ length: count }, (_, i) => i) : [partition];
      for (const number of numbers) views.push(await this.#view(site, number));
    }
    const telling = this.#tell(views);
    try {
      await Promise.all(views.map((view) => this.insist(() => view.catchUp(this.parts.stop))));
    } finally {
      telling();
    }
    return views;
  }

  async #view(site: Site, number: number): Promise<LaneLogView> {
    this.#logReader ??= this.connected((clients) => clients.logConsumer()).then(
      (consumer) => new LogReader(consumer, this.parts.clock),
    );
    const source = { admin: await this.admin(), reader: await this.#logReader };
    return new LaneLogView(site, toPartition(number), source);
  }

  /** Shows how far reading has come, until the answer is called. */
  #tell(views: readonly LaneLogView[]): () => void {
    const { clock, output } = this.parts;
    let cancel = (): void => undefined;
    const tell = (): void => {
      const entries = views.reduce((sum, view) => sum + view.entries, 0);
      output.progress(shown`reading lane logs: ${entries} entries`);
      cancel = clock.after(TELL_EVERY_MS, tell);
    };
    cancel = clock.after(TELL_EVERY_MS, tell);
    return () => {
      cancel();
      output.progress(shown``);
    };
  }
}
