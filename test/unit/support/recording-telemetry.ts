/** Telemetry that keeps what it was told, one line each. */
import type { DeadLetterNote, Telemetry } from '../../../src/ports/telemetry.js';

export class RecordingTelemetry implements Telemetry {
  readonly lines: string[] = [];
  readonly letters: DeadLetterNote[] = [];

  messages(topic: string, type: string, outcome: string, count: number): void {
    this.lines.push(`messages ${topic} ${type} ${outcome} ${count}`);
  }

  deadLetters(topic: string, reason: string, count: number): void {
    this.lines.push(`deadLetters ${topic} ${reason} ${count}`);
  }

  lastDeadLetters(letters: readonly DeadLetterNote[]): void {
    this.letters.push(...letters);
  }

  retries(topic: string, tier: string, reason: string, count: number): void {
    this.lines.push(`retries ${topic} ${tier} ${reason} ${count}`);
  }

  patience(topic: string, count: number): void {
    this.lines.push(`patience ${topic} ${count}`);
  }

  staleRetries(topic: string, count: number): void {
    this.lines.push(`staleRetries ${topic} ${count}`);
  }

  commands(command: string, outcome: string, count: number): void {
    this.lines.push(`commands ${command} ${outcome} ${count}`);
  }

  commit(outcome: string): void {
    this.lines.push(`commit ${outcome}`);
  }

  rebalance(kind: string, partitions: number): void {
    this.lines.push(`rebalance ${kind} ${partitions}`);
  }

  outputs(topic: string, count: number): void {
    this.lines.push(`outputs ${topic} ${count}`);
  }

  latency(topic: string, stage: string, latencyMs: number): void {
    this.lines.push(`latency ${topic} ${stage} ${latencyMs}`);
  }

  session(): void {
    this.lines.push('session');
  }

  starting(...names: readonly string[]): readonly string[] {
    return this.lines.filter((line) => names.includes(line.split(' ')[0] ?? ''));
  }
}
