import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import { environmentLines } from '../../src/step/environment.js';
import { withNodeEnvironment } from '../../src/step/node-environment.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';

const HARD = 'se\'cr"et\n$HOME \u2028 \\';
const ACTION = `
const { Worker, isMainThread } = require('node:worker_threads');
const { execFileSync, fork } = require('node:child_process');
if (process.argv[2] === 'child') process.exit(process.env['INPUT_SSH-KEY'] === undefined ? 1 : 0);
if (!isMainThread) return require('node:worker_threads').parentPort.postMessage(process.env['INPUT_SSH-KEY']);
const seen = {
  value: process.env['INPUT_SSH-KEY'],
  plain: process.env.PLAIN,
  inherited: execFileSync('cat', ['/proc/self/environ'], { encoding: 'utf8' }).includes('INPUT_SSH-KEY=se'),
  arguments: require('node:fs').readFileSync('/proc/self/cmdline', 'utf8').includes('cr"et'),
  execArgv: process.execArgv,
  argv: process.argv.slice(2),
};
process.env['INPUT_SSH-KEY'] = 'changed';
const worker = new Worker(__filename);
worker.on('message', (inWorker) => {
  fork(__filename, ['child']).on('exit', (forked) => console.log(JSON.stringify({ ...seen, inWorker, forked })));
});
`;

describe('withNodeEnvironment', () => {
  const [shell] = SHELLS;
  if (shell === undefined) throw new Error('no shell');
  let bed: StepBed;
  beforeEach(() => {
    bed = new StepBed(shell, { '/__e': 'externals' });
    mkdirSync(bed.path('externals/node20/bin'), { recursive: true });
    symlinkSync(process.execPath, bed.path('externals/node20/bin/node'));
    writeFileSync(bed.path('action.cjs'), ACTION);
  });
  afterEach(() => bed.close());

  const action = (environment: Record<string, string>) =>
    withNodeEnvironment(
      bed.step(['/__e/node20/bin/node', bed.path('action.cjs'), 'argument'], { environment }),
    );

  it("gives an action variables that no shell can export, in no process's arguments", async () => {
    const step = action({ 'INPUT_SSH-KEY': HARD, PLAIN: 'plain' });
    // What is left for `env` stands in its arguments.
    expect(environmentLines(step.environment)).to.deep.equal(['export PLAIN=plain']);
    const { output, end } = await bed.start(step).ended();
    expect(end).to.deep.equal({ exitCode: 0 });
    expect(JSON.parse(output)).to.deep.equal({
      value: HARD,
      plain: 'plain',
      inherited: true,
      arguments: false,
      execArgv: [],
      argv: ['argument'],
      inWorker: 'changed',
      forked: 0,
    });
  });

  it('refuses what the kernel would refuse, although it stands in no argument', () => {
    const error = hookErrorOf('INPUT_INVALID', () => action({ 'INPUT_LARGE-KEY': 'v'.repeat(131_072) }));
    expect(error.message).to.contain('The environment variable INPUT_LARGE-KEY is too large');
  });

  it('changes nothing of a step without such variables, or without a Node of the externals', () => {
    const plain = bed.step(['/__e/node20/bin/node', 'x.js'], { environment: { PLAIN: 'x', LANG: 'C' } });
    const shellStep = bed.step(['bash', '-e', 'x.sh'], { environment: { 'A-B': 'x' } });
    expect(withNodeEnvironment(plain)).to.equal(plain);
    expect(withNodeEnvironment(shellStep)).to.equal(shellStep);
  });
});
