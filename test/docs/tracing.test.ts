/** docs/tracing.md: the example is loaded as it says, and spans come out. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { projectRoot } from '../support/broker.js';

const PROGRAM = (dist: string): string => `
const { openTracing } = await import('${dist}/src/observability/tracing.js');
const { Consumed, Produced, Serdes, StreamsBuilder } = await import('${dist}/src/index.js');
const { TopologyTestDriver } = await import('${dist}/src/testing.js');
const builder = new StreamsBuilder();
const bytes = Serdes.bytes();
builder.stream('user.events', Consumed.with(bytes, bytes)).to('system.audit', Produced.with(bytes, bytes));
const tracing = openTracing({ groupId: 'g', version: '1' });
const driver = new TopologyTestDriver(builder.build(), { tracing: tracing ?? undefined });
const topic = driver.createInputTopic('user.events', Serdes.bytes(), Serdes.bytes());
await topic.pipeInput(Buffer.from('k'), Buffer.from('v'));
await driver.close();
await tracing?.flush(1000);
console.log('done');
`;

describe('docs/tracing.md', function () {
  this.timeout(60_000);

  it('has an example that prints spans when it is imported, and without it there are none', () => {
    const root = projectRoot();
    const text = readFileSync(join(root, 'docs', 'tracing.md'), 'utf8');
    const [, example] = /<!-- example: otel\.mjs -->\s+```js\n([\s\S]*?)```/.exec(text) ?? [];
    if (example === undefined) throw new Error('the example is not there');
    // Inside the project, where its packages are found.
    const folder = mkdtempSync(join(root, 'dist', 'otel-'));
    try {
      writeFileSync(join(folder, 'otel.mjs'), example);
      writeFileSync(join(folder, 'program.mjs'), PROGRAM(pathToFileURL(join(root, 'dist')).href));
      const run = (env: NodeJS.ProcessEnv): string =>
        execFileSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8', env });
      const spans = run({ NODE_OPTIONS: '--import ./otel.mjs' });
      expect(spans).to.include("name: 'process user.events'").and.to.include("name: 'send system.audit'");
      expect(run({}).trim()).to.equal('done');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
