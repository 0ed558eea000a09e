/** The lock file as a fresh clone meets it: `npm ci` refuses one that does not hold everything. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../support/broker.js';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Packages = Readonly<Record<string, LockedPackage>>;

const read = (name: string): unknown => JSON.parse(readFileSync(join(projectRoot(), name), 'utf8'));

/** As Node looks it up: in the package's own node_modules, then in those of the folders above. */
const finds = (packages: Packages, from: string, name: string): boolean => {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true;
    if (at === '') return false;
  }
};

describe('package-lock.json', () => {
  const { packages } = read('package-lock.json') as { packages: Packages };

  it('holds every dependency of every package, those of other platforms too', () => {
    const missing = Object.entries(packages).flatMap(([path, of]) =>
      Object.keys({ ...of.dependencies, ...of.optionalDependencies })
        .filter((name) => !finds(packages, path, name))
        .map((name) => `${path} needs ${name}`),
    );
    expect(missing).to.deep.equal([]);
  });

  it('names no registry', () => {
    const named = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined);
    expect(named).to.deep.equal([]);
  });

  it('has exact versions from package.json', () => {
    const { dependencies, devDependencies } = read('package.json') as Required<
      Record<'dependencies' | 'devDependencies', Record<string, string>>
    >;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(version, name).to.match(/^\d+\.\d+\.\d+$/);
      expect(packages[`node_modules/${name}`]?.version, name).to.equal(version);
    }
  });
});
