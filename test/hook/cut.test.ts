import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { describeWithMounts } from '../engine/needs-mounts.js';
import type { FaultProxy } from '../proxy/proxy.js';
import type { Fault } from '../proxy/rules.js';
import type { EngineRunner } from '../runner/engine-runner.js';
import { log, MODES, proxiedRunner } from './support.js';

const cut = (bytes: number, direction: 'up' | 'down', how: 'reset' | 'close'): Fault => ({
  kind: 'cut',
  after: { bytes, direction },
  how,
});

for (const mode of MODES)
  describeWithMounts(`connections that are cut, in ${mode} mode`, () => {
    let runner: EngineRunner;
    let proxy: FaultProxy;
    let close: () => Promise<void>;
    before(async () => {
      ({ runner, proxy, close } = await proxiedRunner(mode));
    });
    after(() => close());
    beforeEach(() => proxy.clear());

    it('neither lose nor repeat a step, wherever they are cut', async () => {
      const faults = [
        cut(0, 'up', 'reset'),
        cut(2_000, 'up', 'reset'),
        cut(4_000, 'up', 'close'),
        cut(0, 'down', 'reset'),
        cut(150, 'down', 'close'),
        cut(250, 'down', 'reset'),
      ];
      for (const [number, fault] of faults.entries()) {
        proxy.add({ resource: 'pods/exec', times: 1, fault });
        const script = `echo ${number} >> ../steps; echo "out ${number}"; echo n=${number} >> "$GITHUB_OUTPUT"; exit ${number}`;
        const result = await runner.run({ run: script });
        expect(log(result), JSON.stringify(fault)).to.equal(`out ${number}\n\n[exit code ${number}]`);
        expect(result.outputs).to.deep.equal({ n: String(number) });
      }
      const { stdout } = await runner.run({ run: 'cat ../steps' });
      expect(stdout.toString()).to.equal(faults.map((_, number) => `${number}\n`).join(''));
    });

    it('neither lose nor repeat a byte of a long output', async () => {
      const times = 5;
      proxy.add({ resource: 'pods/exec', times, fault: cut(150_000, 'down', 'reset') });
      const script =
        'i=0; while [ $i -lt 20 ]; do seq $((i * 10000)) $((i * 10000 + 9999)); i=$((i + 1)); done; exit 7';
      const before = proxy.traffic.get('get pods/exec')?.requests ?? 0;
      const result = await runner.run({ run: script }, { keepOutput: false });
      const hash = createHash('sha256');
      for (let line = 0; line < 200_000; line++) hash.update(`${line}\n`);
      expect(result.exitCode).to.equal(7);
      expect(result.stdoutSha256).to.equal(hash.digest('hex'));
      expect((proxy.traffic.get('get pods/exec')?.requests ?? 0) - before).to.equal(times + 1);
    });
  });
