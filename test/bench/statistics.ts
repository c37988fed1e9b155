export interface Summary {
  min: number;
  median: number;
  max: number;
  runs: number;
}

/** One run of what is measured and one of its reference, right after each other. */
export interface Pair {
  measured: number;
  reference: number;
}

/** @throws RangeError for no values */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half];
  const lower = sorted[sorted.length % 2 === 0 ? half - 1 : half];
  if (upper === undefined || lower === undefined) throw new RangeError('no values have no median');
  return (lower + upper) / 2;
}

export function summarize(values: readonly number[]): Summary {
  return {
    min: Math.min(...values),
    median: median(values),
    max: Math.max(...values),
    runs: values.length,
  };
}

/** Median over the pairs, not of two medians: what slows the machine down for a while slows both of a pair down. */
export function medianRatio(pairs: readonly Pair[]): number {
  return median(pairs.map(({ measured, reference }) => measured / reference));
}

export function medianDifference(pairs: readonly Pair[]): number {
  return median(pairs.map(({ measured, reference }) => measured - reference));
}
