/**
 * The manifests: kustomize builds them, the API would take them with no field left over, they hold the restricted Pod
 * Security Standard, and what they say of the service is what its own tables say.
 */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadSettings } from '../../config/load.js';
import { KNOWN_VARIABLES } from '../../config/command-line.js';
import type { Settings } from '../../config/schema.js';
import { PATHS } from '../../src/observability/http-routes.js';
import { drainLimitMs } from '../../src/service/processes/supervise.js';
import { projectRoot } from '../support/broker.js';
import { imageCommands } from '../support/image.js';
import { at, build, problemsOf, type Fields, type KubernetesObject } from '../support/kubernetes.js';

const BASE = 'deploy/kubernetes/base';
const OVERLAYS = ['static-membership', 'keda', 'prometheus-operator'].map(
  (name) => `deploy/kubernetes/overlays/${name}`,
);
/** Variables of Node.js, which are no settings. */
const NOT_SETTINGS = ['NODE_OPTIONS', 'UV_THREADPOOL_SIZE'];

/** docs/health.md: on a machine without a core to spare an answer can take a second. */
const PROBE_TIME_OUT_S = 5;

type Env = Readonly<Record<string, string>>;

const one = (objects: readonly KubernetesObject[], ...kinds: readonly string[]): KubernetesObject => {
  const found = objects.filter(({ kind }) => kinds.includes(kind));
  if (found.length !== 1) throw new Error(`${found.length} of ${kinds.join(' or ')}`);
  return found[0]!;
};

const workloadOf = (objects: readonly KubernetesObject[]): KubernetesObject =>
  one(objects, 'Deployment', 'StatefulSet');
const podOf = (objects: readonly KubernetesObject[]): Fields =>
  at(workloadOf(objects), 'spec', 'template') as Fields;
const containerOf = (objects: readonly KubernetesObject[]): Fields =>
  at(podOf(objects), 'spec', 'containers', 0) as Fields;
const listAt = (value: unknown, ...path: readonly (string | number)[]): readonly Fields[] =>
  (at(value, ...path) ?? []) as readonly Fields[];

/** As the container gets it; a value that Kubernetes fills in is the name of a pod. */
const environmentOf = (objects: readonly KubernetesObject[]): Env => {
  const container = containerOf(objects);
  const maps = listAt(container, 'envFrom')
    .map((from) => at(from, 'configMapRef', 'name'))
    .filter((name) => name !== undefined)
    .map((name) => objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name));
  expect(maps).to.have.length.greaterThan(0).and.not.include(undefined);
  const variables = listAt(container, 'env').map(({ name, value }) => [name, value ?? 'audit-lanes-0']);
  const given = Object.assign(
    {},
    ...maps.map((map) => at(map, 'data')),
    Object.fromEntries(variables),
  ) as Env;
  return { ...imageCommands().env, CONFIG_FILE: 'config/production.json', ...given };
};

const settingsOf = (env: Env): { readonly settings: Settings; readonly warnings: readonly string[] } =>
  loadSettings({ env, argv: [], readFile: (path) => readFileSync(join(projectRoot(), path), 'utf8') });

const covers = (selector: unknown, labels: unknown): boolean => {
  const wanted = Object.entries((selector ?? {}) as Env);
  return wanted.length > 0 && wanted.every(([name, value]) => at(labels, name) === value);
};

