import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';

/** All programs of the supervisor but `mkdir`, whose folder is the claim to run the step. */
const LATER = ['cat', 'dd', 'rm', 'sleep'];
/** Its own programs come first in a shell of busybox. */
const STARTS_WHAT_PATH_HAS = SHELLS.filter(({ name }) => !name.startsWith('busybox'));

for (const shell of SHELLS)
  describe(`the start of a step in ${shell.name}`, () => {
    let bed: StepBed;
    beforeEach(() => (bed = new StepBed(shell)));
    afterEach(() => bed.close());

    it('takes two processes beside mkdir: the recorder, and the step itself', async () => {
      const exec = bed.start(bed.step(['sh', '-c', 'read -r stat < /proc/$PPID/stat; echo "$stat"']));
      const { output } = await exec.ended();
      const [, parentOfRecorder] = output.slice(output.lastIndexOf(')') + 2).split(' ');
      expect(Number(parentOfRecorder)).to.equal(exec.pid);
    });
  });

for (const shell of STARTS_WHAT_PATH_HAS)
  describe(`the start of a step in ${shell.name}`, () => {
    let bed: StepBed;
    beforeEach(() => (bed = new StepBed(shell)));
    afterEach(() => bed.close());

    it('waits for no program but mkdir', async () => {
      const programs = bed.path('programs');
      mkdirSync(programs);
      for (const name of LATER) {
        // Gives up after a while, so that a step which does wait comes to its end.
        const script = `#!/bin/sh
n=0
until [ -e ${bed.path('begun')} ]; do n=$((n + 1)); [ $n -lt 100 ] || { echo ${name} >> ${bed.path('awaited')}; break; }; /bin/sleep 0.05; done
exec /bin/${name} "$@"
`;
        writeFileSync(`${programs}/${name}`, script);
        chmodSync(`${programs}/${name}`, 0o755);
      }
      const step = bed.step(['sh', '-c', `: > ${bed.path('begun')}`]);
      const { end } = await bed.start(step, ['env', `PATH=${programs}:/usr/bin:/bin`]).ended();
      expect(end).to.deep.equal({ exitCode: 0 });
      expect(existsSync(bed.path('awaited')) ? readFileSync(bed.path('awaited'), 'utf8') : '').to.equal('');
    });
  });
