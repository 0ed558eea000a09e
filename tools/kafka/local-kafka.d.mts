/** Types of local-kafka.mjs, for TypeScript that imports it. */

export interface KafkaOptions {
  /** Default: a free one. */
  readonly port?: number;
  readonly controllerPort?: number;
  /** Default: a new temporary folder, which is ephemeral. */
  readonly dataDir?: string;
  /** The data folder is deleted at the end, also when this process is killed. */
  readonly ephemeral?: boolean;
  /** Names and passwords of a second listener (SASL/PLAIN), to which ACLs apply. Default: there is none. */
  readonly users?: Readonly<Record<string, string>>;
  /** As in server.properties, in the place of what is there for tests. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Takes lines that tell what is being done. Default: nobody. */
  readonly log?: (line: string) => void;
  /** Kafka ended and nobody asked for it. */
  readonly onDeath?: (reason: string) => void;
}

export interface LocalKafka {
  readonly bootstrapServers: string;
  /** The listener of `users`. */
  readonly securedServers: string | undefined;
  readonly port: number;
  readonly dataDir: string;
  readonly logFile: string;
  /** Of the Java process; undefined while it does not run. */
  readonly pid: number | undefined;
  /** Ends the broker and its guard; an ephemeral one is killed and its data folder deleted. Not usable afterwards. */
  stop(): Promise<void>;
  /** SIGKILL. Resolves when the process is gone; `restart` brings it back. */
  kill(): Promise<void>;
  /** Same ports, same data; stops it first when it runs. Resolves when it answers again. */
  restart(): Promise<void>;
}

/** Resolves when the broker answers. */
export function startKafka(options?: KafkaOptions): Promise<LocalKafka>;
