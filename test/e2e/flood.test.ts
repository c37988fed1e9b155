import { expect } from 'chai';
import type { PodRunner } from '../runner/pod-runner.js';
import { log, MODES, podRunner } from './support.js';

const LARGEST_RSS_KB = 96 * 1024;

/** Into its own output, then into each pipe that any process of the container has: the report channel is one of them. */
const FLOOD = `set +e
head -c 150M /dev/zero | tr '\\0' 'y'
for fd in /proc/[0-9]*/fd/[12]; do
  case $(readlink $fd) in pipe:*) timeout 20 sh -c "head -c 20M /dev/zero | tr '\\0' x > $fd" 2> /dev/null & ;; esac
done
wait
exit 7`;

describe('a step that floods its output and each pipe that it finds', () => {
  const runners: PodRunner[] = [];
  after(async () => {
    for (const runner of runners) await runner.close();
  });

  for (const mode of MODES)
    it(`leaves the memory of the hook below 96 MB, and stays a failure (${mode})`, async () => {
      const runner = await podRunner(mode);
      runners.push(runner);
      const prepared = await runner.prepareJob({ container: { image: 'debian:12' } });
      expect(prepared.exitCode, log(prepared)).to.equal(0);
      const result = await runner.run({ run: FLOOD }, { keepOutput: false });
      expect(result.maxRssKb, `peak RSS in KiB after ${result.stdoutBytes} bytes`).to.be.within(
        1,
        LARGEST_RSS_KB,
      );
      expect(result.stdoutBytes).to.be.at.least(150 * 2 ** 20);
      expect(result.exitCode).to.be.oneOf([7, 125]);
      const next = await runner.run({ run: 'echo works' });
      expect(next.exitCode, log(next)).to.equal(0);
    });
});
