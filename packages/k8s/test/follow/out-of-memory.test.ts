import { expect } from 'chai';
import { readMemory, reportIfOutOfMemory } from '../../src/follow/out-of-memory.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';

const V1 = 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n67108864\n';
const V2 = 'low 0\nhigh 0\nmax 31\noom 1\noom_kill 1\noom_group_kill 0\n134217728\n';

describe('a step that was killed', () => {
  for (const [title, text, expected] of [
    ['cgroup v1', V1, { kills: 2, limitMiB: 64 }],
    ['cgroup v2', V2, { kills: 1, limitMiB: 128 }],
    ['cgroup v1 without a limit', 'oom_kill 0\n9223372036854771712\n', { kills: 0, limitMiB: undefined }],
    ['cgroup v2 without a limit', 'oom_kill 1\nmax\n', { kills: 1, limitMiB: undefined }],
    ['neither', '', { kills: 0, limitMiB: undefined }],
  ] as const)
    it(`is understood from ${title}`, () => {
      expect(readMemory(text)).to.deep.equal(expected);
    });

  const told = async (answer: FakeCluster['execs'][number]) => {
    const cluster = new FakeCluster();
    cluster.execs = [answer];
    const { context, out } = commandContext(cluster);
    await reportIfOutOfMemory(context, { pod: 'job-pod', container: 'job' });
    return out;
  };
  const says =
    (text: string): FakeCluster['execs'][number] =>
    ({ onStdout }) => {
      void onStdout(Buffer.from(text));
      return {
        write: () => Promise.resolve(),
        endInput: () => undefined,
        close: () => undefined,
        done: Promise.resolve({ exitCode: 1 }),
      };
    };

  it('is said to have run out of memory, with the limit and what to do', async () => {
    const { warnings } = await told(says(V1));
    expect(warnings).to.have.length(1);
    expect(warnings[0])
      .to.contain('container job of pod job-pod')
      .and.contain('killed 2 of its processes')
      .and.contain('its memory limit of 64 MiB')
      .and.contain('Raise the memory limit');
  });

  it('is not explained when the kernel killed nothing', async () => {
    expect((await told(says('oom_kill 0\n'))).warnings).to.deep.equal([]);
  });

  it('stays a failing step when nothing can be found out', async () => {
    const out = await told(() => {
      throw refusal(500, 'container not found');
    });
    expect(out.warnings).to.deep.equal([]);
    expect(out.debugLines.join()).to.contain('container not found');
  });
});
