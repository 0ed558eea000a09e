/** Whether a topology's stores can be kept in a changelog, and are those that its processors ask for. */
import { type Check, processorsOf, repeated } from './check.js';
import { isGeneratedName, nameProblem } from '../named.js';
import type { ProcessorNode, TopologyParts } from './topology-node.js';

/** The node that has made the store, for what to do about it. */
const keeperOf = ({ nodes }: TopologyParts, store: string): ProcessorNode | undefined =>
  processorsOf({ nodes }).find((node) => 'store' in node.operator && node.operator.store === store);

const storesHaveNames: Check = (parts) =>
  parts.stores.flatMap(({ name }) => {
    if (!isGeneratedName(name)) {
      const problem = nameProblem(name);
      return problem === undefined ? [] : [`store: ${problem}`];
    }
    const keeper = keeperOf(parts, name);
    const what = keeper?.operator.type === 'suppress' ? 'Suppressed.withName(name)' : 'Materialized.as(name)';
    return [`the store of "${keeper?.name ?? name}" needs a name: ${what}`];
  });

const storeNamesAreUnique: Check = ({ stores }) =>
  [...repeated(stores.map(({ name }) => name))].map((name) => `two stores are named "${name}"`);

const storesHaveSerdes: Check = (parts) =>
  parts.stores.flatMap((store) => {
    const missing = [
      ...(store.keySerde === undefined ? ['key'] : []),
      ...(store.valueSerde === undefined ? ['value'] : []),
    ];
    const keeper = keeperOf(parts, store.name);
    const isSuppress = keeper?.operator.type === 'suppress';
    // That it is not of windows is told by itself.
    if (isSuppress && keeper.operator.graceMs < 0) return [];
    return missing.map(
      (of) =>
        `store "${store.name}" has no ${of} serde: give one with ` +
        (isSuppress
          ? 'Materialized, to the table that is suppressed'
          : `Materialized.with${of === 'key' ? 'Key' : 'Value'}Serde`),
    );
  });

const usedStoresAreThere: Check = (parts) => {
  const known = new Set(parts.stores.map(({ name }) => name));
  return processorsOf(parts).flatMap((node) =>
    node.stores
      .filter((store) => !known.has(store))
      .map(
        (store) =>
          `processor "${node.name}" uses the store "${store}", which is not there: StreamsBuilder.addStateStore`,
      ),
  );
};

const storesAreUsed: Check = (parts) => {
  const used = new Set(processorsOf(parts).flatMap((node) => node.stores));
  return parts.stores
    .filter(({ name }) => !used.has(name))
    .map(({ name }) => `nobody uses the store "${name}": name it in process(), or leave it out`);
};

export const STORE_CHECKS: readonly Check[] = [
  storesHaveNames,
  storeNamesAreUnique,
  storesHaveSerdes,
  usedStoresAreThere,
  storesAreUsed,
];
