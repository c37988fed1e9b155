import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HookError } from '@podhooks/hooklib';
import { expect } from 'chai';
import { collectStepFiles, openToAll, storeFileCommands } from '../../src/files/file-commands.js';

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

  it('are named when they cannot be read', () => {
    mkdirSync(join(work, '_temp/folder'), { recursive: true });
    const collect = () => collectStepFiles(work, ['/__w/_temp/folder'], []);
    expect(collect).to.throw(HookError, join(work, '_temp/folder')).with.property('code', 'FILES_LOST');
  });

  it('come back to where the runner reads them; what did not come stays', () => {
    const [a, b, c] = [put('_temp/a', 'old'), put('_temp/b', 'old'), join(work, '_temp/new/c')];
    const commands = [a, b, c].map((runner) => ({ runner, container: '' }));
    storeFileCommands(
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
    const store = () => storeFileCommands([{ runner, container: '' }], new Map([[0, Buffer.from('x')]]));
    expect(store).to.throw(HookError, runner).with.property('code', 'FILES_LOST');
  });

  it('are opened to every user where the work folder is shared', () => {
    const file = put('_temp/x');
    chmodSync(file, 0o600);
    openToAll([file, join(work, 'missing')], 0o666);
    expect(statSync(file).mode & 0o777).to.equal(0o666);
    expect(existsSync(join(work, 'missing'))).to.equal(false);
  });
});
