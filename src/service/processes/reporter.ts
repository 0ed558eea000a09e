/**
 * The front of a stream process: in place of an HTTP server it tells its supervisor how it is, while its event loop turns,
 * and answers what it is asked. A supervisor that does not listen holds nothing here: a report is only sent when the one
 * before has gone out.
 */
import type { Front } from '../service.js';
import type { Answers, FromChild, ToChild } from './messages.js';
import { REPORT_EVERY_MS } from './messages.js';

export interface Channel {
  /** Resolves when it has gone out, or cannot any more. */
  send(message: FromChild): Promise<void>;
  /** What is asked, from now on. */
  onAsked(answer: (message: Extract<ToChild, { kind: 'ask' }>) => void): void;
}

export const createReporter =
  (channel: Channel): Front =>
  ({ logger, sources }, metrics, state) => {
    let timer: NodeJS.Timeout | undefined;
    let isSending = false;
    let closing: Promise<void> | undefined;

    const report = (): void => {
      if (isSending) return;
      isSending = true;
      // Four times a second: never what looks at each task and lane.
      void channel
        .send({ kind: 'report', state: state(), health: sources.health() })
        .then(() => (isSending = false));
    };

    const answer = async ({ id, what }: Extract<ToChild, { kind: 'ask' }>): Promise<void> => {
      if (what === 'metrics') await channel.send({ kind: what, id, answer: await metrics.values() });
      else await channel.send({ kind: what, id, answer: sources.status() as Answers['status'] });
    };

    return {
      listen: () => {
        channel.onAsked((message) => {
          answer(message).catch((error: unknown) => {
            logger.error({ error, asked: message.what }, 'the supervisor could not be answered');
          });
        });
        timer = setInterval(report, REPORT_EVERY_MS);
        report();
        return Promise.resolve(0);
      },
      close: () =>
        (closing ??= (async () => {
          clearInterval(timer);
          await channel.send({ kind: 'last', answer: await metrics.values() });
        })()),
    };
  };
