import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PUT_TOOLS } from '../../src/agent/kept-build.js';
import type { ExecSession } from '../../src/cluster/exec.js';
import { KeptBuild } from '../../src/work/kept-build.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster } from '../support/fake-cluster.js';

/** Pods whose commands end with an exit code; what they have been asked for, as `<pod> <script>`. */
class Pods extends FakeCluster {
  readonly asked: string[] = [];
  exitCode = 0;

  override exec(pod: string, _container: string, command: readonly string[]): Promise<ExecSession> {
    this.asked.push(`${pod} ${command[2] ?? ''}`);
    return Promise.resolve({
      write: () => Promise.resolve(),
      endInput: () => undefined,
      close: () => undefined,
      done: Promise.resolve({ exitCode: this.exitCode }),
    });
  }
}

describe('what a build leaves for its next use', () => {
  let work: string;
  let pods: Pods;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'podhooks-work-'));
    pods = new Pods();
  });
  afterEach(() => rmSync(work, { recursive: true }));

  const kept = () => {
    const { context } = commandContext(pods);
    return { kept: new KeptBuild('KEY', work, 'job-pod', context), signal: context.cancelled };
  };

  it('has a folder on the shared volume that any user may write to and its owner may empty, and the tools once', async () => {
    await kept().kept.prepareVolume();
    expect(statSync(join(work, '_temp/_podhooks/kept')).mode & 0o7777).to.equal(0o777);
    expect(pods.asked).to.deep.equal([`job-pod ${PUT_TOOLS}`]);
    writeFileSync(join(work, '_temp/_podhooks/kept/ready'), '');
    await kept().kept.prepareVolume();
    expect(pods.asked).to.have.length(1);
  });

  it('writes through no link that a step has put in its place', async () => {
    mkdirSync(join(work, '_temp/_podhooks'), { recursive: true });
    mkdirSync(join(work, 'elsewhere'), { mode: 0o755 });
    symlinkSync(join(work, 'elsewhere'), join(work, '_temp/_podhooks/kept'));
    await kept().kept.prepareVolume();
    expect(statSync(join(work, 'elsewhere')).mode & 0o7777).to.equal(0o755);
    expect(pods.asked).to.deep.equal([]);
  });

  it('travels to the job pod once, and from there to each later pod', async () => {
    const { kept: first, signal } = kept();
    await first.send('pod-1', signal);
    await first.bring('pod-1');
    expect(pods.asked.map((each) => each.split(' ')[0])).to.deep.equal(['pod-1', 'job-pod', 'pod-1']);
    pods.asked.length = 0;
    const { kept: second } = kept();
    await second.send('pod-2', signal);
    await second.bring('pod-2');
    expect(pods.asked.map((each) => each.split(' ')[0])).to.deep.equal(['pod-2', 'pod-2', 'job-pod']);
  });

  it('fails no step where it cannot be moved, and is not taken for kept', async () => {
    pods.exitCode = 1;
    const { kept: first, signal } = kept();
    const moved = first.send('pod-1', signal).then(() => first.bring('pod-1'));
    expect(
      await moved.then(
        () => 'no failure',
        (error: unknown) => String(error),
      ),
    ).to.equal('no failure');
    pods.exitCode = 0;
    pods.asked.length = 0;
    await kept().kept.send('pod-2', signal);
    expect(pods.asked).to.deep.equal([`pod-2 ${PUT_TOOLS}`]);
  });
});
