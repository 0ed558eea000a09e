/** Dead letters of Spring, Kafka Connect and Kafka Streams, and exports, on the simulated cluster. */
import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DlqExport, DlqReplay } from '../../../src/cli/dlq/dlq-request.js';
import { letterOf } from '../../../src/cli/dlq/letter.js';
import { letterDetailObject } from '../../../src/cli/dlq/letter-report.js';
import { LetterFates } from '../../../src/cli/dlq/letter-fate.js';
import { ALL, lettered, LIST, selecting, show } from './dlq-requests.js';
import { AUDIT, consumed } from '../support/records.js';
import { CARRYING, COMMANDS, DEAD_LETTERS, LANE_LOG, OperatorBench } from './operator-bench.js';

const QUEUE = 'orders.DLT';

const KINDS = {
  spring: {
    'kafka_dlt-original-topic': 'orders',
    'kafka_dlt-original-partition': '1',
    'kafka_dlt-original-offset': '7',
    'kafka_dlt-exception-fqcn': 'java.lang.IllegalStateException',
    'kafka_dlt-exception-message': 'no \u001b[2J stock',
    'retry_topic-attempts': '3',
  },
  connect: {
    '__connect.errors.topic': 'orders',
    '__connect.errors.partition': '1',
    '__connect.errors.offset': '7',
    '__connect.errors.exception.class.name': 'java.lang.IllegalStateException',
    '__connect.errors.exception.message': 'no stock',
    '__connect.errors.connector.name': 'sink',
  },
  streams: {
    '__streams.errors.topic': 'orders',
    '__streams.errors.partition': '1',
    '__streams.errors.offset': '7',
    '__streams.errors.exception': 'java.lang.IllegalStateException',
    '__streams.errors.message': 'no stock',
    '__streams.errors.stacktrace': 'at …',
  },
} as const;

const foreignBench = (): OperatorBench => {
  const bench = new OperatorBench();
  bench.cluster.createTopic(QUEUE, 1);
  bench.cluster.createTopic('orders', 2);
  return bench;
};

const put = (bench: OperatorBench, headers: Readonly<Record<string, string>>, value = 'v'): number =>
  bench.cluster.produce(QUEUE, 0, {
    key: 'k',
    value,
    headers: Object.entries(headers).map(([name, text]) => ({ name, value: text })),
  });

const replay = (of: Partial<DlqReplay> = {}): DlqReplay => selecting({}, { deadLetters: QUEUE, ...of });

