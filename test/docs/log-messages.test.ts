/** docs/logging.md: its table of messages is what the code logs, and no line is given a field that holds personal data. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { PERSONAL_FIELDS } from '../../src/observability/logger.js';
import { projectRoot } from '../support/broker.js';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug'];

interface LogCall {
  readonly file: string;
  readonly level: string;
  /** With `…` where it differs; null: it is made elsewhere. */
  readonly message: string | null;
  readonly fields: readonly string[];
}

const textOf = (node: ts.Expression): string | null => {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
};

/** `logger.warn(…)`, and `logger[level](…)`, whose level is one of two. */
const levelOf = (callee: ts.Expression): string | undefined => {
  const isCall = ts.isPropertyAccessExpression(callee) || ts.isElementAccessExpression(callee);
  if (!isCall || !/\blogger$/.test(callee.expression.getText())) return undefined;
  if (ts.isElementAccessExpression(callee)) return 'error, warn';
  return LEVELS.find((level) => level === callee.name.text);
};

const callsIn = (file: string, text: string): readonly LogCall[] => {
  const calls: LogCall[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isCallExpression(node)) return;
    const level = levelOf(node.expression);
    const [fields, message] = node.arguments;
    if (level === undefined || fields === undefined || message === undefined) return;
    const names = ts.isObjectLiteralExpression(fields)
      ? fields.properties.flatMap(({ name }) => name?.getText() ?? [])
      : [];
    calls.push({ file, level, message: textOf(message), fields: names });
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
  return calls;
};

/** The service: the command line has no log, and what is for tests of one's own hands on. */
const calls = (): readonly LogCall[] => {
  const root = join(projectRoot(), 'src');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/^(cli|testing)\//.test(file))
    .sort()
    .flatMap((file) => callsIn(file, readFileSync(join(root, file), 'utf8')));
};

describe('docs/logging.md', () => {
  const logged = calls();

  it('has each message of the code with its level, and no other', () => {
    const text = readFileSync(join(projectRoot(), 'docs', 'logging.md'), 'utf8');
    const [, table = ''] = text.split('\n## Messages\n');
    const rows = [...table.matchAll(/^\| ([\w, ]+?) +\| `(.+?)` +\|/gm)].map(
      ([, level = '', message = '']) => `${level}: ${message}`,
    );
    const made = logged.flatMap(({ level, message }) => (message === null ? [] : `${level}: ${message}`));
    expect(made.length).to.be.greaterThan(40);
    expect([...rows].sort()).to.deep.equal([...new Set(made)].sort());
  });

  it('says of which lines the text is made elsewhere', () => {
    const others = logged.filter(({ message }) => message === null);
    expect(others.map(({ file, level }) => `${file}: ${level}`)).to.deep.equal([
      'main.ts: warn',
      'main.ts: fatal',
      'observability/repeat-limit.ts: debug',
      'observability/repeat-limit.ts: info',
      'observability/repeat-limit.ts: error, warn',
      'observability/repeat-limit.ts: error, warn',
      'observability/repeat-limit.ts: error, warn',
      'service/cluster-view.ts: warn',
      'service/processes/supervise.ts: fatal',
      'service/run-service.ts: fatal',
    ]);
  });

  it('is right that no line has a field of keys, values or headers', () => {
    const personal: readonly string[] = PERSONAL_FIELDS;
    const wrong = logged.filter(({ fields }) => fields.some((field) => personal.includes(field)));
    expect(wrong).to.deep.equal([]);
    expect(logged.some(({ fields }) => fields.includes('task'))).to.equal(true);
  });

  it('would notice a message and a personal field', () => {
    expect(callsIn('x.ts', 'this.parts.logger.warn({ key: 1, task }, `a ${what} b`);')).to.deep.equal([
      { file: 'x.ts', level: 'warn', message: 'a … b', fields: ['key', 'task'] },
    ]);
  });
});
