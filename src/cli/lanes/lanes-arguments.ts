/** The arguments of lane commands, each from its text to its value; the error says what is allowed. Pure. */
import { wrong } from '../terminal/argument.js';

export const laneStatus = (text: string): 'retrying' | 'parked' => {
  if (text !== 'retrying' && text !== 'parked') throw wrong('retrying, parked');
  return text;
};

export const base64Key = (text: string): Buffer => {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw wrong('base64');
  return Buffer.from(text, 'base64');
};

/** TOPIC-PARTITION-OFFSET or dlq-PARTITION-OFFSET: the partition is that of the lane. */
export const headId = (text: string): string => {
  if (partitionOfHead(text) === null)
    throw wrong('the id of a record, TOPIC-PARTITION-OFFSET, as "lanes list" shows it');
  return text;
};

export const partitionOfHead = (head: string): number | null => {
  const match = /^.+-(\d{1,9})-\d{1,15}$/.exec(head);
  return match === null ? null : Number(match[1]);
};
