/**
 * What writers of every released version of the schemas wrote is read by the code as it is, and becomes the same
 * audit event as ever; what was refused is refused for the same reason. A sample is never changed: a new
 * version gets a folder of its own, `test/schemas/golden/<schema>/<version>`.
 */
import { serializedBytes } from '../../../../src/record/serde.js';
import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NotRetryableError } from '../../../../src/index.js';
import { auditOf } from '../../../../topology/user-audit/audit-mapping.js';
import { auditSerde } from '../../../../topology/user-audit/audit-serde.js';
import type { SystemAudit } from '../../../../topology/user-audit/generated/system-audit.js';
import { systemAuditSchema } from '../../../../topology/user-audit/generated/system-audit.js';
import { createValidators } from '../../../../topology/user-audit/schema-validator.js';
import {
  createUserEventSerde,
  USER_EVENT_SCHEMAS,
} from '../../../../topology/user-audit/user-event-serde.js';
import { projectRoot } from '../../../support/broker.js';

interface Sample {
  readonly what: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly value: object;
  readonly audit?: SystemAudit;
  readonly refused?: { readonly reason?: string; readonly message: string };
}

const ROOT = join(projectRoot(), 'test', 'schemas');
const GOLDEN = join(ROOT, 'golden');
const ORIGIN = { topic: 'user.events', partition: 1, offset: 42 };
const RECORDED_AT = Date.parse('2026-02-03T04:05:07Z');

const serde = createUserEventSerde({ strict: false });
const audits = createValidators({ audit: systemAuditSchema }, false).audit;

const samplesOf = (schema: string, version: string): readonly Sample[] =>
  readdirSync(join(GOLDEN, schema, version))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(GOLDEN, schema, version, name), 'utf8')) as Sample);

const read = ({ headers = {}, value }: Sample) =>
  serde.deserialize(Buffer.from(JSON.stringify(value)), {
    topic: ORIGIN.topic,
    headers: Object.entries(headers).map(([name, text]) => ({ name, value: Buffer.from(text) })),
    isKey: false,
  });

const refusal = (sample: Sample): NotRetryableError => {
  try {
    read(sample);
  } catch (error) {
    if (error instanceof NotRetryableError) return error;
    throw error;
  }
  throw new Error('it was read');
};

const expectSourceSample = (sample: Sample): void => {
  if (sample.refused !== undefined) {
    const { reason, message } = refusal(sample);
    expect({ reason, message }).to.deep.equal(sample.refused);
    return;
  }
  const audit = auditOf(read(sample), ORIGIN as Parameters<typeof auditOf>[1], RECORDED_AT);
  expect(audit).to.deep.equal(sample.audit);
  expect(audits(audit)).to.equal(undefined);
};

const expectAuditSample = ({ value, refused }: Sample): void => {
  expect(audits(value)).to.equal(refused?.message);
  if (refused !== undefined) return;
  const context = { topic: 'system.audit', headers: [], isKey: false };
  expect(
    auditSerde.deserialize(serializedBytes(auditSerde.serialize(value as SystemAudit, context)), context),
  ).to.deep.equal(value);
};

describe('golden samples', () => {
  for (const schema of [...Object.keys(USER_EVENT_SCHEMAS), 'system.audit'])
    for (const version of readdirSync(join(GOLDEN, schema)))
      for (const sample of samplesOf(schema, version))
        it(`${schema} ${version}, ${sample.what}: ${sample.refused === undefined ? 'read' : 'refused'}`, () => {
          if (schema === 'system.audit') expectAuditSample(sample);
          else expectSourceSample(sample);
        });

  it('are there for every schema of every released version, both those that are read and those that are not', () => {
    for (const version of readdirSync(join(ROOT, 'released')))
      for (const file of readdirSync(join(ROOT, 'released', version))) {
        const samples = samplesOf(file.replace(/\.json$/, ''), version);
        const refused = samples.filter((sample) => sample.refused !== undefined).length;
        expect(Math.min(refused, samples.length - refused), `${file} ${version}`).to.be.at.least(2);
      }
  });
});
