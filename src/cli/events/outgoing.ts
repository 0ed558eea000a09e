/** What `publish` sends: an event that is validated, or bytes that go past validation. Pure. */
import type { BadKind, RawEvent } from '../../../topology/user-audit/bad-events.js';
import type { PublishedUserEvent } from '../../../topology/user-audit/user-event-publisher.js';
import type { EventFormat } from '../../publisher/event-publisher.js';
import type { Printable } from '../terminal/printable.js';
import { printable, printableBytes, shown, textOf } from '../terminal/printable.js';

export type Outgoing =
  | { readonly kind: 'event'; readonly event: PublishedUserEvent }
  | { readonly kind: 'raw'; readonly bad: BadKind; readonly raw: RawEvent };

const VALUE_WIDTH = 300;

/** One format for both, so that one publisher keeps the order of their keys. */
export const outgoingFormat = (format: EventFormat<PublishedUserEvent>): EventFormat<Outgoing> => ({
  violation: (out) => (out.kind === 'event' ? format.violation(out.event) : undefined),
  key: (out) => (out.kind === 'event' ? format.key(out.event) : out.raw.key),
  value: (out) => (out.kind === 'event' ? format.value(out.event) : out.raw.value),
  headers: (out) => (out.kind === 'event' ? format.headers(out.event) : out.raw.headers),
});

/** What a dry run tells of it. */
export const dryObject = (out: Outgoing, topic: string, format: EventFormat<Outgoing>): object => {
  const value = format.value(out);
  return {
    dryRun: true,
    topic,
    key: textOf(format.key(out)),
    bad: out.kind === 'raw' ? out.bad : null,
    headers: Object.fromEntries(format.headers(out).map((header) => [header.name, header.value])),
    value: textOf(value),
  };
};

export const dryLine = (out: Outgoing, topic: string, format: EventFormat<Outgoing>): Printable => {
  const value = format.value(out);
  const what = out.kind === 'event' ? printable(out.event.type) : shown`bad (${printable(out.bad)})`;
  const bytes = value === null ? shown`null` : printableBytes(value, VALUE_WIDTH);
  return shown`dry run: ${what} would be written to ${printable(topic)}: ${bytes}`;
};