/** The restricted Pod Security Standard, as far as it asks for something: rule, and whether a pod keeps it. */
const RESTRICTED: Readonly<Record<string, (spec: Fields, container: Fields) => boolean>> = {
  'no host namespaces': (spec) => ['hostNetwork', 'hostPID', 'hostIPC'].every((name) => spec[name] !== true),
  'no host ports': (_spec, container) =>
    listAt(container, 'ports').every(({ hostPort }) => hostPort === undefined || hostPort === 0),
  'not privileged': (_spec, container) => at(container, 'securityContext', 'privileged') !== true,
  'no privilege escalation': (_spec, container) =>
    at(container, 'securityContext', 'allowPrivilegeEscalation') === false,
  'all capabilities dropped, none added': (_spec, container) =>
    (at(container, 'securityContext', 'capabilities', 'drop') as readonly string[] | undefined)?.includes(
      'ALL',
    ) === true && at(container, 'securityContext', 'capabilities', 'add') === undefined,
  'runs as non-root': (spec) => at(spec, 'securityContext', 'runAsNonRoot') === true,
  'no root user': (spec, container) =>
    Number(at(spec, 'securityContext', 'runAsUser')) > 0 &&
    at(container, 'securityContext', 'runAsUser') === undefined,
  'seccomp profile': (spec) =>
    ['RuntimeDefault', 'Localhost'].includes(String(at(spec, 'securityContext', 'seccompProfile', 'type'))),
  'restricted volumes': (spec) =>
    listAt(spec, 'volumes').every((volume) =>
      Object.keys(volume).every((name) =>
        [
          'name',
          'configMap',
          'csi',
          'downwardAPI',
          'emptyDir',
          'ephemeral',
          'persistentVolumeClaim',
          'projected',
          'secret',
        ].includes(name),
      ),
    ),
  'no sysctls': (spec) => at(spec, 'securityContext', 'sysctls') === undefined,
  'default proc mount': (_spec, container) => at(container, 'securityContext', 'procMount') === undefined,
};

