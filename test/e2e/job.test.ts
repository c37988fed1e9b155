import { expect } from 'chai';
import type { PodRunner } from '../runner/pod-runner.js';
import { leftovers, log, MODES, podRunner } from './support.js';

const IMAGES = [
  { image: 'python:3', alpine: false, bash: true, uid: '0', python: true },
  { image: 'alpine:3.20', alpine: true, bash: false, uid: '0' },
  { image: 'testbed/action:1', alpine: false, bash: true, uid: '2000' },
];

const ACTION = `
const fs = require('fs');
const stage = __filename.replace(/.*\\/(\\w+)\\.js$/, '$1');
console.log(stage + ' on ' + process.version + ' in ' + process.cwd());
console.log('input=' + process.env['INPUT_FETCH-DEPTH'] + ' state=' + (process.env.STATE_from || 'none'));
console.log('event=' + JSON.parse(fs.readFileSync(process.env.GITHUB_EVENT_PATH)).action);
fs.appendFileSync(process.env.GITHUB_STATE, 'from=' + stage + '\\n');
fs.appendFileSync(process.env.GITHUB_OUTPUT, 'stage<<EOF\\n' + stage + '\\nend\\nEOF\\n');
fs.writeFileSync(process.env.GITHUB_WORKSPACE + '/' + stage + '.txt', 'x');
`;

for (const mode of MODES)
  for (const { image, alpine, bash, uid, python } of IMAGES)
    describe(`a job in ${image}, ${mode} mode`, () => {
      let runner: PodRunner;

      before(async () => {
        runner = await podRunner(mode);
        await runner.startJob({ env: { LEVEL: 'debug' }, event: { action: 'opened' } });
        for (const stage of ['before', 'main', 'after'])
          await runner.writeFile(`${runner.folders.actions}/octo-org/tool/v1/${stage}.js`, ACTION);
        const result = await runner.prepareJob({
          container: { image, env: { FROM_JOB: "it's $HOME\nand more", EMPTY: '' } },
          services: [{ image: 'redis:7', ports: ['6379:6379'] }],
        });
        expect(result.exitCode, log(result)).to.equal(0);
        expect(result.response?.isAlpine).to.equal(alpine);
        expect(result.response?.context?.services).to.deep.equal([
          { id: 'redis', network: result.response?.context?.container?.network, ports: { '6379': '6379' } },
        ]);
      });
      after(() => runner.close());

      const run = async (script: string, options: { shell?: string; workingDirectory?: string } = {}) => {
        const result = await runner.run({ run: script, ...options });
        return { ...result, text: result.output.toString('utf8') };
      };

      for (const node of ['node20', 'node24'] as const)
        it(`runs pre, main and post of an action on ${node}`, async () => {
          const action = {
            path: 'octo-org/tool/v1',
            pre: 'before.js',
            main: 'main.js',
            post: 'after.js',
            node,
            inputs: { 'fetch-depth': 'a "b" $c' },
          };
          for (const [stage, file] of [
            ['pre', 'before'],
            ['main', 'main'],
            ['post', 'after'],
          ] as const) {
            const result = await runner.action({ ...action, stage });
            const text = result.output.toString('utf8');
            expect(result.exitCode, text).to.equal(0);
            expect(text).to.match(new RegExp(`^${file} on v${node.slice(4)}\\.`));
            expect(text).to.contain('event=opened');
            // The test image's musl node is a script of busybox sh, which drops names that are no identifiers.
            if (!alpine) expect(text).to.contain('input=a "b" $c');
            expect(result.outputs).to.deep.equal({ stage: `${file}\nend` });
            expect(result.state).to.deep.equal({ from: file });
          }
        });

      it('runs a script with the default sh, as the image’s user, with the job’s variables', async () => {
        const { exitCode, text } = await run(
          'id -u; printf "%s|" "$FROM_JOB" "$EMPTY" "$HOME" "$LEVEL"; pwd',
        );
        expect(exitCode, text).to.equal(0);
        expect(text).to.equal(
          `${uid}\nit's $HOME\nand more||/github/home|debug|/__w/hello-world/hello-world\n`,
        );
      });

      if (bash)
        it('runs bash, and a custom shell with quoted arguments', async () => {
          expect(
            (await run('echo "${BASH_VERSION%%.*}"; false; echo no', { shell: 'bash' })).exitCode,
          ).to.equal(1);
          const custom = await run('echo "$UNSET"; echo no', { shell: 'bash -c "set -o nounset; . {0}"' });
          expect(custom.exitCode).to.equal(127);
          expect(custom.text).to.contain('UNSET: unbound variable').and.not.contain('no\n');
        });

      if (python === true)
        it('runs python', async () => {
          const { exitCode, text } = await run('import sys\nprint("python", sys.argv[0][-3:])\nsys.exit(4)', {
            shell: 'python',
          });
          expect({ exitCode, text }).to.deep.equal({ exitCode: 4, text: 'python .py\n' });
        });

      it('hands on env, path, output, state and summary, of a failing step, too', async () => {
        const first = await run(
          [
            'echo "A=from step" >> "$GITHUB_ENV"',
            'printf "B<<X\\nline 1\\nline 2\\nX\\n" >> "$GITHUB_ENV"',
            'mkdir -p "$RUNNER_TEMP/bin"; printf "#!/bin/sh\\necho my tool\\n" > "$RUNNER_TEMP/bin/mytool"; chmod +x "$RUNNER_TEMP/bin/mytool"',
            'echo "$RUNNER_TEMP/bin" >> "$GITHUB_PATH"',
            'echo "out=ü" >> "$GITHUB_OUTPUT"',
            'echo "# Summary" >> "$GITHUB_STEP_SUMMARY"',
            'exit 3',
          ].join('\n'),
        );
        expect(first.exitCode, first.text).to.equal(3);
        expect(first.outputs).to.deep.equal({ out: 'ü' });
        expect(first.summary).to.equal('# Summary\n');
        const second = await run('printf "%s|%s|" "$A" "$B"; mytool');
        expect(second.text).to.equal('from step|line 1\nline 2|my tool\n');
      });

      it('keeps what steps write to the workspace, under both of its paths', async () => {
        await run('mkdir -p sub && echo here > sub/file');
        const { text } = await run('cat file "/home/runner/_work/hello-world/hello-world/sub/file"', {
          workingDirectory: 'sub',
        });
        expect(text).to.equal('here\nhere\n');
      });

      it('reaches the service on localhost', async () => {
        const ping = `require('net').connect(6379, '127.0.0.1').on('data', (d) => { console.log(String(d)); process.exit(); }).write('PING\\r\\n')`;
        expect((await run(`/__e/node20${alpine ? '_alpine' : ''}/bin/node -e "${ping}"`)).text).to.contain(
          '+PONG',
        );
      });

      it('runs an action that the runner downloaded after the job had begun', async () => {
        await runner.writeFile(
          `${runner.folders.actions}/octo-org/late/v2/main.js`,
          'console.log("late " + __filename)',
        );
        const result = await runner.action({ path: 'octo-org/late/v2', main: 'main.js' });
        expect(log(result)).to.equal('late /__w/_actions/octo-org/late/v2/main.js\n\n[exit code 0]');
      });

      it('removes everything in cleanup_job, which may come twice', async () => {
        for (let time = 1; time <= 2; time++) {
          const result = await runner.cleanupJob();
          expect(result.exitCode, log(result)).to.equal(0);
          expect(log(result)).to.equal('\n[exit code 0]');
        }
        expect(await leftovers(runner)).to.deep.equal([]);
      });
    });
