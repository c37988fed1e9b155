import type { Figure } from './figure.js';

/** Something to measure; `name` is what `--only` takes. */
export interface Benchmark {
  name: string;
  run: () => Promise<Figure[]>;
}
