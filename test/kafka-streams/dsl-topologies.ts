/** Every topology of DescribeDsl.java in TypeScript, under the same titles and in the same order. */
import { AGGREGATION_TOPOLOGIES, WINDOW_TOPOLOGIES } from './aggregation-topologies.js';
import type { Topologies } from './dsl-support.js';
import { PROCESSOR_TOPOLOGIES, STATELESS_TOPOLOGIES } from './stateless-topologies.js';
import { JOIN_TOPOLOGIES, TABLE_TOPOLOGIES } from './table-topologies.js';

export const DSL_TOPOLOGIES: Topologies = {
  ...STATELESS_TOPOLOGIES,
  ...PROCESSOR_TOPOLOGIES,
  ...AGGREGATION_TOPOLOGIES,
  ...TABLE_TOPOLOGIES,
  ...JOIN_TOPOLOGIES,
  ...WINDOW_TOPOLOGIES,
};
