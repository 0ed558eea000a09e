/** The join of a stream with a table: each record meets what the table has of its key at that moment. */
import type { ErasedFunction } from '../functions.js';
import type { Joined } from '../joined.js';
import { type Place, placeAfter } from './graph-builder.js';
import { NAME_PREFIX } from './names.js';
import { repartitionStep } from './repartition-step.js';
import type { TableView } from './table-view.js';

export interface JoinOptions {
  readonly view: TableView;
  readonly joiner: ErasedFunction;
  readonly joined: Joined<never, never, never> | undefined;
  readonly isLeft: boolean;
}

export const joinPlace = (place: Place, { view, joiner, joined, isLeft }: JoinOptions): Place => {
  const name = place.graph.nameOr(joined?.name, isLeft ? NAME_PREFIX.leftJoin : NAME_PREFIX.join);
  const store = view.store();
  const operator = {
    type: 'streamTableJoin',
    isLeft,
    store,
    joiner,
    ...(view.view === undefined ? {} : { view: view.view }),
  } as const;
  return {
    ...placeAfter(place, name, operator, { stores: [store], isLeftJoin: isLeft }),
    keySerde: joined?.keySerde ?? place.keySerde,
    valueSerde: undefined,
    isRekeyed: false,
  };
};

/** The stream through a topic, so that its records are where those of the table are. */
export const repartitionForJoin = (
  place: Place,
  name: string,
  joined: Joined<never, never, never> | undefined,
  /** That of an earlier join, which is used again when neither has a name of its own. */
  earlier: Place | undefined,
): Place => {
  const keySerde = joined?.keySerde ?? place.keySerde;
  const valueSerde = joined?.valueSerde ?? place.valueSerde;
  const { graph, node } = place;
  // Made for each join, as Kafka Streams does: it uses up names.
  const step = repartitionStep(graph, { name, keySerde, valueSerde });
  if (joined?.name === undefined && earlier !== undefined) return earlier;
  return { graph, node: graph.add([node], step), keySerde, valueSerde, isRekeyed: false };
};
