import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describeWithMounts } from '../engine/needs-mounts.js';
import { engineRunner, log, succeeded } from './support.js';

interface Line {
  command: string;
  exitCode: number;
  error?: string;
  phases: Record<string, number>;
}

describeWithMounts('timings of a job', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'podhooks-timings-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are a line for each command, and a table in the log of prepare_job', async () => {
    const file = join(folder, 'timings.jsonl');
    const env = {
      ACTIONS_RUNNER_HOOK_TIMINGS_FILE: file,
      ACTIONS_RUNNER_HOOK_TIMINGS_SHOW_AFTER_SECONDS: '0',
    };
    const runner = await engineRunner('novolume', { env });
    try {
      const prepared = succeeded(await runner.prepareJob({ container: { image: 'debian:12' } }));
      expect(log(prepared)).to.match(/Where the time went.*\n( +[\d.]+ {2}\(\+[\d.]+\) {2}\w.*\n){6}/);
      expect((await runner.run({ run: 'exit 3' })).exitCode).to.equal(3);
      succeeded(await runner.cleanupJob());
      expect((await runner.run({ run: 'true' })).exitCode).to.equal(125);
    } finally {
      await runner.close();
    }
    const lines = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(lines.map(({ command, exitCode, error = '' }) => `${command} ${exitCode} ${error}`)).to.deep.equal(
      ['prepare_job 0 ', 'run_script_step 3 ', 'cleanup_job 0 '],
    );
    expect(Object.keys(lines[0]?.phases ?? {})).to.have.members([
      'created',
      'scheduled',
      'helper',
      'started',
      'files',
      'ready',
    ]);
  });

  it('change nothing for a step where they cannot be written', async () => {
    const env = { ACTIONS_RUNNER_HOOK_TIMINGS_FILE: join(folder, 'no/such/folder') };
    const runner = await engineRunner('volume', { env });
    try {
      succeeded(await runner.prepareJob({ container: { image: 'debian:12' } }));
      expect(log(await runner.run({ run: 'echo ran' }))).to.equal('ran\n\n[exit code 0]');
    } finally {
      await runner.close();
    }
  });
});
