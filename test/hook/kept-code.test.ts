import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describeWithMounts } from '../engine/needs-mounts.js';
import type { EngineRunner } from '../runner/engine-runner.js';
import { preparedRunner, succeeded } from './support.js';

describeWithMounts('the compiled code that a job keeps', () => {
  let home: string;
  let runner: EngineRunner;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'podhooks-home-'));
    runner = await preparedRunner('volume', { env: { HOME: home } });
  });
  afterEach(async () => {
    await runner.close();
    rmSync(home, { recursive: true });
  });

  const step = async () => {
    const result = succeeded(await runner.run({ run: 'echo it ran' }));
    expect(result.stdout.toString()).to.equal('it ran\n');
  };
  const files = () => readdirSync(home).filter((name) => name.endsWith('.code'));
  const file = () => join(home, files()[0] ?? 'none');

  it('is that of the first step, is used by the next, and goes with the job', async () => {
    expect(files()).to.deep.equal([]);
    await step();
    const { ino, mode } = statSync(file());
    expect(mode & 0o777).to.equal(0o600);
    await step();
    // What cannot be used is replaced.
    expect(statSync(file()).ino).to.equal(ino);
    succeeded(await runner.cleanupJob());
    expect(readdirSync(home)).to.deep.equal([]);
  });

  it('is neither run nor missed when somebody has changed it, and is made anew', async () => {
    await step();
    const kept = readFileSync(file());
    const changed = Buffer.from(kept).fill(0xff, kept.length - 64);
    writeFileSync(file(), changed);
    await step();
    expect(readFileSync(file()).equals(changed)).to.be.false;
  });
});
