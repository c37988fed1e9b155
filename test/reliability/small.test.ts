import { CAMPAIGNS } from './campaigns.js';
import { seeded } from './random.js';

/** The small form of each campaign; `npm run reliability` runs the full ones. */
describe('under faults, the hooks', () => {
  for (const { name, claim, needsPackages, run } of CAMPAIGNS)
    it(`${claim}${needsPackages ? ' (on the cluster built from packages)' : ''}`, async () => {
      const seed = Math.floor(Math.random() * 2 ** 32);
      const said = [`seed ${seed}`];
      try {
        await run({ small: true, count: undefined, random: seeded(seed), say: (text) => said.push(text) });
      } catch (error) {
        throw new Error(`${name}: ${said.join('; ')}`, { cause: error });
      }
    }).timeout(300_000);
});
