/** What holds for a topology as a whole, whatever its operators: `new StreamsBuilder(config)`. */
import type {
  DeserializationExceptionHandler,
  ProcessingExceptionHandler,
  ProductionExceptionHandler,
  UncaughtExceptionHandler,
} from './error-handlers.js';

/**
 * How the restore of a task goes, lanes and state stores together (Kafka Streams' StateRestoreListener). Records are
 * those of its changelog, markers of transactions included. A listener is synchronous and must not throw.
 */
export interface StateRestoreListener {
  onRestoreStart?(taskId: string, totalRecords: number): void;
  /** Every thousand records. */
  onBatchRestored?(taskId: string, restoredRecords: number, totalRecords: number): void;
  onRestoreEnd?(taskId: string, totalRecords: number): void;
}

export interface TopologyConfig {
  readonly deserializationExceptionHandler?: DeserializationExceptionHandler;
  readonly processingExceptionHandler?: ProcessingExceptionHandler;
  readonly productionExceptionHandler?: ProductionExceptionHandler;
  readonly uncaughtExceptionHandler?: UncaughtExceptionHandler;
  readonly stateRestoreListener?: StateRestoreListener;
}
