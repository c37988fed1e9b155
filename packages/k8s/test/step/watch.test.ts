import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { stepScript } from '../../src/step/script.js';
import { WATCH } from '../../src/step/shell-texts.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';
import { until } from '../support/until.js';

for (const shell of SHELLS)
  describe(`watching a step in ${shell.name}`, () => {
    let bed: StepBed;
    beforeEach(() => (bed = new StepBed(shell)));
    afterEach(() => bed.close());

    const watch = () => {
      const exec = bed.exec(WATCH);
      exec.endInput();
      return exec;
    };
    /** A step's folder with a log of these segments. */
    const log = (step: string, segments: Readonly<Record<string, string>>) => {
      mkdirSync(bed.path(`hook/${step}`), { recursive: true });
      for (const [name, text] of Object.entries({ main: '1\n', ...segments }))
        writeFileSync(bed.path(`hook/${step}/${name}`), text);
    };

    it('shows what the running step has printed, and what it prints until its end', async () => {
      const step = bed.step(['dash', '-c', 'echo one; until [ -e go ]; do sleep 0.05; done; echo two']);
      const running = bed.exec(stepScript(step), step.nonce);
      await until(() => running.received.includes('one'));
      const watching = watch();
      await until(() => watching.received.includes('one'));
      writeFileSync(bed.path('go'), '');
      expect((await watching.released()).output).to.match(/^one\ntwo\n/);
    });

    it('goes on from segment to segment, of which some may be gone', async () => {
      log('step', { 'log.9': 'nine\n', 'log.10': 'ten\n' });
      const watching = watch();
      await until(() => watching.received.includes('ten'));
      appendFileSync(bed.path('hook/step/log.10'), 'more\n');
      log('step', { 'log.12': 'twelve\n' });
      for (const gone of ['log.9', 'log.10']) rmSync(bed.path(`hook/step/${gone}`));
      log('step', { ended: '' });
      expect((await watching.released()).output).to.equal('nine\nten\nmore\ntwelve\n');
    });

    it('ends when the folder of the step is removed', async () => {
      log('step', { 'log.0': 'all\n' });
      const watching = watch();
      await until(() => watching.received.includes('all'));
      rmSync(bed.path('hook/step'), { recursive: true });
      expect((await watching.released()).output).to.equal('all\n');
    });

    it('says that no step is running', async () => {
      log('over', { 'log.0': 'over\n', ended: '' });
      const { output, report } = await watch().released();
      expect(output).to.equal('');
      expect(report.diagnostic).to.contain('No step is running.');
    });
  });
