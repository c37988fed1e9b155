import type { Pair } from './statistics.js';

type Measure = () => Promise<number>;

/**
 * Runs two measurements by turns, after one of each that does not count. Every other pair begins with the reference, as
 * the second of two may find caches warm.
 */
export async function interleave(runs: number, measured: Measure, reference: Measure): Promise<Pair[]> {
  await measured();
  await reference();
  const pairs: Pair[] = [];
  for (let run = 0; run < runs; run++) {
    if (run % 2 === 0) pairs.push({ measured: await measured(), reference: await reference() });
    else {
      const first = await reference();
      pairs.push({ measured: await measured(), reference: first });
    }
  }
  return pairs;
}
