/** The service as it runs in production: metrics, health and lanes on, defaults for everything that is not a place. */
import { ServiceProcess, type ServiceEnvironment } from '../../test/support/service-process.js';
import { COMPILED_BINDING } from '../../src/kafka/binding.js';
import { runningProcess } from './bare-loop.js';
import { PRODUCTION_FLAGS, PRODUCTION_VARIABLES } from './production.js';
import type { Binding, Place, Subject } from './subject.js';

export const serviceEnvironment = ({
  bootstrapServers,
  group,
  source,
  audit,
}: Place): ServiceEnvironment => ({
  KAFKA_BROKERS: bootstrapServers,
  KAFKA_GROUP_ID: group,
  SOURCE_TOPICS: source,
  AUDIT_TOPIC: audit,
  ...PRODUCTION_VARIABLES,
});

export interface ServiceOptions {
  readonly processes: number;
  /** Absent: the one that the service chooses, which is the packed one where it was compiled. */
  readonly binding?: Binding;
  readonly env?: ServiceEnvironment;
  readonly args?: readonly string[];
  /** One of the bench's own that ends in the service's main. */
  readonly program?: string;
  readonly name?: string;
}

export const serviceSubject = ({
  processes,
  binding,
  env = {},
  args = [],
  program,
  name = `service-${processes}${binding === undefined ? '' : `-${binding}`}`,
}: ServiceOptions): Subject => ({
  name,
  kind: 'service',
  parallel: processes,
  binding: binding ?? COMPILED_BINDING,
  overlapped: true,
  start: async (place) => {
    const all = {
      ...serviceEnvironment(place),
      PROCESSES: String(processes),
      ...(binding === undefined ? {} : { KAFKA_BINDING: binding }),
      ...env,
    };
    const service = await ServiceProcess.start(name, all, [...args], program, PRODUCTION_FLAGS);
    return {
      ...runningProcess(service),
      isReady: () => service.isReady(),
      metric: (metric, labels) => service.metric(metric, labels),
    };
  },
});

export const services = (cores: number): readonly Subject[] =>
  [...new Set([1, cores])].flatMap((processes) => [
    serviceSubject({ processes }),
    ...(COMPILED_BINDING === 'packed' ? [serviceSubject({ processes, binding: 'published' })] : []),
  ]);
