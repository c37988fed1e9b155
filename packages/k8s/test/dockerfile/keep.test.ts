import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { KEPT, PUT_TOOLS } from '../../src/agent/kept-build.js';
import { actionScript, stageScript } from '../../src/dockerfile/script.js';
import { planOf } from '../support/context.js';
import { SHELLS } from '../support/shells.js';

for (const { name, argv } of SHELLS)
  describe(`what a Dockerfile has built, kept by ${name}`, () => {
    let folder: string;
    let uses = 0;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'keep-'));
      mkdirSync(join(folder, 'kept'));
      writeFileSync(join(folder, 'mounts'), '');
      const { status, stderr } = spawnSync('bash', ['-c', PUT_TOOLS.replaceAll(KEPT, join(folder, 'kept'))], {
        encoding: 'utf8',
      });
      expect(status, stderr).to.equal(0);
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** A fresh container: its root file system is made anew, the context and what is kept are those from before. */
    const container = (base: string) => {
      rmSync(join(folder, 'stages'), { recursive: true, force: true });
      rmSync(join(folder, 'root'), { recursive: true, force: true });
      mkdirSync(join(folder, 'stages'));
      const made = spawnSync(
        'sh',
        ['-c', `mkdir root && cd root && ${base}; find . -type f -exec touch -d 2001-01-01 {} +`],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      );
      expect(made.status, made.stderr).to.equal(0);
    };
    const run = (script: string) => {
      const [program, ...args] = argv;
      const { stdout, stderr } = spawnSync(program, args, {
        input: script
          .replaceAll('/__podhooks/stages', `${folder}/stages`)
          .replaceAll('/dev/termination-log', `${folder}/message`)
          .replace('_ph_root=/', `_ph_root=${folder}/root`)
          .replace('/proc/self/mountinfo', `${folder}/mounts`)
          .replace('$(id -u 2> /dev/null)', '0'),
        encoding: 'utf8',
        cwd: join(folder, 'root'),
        env: { PATH: process.env['PATH'] },
      });
      return stdout + stderr;
    };
    const options = () => ({
      title: 'o/r/Dockerfile',
      context: join(folder, 'context'),
      token: `TOKEN-${uses++}`,
      kept: { key: 'KEY', folder: join(folder, 'kept'), mounts: ['/known'] },
    });
    const BASE =
      'mkdir old both; echo 1 > old/a; echo 1 > gone; echo same > kept; echo kind > both/x; ln -s old link';
    const use = (instructions: string, base = BASE, files: Record<string, string> = {}) => {
      container(base);
      const plan = planOf(`FROM a\n${instructions}\nENTRYPOINT ["echo", "started"]\n`, files);
      const start = {
        entrypoint: plan.start.entrypoint ?? [],
        args: [],
        line: 0,
        workingDirectory: '/',
        environment: {},
      };
      const output = run(actionScript(plan, options(), start));
      expect(output).to.match(/started\n$/);
      return output;
    };
    /** All that can be told of the tree; capabilities of files only where this machine can set them. */
    const tree = () =>
      spawnSync(
        'sh',
        [
          '-c',
          "find . -mindepth 1 -printf '%y %m %U %G %n %p %l ' '(' -type d -printf '\\n' -o -printf '%T@ %s\\n' ')' | sort; getcap -r . 2> /dev/null",
        ],
        { cwd: join(folder, 'root'), encoding: 'utf8' },
      ).stdout;
    const BUILT = 'Built by an earlier step of this job: its result is used again.';

    it('is the same in the next use, without its instructions', () => {
      const line = [
        'echo ran',
        'echo 2 > old/a',
        'rm gone',
        'rm -r both && ln -s kept both',
        'rm link && mkdir -p link/deep && echo x > link/deep/x',
        'echo hard > h1 && ln h1 h2',
        `printf x > "$(printf 'with\\nline feed')"`,
        "echo y > '-dash \\back * [x]'",
        'cp kept suid && chmod 4755 suid',
        'touch -d 2001-02-03 past',
        'mkdir closed && echo z > closed/z && chmod 500 closed',
        'ln -s /no/where dangling',
        'mkfifo pipe',
        '{ cp kept capable; setcap cap_net_raw+ep capable 2> caps || :; }',
      ].join(' && ');
      const first = use(`RUN ${line}`);
      expect(first).to.contain('\nran\n').and.not.contain(BUILT).and.not.contain('Not kept');
      const expected = tree();
      const second = use(`RUN ${line}`);
      expect(second).to.contain(BUILT).and.not.contain('\nran\n');
      expect(tree()).to.equal(expected);
    });

    it('spares the stages that it was copied from', () => {
      const plan = planOf(
        `FROM a AS b\nRUN echo ran in b; echo made > made\nFROM c\nCOPY --from=b ${folder}/root/made ${folder}/root/x\nENTRYPOINT ["echo"]\n`,
      );
      writeFileSync(join(folder, 'kept/KEY.tar'), '');
      container(BASE);
      writeFileSync(join(folder, 'stages/restored'), '');
      run(stageScript(plan, 0, options()));
      expect(readFileSync(join(folder, 'stages/0/log'), 'utf8')).to.equal('');
      expect(readdirSync(join(folder, 'stages/0'))).to.include('done');
      container(BASE);
      writeFileSync(join(folder, 'stages/not-restored'), '');
      run(stageScript(plan, 0, options()));
      expect(readFileSync(join(folder, 'stages/0/log'), 'utf8')).to.contain('ran in b');
    });

    // What follows depends on programs more than on the shell.
    if (name !== SHELLS[0]?.name) return;

    it('is built again on another base image', () => {
      use('RUN echo ran');
      expect(use('RUN echo ran', `${BASE}; echo other > kept`))
        .to.contain('\nran\n')
        .and.not.contain(BUILT);
    });

    it('is built again when a file of the context has changed', () => {
      mkdirSync(join(folder, 'context/d'), { recursive: true });
      const build = (content: string) => {
        writeFileSync(join(folder, 'context/d/f'), content);
        return use('RUN --mount=type=bind,source=d,target=in echo ran', BASE, { 'd/f': '' });
      };
      build('a');
      expect(build('a')).to.contain(BUILT);
      expect(build('b')).to.contain('\nran\n').and.not.contain(BUILT);
    });

    it('is built again when what was kept is damaged', () => {
      use('RUN echo ran; echo much > more');
      truncateSync(join(folder, 'kept/KEY.tar'), 700);
      expect(use('RUN echo ran; echo much > more')).to.contain('\nran\n').and.not.contain(BUILT);
    });

    it('is not kept where instructions may have written to a volume', () => {
      const mount = (path: string) => `1 2 0:1 / ${path} rw,relatime - ext4 x rw\n`;
      writeFileSync(join(folder, 'mounts'), ['/', '/proc', '/known', '/github/home'].map(mount).join(''));
      use('RUN echo ran');
      expect(use('RUN echo ran')).to.contain(BUILT);
      writeFileSync(join(folder, 'mounts'), mount('/cache'));
      expect(use('RUN echo ran'))
        .to.contain('\nran\n')
        .and.contain('Not kept for a later step: /cache is a volume');
    });

    it('is not kept when it is larger than the limit, and nothing of it stays', () => {
      container(BASE);
      const plan = planOf('FROM a\nRUN head -c 99999 /dev/zero > large\nENTRYPOINT ["echo", "started"]\n');
      const start = {
        entrypoint: ['echo'],
        args: ['started'],
        line: 0,
        workingDirectory: '/',
        environment: {},
      };
      const script = actionScript(plan, options(), start).replace('_ph_limit=536870912', '_ph_limit=50000');
      expect(run(script)).to.contain('Not kept for a later step: it is larger than').and.contain('started');
      expect(readdirSync(join(folder, 'kept')).filter((each) => each.startsWith('KEY'))).to.deep.equal([]);
    });
  });
