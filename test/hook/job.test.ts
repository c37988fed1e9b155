import { expect } from 'chai';
import type { EngineRunner } from '../runner/engine-runner.js';
import { describeWithMounts } from '../engine/needs-mounts.js';
import { engineRunner, leftovers, log, MODES, requestsOf, succeeded } from './support.js';

const PRINT_ARGUMENTS = `
console.log('event=' + JSON.parse(require('fs').readFileSync(process.env.GITHUB_EVENT_PATH)).action);
console.log('input=' + process.env['INPUT_FETCH-DEPTH']);
`;

for (const mode of MODES)
  describeWithMounts(`a whole job in ${mode} mode`, () => {
    let runner: EngineRunner;
    const run = (script: string, shell?: string) =>
      runner.run({ run: script, ...(shell !== undefined && { shell }) });

    before(async () => {
      runner = await engineRunner(mode);
      await runner.startJob({ env: { LEVEL: 'debug' }, event: { action: 'opened' } });
      await runner.writeFile(`${runner.folders.actions}/octo-org/tool/v1/main.js`, PRINT_ARGUMENTS);
    });
    after(() => runner.close());

    it('begins with at most five requests and as many looks at the pod as it takes, and gives the ports of its service', async () => {
      const services = [{ image: 'redis:7', ports: ['6379:6379'], env: { PASSWORD: 'x' } }];
      const requests = await requestsOf(runner, async () => {
        const container = { image: 'debian:12', env: { FROM_JOB: "it's $HOME\nand more" } };
        const { response } = succeeded(await runner.prepareJob({ container, services }));
        const network = response?.context?.container?.network;
        expect(response?.context?.services).to.deep.equal([
          { id: 'redis', network, ports: { '6379': '6379' } },
        ]);
      });
      expect(new Set(requests)).to.deep.equal(
        new Set(['get pods', 'create secrets', 'create pods', 'get pods/exec']),
      );
      const { pods, secrets } = await runner.objects();
      expect([pods.length, secrets.length]).to.deep.equal([1, 1]);
    });

    it('runs a step that does nothing with one request', async () => {
      expect(await requestsOf(runner, async () => succeeded(await run('true')))).to.deep.equal([
        'get pods/exec',
      ]);
    });

    it("gives a step the job's variables and folders", async () => {
      const result = await run('printf "%s|" "$FROM_JOB" "$HOME" "$LEVEL"; pwd');
      expect(log(result)).to.equal(
        "it's $HOME\nand more|/github/home|debug|/__w/hello-world/hello-world\n\n[exit code 0]",
      );
    });

    for (const exitCode of [1, 2, 42, 125, 137, 255])
      it(`ends with exit code ${exitCode} of the step, and says nothing about it`, async () => {
        expect(log(await run(`echo out; exit ${exitCode}`))).to.equal(`out\n\n[exit code ${exitCode}]`);
      });

    it('hands on env, path, output, state and summary, of a failing step, too', async () => {
      const first = await run(
        [
          'echo "A=from step" >> "$GITHUB_ENV"',
          'mkdir -p "$RUNNER_TEMP/bin"; printf "#!/bin/sh\\necho my tool\\n" > "$RUNNER_TEMP/bin/mytool"',
          'chmod +x "$RUNNER_TEMP/bin/mytool"; echo "$RUNNER_TEMP/bin" >> "$GITHUB_PATH"',
          'printf "out<<X\\nü\\ntwo\\nX\\n" >> "$GITHUB_OUTPUT"; echo "s=1" >> "$GITHUB_STATE"',
          'echo "# Summary" >> "$GITHUB_STEP_SUMMARY"; exit 3',
        ].join('\n'),
      );
      expect(first.exitCode, log(first)).to.equal(3);
      expect(first).to.deep.include({
        outputs: { out: 'ü\ntwo' },
        state: { s: '1' },
        summary: '# Summary\n',
      });
      expect(log(await run('echo "$A"; mytool'))).to.equal('from step\nmy tool\n\n[exit code 0]');
    });

    it('keeps the order of both outputs, byte by byte', async () => {
      const { output } = await run('printf "1\\0"; printf "2\\377" >&2; printf "3"; printf "4" >&2');
      expect(output.toString('latin1')).to.equal('1\x002\xff34');
    });

    it('runs a JavaScript action', async () => {
      const inputs = { 'fetch-depth': 'a "b" $c' };
      const result = await runner.action({ path: 'octo-org/tool/v1', main: 'main.js', inputs });
      expect(log(result)).to.equal('event=opened\ninput=a "b" $c\n\n[exit code 0]');
    });

    it('runs an action that the runner downloaded after the job had begun', async () => {
      const path = 'octo-org/late/v2';
      await runner.writeFile(`${runner.folders.actions}/${path}/main.js`, 'console.log(__filename)');
      const result = await runner.action({ path, main: 'main.js' });
      expect(log(result)).to.equal(`/__w/_actions/${path}/main.js\n\n[exit code 0]`);
    });

    it('ends a step that is cancelled, and runs the next', async () => {
      const cancel = new AbortController();
      const onOutput = () => cancel.abort();
      const script = 'trap "echo cleaned up; exit 9" INT; echo begun; while :; do sleep 0.1; done';
      const result = await runner.run({ run: script, shell: 'bash' }, { signal: cancel.signal, onOutput });
      const [begun, stopped, ...after] = result.stdout.toString().split('\n');
      expect([begun, ...after], log(result)).to.deep.equal(['begun', 'cleaned up', '']);
      expect(stopped).to.match(/^podhooks: stopped by the runner \(cancelled or timed out\) after \d+ s$/);
      expect(result.conclusion).to.equal('failure');
      succeeded(await run('true'));
    });

    it('leaves nothing behind after cleanup_job, which may come twice', async () => {
      expect(log(await runner.cleanupJob())).to.equal('\n[exit code 0]');
      expect(await leftovers(runner)).to.deep.equal([]);
      expect(log(await runner.cleanupJob())).to.equal('\n[exit code 0]');
    });
  });
