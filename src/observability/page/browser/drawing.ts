/**
 * Draws the topology: one SVG for each sub-topology, from left to right where there is room, else from top to
 * bottom. The drawing is described in words for who does not see it.
 */
import type { PageElement } from './browser.js';
import { element, setText, svgElement } from './elements.js';
import type { Direction, PlacedEdge, PlacedNode } from './layout.js';
import { layOut, NODE } from './layout.js';
import type { PageSubtopology, PageTopologyNode } from './status-data.js';
import { HINT_LENGTH } from './text.js';

/** About what fits into a node. */
const LINE_LENGTH = 26;

/** Smaller, one could not read it: then it is scrolled. */
const LEAST_SCALE = 0.75;

const labelOf = ({ kind, name, topics }: PageTopologyNode): string => {
  if (kind === 'processor') return name;
  if (topics.length === 0) return 'topic of each record';
  return topics.join(', ');
};

/** Sub-topologies that have it on the other side: who reads what this one writes. */
const othersWith = (
  kind: PageTopologyNode['kind'],
  topics: readonly string[],
  all: readonly PageSubtopology[],
): readonly number[] =>
  all
    .filter(({ nodes }) =>
      nodes.some((node) => node.kind === kind && node.topics.some((topic) => topics.includes(topic))),
    )
    .map(({ id }) => id);

const noteOf = (node: PageTopologyNode, all: readonly PageSubtopology[]): string => {
  if (node.kind === 'processor') {
    return node.stores.length === 0 ? 'processor' : `store ${node.stores.join(', ')}`;
  }
  const [verb, others] =
    node.kind === 'source'
      ? ['reads', othersWith('sink', node.topics, all)]
      : ['writes', othersWith('source', node.topics, all)];
  if (others.length === 0) return `${verb} topic`;
  return node.kind === 'source'
    ? `from sub-topology ${others.join(', ')}`
    : `to sub-topology ${others.join(', ')}`;
};

const text = (content: string, attributes: Readonly<Record<string, string | number>>): PageElement =>
  setText(svgElement('text', attributes), content, LINE_LENGTH);

const drawnNode = ({ node, x, y }: PlacedNode, all: readonly PageSubtopology[]): PageElement => {
  const group = svgElement('g', { class: `node ${node.kind}`, transform: `translate(${x} ${y})` });
  const { height, width } = NODE;
  const radius = node.kind === 'processor' ? 6 : height / 2;
  const hint = setText(svgElement('title'), `${node.kind} ${node.name}: ${labelOf(node)}`, HINT_LENGTH);
  const middle = { x: width / 2, 'text-anchor': 'middle' };
  group.append(
    hint,
    svgElement('rect', { width, height, rx: radius }),
    text(labelOf(node), { ...middle, y: 22, class: 'label' }),
    text(noteOf(node, all), { ...middle, y: 39, class: 'note' }),
  );
  return group;
};

const drawnEdge = ({ from, to }: PlacedEdge, direction: Direction): PageElement => {
  const isRight = direction === 'right';
  const [x1, y1] = isRight
    ? [from.x + NODE.width, from.y + NODE.height / 2]
    : [from.x + NODE.width / 2, from.y + NODE.height];
  const [x2, y2] = isRight ? [to.x - 5, to.y + NODE.height / 2] : [to.x + NODE.width / 2, to.y - 5];
  const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const bend = isRight ? `${mx} ${y1} ${mx} ${y2}` : `${x1} ${my} ${x2} ${my}`;
  const tip = isRight ? `M${x2 - 2} ${y2 - 4}l6 4l-6 4` : `M${x2 - 4} ${y2 - 2}l4 6l4 -6`;
  return svgElement('path', { class: 'edge', d: `M${x1} ${y1}C${bend} ${x2} ${y2}${tip}` });
};

const inWords = ({ nodes }: PageSubtopology): string =>
  nodes
    .map((node) => {
      const from = node.parents.length === 0 ? '' : `, after ${node.parents.join(' and ')}`;
      return `${node.kind} ${node.name} (${labelOf(node)})${from}`;
    })
    .join('; ');

const drawn = (sub: PageSubtopology, all: readonly PageSubtopology[], roomPx: number): PageElement => {
  const wide = layOut(sub.nodes, 'right');
  const direction: Direction = wide.width <= roomPx ? 'right' : 'down';
  const { edges, height, nodes, width } = direction === 'right' ? wide : layOut(sub.nodes, 'down');
  const scale = Math.min(1, Math.max(LEAST_SCALE, roomPx / width));
  const svg = svgElement('svg', {
    role: 'img',
    viewBox: `0 0 ${width} ${height}`,
    width: Math.floor(width * scale),
    height: Math.floor(height * scale),
    'aria-labelledby': `topology-${sub.id}-title topology-${sub.id}-words`,
  });
  svg.append(
    setText(svgElement('title', { id: `topology-${sub.id}-title` }), `Sub-topology ${sub.id}`),
    setText(svgElement('desc', { id: `topology-${sub.id}-words` }), inWords(sub), 4 * HINT_LENGTH),
    ...edges.map((edge) => drawnEdge(edge, direction)),
    ...nodes.map((node) => drawnNode(node, all)),
  );
  const scroll = element('div', {
    class: 'scroll',
    role: 'group',
    tabindex: 0,
    'aria-label': `Drawing of sub-topology ${sub.id}`,
  });
  scroll.append(svg);
  const figure = element('figure');
  if (all.length > 1) figure.append(setText(element('figcaption'), `Sub-topology ${sub.id}`));
  figure.append(scroll);
  return figure;
};

/** In place of what was drawn into it before. */
export const drawTopology = (into: PageElement, all: readonly PageSubtopology[]): void => {
  into.replaceChildren(...all.map((sub) => drawn(sub, all, into.clientWidth)));
};
