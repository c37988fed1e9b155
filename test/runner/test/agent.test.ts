import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { AgentClient } from '../agent-client.js';
import { bundleAgent } from '../bundle-agent.js';
import type { FakeHook } from '../fake-hook.js';
import type { HookResult } from '../runner.js';
import type { RunnerSimulator } from '../simulator.js';
import { refusal, simulatorBed, withContainer } from './simulator-bed.js';

describe("the simulator of GitHub's runner", () => {
  let folder: string;
  let hook: FakeHook;
  let runner: RunnerSimulator;
  beforeEach(async () => ({ folder, hook, runner } = await simulatorBed()));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  describe('behind its agent', () => {
    let agent: AgentClient;
    let connections: ChildProcessWithoutNullStreams[];
    let bundle: string;
    beforeEach(async () => {
      bundle = join(folder, 'agent.cjs');
      await writeFile(bundle, await bundleAgent());
      connections = [];
      const options = {
        hook: hook.path,
        node: process.execPath,
        runnerRoot: join(folder, 'runner'),
        socket: join(folder, 'agent.sock'),
        cancelGraceMs: { SIGINT: 300, SIGTERM: 300 },
      };
      agent = new AgentClient(() => {
        const env = { PATH: process.env['PATH'], OF_THE_POD: 'é' };
        const child = spawn(process.execPath, [bundle, JSON.stringify(options)], { env });
        connections.push(child);
        return child;
      }, runner.folders);
    });
    afterEach(() => agent.close());

    it('gives the same results and errors as on the spot', async () => {
      await agent.startJob({ env: { A: '1' } });
      const prepared = await agent.prepareJob(withContainer);
      expect(prepared.response).to.deep.equal({ state: { jobPod: 'job' }, isAlpine: false });
      await hook.does(`
        process.stdout.write(Buffer.from([0, 255]));
        console.error('e');
        fs.writeFileSync(env.GITHUB_OUTPUT, 'pod=' + env.OF_THE_POD);
        fs.writeFileSync(input.responseFile, env.GITHUB_OUTPUT.length > 0 && input.args.entryPoint === 'bash' ? '[]' : '');
      `);
      const pieces: [string, string][] = [];
      const result = await agent.run(
        { run: 'true' },
        { onOutput: (chunk, stream) => pieces.push([stream, chunk.toString('latin1')]) },
      );
      expect(result.stdout).to.deep.equal(Buffer.from([0, 255]));
      expect(result.outputs).to.deep.equal({ pod: 'é' });
      expect(pieces).to.have.deep.members([
        ['stdout', '\x00\xff'],
        ['stderr', 'e\n'],
      ]);
      const refused = await refusal(agent.run({ run: 'true', shell: 'bash' }));
      expect(refused.message).to.equal('the response is not an object');
      expect(refused.result?.stderr.toString()).to.equal('e\n');
    });

    it('reads and writes files, and runs programs', async () => {
      const path = join(folder, 'new/deep/file');
      const content = Buffer.from([0, 10, 255]);
      await agent.writeFile(path, content, 0o640);
      expect(await agent.readFile(path)).to.deep.equal(content);
      expect(await agent.stat(path)).to.include({ type: 'file', mode: 0o640, size: 3 });
      expect(await agent.list(join(folder, 'new'))).to.deep.equal(['deep', 'deep/file']);
      await agent.remove(join(folder, 'new'));
      expect(await agent.stat(path)).to.equal(null);
      const { exitCode, stdout } = await agent.exec(['sh', '-c', 'cat; exit 3'], { input: 'in' });
      expect([exitCode, stdout.toString()]).to.deep.equal([3, 'in']);
    });

    it('runs several steps at once and cancels one of them', async () => {
      await agent.startJob();
      await agent.prepareJob(withContainer);
      await hook.does(`
        process.stdout.write('started');
        const stays = input.args.entryPoint === 'bash';
        setTimeout(() => fs.writeFileSync(env.GITHUB_OUTPUT, 'a=1'), stays ? 15_000 : 600);
      `);
      const controller = new AbortController();
      const [cancelled, ended] = await Promise.all([
        agent.run(
          { run: '1', shell: 'bash' },
          { signal: controller.signal, onOutput: () => controller.abort() },
        ),
        agent.run({ run: '2' }),
      ]);
      expect([cancelled.signal, cancelled.cancelledBy]).to.deep.equal(['SIGINT', 'SIGINT']);
      expect([ended.conclusion, ended.outputs]).to.deep.equal(['success', { a: '1' }]);
    });

    it('goes on with a step, once, when the connection to it is cut', async () => {
      await agent.startJob();
      await agent.prepareJob(withContainer);
      const gate = join(folder, 'gate');
      await hook.does(`
        process.stdout.write('started');
        const timer = setInterval(() => {
          if (!fs.existsSync('${gate}')) return;
          process.stdout.write('done');
          clearInterval(timer);
        }, 20);`);
      let step: Promise<HookResult> | undefined;
      await new Promise<void>((started) => {
        step = agent.run({ run: '1' }, { onOutput: () => started() });
      });
      connections[0]?.kill('SIGKILL');
      // This goes over the next connection, after the step's request, which is repeated there.
      await agent.writeFile(gate, '');
      expect((await step)?.output.toString()).to.equal('starteddone');
      await agent.cleanupJob();
      const commands = (await hook.calls()).map(({ input }) => input.command);
      expect(commands).to.deep.equal(['prepare_job', 'run_script_step', 'cleanup_job']);
      expect(connections).to.have.length(2);
    });
  });
});
