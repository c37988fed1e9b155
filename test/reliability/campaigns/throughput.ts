import { output } from '../../bench/figures/output.js';
import type { Campaign } from '../campaign.js';
import { row } from '../campaign.js';

/** For the report; the limit of memory is the benchmark's. */
export const throughput: Campaign = {
  name: 'throughput',
  claim: 'pass on 300 MB of output unchanged',
  needsPackages: false,
  run: async () =>
    (await output.run()).map(({ name, unit, measured, compared }) =>
      row(
        name,
        compared.as === 'ratio'
          ? `${compared.value.toFixed(2)} x the time of kubectl exec cat`
          : `${measured.median.toFixed(0)} ${unit}`,
      ),
    ),
};
