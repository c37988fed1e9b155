import { spawnSync } from 'node:child_process';
import { expect } from 'chai';

describe('--help', () => {
  const PROGRAMS: readonly [script: string, file: string, option: string][] = [
    ['bench', 'test/bench/bench.ts', '--only NAME'],
    ['reliability', 'test/reliability/reliability.ts', '--steps N'],
    ['demo', 'test/demo/demo.ts', '--mode'],
    ['compare', 'test/compare/compare.ts', '--upstream FILE'],
    // The same program as cluster:up and cluster:down, which no test should start if it takes no heed of --help.
    ['cluster:env', 'test/cluster/bed.ts env', 'cluster:up'],
    ['mutation', 'test/mutation/mutation.ts', 'TEXT'],
    ['compat', 'test/compat/compat.ts', '--kubernetes VERSION'],
  ];
  for (const [script, file, option] of PROGRAMS)
    it(`of npm run ${script} prints its options and does nothing else`, () => {
      const { stdout, status } = spawnSync(
        process.execPath,
        ['--import=tsx/esm', ...file.split(' '), '--help'],
        {
          encoding: 'utf8',
        },
      );
      expect(stdout).to.contain(`npm run ${script}`).and.contain(option);
      expect(stdout.split('\n').length).to.be.below(15);
      expect(status).to.equal(0);
    }).timeout(60_000);
});
