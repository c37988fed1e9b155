import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { appendTimings, timingsLine } from '../../src/commands/record-timings.js';
import { reportTimings } from '../../src/commands/report-timings.js';
import { Phases } from '../../src/phases.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';

const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`;

/** A pod that has a node after 4 s, and whose helper runs after 9 s. */
function slowPod() {
  const built = pod()
    .state('podhooks', { running: { startedAt: at(9) } })
    .withStatus({ conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: at(4) }] })
    .build();
  return { ...built, metadata: { ...built.metadata, creationTimestamp: at(0) } };
}

function reached(): Phases {
  const phases = new Phases();
  phases.mark('created', 500);
  phases.mark('files', 11_000);
  phases.mark('started', 40_000);
  phases.mark('ready', 41_000);
  return phases;
}

describe('timings', () => {
  const told = async (environment: Record<string, string>, cluster = new FakeCluster()) => {
    const { context, out } = commandContext(cluster, environment);
    await reportTimings('job-pod', reached(), context);
    return { lines: out.lines, requests: cluster.requests };
  };

  it('are told of a prepare_job that took long, with what only the status of the pod shows', async () => {
    const cluster = new FakeCluster();
    cluster.states = [slowPod()];
    const { lines } = await told({ ACTIONS_RUNNER_HOOK_TIMINGS_SHOW_AFTER_SECONDS: '0' }, cluster);
    expect(lines).to.deep.equal([
      'Where the time went, in seconds from the beginning:',
      '     0.5  (+0.5)  pod and secrets created',
      '     4.5  (+4.0)  pod has a node',
      '     9.5  (+5.0)  volumes mounted, helper runs',
      '    11.0  (+1.5)  files of the runner in place',
      '    40.0  (+29.0)  images pulled, job container runs',
      '    41.0  (+1.0)  ready for steps',
    ]);
  });

  it('are not told, nor asked for, of one that did not', async () => {
    expect(await told({})).to.deep.equal({ lines: [], requests: [] });
  });

  it('are told without the status of a pod that cannot be read', async () => {
    const cluster = new FakeCluster();
    cluster.states = [refusal(403, 'no')];
    const { lines } = await told({ ACTIONS_RUNNER_HOOK_TIMINGS_SHOW_AFTER_SECONDS: '0' }, cluster);
    expect(lines).to.have.length(5);
  });

  it('are a line of JSON, with nothing but names, numbers and identifiers', () => {
    const settings = {
      podName: 'runner-1',
      placeholders: { GITHUB_REPOSITORY: 'octo/app', GITHUB_RUN_ID: '7' },
    };
    const outcome = { exitCode: 125, error: 'POD_TIMEOUT' };
    const line = timingsLine('prepare_job', outcome, reached(), settings, new Date(0));
    expect(line.endsWith('}\n')).to.equal(true);
    const { durationMs, ...rest } = JSON.parse(line) as { durationMs: number };
    expect(durationMs).to.be.a('number');
    expect(rest).to.deep.equal({
      time: '1970-01-01T00:00:00.000Z',
      command: 'prepare_job',
      exitCode: 125,
      error: 'POD_TIMEOUT',
      phases: { created: 500, files: 11_000, started: 40_000, ready: 41_000 },
      runner: 'runner-1',
      repository: 'octo/app',
      runId: '7',
    });
  });

  describe('in a file', () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'podhooks-timings-'))));
    afterEach(() => rmSync(folder, { recursive: true }));

    it('are added to what is there', () => {
      const file = join(folder, 'timings');
      appendTimings(file, 'a\n');
      appendTimings(file, 'b\n');
      expect(readFileSync(file, 'utf8')).to.equal('a\nb\n');
    });

    it('follow no link that a step has put there', () => {
      const other = join(folder, 'other');
      symlinkSync(other, join(folder, 'timings'));
      expect(() => appendTimings(join(folder, 'timings'), 'a\n')).to.throw('ELOOP');
      expect(existsSync(other)).to.equal(false);
    });

    it('do not wait for somebody to read a pipe', () => {
      const pipe = join(folder, 'timings');
      execFileSync('mkfifo', [pipe]);
      expect(() => appendTimings(pipe, 'a\n')).to.throw('ENXIO');
    });
  });
});
