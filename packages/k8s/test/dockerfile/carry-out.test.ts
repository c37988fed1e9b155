import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BuildPlan } from '../../src/dockerfile/model.js';
import { actionScript, stageScript } from '../../src/dockerfile/script.js';
import { planOf } from '../support/context.js';
import { SHELLS } from '../support/shells.js';

for (const { name, argv } of SHELLS)
  describe(`a Dockerfile carried out by ${name}`, () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'dockerfile-'));
      mkdirSync(join(folder, 'stages'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** The paths of a container are those of the folder. */
    const run = (text: string) => {
      const inFolder = text
        .replaceAll('/__podhooks/stages', `${folder}/stages`)
        .replaceAll('/dev/termination-log', `${folder}/message`);
      const [program, ...args] = argv;
      const { stdout, stderr, status } = spawnSync(program, args, {
        input: inFolder,
        encoding: 'utf8',
        cwd: folder,
        env: { PATH: process.env['PATH'], FROM_BASE: 'base' },
      });
      return { output: stdout + stderr, status };
    };
    const action = (plan: BuildPlan, environment: Record<string, string> = {}, title = 'o/r/Dockerfile') =>
      run(
        actionScript(
          plan,
          { title, context: folder, token: 'TOKEN' },
          {
            entrypoint: plan.start.entrypoint ?? [],
            args: [],
            line: plan.start.line,
            workingDirectory: folder,
            environment,
          },
        ),
      );
    const message = () => readFileSync(join(folder, 'message'), 'utf8');

    it('shows what it does in a group, and gives no command of it to the runner', () => {
      const plan = planOf('FROM a\nRUN echo ::warning::x\nENTRYPOINT ["echo", "started"]\n');
      expect(action(plan)).to.deep.equal({
        output:
          '::group::Building o/r/Dockerfile\n::stop-commands::TOKEN\n[line 2] RUN echo ::warning::x\n::warning::x\n\n::TOKEN::\n::endgroup::\nstarted\n',
        status: 0,
      });
    });

    it('gives commands to the runner again behind output without a line feed', () => {
      const plan = planOf('FROM a\nRUN printf half\nENTRYPOINT ["echo", "started"]\n');
      expect(action(plan).output).to.match(/half\n::TOKEN::\n::endgroup::\nstarted\n$/);
    });

    it('ends with a RUN that fails, and says which, and how', () => {
      const plan = planOf('FROM a\nRUN exit 3\nRUN echo unseen\nENTRYPOINT ["echo", "started"]\n');
      const { output, status } = action(plan);
      expect(status).to.equal(1);
      expect(output).to.contain('[line 2] RUN exit 3\n\n::TOKEN::\n').and.not.contain('unseen');
      expect(output).to.not.contain('started');
      expect(message()).to.equal('podhooks: 2 3\n');
    });

    it('puts every value in its place, exactly', () => {
      const text = String.raw`FROM a
ARG V=1
ENV A="it's \$V $V" B=${'${FROM_BASE:-x}'}-${'${NONE:-"} }"}'}$FROM_BASE C="${'${FROM_BASE:+set $V}'}" D='"$V' UID=7
RUN printf '%s|' "$A" "$B" "$C" "$D" "$V"; env | grep UID
ENTRYPOINT ["env"]
`;
      const { output } = action(planOf(text), { B: 'of the action', 'MY-KEY': `a 'b' $c` });
      expect(output).to.contain(`it's $V 1|base-} }base|set 1|"$V|1|UID=7\n`);
      expect(output.split('::endgroup::')[1]?.split('\n')).to.include.members([
        "A=it's $V 1",
        'B=of the action',
        'UID=7',
        `MY-KEY=a 'b' $c`,
      ]);
    });

    it('copies files and the content of folders to where they belong, with their owner and mode', () => {
      const target = join(folder, 'root');
      mkdirSync(join(folder, 'd/sub'), { recursive: true });
      mkdirSync(join(target, 'sub'), { recursive: true });
      for (const [path, text] of [
        ['f', 'f'],
        ['d/.hidden', 'h'],
        ['d/sub/new', 'n'],
        ['root/sub/old', 'o'],
      ] as const)
        writeFileSync(join(folder, path), text);
      const plan = planOf(
        `FROM a\nWORKDIR ${target}\nCOPY d .\nCOPY --chmod=751 f made/g\nCOPY f f made/\nCOPY <<EOF made/text\nx $FROM_BASE\nEOF\n` +
          `ENTRYPOINT ["sh", "-c", "cd ${target} && cat .hidden sub/old sub/new made/g made/f made/text; stat -c %a made/g"]\n`,
        { f: '', 'd/x': '' },
      );
      const { output } = action(plan);
      expect(output.split('::endgroup::\n')[1], output).to.equal('honffx base\n751\n');
    });

    it('copies a link in a folder as a link, also where .dockerignore leaves out what is beside it', () => {
      mkdirSync(join(folder, 'd'));
      writeFileSync(join(folder, 'd/no.md'), '');
      symlinkSync('nowhere', join(folder, 'd/link'));
      const plan = planOf(
        `FROM a\nCOPY d ${folder}/to\nENTRYPOINT ["readlink", "${folder}/to/link"]\n`,
        { 'd/no.md': '', 'd/link': '' },
        '**/*.md\n',
      );
      const { output } = action(plan);
      expect(output).to.match(/::endgroup::\nnowhere\n$/);
    });

    it('waits for a stage, shows what it prints, and takes what it has put aside', () => {
      const plan = planOf(
        `FROM a AS b\nRUN echo of the stage; echo made > ${folder}/made\nFROM c\nCOPY --from=b ${folder}/mad[e] ${folder}/to/\nENTRYPOINT ["cat", "${folder}/to/made"]\n`,
      );
      const options = { title: 't', context: folder, token: 'TOKEN' };
      expect(run(stageScript(plan, 0, options))).to.deep.equal({ output: '', status: 0 });
      const { output } = action(plan);
      expect(output).to.contain('[line 2] RUN echo of the stage').and.contain('\nof the stage\n');
      expect(output).to.match(/::endgroup::\nmade\n$/);
    });

    it('fails with a stage that fails', () => {
      const plan = planOf(
        'FROM a AS b\nRUN exit 5\nFROM c\nCOPY --from=b /x /\nENTRYPOINT ["echo", "started"]\n',
      );
      const options = { title: 't', context: folder, token: 'TOKEN' };
      expect(run(stageScript(plan, 0, options)).status).to.equal(0);
      const { output, status } = action(plan);
      expect([status, message()]).to.deep.equal([1, 'podhooks: 2 5\n']);
      expect(output).to.not.contain('started');
    });

    it('names an entry point that is not there, or not executable', () => {
      const plan = planOf('FROM a\nRUN true\nENTRYPOINT ["/no/such"]\n');
      expect(action(plan).status).to.equal(1);
      expect(message()).to.equal('podhooks: 3 127 The entry point /no/such does not exist.\n');
    });

    it('names a user that nobody knows', () => {
      const plan = planOf('FROM a\nUSER no-such-user\nRUN echo unseen\nENTRYPOINT ["true"]\n');
      expect(action(plan).output).to.not.match(/^unseen$/m);
      expect(message()).to.contain('There is no user no-such-user in /etc/passwd.');
    });

    it('has mounts for one RUN only', () => {
      mkdirSync(join(folder, 'in'));
      writeFileSync(join(folder, 'in/x'), 'bound');
      const at = join(folder, 'mounted');
      const plan = planOf(
        `FROM a\nRUN --mount=type=bind,source=in,target=${at} --mount=type=tmpfs,target=${at}2 --mount=type=cache,target=${at}3 cat ${at}/x && ls -d ${at}2 ${at}3\nENTRYPOINT ["sh", "-c", "ls -d ${at}* | wc -l"]\n`,
        { 'in/x': '' },
      );
      const { output } = action(plan);
      expect(output)
        .to.contain('bound')
        .and.match(/::endgroup::\n\s*1\n$/);
    });
  });
