import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import { createJobSecrets, readJobSecrets, removeJobSecrets } from '../../src/commands/job-secrets.js';
import { ownHome } from '../support/own-home.js';

describe('the secrets of a job', () => {
  const place = ownHome();
  const owner = () => ({ runner: 'runner-1', work: join(place.root, 'work') });
  const create = () => createJobSecrets(owner(), { TOKEN: 'x' }, () => false);
  const file = () => {
    const [name = ''] = readdirSync(join(place.root, 'home'));
    return join(place.root, 'home', name);
  };
  const none = () =>
    expect(readJobSecrets(owner())).to.be.a('string').that.contains('there is no key of the job');

  it('come back as they were made', () => {
    const made = create();
    expect(readJobSecrets(owner())).to.deep.equal(made);
  });

  it('are kept for a runner without a name or a work folder, too', () => {
    const nobody = { runner: undefined, work: undefined };
    const made = createJobSecrets(nobody, {}, () => false);
    expect(readJobSecrets(nobody)).to.deep.equal(made);
    removeJobSecrets(nobody);
    expect(readJobSecrets(nobody)).to.be.a('string');
  });

  for (const [title, text] of [
    ['is no JSON', '{"TOKEN":'],
    ['is no map', '["x"]'],
    ['holds more than texts', '{"TOKEN":1}'],
  ] as const)
    it(`are none when the environment ${title}`, () => {
      create();
      const key = readFileSync(file()).subarray(0, 32);
      writeFileSync(file(), Buffer.concat([key, Buffer.from(text)]));
      none();
    });

  it('are none when the file is too short for a key', () => {
    create();
    truncateSync(file(), 31);
    none();
  });

  it('have the temporary folder where a folder of that name stands in the way at home', () => {
    create();
    const path = file();
    rmSync(path);
    mkdirSync(path);
    const made = create();
    expect(readdirSync(join(place.root, 'tmp'))).to.have.length(1);
    expect(readJobSecrets(owner())).to.deep.equal(made);
  });

  it('have no place where every folder is shared, in the work folder or missing, and each is named', () => {
    const home = join(place.root, 'home');
    const refused = (isShared: (folder: string) => boolean, work = owner().work) =>
      hookErrorOf('SETTINGS_INVALID', () => createJobSecrets({ runner: 'r', work }, {}, isShared)).message;
    expect(refused(() => true)).to.contain(`${home} (other pods can mount it)`);
    expect(refused(() => false, place.root)).to.contain(`${home} (it is in the work folder)`);
    for (const folder of ['home', 'tmp']) rmSync(join(place.root, folder), { recursive: true });
    expect(refused(() => false)).to.contain(`${home} (ENOENT`);
    for (const folder of ['home', 'tmp']) mkdirSync(join(place.root, folder));
  });
});
