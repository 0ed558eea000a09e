/**
 * The user directory: `GET {url}/users/{userId}`.
 * 200 gives the actor, 404 gives none; 408, 429, 5xx, a time-out and every failure of the connection are
 * retryable, all other answers are not. Every call ends within its time-out, body included, reads a bounded
 * body, and stops when its signal is aborted. Must never put the user's id or an answer's text into an error.
 */
import { channel } from 'node:diagnostics_channel';
import { NotRetryableError, RetryableError } from '../../../src/index.js';
import type { Actor } from '../audit-mapping.js';
import { actorFrom } from './actor.js';
import { retryAfterMs } from './retry-after.js';

export interface DirectoryCall {
  /** `topic-partition-offset`: the same for every attempt. */
  readonly eventId: string;
  readonly traceparent: string | undefined;
  readonly tracestate?: string | undefined;
  readonly signal: AbortSignal;
}

export interface Directory {
  /** Undefined when the directory does not know the user. */
  actorOf(userId: string, call: DirectoryCall): Promise<Actor | undefined>;
}

export interface DirectorySettings {
  readonly url: string;
  readonly timeoutMs: number;
}

export const MAX_ANSWER_BYTES = 65_536;

/** fetch takes no credentials in a URL: they become the header that they stand for. */
const splitCredentials = (url: string): { base: string; authorization: string | undefined } => {
  const parsed = new URL(url);
  const { username, password } = parsed;
  parsed.username = '';
  parsed.password = '';
  parsed.hash = '';
  parsed.search = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    base: parsed.href.replace(/\/+$/, ''),
    authorization: username === '' ? undefined : `Basic ${Buffer.from(pair).toString('base64')}`,
  };
};

const readBounded = async (response: Response): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early cancels the body and frees the connection.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > MAX_ANSWER_BYTES) {
      throw new NotRetryableError(
        'directory-answer',
        `the directory's answer is longer than ${MAX_ANSWER_BYTES} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const parseAnswer = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Not as a cause: a parser's error quotes what it read.
    throw new NotRetryableError('directory-answer', "the directory's answer is not JSON");
  }
};

const isRetryableStatus = (status: number): boolean => status === 408 || status === 429 || status >= 500;

const answerOf = async (response: Response, nowMs: number): Promise<Actor | undefined> => {
  const { status } = response;
  if (status === 200) return actorFrom(parseAnswer(await readBounded(response)));
  if (status === 404) {
    // Read to its end, so that the connection is used again: unknown users are nothing special.
    await readBounded(response);
    return undefined;
  }
  await response.body?.cancel();
  if (!isRetryableStatus(status)) {
    throw new NotRetryableError('directory-refused', `the directory answered ${status}`);
  }
  const after = retryAfterMs(response.headers.get('retry-after'), nowMs);
  throw new RetryableError(
    'directory-unavailable',
    `the directory answered ${status}`,
    after === undefined ? {} : { retryAfterMs: after },
  );
};

const REQUESTS = channel('undici:request:create');

/**
 * None where somebody watches the requests of fetch: that is how instrumentation works, which adds the trace context of
 * its own span, and a request with two is one without any.
 */
const traceHeaders = ({
  traceparent,
  tracestate,
}: Pick<DirectoryCall, 'traceparent' | 'tracestate'>): Record<string, string> => {
  if (traceparent === undefined || REQUESTS.hasSubscribers) return {};
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
};

/** The code of a connection's failure: fetch hides it in the cause. */
const codeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'connection failed';
};

export const createDirectory = (
  settings: DirectorySettings,
  now: () => number = Date.now,
  request: typeof fetch = fetch,
): Directory => {
  const { base, authorization } = splitCredentials(settings.url);
  const { timeoutMs } = settings;

  return {
    actorOf: async (userId, { eventId, signal, ...traceContext }) => {
      // One controller for both ends of patience. AbortSignal.any would do it too, but keeps what it made alive
      // as long as a signal that outlives the call.
      const stop = new AbortController();
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        stop.abort();
      }, timeoutMs);
      const abort = (): void => stop.abort();
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      try {
        const response = await request(`${base}/users/${encodeURIComponent(userId)}`, {
          signal: stop.signal,
          redirect: 'manual',
          headers: {
            accept: 'application/json',
            'x-event-id': eventId,
            ...traceHeaders(traceContext),
            ...(authorization === undefined ? {} : { authorization }),
          },
        });
        return await answerOf(response, now());
      } catch (error) {
        if (error instanceof NotRetryableError || error instanceof RetryableError) throw error;
        if (timedOut) {
          throw new RetryableError(
            'directory-timeout',
            `the directory did not answer within ${timeoutMs} ms`,
            {
              cause: error,
            },
          );
        }
        if (signal.aborted)
          throw new RetryableError('attempt-timeout', 'the call to the directory was aborted', {
            cause: error,
          });
        throw new RetryableError(
          'directory-unavailable',
          `the directory cannot be reached: ${codeOf(error)}`,
          {
            cause: error,
          },
        );
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      }
    },
  };
};
