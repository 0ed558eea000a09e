/** Reads the fixtures that the Java programs of this folder wrote. */
import { readFileSync } from 'node:fs';
import { javaFile } from './kafka-streams-java.js';

export const fixture = (name: string): string => readFileSync(javaFile(name), 'utf8');

/** Title and text of each section of descriptions.txt. */
export const descriptions = (): ReadonlyMap<string, string> =>
  new Map(
    fixture('descriptions.txt')
      .split(/^# /m)
      .slice(1)
      .map((section) => {
        const end = section.indexOf('\n');
        return [section.slice(0, end), section.slice(end + 1)];
      }),
  );

export interface KeyPartitions {
  readonly key: Buffer;
  /** By number of partitions. */
  readonly partitions: ReadonlyMap<number, number>;
}

/** The keys of partitions.txt. */
export const keyPartitions = (): readonly KeyPartitions[] => {
  const [header = '', ...lines] = fixture('partitions.txt').trimEnd().split('\n');
  const counts = header.split(' ').slice(1).map(Number);
  return lines.map((line) => {
    const [hex = '', ...partitions] = line.split(' ');
    return {
      key: Buffer.from(hex === '-' ? '' : hex, 'hex'),
      partitions: new Map(partitions.map((partition, at) => [counts[at] ?? 0, Number(partition)])),
    };
  });
};
