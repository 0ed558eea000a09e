/** What commands about the cluster itself work with: the application as settings have it, and what answers about the cluster. */
import type { Settings } from '../../../config/schema.js';
import type { KafkaClients } from '../../ports/kafka-clients.js';
import type { Ask } from '../terminal/asking.js';
import type { Application } from './application.js';
import { ConnectedClients, type ConnectingParts } from './connected-clients.js';
import type { ClusterInspector } from './inspector.js';

export interface InspectionParts extends ConnectingParts {
  readonly settings: Settings;
  readonly application: Application;
  /** Who asks, unless the command says otherwise. */
  readonly user: string;
  /** A uuid that nothing else has. */
  readonly unique: () => string;
  readonly ask: Ask | null;
  readonly connectInspector: () => Promise<ClusterInspector>;
  /** The service's own way to make topics and to write. */
  readonly createClients: () => Promise<KafkaClients>;
}

export class Inspection extends ConnectedClients<InspectionParts> {
  #inspector: Promise<ClusterInspector> | undefined;

  constructor(parts: InspectionParts) {
    super(parts, parts.createClients);
  }

  get application(): Application {
    return this.parts.application;
  }

  inspector(): Promise<ClusterInspector> {
    return (this.#inspector ??= this.opened(this.parts.connectInspector));
  }
}
