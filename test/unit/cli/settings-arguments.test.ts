import { expect } from 'chai';
import { splitArguments } from '../../../src/cli/settings-arguments.js';

const split = (line: string) => {
  const { settings, command } = splitArguments(line.split(' '));
  return [settings.join(' '), command.join(' ')];
};

describe('settings among the arguments of a command', () => {
  it('are taken out wherever they stand, with their values', () => {
    expect(
      split('--kafka-brokers a:9092 lanes list --json --kafka-group-id=g --status parked'),
    ).to.deep.equal(['--kafka-brokers a:9092 --kafka-group-id=g', 'lanes list --json --status parked']);
    expect(split('lanes list --topology user-audit --config-file x.json')).to.deep.equal([
      '--topology user-audit --config-file x.json',
      'lanes list',
    ]);
  });

  it('that are switches do not swallow the command', () => {
    expect(split('--schemas-strict lanes list')).to.deep.equal(['--schemas-strict', 'lanes list']);
    expect(split('--schemas-strict false lanes list')).to.deep.equal([
      '--schemas-strict false',
      'lanes list',
    ]);
  });

  it('are none after --, and options of the command never are', () => {
    expect(split('lanes show -- --kafka-brokers')).to.deep.equal(['', 'lanes show -- --kafka-brokers']);
    expect(split('dlq list --topic t --limit 3 --since 2h --reason r --timeout 3s')).to.deep.equal([
      '',
      'dlq list --topic t --limit 3 --since 2h --reason r --timeout 3s',
    ]);
  });
});
