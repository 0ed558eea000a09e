import { expect } from 'chai';
import { KafkaError } from '../../../src/ports/kafka-error.js';
import { FaultPlan } from '../../../src/testing/fault-plan.js';

const ERROR = new KafkaError('retriable', -195, 'away');

describe('FaultPlan', () => {
  it('hits the calls it names, counted from when it was planned', () => {
    const plan = new FaultPlan();
    plan.take('produce', 'a');
    plan.fail('produce', ERROR, { nth: 2, times: 2 });
    const hit = [1, 2, 3, 4].map(() => plan.take('produce', 'a').error !== null);
    expect(hit).to.deep.equal([false, true, true, false]);
  });

  it('leaves other kinds of call and other processes alone', () => {
    const plan = new FaultPlan();
    plan.fail('produce', ERROR, { process: 'a' });
    expect(plan.take('produce', 'b').error).to.equal(null);
    expect(plan.take('fetch', 'a').error).to.equal(null);
    expect(plan.take('produce', 'a').error).to.equal(ERROR);
  });

  it('joins faults that hit the same call', () => {
    const plan = new FaultPlan();
    plan.delay('fetch', 10);
    plan.delay('fetch', 5);
    plan.fail('fetch', ERROR, { applied: true });
    expect(plan.take('fetch', 'a')).to.include({ delayMs: 15, error: ERROR, applied: true });
  });

  it('is healthy again once cleared', () => {
    const plan = new FaultPlan();
    plan.fail('fetch', ERROR, { times: Infinity });
    plan.clear();
    expect(plan.take('fetch', 'a').error).to.equal(null);
  });
});
