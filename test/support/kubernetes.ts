/**
 * Manifests as kustomize builds them, and what the API would say to them: the schemas of the API's own specification,
 * with unknown fields refused as `kubectl apply --validate=strict` refuses them.
 */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { projectRoot } from './broker.js';

export type Fields = Readonly<Record<string, unknown>>;

export interface KubernetesObject extends Fields {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

/** Throws what kustomize says. `folder`: from the root of the project. */
export const build = async (folder: string): Promise<readonly KubernetesObject[]> => {
  const file = join(projectRoot(), 'tools', 'setup', 'kustomize.mjs');
  const { KUSTOMIZE_NEEDED, kustomizePath } = (await import(pathToFileURL(file).href)) as {
    readonly KUSTOMIZE_NEEDED: string;
    kustomizePath(): string | null;
  };
  const kustomize = kustomizePath();
  if (kustomize === null) throw new Error(KUSTOMIZE_NEEDED);
  const text = execFileSync(kustomize, ['build', join(projectRoot(), folder)], { encoding: 'utf8' });
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
};

interface Validate {
  (data: unknown): boolean;
  readonly errors?:
    readonly { readonly instancePath: string; readonly message?: string; readonly keyword: string }[] | null;
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Packages by the end of an API group; what is not there is Kubernetes' own. */
const PACKAGES: Readonly<Record<string, string>> = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

/** `apps/v1` Deployment: IoK8sApiAppsV1Deployment; `keda.sh/v1alpha1` ScaledObject: KedaShV1alpha1ScaledObject. */
const validatorOf = ({ apiVersion, kind }: KubernetesObject): Validate => {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const foreign = PACKAGES[group];
  const parts =
    foreign === undefined
      ? ['io', 'k8s', 'api', (group === '' ? 'core' : group).split('.')[0] ?? '', version, kind]
      : [...group.split('.'), version, kind];
  // The packages export classes, whose validators are in the files behind them.
  const path = join(
    projectRoot(),
    'node_modules',
    foreign ?? 'kubernetes-models',
    '_schemas',
    `${parts.map(capital).join('')}.js`,
  );
  return (createRequire(import.meta.url)(path) as { readonly validate: Validate }).validate;
};

/** A value whose reading is noted, by object: a validator reads every field that its schema has, and no other. */
class Watched {
  readonly #read = new Map<object, Set<string>>();
  readonly #proxies = new Map<object, unknown>();

  of(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const known = this.#proxies.get(value);
    if (known !== undefined) return known;
    const read = new Set<string>();
    this.#read.set(value, read);
    const proxy = new Proxy(value, {
      get: (target, name) => {
        if (typeof name === 'string') read.add(name);
        return this.of(Reflect.get(target, name));
      },
    });
    this.#proxies.set(value, proxy);
    return proxy;
  }

  unread(value: unknown, path = ''): readonly string[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([name, inner]) =>
      this.#read.get(value)?.has(name) === true ? this.unread(inner, `${path}/${name}`) : [`${path}/${name}`],
    );
  }
}

/** What the API would refuse it for; nothing: it would take it. */
export const problemsOf = (object: KubernetesObject): readonly string[] => {
  const validate = validatorOf(object);
  const watched = new Watched();
  if (!validate(watched.of(object)))
    return (validate.errors ?? []).map(
      ({ instancePath, keyword, message }) => `${instancePath}: ${message ?? keyword}`,
    );
  return watched.unread(object).map((path) => `${path}: unknown field`);
};

/** A field far inside; undefined when there is none on the way. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? (inner as Fields)[name] : undefined),
    value,
  );
