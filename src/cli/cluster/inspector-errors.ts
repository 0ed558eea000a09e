/** What went wrong at the inspector's client, as a KafkaError: what, where, what now. Pure. */
import { isKafkaError, KafkaError } from '../../ports/kafka-error.js';

interface Described {
  readonly message: string;
  readonly apiCode?: unknown;
  readonly apiId?: unknown;
  readonly serverErrorMessage?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
}

const isDescribed = (error: unknown): error is Described => error instanceof Error;

/** The errors that caused it: the client wraps them several times. */
const leaves = (error: unknown, depth = 0): readonly Described[] => {
  if (!isDescribed(error)) return [];
  const inner: readonly unknown[] = Array.isArray(error.errors) ? error.errors : [error.cause];
  const found = depth > 8 ? [] : inner.flatMap((each) => leaves(each, depth + 1));
  return found.length > 0 ? found : [error];
};

const textOf = ({ apiId, message, serverErrorMessage }: Described): string => {
  const said =
    typeof serverErrorMessage === 'string' && serverErrorMessage !== '' ? serverErrorMessage : message;
  return typeof apiId === 'string' ? `${apiId}: ${said}` : said;
};

/** Of Kafka's codes for "not authorised": topic, group, cluster, transactional id; and SASL. */
const REFUSED: ReadonlySet<unknown> = new Set([29, 30, 31, 53, 58]);

/** `what`: "describing topics"; `where`: the brokers. */
export const inspectorError = (what: string, where: string, error: unknown): KafkaError => {
  if (isKafkaError(error)) return error;
  const found = leaves(error);
  const texts = [...new Set(found.map(textOf))].join('; ') || String(error);
  const code = found.map(({ apiCode }) => apiCode).find((each) => typeof each === 'number') ?? -1;
  const now =
    REFUSED.has(code) || /authenticat/i.test(texts)
      ? 'Does the user of KAFKA_SASL_USERNAME, or of the certificate, have the right to do this?'
      : code === -1
        ? 'Are KAFKA_BROKERS and the security settings right, and do the brokers run?'
        : 'The broker said so.';
  return new KafkaError('unusable', code, `${what} (${where}) failed: ${texts.replace(/\.?$/, '.')} ${now}`, {
    cause: error,
  });
};