describe('dead letters of another program', () => {
  for (const [kind, headers] of Object.entries(KINDS))
    it(`are listed, shown and sent back to their source topic: ${kind}`, async () => {
      const bench = foreignBench();
      put(bench, { ce_type: 'order.paid', ...headers });
      const [object] = (await bench.run({ ...LIST, deadLetters: QUEUE }, { isJson: true })).objects;
      expect(object).to.deep.include({
        id: '0-0',
        reason: 'java.lang.IllegalStateException',
        type: 'order.paid',
        origin: { topic: 'orders', partition: 1, offset: 7 },
      });
      const { lines } = await bench.run({ ...show(0, 0), deadLetters: QUEUE });
      expect(lines.join('')).to.include('stock').and.not.to.match(/\p{C}/u);
      const said = await bench.run(replay());
      expect([said.exitCode, said.lines], said.notes.join()).to.deep.equal([
        0,
        ['replay 0-0: sent, to orders, partition 1'],
      ]);
      const [record, ...others] = bench.cluster.read('orders', 1);
      expect(others).to.deep.equal([]);
      expect([record?.key?.toString(), record?.value?.toString()]).to.deep.equal(['k', 'v']);
      expect(record?.headers.map(({ name }) => name)).to.deep.equal(['ce_type']);
      expect(bench.commands()).to.deep.equal([]);
      expect(bench.actions().map(({ resource, status }) => [resource, status])).to.deep.equal([
        [`dlq/${QUEUE}`, 'requested'],
        [`dlq/${QUEUE}`, 'success'],
      ]);
    });

  it('have their place in Spring’s four and eight bytes', () => {
    const partition = Buffer.alloc(4);
    partition.writeInt32BE(3);
    const offset = Buffer.alloc(8);
    offset.writeBigInt64BE(123_456_789_012n);
    const headers = [
      { name: 'kafka_dlt-original-topic', value: Buffer.from('orders') },
      { name: 'kafka_dlt-original-partition', value: partition },
      { name: 'kafka_dlt-original-offset', value: offset },
    ];
    expect(letterOf({ ...consumed(1, {}), headers }, null).origin).to.deep.equal({
      topic: 'orders',
      partition: 3,
      offset: 123_456_789_012,
    });
  });

  it('go where --to says, and are refused where nothing says where', async () => {
    const bench = foreignBench();
    put(bench, {});
    const lost = await bench.run(replay());
    expect([lost.exitCode, lost.notes.join('\n').includes('give it with --to')]).to.deep.equal([1, true]);
    expect((await bench.run(replay({ to: 'orders' }))).exitCode).to.equal(0);
    expect([0, 1].flatMap((partition) => bench.cluster.read('orders', partition))).to.have.length(1);
  });

  it('are refused one by one when their topic is not there or is the service’s own, and the others are sent', async () => {
    const bench = foreignBench();
    const own = [COMMANDS, LANE_LOG, DEAD_LETTERS, AUDIT];
    const before = own.map((topic) => bench.cluster.read(topic).length);
    for (const topic of ['gone', ...own, 'orders'])
      put(bench, { ...KINDS.spring, 'kafka_dlt-original-topic': topic });
    const ids = [0, 1, 2, 3, 4, 5].map((offset) => ({ partition: 0, offset }));
    const choice = { ids, selector: ALL, max: null };
    const { exitCode, error, notes } = await bench.run(replay({ choice }));
    expect([exitCode, error]).to.deep.equal([1, null]);
    expect(notes.filter((note) => note.includes('which only the service writes'))).to.have.length(4);
    expect(notes.filter((note) => note.includes('which does not exist'))).to.have.length(1);
    expect(bench.cluster.read('orders', 1)).to.have.length(1);
    const written = own.map((topic, at) => bench.cluster.read(topic).length - (before[at] ?? 0));
    // What the operator did is in the audit topic.
    expect(written).to.deep.equal([0, 0, 0, 2]);
  });

  it('have of their reason no more in the journal than its beginning', async () => {
    const bench = foreignBench();
    const folder = mkdtempSync(join(tmpdir(), 'dlq-foreign-'));
    try {
      const journal = join(folder, 'j');
      for (let at = 0; at < 2; at++)
        put(bench, { ...KINDS.spring, 'kafka_dlt-exception-fqcn': 'x'.repeat(100_000) });
      expect((await bench.run(replay({ confirmed: 2, journal }))).exitCode).to.equal(0);
      expect(statSync(journal).size).to.be.below(2000);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('are sent again when the journal does not know their end, and that is said', async () => {
    const bench = foreignBench();
    const folder = mkdtempSync(join(tmpdir(), 'dlq-foreign-'));
    try {
      for (let at = 0; at < 3; at++) put(bench, KINDS.spring);
      bench.env = { HOME: folder };
      const journal = join(folder, 'j');
      await bench.run(replay({ confirmed: 3, ratePerSecond: 1, journal }));
      const whole = readFileSync(journal, 'utf8').trimEnd().split('\n');
      const { writeFileSync } = await import('node:fs');
      // Without its last line: killed after the last record was sent.
      writeFileSync(journal, `${whole.slice(0, -1).join('\n')}\n`);
      const resume = { kind: 'dlq resume', journal, ratePerSecond: null, carrying: CARRYING } as const;
      const { exitCode, notes } = await bench.run(resume);
      expect(exitCode).to.equal(0);
      expect(notes.join('\n')).to.include('Of 1 it is not known whether they were written');
      expect(bench.cluster.read('orders', 1)).to.have.length(4);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('cannot be dismissed, and the service’s own queue is not read as one', async () => {
    const bench = foreignBench();
    put(bench, KINDS.spring);
    const { deadLetters, choice, carrying } = replay();
    const dismissed = await bench.run({
      kind: 'dlq dismiss',
      deadLetters,
      choice,
      carrying,
      ratePerSecond: null,
      confirmed: null,
      why: 'x',
    });
    expect([dismissed.exitCode, dismissed.error?.includes('another program')]).to.deep.equal([2, true]);
    const own = await bench.run({ ...LIST, deadLetters: 'app.user.events.dlq' });
    expect([own.exitCode, own.error?.includes('the service’s own queue') ?? false]).to.deep.equal([2, false]);
    expect(own.error).to.include('leave --dead-letters out');
    expect((await bench.run(selecting({ partition: 0 }, { to: 'orders' }))).exitCode).to.equal(2);
  });
});

describe('dlq export', () => {
  const request: DlqExport = {
    kind: 'dlq export',
    deadLetters: null,
    choice: { ids: [], selector: ALL, max: null },
    format: 'ndjson',
    output: null,
  };
  const HOSTILE = '=cmd|\u001b[2J"\u202e,\n';
  const hostileBench = (): OperatorBench => {
    const bench = new OperatorBench(1);
    bench.letter(0, { key: '=1+1', value: HOSTILE }, lettered(0));
    bench.letter(0, { key: null, value: Buffer.from([0xff, 0x00]) }, lettered(1));
    return bench;
  };

  it('has everything of each as a line of JSON, the exact bytes too', async () => {
    const bench = hostileBench();
    const { exitCode, lines, objects } = await bench.run(request, { isJson: true });
    expect([exitCode, objects.map(({ value }) => value)]).to.deep.equal([0, [HOSTILE, null]]);
    expect(objects[1]).to.deep.include({ valueBase64: '/wA=', key: null });
    expect(lines.join('')).not.to.match(/\p{C}/u);
    const record = bench.cluster.read('app.user.events.dlq', 0)[0];
    if (record === undefined) throw new Error('no letter');
    const detail = letterDetailObject(letterOf(record, ['user.events']), record, new LetterFates([]), {
      withValues: true,
      verdict: { problem: null },
    });
    expect(objects[0]).to.deep.include(JSON.parse(JSON.stringify(detail)));
  });

  it('has exact bytes in the columns with base64, whatever they begin with', async () => {
    const bench = new OperatorBench(1);
    const value = Buffer.from([0xfb, 0xef, 0xbe]);
    bench.letter(0, { key: '-1', value }, lettered(0));
    const { lines } = await bench.run({ ...request, format: 'csv' });
    expect(lines[1]).to.include(`,'-1,LTE=,`).and.to.include(',++++,');
  });

  it('has one header row when the first letters are gone, and when there is none at all', async () => {
    const bench = new OperatorBench(1);
    bench.letter(0, { value: 'v' }, lettered(0));
    const choice = { ids: [{ partition: 0, offset: 7 }], selector: ALL, max: null };
    const gone = await bench.run({ ...request, choice, format: 'csv' });
    expect([gone.exitCode, gone.lines.length]).to.deep.equal([1, 1]);
    expect(gone.lines[0]?.startsWith('id,at,type,')).to.equal(true);
  });

  it('defuses formulas and controls in a CSV, in a new file that is its owner’s alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dlq-export-'));
    try {
      const bench = hostileBench();
      const output = join(folder, 'letters.csv');
      const csv = { ...request, format: 'csv', output } as const;
      expect((await bench.run(csv)).exitCode).to.equal(0);
      const text = readFileSync(output, 'utf8');
      expect(text.trimEnd().split('\n')).to.have.length(3);
      expect(text).to.include(`,'=1+1,`).and.to.include(`"'=cmd|\\x1b[2J""\\u{202e},\\n"`);
      expect(text).to.include(Buffer.from(HOSTILE).toString('base64'));
      expect(statSync(output).mode & 0o777).to.equal(0o600);
      expect((await bench.run(csv)).exitCode).to.equal(2);
      expect((await bench.run({ ...csv, output: null })).lines.join('')).not.to.match(
        /[\u0000-\u0009\u001b]/,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
