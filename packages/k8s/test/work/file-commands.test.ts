import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HookError } from '@podhooks/hooklib';
import { expect } from 'chai';
import {
  collectStepFiles,
  openToAll,
  refuseReplaced,
  storeFileCommands,
} from '../../src/work/file-commands.js';

const MODULE = new URL('../../src/work/file-commands.ts', import.meta.url).pathname;

describe('the files of a step', () => {
  let work: string;
  beforeEach(() => (work = mkdtempSync(join(tmpdir(), 'podhooks-files-'))));
  afterEach(() => rmSync(work, { recursive: true }));

  const put = (name: string, content: string | Buffer = name) => {
    const path = join(work, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  const sent = (args: string[], commands: string[] = []) => {
    const { send } = collectStepFiles(work, args, commands);
    return send.map(({ path, content }) => [path, content.toString('latin1')]);
  };

  it("are the step's script, its file commands and the event, and nothing else of _temp", () => {
    put('_temp/one.sh', 'echo');
    put('_temp/other.sh');
    put('_temp/_github_workflow/event.json', '{}');
    const command = put('_temp/_runner_file_commands/set_env_1', '');
    put('_temp/_runner_file_commands/set_env_0');
    expect(sent(['-e', '/__w/_temp/one.sh'], [command])).to.have.deep.members([
      ['/__w/_temp/one.sh', 'echo'],
      ['/__w/_temp/_github_workflow/event.json', '{}'],
      ['/__w/_temp/_runner_file_commands/set_env_1', ''],
    ]);
  });

  it('are found within an argument, each once, whatever they hold', () => {
    put('_temp/a-b_1.ps1', Buffer.from([0, 255, 10]));
    const argument = `. '/__w/_temp/a-b_1.ps1'; /__w/_temp/a-b_1.ps1`;
    expect(sent(['-command', argument, argument])).to.deep.equal([['/__w/_temp/a-b_1.ps1', '\0\xff\n']]);
  });

  it('may be missing', () => {
    expect(sent(['/__w/_temp/none.sh'], [join(work, '_temp/none')])).to.deep.equal([]);
  });

  it('are none outside of the work folder', () => {
    const { commands, send } = collectStepFiles(work, ['/etc/passwd', '/__w/src/_temp/x'], ['/etc/passwd']);
    expect({ commands, send }).to.deep.equal({ commands: [], send: [] });
  });

  it('know both paths of each file command, in their order', () => {
    const { commands } = collectStepFiles(work, [], [join(work, '_temp/b'), '/x', join(work, '_temp/a')]);
    expect(commands).to.deep.equal([
      { runner: join(work, '_temp/b'), container: '/__w/_temp/b' },
      { runner: join(work, '_temp/a'), container: '/__w/_temp/a' },
    ]);
  });

  it('are none of what is a folder, as arguments may name them', () => {
    mkdirSync(join(work, '_temp/folder'), { recursive: true });
    for (const argument of ['/__w/_temp/folder', '/__w/_temp/.', '/__w/_temp/..'])
      expect(sent([argument]), argument).to.deep.equal([]);
  });

  const UNREADABLE: readonly [what: string, make: (path: string) => void][] = [
    ['a link', (path) => symlinkSync(put('secret'), path)],
    ['a link to nowhere', (path) => symlinkSync('nowhere', path)],
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
  ];
  for (const [what, make] of UNREADABLE)
    it(`are named when one of them is ${what}, and not read`, () => {
      put('_temp/other');
      make(join(work, '_temp/one.sh'));
      const collect = () => collectStepFiles(work, ['/__w/_temp/one.sh'], []);
      expect(collect).to.throw(HookError, join(work, '_temp/one.sh')).with.property('code', 'FILES_LOST');
    });

  it('come back to where the runner reads them; what did not come stays', () => {
    const [a, b, c] = [put('_temp/a', 'old'), put('_temp/b', 'old'), join(work, '_temp/new/c')];
    const commands = [a, b, c].map((runner) => ({ runner, container: '' }));
    storeFileCommands(
      work,
      commands,
      new Map([
        [0, Buffer.from('X=1\n')],
        [2, Buffer.from([0, 255])],
      ]),
    );
    expect(readFileSync(a, 'utf8')).to.equal('X=1\n');
    expect(readFileSync(b, 'utf8')).to.equal('old');
    expect([...readFileSync(c)]).to.deep.equal([0, 255]);
  });

  it('are named when they cannot be written', () => {
    const runner = join(put('_temp/file'), 'below');
    const store = () =>
      storeFileCommands(work, [{ runner, container: '' }], new Map([[0, Buffer.from('x')]]));
    expect(store).to.throw(HookError, runner).with.property('code', 'FILES_LOST');
  });

  it('are whole or as they were when the disk is full', () => {
    const runner = put('_temp/set_env', 'OLD=1\n');
    const store = `
      import { storeFileCommands } from ${JSON.stringify(MODULE)};
      const commands = [{ runner: ${JSON.stringify(runner)}, container: '' }];
      try { storeFileCommands(${JSON.stringify(work)}, commands, new Map([[0, Buffer.alloc(1 << 20, 'x')]])); }
      catch (error) { console.log(error.code + ': ' + error.message); }`;
    // A limit of the size of files ends a write in its middle, as a full disk does.
    const script = 'ulimit -f 64; exec "$0" --import=tsx --input-type=module --eval "$1"';
    const out = execFileSync('bash', ['-c', script, process.execPath, store], { encoding: 'utf8' });
    expect(out).to.contain('FILES_LOST').and.contain(runner);
    expect(readdirSync(join(work, '_temp'))).to.deep.equal(['set_env']);
    expect(readFileSync(runner, 'utf8')).to.equal('OLD=1\n');
  });

  it('replace a link, and leave what it leads to', () => {
    const [other, runner] = [put('other', 'kept'), join(work, '_temp/set_env')];
    mkdirSync(dirname(runner));
    symlinkSync(other, runner);
    storeFileCommands(work, [{ runner, container: '' }], new Map([[0, Buffer.from('X=1\n')]]));
    expect(readFileSync(other, 'utf8')).to.equal('kept');
    expect(lstatSync(runner).isFile()).to.equal(true);
  });

  it('are not written through a folder that is a link', () => {
    mkdirSync(join(work, 'other'));
    mkdirSync(join(work, '_temp'));
    symlinkSync('../other', join(work, '_temp/_runner_file_commands'));
    for (const name of ['set_env', 'new/set_env']) {
      const runner = join(work, '_temp/_runner_file_commands', name);
      const store = () =>
        storeFileCommands(work, [{ runner, container: '' }], new Map([[0, Buffer.from('x')]]));
      expect(store).to.throw(HookError, '_runner_file_commands').with.property('code', 'FILES_LOST');
    }
    expect(readdirSync(join(work, 'other'))).to.deep.equal([]);
  });
});

describe('what a job shares with its runner', () => {
  let root: string;
  let work: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'podhooks-files-'));
    work = join(root, '_work');
    mkdirSync(join(work, '_temp/home'), { recursive: true });
    mkdirSync(join(root, 'own'), { mode: 0o700 });
    writeFileSync(join(root, 'own/credentials'), 'secret', { mode: 0o600 });
    writeFileSync(join(work, '_temp/set_env'), '', { mode: 0o600 });
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const mode = (path: string) => statSync(join(root, path)).mode & 0o7777;
  const own = () => [mode('own'), mode('own/credentials')];

  it('is open to every user, and its folders keep what belongs to others', () => {
    openToAll(work, [join(work, '_temp/set_env'), join(work, '_temp/home'), join(work, '_temp/missing')]);
    expect(mode('_work/_temp/set_env')).to.equal(0o666);
    expect(mode('_work/_temp/home')).to.equal(0o1777);
    expect(existsSync(join(work, '_temp/missing'))).to.equal(false);
  });

  it('may lie in a work folder that the runner reaches by a link', () => {
    symlinkSync('_work', join(root, 'link'));
    openToAll(join(root, 'link'), [join(root, 'link/_temp/set_env'), join(root, 'link')]);
    expect([mode('_work/_temp/set_env'), mode('_work')]).to.deep.equal([0o666, 0o1777]);
  });

  it('is nothing outside of the work folder', () => {
    openToAll(work, [join(root, 'own'), join(work, '../own/credentials'), join(work, '..')]);
    expect(own()).to.deep.equal([0o700, 0o600]);
  });

  const REPLACED: readonly [what: string, path: string, replace: () => void][] = [
    [
      'a link to a file',
      '_temp/set_env',
      () => symlinkSync('../../own/credentials', join(work, '_temp/set_env')),
    ],
    ['a link to a folder', '_temp/set_env', () => symlinkSync('../../own', join(work, '_temp/set_env'))],
    ['a pipe', '_temp/set_env', () => execFileSync('mkfifo', [join(work, '_temp/set_env')])],
    [
      'a file behind a link',
      '_temp/link/credentials',
      () => symlinkSync('../../own', join(work, '_temp/link')),
    ],
  ];
  for (const [what, path, replace] of REPLACED) {
    it(`is not opened where a step has put ${what}`, () => {
      rmSync(join(work, '_temp/set_env'));
      replace();
      const open = () => openToAll(work, [join(work, path)]);
      expect(open).to.throw(HookError, join(work, path)).with.property('code', 'FILES_LOST');
      expect(own()).to.deep.equal([0o700, 0o600]);
    });

    it(`is taken from the runner's way where a step has put ${what}`, () => {
      rmSync(join(work, '_temp/set_env'));
      replace();
      const refuse = () => refuseReplaced(work, [join(work, path)]);
      expect(refuse).to.throw(HookError, join(work, path)).with.property('code', 'FILES_LOST');
      expect(existsSync(join(work, path))).to.equal(false);
      expect(existsSync(join(root, 'own/credentials'))).to.equal(true);
    });
  }

  it("is taken from the runner's way where a step has put a link for a folder, with nothing behind it", () => {
    const link = join(work, '_temp/link');
    symlinkSync('../../own', link);
    const refuse = () => refuseReplaced(work, [join(link, 'missing/set_env')]);
    expect(refuse).to.throw(HookError, `${link} on the runner`).with.property('code', 'FILES_LOST');
    expect(() => lstatSync(link)).to.throw('ENOENT');
    expect(refuse).to.not.throw();
  });
});
