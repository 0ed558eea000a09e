/**
 * The image as it is written: every file that the Dockerfile copies is there and reaches the build, nothing else does,
 * and what runs is complete and has nothing of a developer's.
 */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SCHEMA } from '../../config/schema.js';
import { KNOWN_VARIABLES } from '../../config/command-line.js';
import { PRODUCTION_FLAGS, PRODUCTION_VARIABLES } from '../../bench/subjects/production.js';
import { projectRoot } from '../support/broker.js';
import { assembleImage } from '../support/image.js';
import {
  assignmentsIn,
  commandOf,
  contextOf,
  copiesOf,
  parseDockerfile,
  textsOf,
  type Stage,
} from '../support/dockerfile.js';

const ROOT = projectRoot();
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });

/** Variables of Node.js and of other programs. */
const NOT_SETTINGS = [
  'NODE_ENV',
  'UV_THREADPOOL_SIZE',
  'MALLOC_ARENA_MAX',
  'MALLOC_MMAP_THRESHOLD_',
  'MALLOC_TRIM_THRESHOLD_',
  'GLIBC_TUNABLES',
  'XDG_STATE_HOME',
];

describe('the Dockerfile', () => {
  const { args, stages } = parseDockerfile(textOf('Dockerfile'));
  const [, build, last] = stages as readonly [Stage, Stage, Stage];
  const isInContext = contextOf(textOf('.dockerignore'));

  it('copies only what is there and what .dockerignore lets through', () => {
    const copies = stages.flatMap(copiesOf).filter(({ stage }) => stage === undefined);
    const sources = copies.flatMap((copy) => copy.sources);
    expect(sources.length).to.be.greaterThan(5);
    for (const source of sources) {
      expect(existsSync(join(ROOT, source)), source).to.equal(true);
      expect(isInContext(source), `${source} passes .dockerignore`).to.equal(true);
      const files = statSync(join(ROOT, source)).isDirectory() ? filesIn(join(ROOT, source)) : [];
      for (const file of files) expect(isInContext(relative(ROOT, file)), file).to.equal(true);
    }
  });

  it('lets nothing reach the build that it does not copy', () => {
    const copied = stages.flatMap(copiesOf).flatMap((copy) => copy.sources);
    const tops = readdirSync(ROOT).filter((name) => !['.git', 'node_modules', 'dist'].includes(name));
    const files = tops.flatMap((name) =>
      statSync(join(ROOT, name)).isDirectory() ? filesIn(join(ROOT, name)) : [join(ROOT, name)],
    );
    const paths = files.map((file) => relative(ROOT, file));
    const others = paths
      .filter(isInContext)
      .filter((path) => !copied.some((source) => path === source || path.startsWith(`${source}/`)));
    expect(others).to.deep.equal([]);
    for (const path of [
      '.env',
      'src/.env',
      '.git/config',
      'deploy/compose.yaml',
      'node_modules/x/y.js',
      'a.log',
      'src/a.log',
    ])
      expect(isInContext(path), path).to.equal(false);
  });

  it('takes the last stage from one folder, which one program has assembled', () => {
    expect(copiesOf(last)).to.deep.equal([{ stage: build.name, sources: ['/runtime'], target: './' }]);
    expect(textsOf(build, 'RUN').at(-1)).to.equal('node deploy/image/assemble.mjs /runtime');
  });

  it('installs reproducibly, and with tests and tools only where it builds', () => {
    const installs = stages
      .flatMap((stage) => textsOf(stage, 'RUN'))
      .filter((run) => /\bnpm (ci|i|install)\b/.test(run));
    expect(installs).to.have.length(1);
    expect(installs[0]).to.match(/\bnpm ci --ignore-scripts$/);
    expect(last.from).to.equal(stages[0]?.name);
  });

  it('compiles the patched Kafka client before it copies the sources, so that they do not compile it again', () => {
    const texts = build.instructions.map(({ text }) => text);
    const compiles = texts.findIndex((text) => text.endsWith('node tools/binding.mjs'));
    expect(compiles).to.be.greaterThan(-1);
    expect(texts.indexOf('src src')).to.be.greaterThan(compiles);
  });

  it('runs a Node.js that package.json allows, another one by a build argument', () => {
    expect(args.get('NODE_VERSION')).to.equal('24');
    expect(stages[0]?.from).to.match(/^node:24-\w+-slim$/);
    expect((JSON.parse(textOf('package.json')) as { engines: { node: string } }).engines.node).to.equal(
      '>=20.19',
    );
  });

  it('has at run time each library whose headers the client is built with', () => {
    const RUN_TIME = { 'libssl-dev': 'libssl3', 'libzstd-dev': 'libzstd1', 'zlib1g-dev': 'zlib1g' };
    const packagesOf = (stage: Stage): readonly string[] =>
      [
        ...textsOf(stage, 'RUN')
          .join(' ')
          .matchAll(/--no-install-recommends ([^&]+)/g),
      ].flatMap(([, names = '']) => names.trim().split(/\s+/));
    const headers = packagesOf(build).filter((name) => name.endsWith('-dev'));
    expect(headers).to.have.members(Object.keys(RUN_TIME));
    expect(packagesOf(stages[0]!)).to.include.members(Object.values(RUN_TIME));
  });

  it('runs as a user with a number that is not root', () => {
    const [user = ''] = textsOf(last, 'USER');
    expect(user).to.match(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('has an init process, and commands that no shell stands before', () => {
    expect(commandOf(textsOf(last, 'ENTRYPOINT')[0] ?? '')).to.deep.equal(['/usr/bin/tini', '--']);
    expect(commandOf(textsOf(last, 'CMD')[0] ?? '')).to.deep.equal([
      'node',
      ...PRODUCTION_FLAGS,
      'dist/src/main.js',
    ]);
    const { scripts } = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const variables = Object.entries(PRODUCTION_VARIABLES).map((each) => each.join('='));
    expect(scripts['service']).to.equal(
      `${variables.join(' ')} node ${PRODUCTION_FLAGS.join(' ')} dist/src/main.js`,
    );
    expect(textsOf(stages[0]!, 'RUN')[0]).to.match(/install .*\btini\b/);
  });

  it('starts with the flags and variables with which npm start starts it', async () => {
    const path = pathToFileURL(join(projectRoot(), 'tools', 'start', 'programs.mjs')).href;
    const { serviceCommand, serviceEnvironment } = (await import(path)) as {
      serviceCommand(args: readonly string[]): readonly string[];
      serviceEnvironment(more: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
    };
    expect(serviceCommand([]).slice(0, -1)).to.deep.equal(PRODUCTION_FLAGS);
    const given = serviceEnvironment({ UV_THREADPOOL_SIZE: PRODUCTION_VARIABLES.UV_THREADPOOL_SIZE });
    expect(given).to.include(PRODUCTION_VARIABLES);
  });

  it('checks its health with what is in the image', () => {
    const [health = ''] = textsOf(last, 'HEALTHCHECK');
    expect(commandOf(health)).to.deep.equal(['node', '/app/healthcheck.mjs']);
    expect(stages.flatMap((stage) => textsOf(stage, 'RUN')).join(' ')).to.not.match(/\b(curl|wget)\b/);
  });

  it('sets variables that somebody reads, and no secret', () => {
    const assignments = assignmentsIn(textsOf(last, 'ENV'));
    const variables = [...assignments.keys()];
    const known = [...KNOWN_VARIABLES, ...NOT_SETTINGS];
    expect(variables).to.include('CONFIG_FILE');
    for (const [name, value] of Object.entries(PRODUCTION_VARIABLES))
      expect(assignments.get(name), name).to.equal(value);
    expect(variables.filter((name) => !known.includes(name))).to.deep.equal([]);
    expect(
      stages.flatMap((stage) => [...textsOf(stage, 'ARG'), ...textsOf(stage, 'ENV')]).join(' '),
    ).to.not.match(/PASSWORD|SECRET|TOKEN|_KEY/i);
  });

  it('exposes the port that is the default', () => {
    expect(textsOf(last, 'EXPOSE')).to.deep.equal([SCHEMA.http.port.default]);
  });

  it('tells what it is, and which version and revision by build arguments', () => {
    const labels = assignmentsIn(textsOf(last, 'LABEL'));
    const prefix = 'org.opencontainers.image.';
    for (const name of ['title', 'description', 'licenses', 'version', 'revision', 'source'])
      expect(labels.get(`${prefix}${name}`), name).to.be.a('string');
    expect(labels.get(`${prefix}licenses`)).to.equal(
      (JSON.parse(textOf('package.json')) as { license: string }).license,
    );
    const declared = textsOf(last, 'ARG').map((text) => text.split('=')[0]);
    const used = [...[...labels.values()].join(' ').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(used).to.have.members(['VERSION', 'REVISION', 'SOURCE']);
    expect(declared).to.include.members(used);
  });
});

describe('what runs in the image', function () {
  this.timeout(120_000);
  let folder: string;
  let app: string;
  let files: readonly string[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'audit-lanes-image-'));
    app = join(folder, 'app');
    await assembleImage(app);
    files = filesIn(app).map((file) => relative(app, file));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  /** `node_modules/a/node_modules/@b/c/x.js`: `node_modules/a/node_modules/@b/c`. */
  const packageOf = (file: string): string | undefined =>
    /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];

  it('is a small part of what is built', () => {
    const bytes = files.reduce((sum, file) => sum + statSync(join(app, file)).size, 0);
    console.log(`      ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`);
    expect(bytes).to.be.lessThan(40_000_000);
  });

  it('has the packages that npm counts as production, and no others', () => {
    const npm = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const wanted = npm
      .trim()
      .split('\n')
      .slice(1)
      .map((path) => path.slice(path.indexOf('node_modules/')))
      .filter((path) => path !== 'node_modules/nan');
    const there = new Set(files.map(packageOf).filter((name) => name !== undefined));
    expect([...there].sort()).to.deep.equal([...new Set(wanted)].sort());
  });

  it("has nothing of a developer's", () => {
    const wrong = files.filter(
      (file) =>
        /\.([cm]?ts|map|cc|cpp|h|o|a|gyp|log)$/.test(file) ||
        /(^|\/)\.(env|npmrc|git)/.test(file) ||
        /^dist\/(test|src\/testing)/.test(file),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('has of the Kafka client the binding and two libraries as native code', () => {
    const native = files.filter((file) => file.startsWith('node_modules/node-rdkafka/build/'));
    expect(native.map((file) => file.slice('node_modules/node-rdkafka/build/'.length)).sort()).to.deep.equal([
      'Release/node-librdkafka.node',
      'deps/librdkafka++.so.1',
      'deps/librdkafka.so.1',
    ]);
    const binding = readFileSync(join(app, 'node_modules/node-rdkafka/build/Release/node-librdkafka.node'));
    expect(binding.includes('consumePacked'), 'the binding is patched').to.equal(true);
  });

  it('has every file and package that its code imports', () => {
    const there = new Set(files);
    const packages = new Set(files.map(packageOf).filter((name) => name !== undefined));
    const code = files.filter((file) => file.startsWith('dist/') && file.endsWith('.js'));
    expect(code.length).to.be.greaterThan(200);
    const missing = code.flatMap((file) =>
      [
        ...readFileSync(join(app, file), 'utf8').matchAll(
          /^(?:import|export)\b(?:[^'"=();]*\bfrom)?\s*['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm,
        ),
      ]
        .map(([, fixed, late]) => fixed ?? late ?? '')
        .filter((name) => !name.startsWith('node:'))
        .filter((name) =>
          name.startsWith('.')
            ? !there.has(join(dirname(file), name))
            : !packages.has(`node_modules/${/^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? ''}`),
        )
        .map((name) => `${file}: ${name}`),
    );
    expect(missing).to.deep.equal([]);
  });

  it('has what its code reads: package.json, settings, scripts of the status page', () => {
    expect(files).to.include.members([
      'package.json',
      'LICENSE',
      'healthcheck.mjs',
      'config/production.json',
      // Forked by its path, so that no import names it.
      'dist/src/service/processes/child-main.js',
    ]);
    const scripts = filesIn(join(ROOT, 'dist/src/observability/page/browser')).filter((file) =>
      file.endsWith('.js'),
    );
    expect(scripts.length).to.be.greaterThan(3);
    expect(files).to.include.members(scripts.map((file) => relative(ROOT, file)));
  });

  it('may be read by all and be written by nobody but its owner', () => {
    const wrong = files.filter((file) => {
      const mode = statSync(join(app, file)).mode & 0o777;
      return mode !== (file === 'dist/src/cli/audit-lanes.js' ? 0o755 : 0o644);
    });
    expect(wrong).to.deep.equal([]);
  });
});
