import { medianDifference, medianRatio, summarize, type Pair, type Summary } from './statistics.js';

type Unit = 'ms' | 'MB' | 'MB/s' | 'requests' | 'requests/s';

/** One row of the result. */
export interface Figure {
  name: string;
  unit: Unit;
  measured: Summary;
  reference?: { name: string; summary: Summary };
  /** What the target is about. */
  compared: { as: 'value' | 'ratio' | 'difference'; value: number };
  /** What `compared.value` may be at most; a figure without one only informs. */
  limit?: number;
}

interface Heading {
  name: string;
  unit: Unit;
  limit?: number;
}

/** A figure that stands for itself: its largest value counts. */
export function valueFigure(heading: Heading, values: readonly number[]): Figure {
  const measured = summarize(values);
  return { ...heading, measured, compared: { as: 'value', value: measured.max } };
}

export function ratioFigure(heading: Heading, reference: string, pairs: readonly Pair[]): Figure {
  return { ...sides(heading, reference, pairs), compared: { as: 'ratio', value: medianRatio(pairs) } };
}

export function differenceFigure(heading: Heading, reference: string, pairs: readonly Pair[]): Figure {
  const value = medianDifference(pairs);
  return { ...sides(heading, reference, pairs), compared: { as: 'difference', value } };
}

/** False if there is a limit and the figure is above it. */
export function isMet({ compared, limit }: Figure): boolean {
  return limit === undefined || compared.value <= limit;
}

function sides(heading: Heading, name: string, pairs: readonly Pair[]) {
  return {
    ...heading,
    measured: summarize(pairs.map(({ measured }) => measured)),
    reference: { name, summary: summarize(pairs.map(({ reference }) => reference)) },
  };
}
