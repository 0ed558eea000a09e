import { expect } from 'chai';
import { AtLeastOnceCommitter } from '../../../src/commit/at-least-once.js';
import { unitOf } from '../support/commit-units.js';
import { errorOf, KINDS } from '../support/kafka-errors.js';
import { acknowledgedProducer, sourceConsumer } from '../support/ports.js';
import { produced, textOf } from '../support/records.js';
import type { Deferred } from '../support/settle.js';
import { deferred, settle } from '../support/settle.js';

const STEPS = ['records', 'checkpoints', 'offsets'] as const;
type Step = (typeof STEPS)[number];

/** Each write waits until the test acknowledges it. */
const bench = () => {
  const writes: string[] = [];
  const waiting: Deferred<void>[] = [];
  const write = (what: string): Promise<void> => {
    writes.push(what);
    const answer = deferred();
    waiting.push(answer);
    return answer.promise;
  };
  const producer = acknowledgedProducer({ send: (records) => write(records.map(textOf).join(' ')) });
  const consumer = sourceConsumer({
    commit: (offsets) => write(offsets.map(({ topic, offset }) => `${topic}=${offset}`).join(' ')),
  });
  const acknowledge = async (): Promise<void> => {
    waiting.shift()?.resolve();
    await settle();
  };
  const fail = async (error: unknown): Promise<void> => {
    waiting.shift()?.reject(error);
    await settle();
  };
  return { writes, acknowledge, fail, committer: new AtLeastOnceCommitter(producer, consumer) };
};

describe('AtLeastOnceCommitter', () => {
  it('writes the effects, then the checkpoints, then the offsets, each only when the one before is acknowledged', async () => {
    const { committer, writes, acknowledge } = bench();
    const result = committer.commit([unitOf('a'), unitOf('b')]);
    const expected = ['a-1 a-2 b-1 b-2', 'a-checkpoint b-checkpoint', 'a=2 lanes=1 b=2 lanes=1'];
    for (let i = 1; i <= expected.length; i++) {
      await settle();
      expect(writes).to.deep.equal(expected.slice(0, i));
      await acknowledge();
    }
    expect(await result).to.deep.equal({ kind: 'committed' });
  });

  STEPS.forEach((step: Step, i) => {
    for (const kind of KINDS) {
      const then = kind === 'fatal' || kind === 'fenced' ? 'fatal' : 'aborted';
      it(`answers ${then} when the ${step} fail as ${kind}, and writes nothing more`, async () => {
        const { committer, writes, acknowledge, fail } = bench();
        const result = committer.commit([unitOf('a')]);
        for (let done = 0; done < i; done++) await acknowledge();
        const cause = errorOf(kind);
        await fail(cause);
        expect(await result).to.deep.equal({ kind: then, cause });
        expect(writes).to.have.length(i + 1);
      });
    }
  });

  STEPS.slice(0, 2).forEach((step: Step, i) => {
    it(`writes no ${STEPS[i + 1] ?? ''} when a partition is lost while the ${step} are written`, async () => {
      const { committer, writes, acknowledge } = bench();
      let lost = false;
      const result = committer.commit([unitOf('a'), unitOf('b', { isLost: () => lost })]);
      for (let done = 0; done < i; done++) await acknowledge();
      lost = true;
      await acknowledge();
      expect(await result).to.deep.equal({ kind: 'aborted', cause: 'lost' });
      expect(writes).to.have.length(i + 1);
    });
  });

  it('does not send again what was acknowledged when a later step was refused', async () => {
    const { committer, writes, acknowledge, fail } = bench();
    const [a, b] = [unitOf('a'), unitOf('b')];
    const first = committer.commit([a]);
    await acknowledge();
    await acknowledge();
    await fail(errorOf('retriable', 27));
    expect((await first).kind).to.equal('aborted');
    writes.length = 0;
    const again = committer.commit([unitOf('a', { records: a.records }), b]);
    for (let i = 0; i < 3; i++) await acknowledge();
    expect((await again).kind).to.equal('committed');
    expect(writes).to.deep.equal(['b-1 b-2', 'a-checkpoint b-checkpoint', 'a=2 lanes=1 b=2 lanes=1']);
  });

  it('sends again what was not acknowledged', async () => {
    const { committer, writes, acknowledge, fail } = bench();
    const unit = unitOf('a');
    const first = committer.commit([unit]);
    await fail(errorOf('retriable'));
    await first;
    writes.length = 0;
    const again = committer.commit([unit]);
    for (let i = 0; i < 3; i++) await acknowledge();
    expect((await again).kind).to.equal('committed');
    expect(writes[0]).to.equal('a-1 a-2');
  });

  it('answers fatal when a client fails with what is no KafkaError', async () => {
    const { committer, fail } = bench();
    const result = committer.commit([unitOf('a')]);
    await fail(new TypeError('x is not a function'));
    expect((await result).kind).to.equal('fatal');
  });

  it('writes the changelog stage by stage between effects and checkpoints, each acknowledged first (F13)', async () => {
    const { committer, writes, acknowledge } = bench();
    const staged = (name: string) =>
      unitOf(name, { changelog: [[produced(`${name}-followers`)], [produced(`${name}-lanes`)]] });
    const result = committer.commit([staged('a'), staged('b')]);
    const expected = [
      'a-1 a-2 b-1 b-2',
      'a-followers b-followers',
      'a-lanes b-lanes',
      'a-checkpoint b-checkpoint',
      'a=2 lanes=1 b=2 lanes=1',
    ];
    for (let i = 1; i <= expected.length; i++) {
      await settle();
      expect(writes).to.deep.equal(expected.slice(0, i));
      await acknowledge();
    }
    expect(await result).to.deep.equal({ kind: 'committed' });
  });
});