for (const folder of [BASE, ...OVERLAYS]) {
  describe(folder, function () {
    this.timeout(60_000);
    let objects: readonly KubernetesObject[];

    before(async () => {
      objects = await build(folder);
    });

    it('is what the API would take, with no unknown field', () => {
      expect(objects.length).to.be.greaterThan(5);
      for (const object of objects)
        expect(problemsOf(object), `${object.kind} ${object.metadata.name}`).to.deep.equal([]);
    });

    it('sets only settings, with values that the service accepts without a warning', () => {
      const env = environmentOf(objects);
      const known = [...KNOWN_VARIABLES, ...Object.keys(imageCommands().env), ...NOT_SETTINGS];
      expect(Object.keys(env).filter((name) => !known.includes(name))).to.deep.equal([]);
      expect(settingsOf(env).warnings).to.deep.equal([]);
      expect(Number(env['UV_THREADPOOL_SIZE'])).to.be.at.least(16);
    });

    it('probes and opens the paths and the port that the service has', () => {
      const container = containerOf(objects);
      const { http } = settingsOf(environmentOf(objects)).settings;
      expect(listAt(container, 'ports')).to.deep.equal([
        { name: 'http', containerPort: http.port, protocol: 'TCP' },
      ]);
      const paths = Object.fromEntries(
        ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => {
          expect(at(container, probe, 'httpGet', 'port'), probe).to.equal('http');
          return [probe, at(container, probe, 'httpGet', 'path')];
        }),
      );
      expect(paths).to.deep.equal({
        startupProbe: '/startupz',
        livenessProbe: '/livez',
        readinessProbe: '/readyz',
      });
      expect(PATHS).to.include.members(Object.values(paths));
      const service = one(objects, 'Service');
      expect(
        listAt(service, 'spec', 'ports').map(({ port, targetPort }) => ({ port, targetPort })),
      ).to.deep.equal([{ port: http.port, targetPort: 'http' }]);
    });

    it('gives the service the time that it gives itself', () => {
      const { settings } = settingsOf(environmentOf(objects));
      const container = containerOf(objects);
      const graceMs = Number(at(podOf(objects), 'spec', 'terminationGracePeriodSeconds')) * 1000;
      // What one process needs is less: what its supervisor gives several.
      expect(graceMs).to.be.greaterThan(drainLimitMs(settings));
      const startup = at(container, 'startupProbe') as Fields;
      expect(Number(startup['periodSeconds']) * Number(startup['failureThreshold']) * 1000).to.be.greaterThan(
        settings.service.startTimeoutMs,
      );
      // A container that turns not live has its last chance by itself before it is killed.
      const liveness = at(container, 'livenessProbe') as Fields;
      expect(liveness['terminationGracePeriodSeconds']).to.equal(undefined);
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
        expect(at(container, probe, 'timeoutSeconds'), probe).to.equal(PROBE_TIME_OUT_S);
    });

    it('has memory for all partitions on one pod', () => {
      const { processing, service, topics } = settingsOf(environmentOf(objects)).settings;
      const limit = /^(\d+)Gi$/.exec(String(at(containerOf(objects), 'resources', 'limits', 'memory')))?.[1];
      const heap = /--max-old-space-size=(\d+)/.exec(environmentOf(objects)['NODE_OPTIONS'] ?? '')?.[1];
      const IDLE_AND_CLIENT_MB = 100 + 64;
      // Each process has a client and a heap of its own, their supervisor neither.
      const processesMb = service.processes * (IDLE_AND_CLIENT_MB + Number(heap));
      const supervisorMb = service.processes > 1 ? 80 : 0;
      const neededMb = processesMb + supervisorMb + topics.partitions * processing.taskMaxBufferMb;
      expect(Number(limit) * 1024).to.be.greaterThan(neededMb);
    });

    it('selects its own pods and no others', () => {
      const labels = at(podOf(objects), 'metadata', 'labels');
      const selectors = [
        at(workloadOf(objects), 'spec', 'selector', 'matchLabels'),
        at(one(objects, 'Service'), 'spec', 'selector'),
        at(one(objects, 'PodDisruptionBudget'), 'spec', 'selector', 'matchLabels'),
        at(one(objects, 'NetworkPolicy'), 'spec', 'podSelector', 'matchLabels'),
        ...listAt(podOf(objects), 'spec', 'topologySpreadConstraints').map((each) =>
          at(each, 'labelSelector', 'matchLabels'),
        ),
      ];
      expect(selectors).to.have.length(6);
      for (const selector of selectors)
        expect(covers(selector, labels), JSON.stringify(selector)).to.equal(true);
    });

    it('lets Prometheus in, and out to names, Kafka and the directory', () => {
      const spec = at(one(objects, 'NetworkPolicy'), 'spec');
      const { kafka } = settingsOf(environmentOf(objects)).settings;
      const brokerPorts = kafka.brokers.map((broker) => Number(broker.slice(broker.lastIndexOf(':') + 1)));
      expect(at(spec, 'policyTypes')).to.deep.equal(['Ingress', 'Egress']);
      expect(listAt(spec, 'ingress').flatMap(({ ports }) => ports)).to.deep.equal([
        { port: 'http', protocol: 'TCP' },
      ]);
      const out = listAt(spec, 'egress').flatMap((rule) => listAt(rule, 'ports').map(({ port }) => port));
      expect(out).to.deep.equal([53, 53, ...new Set(brokerPorts), 443]);
      // kustomize's labels must not get into whom it may talk to.
      expect(at(spec, 'egress', 0, 'to', 0, 'podSelector', 'matchLabels')).to.deep.equal({
        'k8s-app': 'kube-dns',
      });
    });

    for (const [rule, keeps] of Object.entries(RESTRICTED)) {
      it(`keeps the restricted Pod Security Standard: ${rule}`, () => {
        expect(keeps(at(podOf(objects), 'spec') as Fields, containerOf(objects))).to.equal(true);
      });
    }

    it('runs as the image does: its user, a read-only root, volumes where it writes', () => {
      const spec = at(podOf(objects), 'spec');
      const { user, env } = imageCommands();
      const { runAsUser, runAsGroup, fsGroup } = at(spec, 'securityContext') as Fields;
      expect(`${String(runAsUser)}:${String(runAsGroup)}`).to.equal(user);
      expect(fsGroup).to.equal(runAsGroup);
      expect(at(containerOf(objects), 'securityContext', 'readOnlyRootFilesystem')).to.equal(true);
      const mounts = listAt(containerOf(objects), 'volumeMounts');
      expect(mounts.map(({ mountPath }) => mountPath)).to.deep.equal([
        '/tmp',
        `${env['XDG_STATE_HOME'] ?? ''}/audit-lanes`,
      ]);
      expect(mounts.map(({ name }) => name)).to.have.members(listAt(spec, 'volumes').map(({ name }) => name));
    });

    it('has no token and no variables of other services', () => {
      const spec = at(podOf(objects), 'spec') as Fields;
      expect(spec).to.include({ automountServiceAccountToken: false, enableServiceLinks: false });
      expect(at(one(objects, 'ServiceAccount'), 'automountServiceAccountToken')).to.equal(false);
      expect(spec['serviceAccountName']).to.equal(one(objects, 'ServiceAccount').metadata.name);
    });

    it('runs the version of the package', () => {
      const { version } = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
        version: string;
      };
      expect(at(containerOf(objects), 'image')).to.equal(`audit-lanes:${version}`);
    });
  });
}

