import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { settled } from '../support/settled.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';

for (const shell of SHELLS)
  describe(`what a step has changed, asked for by ${shell.name}`, () => {
    let bed: StepBed;
    beforeEach(() => (bed = new StepBed(shell)));
    afterEach(() => bed.close());

    const pipe = () => spawnSync('mkfifo', ['-m', '666', `${bed.hookFolder}/back`]);
    /** Answers one step as the agent does. */
    const agent = (answer: string, meanwhile = ':') => {
      const script = `cd "$0"; read -r id < back; : > $id.back.taken; ${meanwhile}; printf '${answer}' > part; mv part $id.back`;
      const child = spawn('sh', ['-c', script, bed.hookFolder]);
      bed.adopt(() => child.kill('SIGKILL'));
    };
    const step = (script = 'exit 3') => bed.sh(script, { back: true, results: ['/nothing'] });

    it('comes as one result more', async () => {
      pipe();
      agent('inline\\n\\000bytes');
      const { end, report } = await step();
      expect(end).to.deep.equal({ exitCode: 3 });
      expect(report.files.get(1)?.toString()).to.equal('inline\n\0bytes');
      expect(report.files.has(0)).to.equal(false);
      expect(report.diagnostic).to.equal('');
    });

    it('says that nothing has changed', async () => {
      pipe();
      agent('same\\n');
      const { report } = await step();
      expect(report.files.get(1)?.toString()).to.equal('same\n');
    });

    it('is awaited when the file is there before its content', async () => {
      pipe();
      agent('same\\n', ': > $id.back; sleep 0.2');
      const { report } = await step();
      expect(report.files.get(1)?.toString()).to.equal('same\n');
    });

    it('is empty, and the step ends all the same, when there is no room for it', async () => {
      pipe();
      agent('');
      const { end, report } = await settled(step());
      expect(end).to.deep.equal({ exitCode: 3 });
      expect(report.files.get(1)?.toString()).to.equal('');
    });

    it('does not come, and the step ends all the same, without an agent', async () => {
      const { end, report } = await step();
      expect(end).to.deep.equal({ exitCode: 3 });
      expect(report.files.size).to.equal(0);
    });

    it('does not come when nobody reads the pipe, and later steps know', async () => {
      pipe();
      const { end, report } = await step();
      expect(end).to.deep.equal({ exitCode: 3 });
      expect(report.files.size).to.equal(0);
      expect(bed.remains()).to.include('back.mute');
    });

    it('does not hold a step up whose pipe was replaced by a file or a folder', async () => {
      writeFileSync(`${bed.hookFolder}/back`, '');
      expect((await step()).end).to.deep.equal({ exitCode: 3 });
      mkdirSync(`${bed.hookFolder}/x`);
      expect(
        (await step(`rm ${bed.hookFolder}/back; mkdir ${bed.hookFolder}/back; exit 3`)).end,
      ).to.deep.equal({
        exitCode: 3,
      });
    });

    it('is waited for with a full pipe, and the step ends', async () => {
      pipe();
      const fill = `exec 3<> "$0"; dd if=/dev/zero bs=65536 count=1 >&3 2> /dev/null; sleep 60`;
      const child = spawn('sh', ['-c', fill, `${bed.hookFolder}/back`], { detached: true });
      bed.adopt(() => process.kill(-(child.pid ?? 0), 'SIGKILL'));
      expect((await step('sleep 0.3; exit 3')).end).to.deep.equal({ exitCode: 3 });
    });
  });
