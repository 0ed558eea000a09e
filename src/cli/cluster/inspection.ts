/** What commands about the cluster itself work with: the application as settings have it, and clients when they are first asked for. */
import type { Settings } from '../../../config/schema.js';
import type { Clock } from '../../ports/clock.js';
import type { ClusterAdmin } from '../../ports/cluster.js';
import type { ConfirmIo } from '../terminal/confirm.js';
import type { Output } from '../terminal/output.js';
import { shown } from '../terminal/printable.js';
import type { Application } from './application.js';
import type { ClusterInspector } from './inspector.js';

export interface InspectionParts {
  readonly settings: Settings;
  readonly application: Application;
  readonly clock: Clock;
  /** Ctrl-C. */
  readonly stop: AbortSignal;
  readonly output: Output;
  readonly io: ConfirmIo;
  readonly connectInspector: () => Promise<ClusterInspector>;
  /** The service's own way to make topics: not connected yet. */
  readonly createAdmin: () => Promise<ClusterAdmin>;
}

export class Inspection {
  #inspector: Promise<ClusterInspector> | undefined;
  #admin: Promise<ClusterAdmin> | undefined;

  constructor(readonly parts: InspectionParts) {}

  get output(): Output {
    return this.parts.output;
  }

  get application(): Application {
    return this.parts.application;
  }

  inspector(): Promise<ClusterInspector> {
    return (this.#inspector ??= this.#telling(this.parts.connectInspector()));
  }

  admin(): Promise<ClusterAdmin> {
    return (this.#admin ??= this.#telling(
      this.parts.createAdmin().then(async (admin) => {
        await admin.connect();
        return admin;
      }),
    ));
  }

  /** Never rejects. */
  async close(): Promise<void> {
    const open = [this.#inspector, this.#admin].filter((one) => one !== undefined);
    await Promise.allSettled(open.map(async (one) => (await one).close()));
  }

  async #telling<T>(connecting: Promise<T>): Promise<T> {
    this.output.progress(shown`connecting`);
    try {
      return await connecting;
    } finally {
      this.output.progress(shown``);
    }
  }
}