describe('what the documents say of probes and of the grace period', function () {
  this.timeout(60_000);
  const textOf = (path: string): string => readFileSync(join(projectRoot(), path), 'utf8');
  let objects: readonly KubernetesObject[];

  before(async () => {
    objects = await build(BASE);
  });

  it('docs/health.md: what the base has', () => {
    const [, section = ''] = /^## In Kubernetes\n+```yaml\n(.*?)^```/ms.exec(textOf('docs/health.md')) ?? [];
    const shown = parse(section) as Fields;
    const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'];
    expect(Object.keys(shown)).to.deep.equal([...probes, 'terminationGracePeriodSeconds']);
    for (const probe of probes) expect(shown[probe], probe).to.deep.equal(at(containerOf(objects), probe));
    expect(shown['terminationGracePeriodSeconds']).to.equal(
      at(podOf(objects), 'spec', 'terminationGracePeriodSeconds'),
    );
  });

  it('docs/deployment.md: the numbers that the base has', () => {
    const text = textOf('docs/deployment.md');
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      const { periodSeconds, failureThreshold, timeoutSeconds, httpGet } = at(
        containerOf(objects),
        probe,
      ) as Record<string, unknown>;
      const numbers = `every ${String(periodSeconds)} s, within ${String(timeoutSeconds)} s, ${String(failureThreshold)} misses`;
      const row = text.split('\n').find((line) => line.includes(`| \`${String(at(httpGet, 'path'))}\``));
      expect(row, probe).to.contain(numbers);
    }
    const grace = String(at(podOf(objects), 'spec', 'terminationGracePeriodSeconds'));
    expect(text).to.contain(`The grace period (${grace} s)`).and.contain(`docker stop --time ${grace}`);
  });
});

describe('the overlays', function () {
  this.timeout(60_000);

  it('static-membership: a StatefulSet whose pods have their names as INSTANCE_ID, and are back before their session is over', async () => {
    const objects = await build('deploy/kubernetes/overlays/static-membership');
    const set = one(objects, 'StatefulSet');
    expect(objects.some(({ kind }) => kind === 'Deployment')).to.equal(false);
    expect(at(set, 'spec', 'podManagementPolicy')).to.equal('Parallel');
    expect(at(set, 'spec', 'serviceName')).to.equal(one(objects, 'Service').metadata.name);
    const instance = listAt(containerOf(objects), 'env').find(({ name }) => name === 'INSTANCE_ID');
    expect(at(instance, 'valueFrom', 'fieldRef', 'fieldPath')).to.equal('metadata.name');
    const { kafka } = settingsOf(environmentOf(objects)).settings;
    const graceMs = Number(at(podOf(objects), 'spec', 'terminationGracePeriodSeconds')) * 1000;
    expect(kafka.sessionTimeoutMs).to.be.greaterThan(graceMs + 30_000);
  });

  it('keda: one trigger for each source topic by name, and no more pods than partitions', async () => {
    const objects = await build('deploy/kubernetes/overlays/keda');
    const scaled = at(one(objects, 'ScaledObject'), 'spec') as Fields;
    const deployment = one(objects, 'Deployment');
    const { kafka, service, topics } = settingsOf(environmentOf(objects)).settings;
    const triggers = listAt(scaled, 'triggers');
    expect(triggers.map((trigger) => at(trigger, 'metadata', 'topic'))).to.deep.equal(topics.source);
    for (const trigger of triggers) {
      expect(trigger['type']).to.equal('kafka');
      expect(trigger['metadata']).to.include({
        bootstrapServers: kafka.brokers.join(','),
        consumerGroup: kafka.groupId,
        limitToPartitionsWithLag: 'true',
      });
    }
    expect(scaled['maxReplicaCount']).to.equal(Math.ceil(topics.partitions / service.processes));
    expect(Number(scaled['minReplicaCount'])).to.be.at.least(1);
    expect(scaled['scaleTargetRef']).to.deep.equal({
      apiVersion: deployment.apiVersion,
      kind: deployment.kind,
      name: deployment.metadata.name,
    });
    expect(at(deployment, 'spec', 'replicas')).to.equal(undefined);
  });

  it('prometheus-operator: scrapes the pods, with the rules and alerts of deploy/prometheus', async () => {
    const objects = await build('deploy/kubernetes/overlays/prometheus-operator');
    const monitor = one(objects, 'PodMonitor');
    expect(
      covers(at(monitor, 'spec', 'selector', 'matchLabels'), at(podOf(objects), 'metadata', 'labels')),
    ).to.equal(true);
    const [endpoint] = listAt(monitor, 'spec', 'podMetricsEndpoints');
    expect(PATHS).to.include(endpoint?.['path']);
    expect(listAt(containerOf(objects), 'ports').map(({ name }) => name)).to.include(endpoint?.['port']);
    const files = ['rules.yml', 'alerts.yml'].map(
      (name) => parse(readFileSync(join(projectRoot(), 'deploy', 'prometheus', name), 'utf8')) as Fields,
    );
    expect(at(one(objects, 'PrometheusRule'), 'spec', 'groups')).to.deep.equal(
      files.flatMap((file) => listAt(file, 'groups')),
    );
  });
});

