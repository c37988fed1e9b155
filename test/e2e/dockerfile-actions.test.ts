import { expect } from 'chai';
import { CASES, type DockerfileCase } from '../dockerfiles/cases.js';
import { behindBuild, runCase } from '../dockerfiles/run-case.js';
import type { PodRunner } from '../runner/pod-runner.js';
import { leftovers, log, MODES, podRunner } from './support.js';

/** Pods that are built at once: of two cores, more would only wait. */
const AT_ONCE = 8;

const ALL = process.env['PODHOOKS_DOCKERFILES'] === 'all';
const chosen = (mode: (typeof MODES)[number]) =>
  CASES.filter(({ real = false }, at) => ALL || (real && (mode === 'volume' || at % 3 === 0)));

for (const mode of MODES)
  describe(`actions that are a Dockerfile, ${mode} mode`, () => {
    let runner: PodRunner;
    before(async () => {
      runner = await podRunner(mode);
      const result = await runner.prepareJob({ container: { image: 'debian:12' } });
      expect(result.exitCode, log(result)).to.equal(0);
    });
    after(() => runner.close());

    it('run as they would where docker has built them', async function () {
      if (ALL) this.timeout(600_000);
      const faults = await faultsOf(runner, chosen(mode));
      expect(faults.join('\n\n')).to.equal('');
      const left = (await leftovers(runner)).filter((name) => !name.includes('-workflow-'));
      expect(left).to.deep.equal([]);
    });

    it('are built once in a job', async () => {
      const step = {
        dockerfile: [
          'FROM debian:12 AS b',
          'RUN echo building the stage; echo of the stage > /out',
          'FROM alpine:3.20',
          'COPY --from=b /out /out',
          'RUN echo building; rm /etc/group && echo x > /x && chown 1500 /x && chmod 4711 /x && echo octo:x:1500:1500::/:/bin/sh >> /etc/passwd',
          'USER octo',
          'ENTRYPOINT ["sh", "-c", "cat /out; stat -c %a:%u /x; [ -e /etc/group ] || id -un"]',
        ].join('\n'),
      };
      const first = await runCase(runner, step, 'twice');
      expect(log(first)).to.contain('\nbuilding\n').and.not.contain('Not kept');
      const second = await runCase(runner, step, 'twice');
      expect(behindBuild(first), log(first)).to.equal('of the stage\n4711:1500\nocto\n');
      expect(behindBuild(second), log(second)).to.equal(behindBuild(first));
      expect(log(second)).to.contain('its result is used again').and.not.contain('building');
      const other = { dockerfile: step.dockerfile.replace('echo building;', 'echo building; echo x;') };
      expect(log(await runCase(runner, other, 'twice'))).to.contain('\nbuilding\n');
    });
  });

async function faultsOf(runner: PodRunner, cases: readonly DockerfileCase[]): Promise<string[]> {
  const faults: string[] = [];
  const waiting = [...cases.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [number, each] = next;
      const result = await runCase(runner, each, `case-${number}`);
      const isRight = each.prints === '' || behindBuild(result) === each.prints;
      if (!isRight || result.exitCode !== (each.exitCode ?? 0)) faults.push(`${each.name}: ${log(result)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return faults;
}
