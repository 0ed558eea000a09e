/**
 * Where the nodes of a sub-topology are drawn: in layers, each node one layer after the last of its parents, and
 * within a layer near its parents, so that few edges cross. Pure: sizes in pixels of the drawing.
 */
import type { PageTopologyNode } from './status-data.js';

export type Direction = 'right' | 'down';

export interface PlacedNode {
  readonly node: PageTopologyNode;
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly from: PlacedNode;
  readonly to: PlacedNode;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export const NODE = { width: 196, height: 52 } as const;
const MARGIN = 2;
const BETWEEN_LAYERS = 44;
const BETWEEN_NODES = 18;
const SWEEPS = 4;

/** Parents come before children, as the topology has them. */
const layersOf = (nodes: readonly PageTopologyNode[]): PageTopologyNode[][] => {
  const depths = new Map<string, number>();
  const layers: PageTopologyNode[][] = [];
  for (const node of nodes) {
    const depth = 1 + Math.max(-1, ...node.parents.map((name) => depths.get(name) ?? -1));
    depths.set(node.name, depth);
    (layers[depth] ??= []).push(node);
  }
  return layers;
};

const mean = (values: readonly number[], otherwise: number): number =>
  values.length === 0 ? otherwise : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Each layer in the order of the middles of its neighbours, down and up again. */
const untangle = (nodes: readonly PageTopologyNode[], layers: PageTopologyNode[][]): void => {
  const childrenOf = new Map<string, string[]>();
  for (const { name, parents } of nodes)
    for (const parent of parents) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), name]);
  const places = new Map<string, number>();
  const note = (layer: readonly PageTopologyNode[]): void =>
    layer.forEach(({ name }, at) => places.set(name, at - (layer.length - 1) / 2));
  layers.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isDown = sweep % 2 === 0;
    for (const layer of isDown ? layers : layers.toReversed()) {
      const wanted = new Map(
        layer.map(({ name, parents }) => {
          const neighbours = isDown ? parents : (childrenOf.get(name) ?? []);
          const at = places.get(name) ?? 0;
          return [
            name,
            mean(
              neighbours.flatMap((of) => places.get(of) ?? []),
              at,
            ),
          ];
        }),
      );
      layer.sort((a, b) => (wanted.get(a.name) ?? 0) - (wanted.get(b.name) ?? 0));
      note(layer);
    }
  }
};

/**
 * The middles of each node across the layers: below its parents where there is room, else as near as its
 * neighbours let it. The least is 0.
 */
const middlesOf = (layers: readonly (readonly PageTopologyNode[])[], stepPx: number): Map<string, number> => {
  const middles = new Map<string, number>();
  for (const layer of layers) {
    const wanted = layer.map(({ parents }, nth) =>
      mean(
        parents.flatMap((name) => middles.get(name) ?? []),
        nth * stepPx,
      ),
    );
    const apart: number[] = [];
    for (const at of wanted) apart.push(Math.max(at, (apart.at(-1) ?? -Infinity) + stepPx));
    // Pushed to one side: back by as much in the mean.
    const shift = mean(apart, 0) - mean(wanted, 0);
    layer.forEach(({ name }, nth) => middles.set(name, (apart[nth] ?? 0) - shift));
  }
  const least = Math.min(...middles.values());
  return new Map([...middles].map(([name, at]) => [name, at - least]));
};

export const layOut = (nodes: readonly PageTopologyNode[], direction: Direction): Layout => {
  const layers = layersOf(nodes);
  untangle(nodes, layers);
  const isRight = direction === 'right';
  const [along, across] = isRight ? [NODE.width, NODE.height] : [NODE.height, NODE.width];
  const middles = middlesOf(layers, across + BETWEEN_NODES);
  const placed = new Map<string, PlacedNode>();
  layers.forEach((layer, depth) => {
    const main = MARGIN + depth * (along + BETWEEN_LAYERS);
    for (const node of layer) {
      const side = MARGIN + (middles.get(node.name) ?? 0);
      placed.set(node.name, { node, ...(isRight ? { x: main, y: side } : { x: side, y: main }) });
    }
  });
  const length = layers.length * along + Math.max(0, layers.length - 1) * BETWEEN_LAYERS + 2 * MARGIN;
  const breadth = Math.max(0, ...middles.values()) + across + 2 * MARGIN;
  const edges = [...placed.values()].flatMap((to) =>
    to.node.parents.flatMap((name) => {
      const from = placed.get(name);
      return from === undefined ? [] : [{ from, to }];
    }),
  );
  const [width, height] = isRight ? [length, breadth] : [breadth, length];
  return { width, height, nodes: [...placed.values()], edges };
};
