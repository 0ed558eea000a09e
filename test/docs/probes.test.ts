/** The probes that docs/health.md shows are those of the manifests. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../support/broker.js';

interface Probes {
  readonly [name: string]: unknown;
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: Probes & { readonly containers: readonly Probes[] };
    };
  };
}

const textOf = (...path: readonly string[]): string => readFileSync(join(projectRoot(), ...path), 'utf8');

describe('the probes that the document shows', () => {
  it('are those of the manifests', () => {
    const [, shown = ''] = /```yaml\n(startupProbe[^`]*)```/.exec(textOf('docs', 'health.md')) ?? [];
    const probes = parse(shown) as Probes;
    expect(Object.keys(probes)).to.have.members([
      'startupProbe',
      'livenessProbe',
      'readinessProbe',
      'terminationGracePeriodSeconds',
    ]);
    const { spec } = (parse(textOf('deploy', 'kubernetes', 'base', 'deployment.yaml')) as Deployment).spec
      .template;
    expect({ ...spec, ...spec.containers[0] }).to.deep.include(probes);
  });
});
