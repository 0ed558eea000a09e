/**
 * The answers of `/status` and `/topology.json` as the page reads them. The service's own types have to fit
 * (src/service/service.ts), so that a field that is renamed there does not compile.
 */
export interface PageStatus {
  readonly version: string;
  /** The group's id. */
  readonly application: string;
  readonly startedAt: string;
  readonly state: string;
  readonly ready: PageVerdict;
  readonly live: PageVerdict;
  readonly breaker: 'closed' | 'open';
  readonly uncommitted: number;
  readonly tasks: readonly PageTask[];
  readonly lag: readonly { readonly topic: string; readonly partition: number; readonly records: number }[];
  readonly laneHeads: readonly { readonly task: string; readonly heads: readonly PageLane[] }[];
  /** The newest first. */
  readonly deadLetters: readonly PageDeadLetter[];
}

export interface PageVerdict {
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

export interface PageTask {
  readonly id: string;
  /** Of several in one container. */
  readonly process?: number;
  readonly partition: number;
  readonly state: string;
  readonly positions: Readonly<Record<string, number>>;
  readonly queued: number;
  readonly inFlight: number;
  readonly uncommitted: number;
  readonly paused: readonly string[];
  readonly lanes: { readonly retrying: number; readonly parked: number; readonly followers: number };
  readonly restore?: { readonly done: number; readonly total: number };
  readonly refused?: { readonly reason: string; readonly message: string };
}

export interface PageLane {
  readonly head: string;
  readonly status: 'waiting' | 'due' | 'running' | 'parked';
  readonly followers: number;
  readonly attempts: number;
  readonly delayMs: number | null;
  readonly dueInMs: number | null;
  readonly failingForMs: number | null;
  readonly lastFailure: { readonly reason: string; readonly retryable: boolean } | null;
}

export interface PageDeadLetter {
  readonly at: string;
  readonly id: string;
  readonly reason: string;
  readonly retryable: boolean;
  readonly attempts: number;
  readonly isNotice: boolean;
}

export interface PageSubtopology {
  readonly id: number;
  readonly nodes: readonly PageTopologyNode[];
}

export interface PageTopologyNode {
  readonly name: string;
  readonly kind: 'source' | 'processor' | 'sink';
  readonly topics: readonly string[];
  readonly isInternal: boolean;
  readonly stores: readonly string[];
  readonly parents: readonly string[];
}
