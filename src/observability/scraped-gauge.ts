/**
 * A gauge that is made anew for every scrape: it has the series that it was shown since it was cleared, and no
 * other. So what is gone has no series, and what is not known is absent, not 0. Nothing is looked up and nothing
 * validated: each series is shown once, with the labels of its metric, by `gauges.ts` and the like.
 */
import { Gauge } from 'prom-client';

/** prom-client remembers the text of labels that series share by the object that holds them. */
const NONE = {};

export class ScrapedGauge<Label extends string> extends Gauge<Label> {
  #shown: {
    readonly labels: Readonly<Record<Label, string>>;
    readonly value: number;
    readonly sharedLabels: object;
  }[] = [];

  clear(): void {
    this.#shown = [];
  }

  show(value: number, labels: Readonly<Record<Label, string>>): void {
    // Without the last one it would make one for every series, and remember that.
    this.#shown.push({ labels, value, sharedLabels: NONE });
  }

  override async get(): ReturnType<Gauge<Label>['get']> {
    return { ...(await super.get()), values: this.#shown };
  }
}
