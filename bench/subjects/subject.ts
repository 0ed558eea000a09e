/** What the bench measures: something that reads one topic, writes another, and says which process it is. */

export type Binding = 'published' | 'packed';

/** Where one run takes place; nobody else uses these names. */
export interface Place {
  readonly bootstrapServers: string;
  readonly group: string;
  readonly source: string;
  readonly audit: string;
  /** Of Kafka Streams; the service makes its own. */
  readonly deadLetters: string;
}

export interface Running {
  /** With its children it is all that the subject uses. */
  readonly pid: number;
  /** Why it is no more, or undefined while it runs. */
  ended(): string | undefined;
  /** Whether it says of itself that it is ready; a subject that cannot say it is not asked. */
  isReady?(): Promise<boolean>;
  /** A number of its metrics. */
  metric?(name: string, labels: string): Promise<number>;
  /** SIGKILL. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** With JSON by hand, and with data binding. */
export const STREAMS_KINDS = ['kafka-streams', 'kafka-streams-databind'] as const;

export type StreamsKind = (typeof STREAMS_KINDS)[number];

export type SubjectKind = 'bare-loop' | 'copy-loop' | 'service' | StreamsKind;

export interface Subject {
  readonly name: string;
  readonly kind: SubjectKind;
  /** Processes or threads. */
  readonly parallel: number;
  /** Of node-rdkafka; undefined for Java. */
  readonly binding: Binding | undefined;
  /** A bare loop that processes while it commits. */
  readonly overlapped: boolean;
  readonly start: (place: Place) => Promise<Running>;
}
