/** What a running service answers over HTTP. Bounded in size and time: who answers may be anybody. */
import { Unreachable } from '../exit-code.js';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

const LIMIT_MS = 5_000;
/** `/status` has some 500 bytes for each task. */
const LIMIT_BYTES = 4_000_000;

const why = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${LIMIT_MS / 1000} s`;
  const { cause } = error;
  // `fetch failed` says nothing: its cause does.
  return cause instanceof Error && cause.message !== '' ? cause.message : codeOf(cause) || error.message;
};

const codeOf = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';

const bodyOf = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > LIMIT_BYTES) throw new Error(`the answer has more than ${LIMIT_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
};

/** Rejects with Unreachable. */
export const askService = async (base: string, path: string, stop: AbortSignal): Promise<HttpAnswer> => {
  const url = `${base}${path}`;
  try {
    const response = await fetch(url, {
      redirect: 'error',
      headers: { connection: 'close' },
      signal: AbortSignal.any([stop, AbortSignal.timeout(LIMIT_MS)]),
    });
    return { status: response.status, body: await bodyOf(response) };
  } catch (error) {
    stop.throwIfAborted();
    throw new Unreachable(
      `The service does not answer at ${url}: ${why(error)}. Does it run, and is this where it listens (--url, HTTP_HOST, HTTP_PORT)?`,
      { cause: error },
    );
  }
};
