/**
 * compose.yaml: what it mounts is there, its variables are settings, what it starts is what the documents and the
 * manifests say. Nothing here starts a container.
 */
import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { KNOWN_VARIABLES } from '../../config/command-line.js';
import { parseDuration } from '../../config/duration.js';
import { loadSettings } from '../../config/load.js';
import { understand } from '../../src/cli/program.js';
import { PATHS } from '../../src/observability/http-routes.js';
import { drainLimitMs } from '../../src/service/processes/supervise.js';
import { projectRoot } from '../support/broker.js';
import { imageCommands } from '../support/image.js';
import { epochMs } from '../../src/record/units.js';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
}

const ROOT = projectRoot();
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('compose.yaml', () => {
  const { services, volumes } = parse(textOf('compose.yaml'), { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>;
    readonly volumes: Readonly<Record<string, unknown>>;
  };
  const ours = Object.entries(services).filter(([name]) => ['audit-lanes', 'events'].includes(name));
  const service = services['audit-lanes']!;
  const environmentOf = ({ environment = {} }: Service): Record<string, string> =>
    Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
  const settings = loadSettings({
    env: { ...imageCommands().env, CONFIG_FILE: 'config/production.json', ...environmentOf(service) },
    argv: [],
    readFile: (path) => textOf(path),
  });

  it('has Kafka, the service, Prometheus and Grafana, and sample events when asked for', () => {
    expect(services).to.have.all.keys('kafka', 'audit-lanes', 'events', 'prometheus', 'grafana');
    const always = Object.entries(services).filter(([, { profiles }]) => profiles === undefined);
    expect(always.map(([name]) => name)).to.not.include('events');
    expect(services['events']?.profiles).to.deep.equal(['events']);
  });

  it('pins every image to a version, ours to that of the package, Kafka to that of the tests', () => {
    for (const [name, { image }] of Object.entries(services))
      expect(image, name).to.match(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
    const { version } = JSON.parse(textOf('package.json')) as { version: string };
    for (const [name, { image }] of ours) expect(image, name).to.equal(`audit-lanes:${version}`);
    const [, kafka = ''] = /<kafka\.version>(.*)<\/kafka\.version>/.exec(textOf('tools/kafka/pom.xml')) ?? [];
    expect(services['kafka']?.image).to.equal(`apache/kafka:${kafka}`);
    expect(service.build).to.equal('.');
  });

  it('mounts folders that are there, read-only, and volumes that are declared', () => {
    const mounts = Object.values(services).flatMap((one) => one.volumes ?? []);
    const folders = mounts.filter((mount) => mount.startsWith('.')).map((mount) => mount.split(':'));
    expect(folders.map(([from]) => from)).to.have.members([
      './deploy/prometheus',
      './deploy/grafana/provisioning',
      './deploy/grafana/dashboards',
    ]);
    for (const [from = '', , mode] of folders) {
      expect(existsSync(join(ROOT, from)), from).to.equal(true);
      expect(mode, from).to.equal('ro');
    }
    const named = mounts.filter((mount) => !mount.startsWith('.')).map((mount) => mount.split(':')[0]);
    expect(named).to.have.members(Object.keys(volumes));
  });

  it('puts the files where Prometheus and Grafana look for them', () => {
    const prometheus = parse(textOf('deploy/prometheus/prometheus.yml')) as {
      readonly rule_files: readonly string[];
      readonly scrape_configs: readonly {
        readonly metrics_path?: string;
        readonly static_configs: readonly { readonly targets: readonly string[] }[];
      }[];
    };
    for (const file of prometheus.rule_files)
      expect(existsSync(join(ROOT, 'deploy/prometheus', file)), file).to.equal(true);
    const targets = prometheus.scrape_configs.flatMap((scrape) =>
      scrape.static_configs.flatMap((each) => each.targets),
    );
    expect(targets).to.deep.equal([`audit-lanes:${settings.settings.http.port}`]);
    expect(PATHS).to.include(prometheus.scrape_configs[0]?.metrics_path ?? '/metrics');
    const provider = parse(textOf('deploy/grafana/provisioning/dashboards/audit-lanes.yml')) as {
      readonly providers: readonly { readonly options: { readonly path: string } }[];
    };
    const mounted = (services['grafana']?.volumes ?? []).map((mount) => mount.split(':'));
    expect(mounted).to.deep.include([
      './deploy/grafana/dashboards',
      provider.providers[0]?.options.path ?? '',
      'ro',
    ]);
    expect(textOf('deploy/grafana/provisioning/datasources/prometheus.yml')).to.contain(
      'http://prometheus:9090',
    );
  });

  it('sets only settings, with values that the service accepts without a warning', () => {
    expect(settings.warnings).to.deep.equal([]);
    for (const [name, one] of ours)
      for (const variable of Object.keys(environmentOf(one)))
        expect(KNOWN_VARIABLES, name).to.include(variable);
    expect(environmentOf(service)['KAFKA_BROKERS']).to.equal('kafka:29092');
    expect(service.ports).to.deep.equal([
      `127.0.0.1:${settings.settings.http.port}:${settings.settings.http.port}`,
    ]);
  });

  it('opens ports to this machine alone', () => {
    for (const [name, { ports = [] }] of Object.entries(services))
      for (const port of ports) expect(port, name).to.match(/^127\.0\.0\.1:/);
  });

  it('runs our containers with a read-only root, without capabilities, and with /tmp', () => {
    for (const [name, one] of ours) {
      expect(one.read_only, name).to.equal(true);
      expect(one.cap_drop, name).to.deep.equal(['ALL']);
      expect(one.security_opt, name).to.deep.equal(['no-new-privileges:true']);
      expect(one.tmpfs?.[0], name).to.match(/^\/tmp:/);
    }
    expect(service.volumes).to.deep.equal([
      `operator-state:${imageCommands().env['XDG_STATE_HOME'] ?? ''}/audit-lanes`,
    ]);
  });

  it('gives the service the time that it gives itself', () => {
    const graceMs = parseDuration(service.stop_grace_period ?? '');
    expect(graceMs).to.be.greaterThan(drainLimitMs(settings.settings));
  });

  it('starts things in their order, by health', () => {
    for (const [name, { healthcheck }] of Object.entries(services)) {
      // Ours has that of the image.
      if (name === 'audit-lanes') expect(healthcheck).to.equal(undefined);
      else expect(healthcheck?.disable === true || healthcheck?.test?.[0] === 'CMD', name).to.equal(true);
    }
    expect(service.depends_on).to.deep.equal({ kafka: { condition: 'service_healthy' } });
  });

  it('publishes sample events with a command that there is', () => {
    const [program, ...args] = services['events']?.command ?? [];
    expect(program).to.equal('audit-lanes');
    expect(understand(args, '0.0.0', epochMs(0)).kind).to.equal('request');
  });
});
