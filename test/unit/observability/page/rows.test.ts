import { expect } from 'chai';
import { figuresOf, standingOf } from '../../../../src/observability/page/browser/overview.js';
import {
  lagOf,
  laneRows,
  letterRows,
  partitionRows,
} from '../../../../src/observability/page/browser/rows.js';
import type { Cell } from '../../../../src/observability/page/browser/table.js';
import { lane, pageStatus, task } from '../../../support/page-status.js';

const texts = (rows: readonly (readonly Cell[])[]): readonly (readonly string[])[] =>
  rows.map((row) => row.map(({ text }) => text));

describe('the rows of the status page', () => {
  it('show each task with its lag, its lanes and what keeps it, in the order of their numbers', () => {
    const refused = { reason: 'position-unexplained', message: 'set OFFSET_MISMATCH' };
    const status = pageStatus({
      tasks: [
        task(10, { state: 'restoring', restore: { done: 999, total: 1000 }, positions: {} }),
        task(2, { refused, state: 'refused' }),
        task(0, { inFlight: 3, paused: ['breaker'], lanes: { retrying: 2, parked: 1, followers: 4 } }),
      ],
      lag: [
        { topic: 'user.events', partition: 0, records: 1234 },
        { topic: 'user.other', partition: 0, records: 9 },
        { topic: 'user.events', partition: 2, records: 0 },
      ],
    });
    expect(texts(partitionRows(status))).to.deep.equal([
      ['0_0', 'running', '1,234', '3', '0', '3', '4', 'paused: breaker · 1 parked'],
      ['0_2', 'refused', '0', '0', '0', '0', '0', 'position-unexplained: set OFFSET_MISMATCH'],
      ['0_10', 'restoring 99 %', '–', '0', '0', '0', '0', ''],
    ]);
  });

  it('name the process of a task where there are several', () => {
    const status = pageStatus({ tasks: [task(1, { process: 2 }), task(0)] });
    expect(partitionRows(status).map(([first]) => first?.text)).to.deep.equal(['0_0', '0_1 (process 2)']);
  });

  it('do not take a lag that nobody knows for none', () => {
    expect(lagOf(task(0), [])).to.equal(null);
    expect(figuresOf(pageStatus({ lag: [] }))[1]).to.include({ value: '–', note: 'not known yet' });
  });

  it('count a lane down between two answers', () => {
    const status = pageStatus({
      laneHeads: [
        {
          task: '0_0',
          heads: [
            lane(),
            lane({ status: 'running', dueInMs: null }),
            lane({ status: 'parked', dueInMs: null, lastFailure: { reason: 'refused', retryable: false } }),
            lane({ status: 'due', dueInMs: 0, failingForMs: null, lastFailure: null }),
          ],
        },
      ],
    });
    const at = (ageMs: number) => texts(laneRows(status, ageMs)).map((row) => [row[2], row[5], row[6]]);
    expect(at(0)).to.deep.equal([
      ['in 20 s', '1 min 05 s', 'directory-timeout (retryable)'],
      ['now', '1 min 05 s', 'directory-timeout (retryable)'],
      ['when released', '1 min 05 s', 'refused (final)'],
      ['due', '–', '–'],
    ]);
    expect(at(1500)[0]?.slice(0, 2)).to.deep.equal(['in 19 s', '1 min 07 s']);
    expect(at(20_000)[0]?.[0]).to.equal('due');
  });

  it('tell the notice of a parked record from an end', () => {
    const letter = {
      at: '2026-11-26T15:20:11.000Z',
      id: 'user.events-3-88',
      reason: 'schema-violation',
      retryable: false,
      attempts: 1,
      isNotice: false,
    };
    expect(
      texts(letterRows([letter, { ...letter, isNotice: true }])).map((row) => row.slice(3)),
    ).to.deep.equal([
      ['schema-violation (final)', 'end'],
      ['schema-violation (final)', 'notice: parked, waits for a command'],
    ]);
  });
});

describe('how the service stands', () => {
  it('is said in words, with what is wrong', () => {
    const fine = { ok: true, reasons: [] };
    expect(standingOf(pageStatus())).to.deep.equal({ text: 'running and ready', tone: 'good', details: [] });
    const notReady = { ok: false, reasons: ['no broker is connected'] };
    expect(standingOf(pageStatus({ ready: notReady }))).to.deep.equal({
      text: 'running, not ready',
      tone: 'wait',
      details: ['no broker is connected'],
    });
    expect(standingOf(pageStatus({ state: 'ERROR', live: notReady, ready: notReady }))).to.deep.equal({
      text: 'error, not live',
      tone: 'bad',
      details: ['no broker is connected'],
    });
    const open = standingOf(pageStatus({ breaker: 'open', live: fine }));
    expect(open.tone).to.equal('wait');
    expect(open.details[0]).to.include('circuit breaker');
  });
});
