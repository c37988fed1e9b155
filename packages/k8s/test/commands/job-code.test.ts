import {
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { JobCode } from '../../src/commands/job-code.js';
import { createJobSecrets, removeJobSecrets } from '../../src/commands/job-secrets.js';
import { ownHome } from '../support/own-home.js';

const CODE = Buffer.from('what V8 has compiled');

describe('the compiled code that a job keeps', () => {
  const place = ownHome();
  const owner = () => ({ runner: 'runner-1', work: join(place.root, 'work') });
  const prepare = () => createJobSecrets(owner(), {}, () => false);
  const code = (digest = 'a1') => JobCode.of(owner(), digest);
  const home = () => join(place.root, 'home');
  const file = () => join(home(), readdirSync(home()).find((name) => name.endsWith('.code')) ?? 'none');

  beforeEach(() => {
    prepare();
    code()?.keep(CODE);
  });

  it('comes back as it was kept', () => {
    expect(code()?.read()).to.deep.equal(CODE);
  });

  it('is replaced by newer code', () => {
    code()?.keep(Buffer.from('newer'));
    expect(code()?.read()).to.deep.equal(Buffer.from('newer'));
  });

  it('is none without a prepared job, and goes with its secrets', () => {
    removeJobSecrets(owner());
    expect(code()).to.equal(undefined);
    expect(readdirSync(home())).to.deep.equal([]);
  });

  it('is none in the next job, nor where it is put back', () => {
    const kept = readFileSync(file());
    const path = file();
    prepare();
    expect(code()?.read()).to.equal(undefined);
    writeFileSync(path, kept, { mode: 0o600 });
    expect(code()?.read()).to.equal(undefined);
  });

  it('is none for another text of the hook', () => {
    expect(code('b2')?.read()).to.equal(undefined);
  });

  for (const [title, change] of [
    ['one byte is another', () => writeFileSync(file(), readFileSync(file()).fill('x', 40, 41))],
    ['it was cut off', () => truncateSync(file(), 40)],
    ['its signature is cut off', () => truncateSync(file(), 31)],
    ['others may write to it', () => chmodSync(file(), 0o666)],
    [
      'a link stands in its place',
      () => {
        const path = file();
        renameSync(path, `${path}.moved`);
        symlinkSync(`${path}.moved`, path);
      },
    ],
  ] as const)
    it(`is none when ${title}`, () => {
      change();
      expect(code()?.read()).to.equal(undefined);
    });
});
