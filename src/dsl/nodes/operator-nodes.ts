/** The nodes of operators that keep nothing. */
import { BranchNode, FilterNode, PassThroughNode, PeekNode } from './filter-nodes.js';
import { FlatMapNode, FlatMapValuesNode, MapNode, MapValuesNode, SelectKeyNode } from './map-nodes.js';
import type { RuntimeNode } from './runtime-node.js';
import type {
  BranchOperator,
  FilterOperator,
  FlatMapOperator,
  FlatMapValuesOperator,
  MapOperator,
  MapValuesOperator,
  PassThroughOperator,
  PeekOperator,
  SelectKeyOperator,
} from '../graph/topology-node.js';

export type StatelessOperator =
  | BranchOperator
  | FilterOperator
  | FlatMapOperator
  | FlatMapValuesOperator
  | MapOperator
  | MapValuesOperator
  | PassThroughOperator
  | PeekOperator
  | SelectKeyOperator;

export const statelessNode = (operator: StatelessOperator): RuntimeNode => {
  switch (operator.type) {
    case 'filter':
      return new FilterNode(operator);
    case 'map':
      return new MapNode(operator);
    case 'selectKey':
      return new SelectKeyNode(operator);
    case 'flatMap':
      return new FlatMapNode(operator);
    case 'mapValues':
      return new MapValuesNode(operator);
    case 'flatMapValues':
      return new FlatMapValuesNode(operator);
    case 'peek':
      return new PeekNode(operator);
    case 'branch':
      return new BranchNode(operator);
    case 'passThrough':
      return new PassThroughNode();
  }
};
