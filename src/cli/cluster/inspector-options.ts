/** From the settings of the brokers to what the inspector's client is told: the same security as the service's. Pure. */
import type { AdminOptions } from '@platformatic/kafka';
import type { Settings } from '../../../config/schema.js';
import { securityOf } from '../../service/client-options.js';

type Security = Pick<AdminOptions, 'sasl' | 'tls' | 'tlsServerName'>;

/** Certificates are PEM text by now, whatever they were given as. */
const securityOptions = (settings: Settings): Security => {
  const { protocol, mechanism, username, password, ca, cert, key } = securityOf(settings);
  const isSasl = protocol.startsWith('sasl_');
  return {
    ...(isSasl && mechanism !== undefined
      ? {
          sasl: {
            mechanism,
            ...(username === undefined ? {} : { username }),
            ...(password === undefined ? {} : { password }),
          },
        }
      : {}),
    ...(protocol.endsWith('ssl')
      ? {
          // The broker's name is sent and checked, as librdkafka does.
          tlsServerName: true,
          tls: {
            rejectUnauthorized: true,
            ...(ca === undefined ? {} : { ca }),
            ...(cert === undefined ? {} : { cert }),
            ...(key === undefined ? {} : { key }),
          },
        }
      : {}),
  };
};

const RETRIES = 3;
const RETRY_PAUSE_MS = 500;

/** A broker without a port is Kafka's 9092, as librdkafka has it. */
export const inspectorOptions = (settings: Settings, clientId: string, patienceMs: number): AdminOptions => ({
  clientId,
  bootstrapBrokers: [...settings.kafka.brokers],
  connectTimeout: patienceMs,
  timeout: patienceMs,
  retries: RETRIES,
  retryDelay: RETRY_PAUSE_MS,
  autocreateTopics: false,
  ...securityOptions(settings),
});