describe('the check of the manifests', function () {
  this.timeout(60_000);
  let objects: readonly KubernetesObject[];

  before(async () => {
    objects = await build(BASE);
  });

  it('refuses an unknown field, however deep', () => {
    const deployment = structuredClone(one(objects, 'Deployment'));
    const container = containerOf([deployment]) as Record<string, unknown>;
    container['readinessProb'] = {};
    (at(container, 'livenessProbe', 'httpGet') as Record<string, unknown>)['scheem'] = 'HTTP';
    expect(problemsOf(deployment)).to.deep.equal([
      '/spec/template/spec/containers/0/livenessProbe/httpGet/scheem: unknown field',
      '/spec/template/spec/containers/0/readinessProb: unknown field',
    ]);
  });

  it('refuses a wrong type and a field that is missing', () => {
    const budget = structuredClone(one(objects, 'PodDisruptionBudget'));
    (budget['spec'] as Record<string, unknown>)['maxUnavailable'] = [1];
    expect(problemsOf(budget)).to.not.deep.equal([]);
    const policy = structuredClone(one(objects, 'NetworkPolicy'));
    delete (policy['spec'] as Record<string, unknown>)['podSelector'];
    (policy['spec'] as Record<string, unknown>)['egress'] = 'all';
    expect(problemsOf(policy)).to.not.deep.equal([]);
  });

  it('finds each rule of the restricted standard broken', () => {
    const spec = at(podOf(objects), 'spec') as Fields;
    const container = containerOf(objects);
    const context = (more: Fields): Fields => ({
      ...container,
      securityContext: { ...(container['securityContext'] as Fields), ...more },
    });
    const pod = (more: Fields): Fields => ({
      ...spec,
      securityContext: { ...(spec['securityContext'] as Fields), ...more },
    });
    const BROKEN: Readonly<Record<keyof typeof RESTRICTED, readonly [Fields, Fields]>> = {
      'no host namespaces': [{ ...spec, hostNetwork: true }, container],
      'no host ports': [spec, { ...container, ports: [{ containerPort: 1, hostPort: 1 }] }],
      'not privileged': [spec, context({ privileged: true })],
      'no privilege escalation': [spec, context({ allowPrivilegeEscalation: undefined })],
      'all capabilities dropped, none added': [
        spec,
        context({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } }),
      ],
      'runs as non-root': [pod({ runAsNonRoot: undefined }), container],
      'no root user': [pod({ runAsUser: 0 }), container],
      'seccomp profile': [pod({ seccompProfile: undefined }), container],
      'restricted volumes': [{ ...spec, volumes: [{ name: 'host', hostPath: { path: '/' } }] }, container],
      'no sysctls': [pod({ sysctls: [] }), container],
      'default proc mount': [spec, context({ procMount: 'Unmasked' })],
    };
    for (const [rule, keeps] of Object.entries(RESTRICTED)) {
      const [brokenSpec, brokenContainer] = BROKEN[rule] ?? [spec, container];
      expect(keeps(brokenSpec, brokenContainer), rule).to.equal(false);
    }
  });
});
