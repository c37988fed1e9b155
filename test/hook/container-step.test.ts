import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Image } from '../engine/index.js';
import { describeWithMounts } from '../engine/needs-mounts.js';
import type { FaultProxy } from '../proxy/proxy.js';
import type { EngineRunner } from '../runner/engine-runner.js';
import { shellAction } from '../runner/shell-action.js';
import { engineRunner, errorOf, leftovers, log, proxiedRunner, requestsOf } from './support.js';

const SCRIPT = `echo "$0 $#: $1"; echo "$IMAGE_VARIABLE $PWD"; echo id=7 >> "$GITHUB_OUTPUT"; exit 3`;
const IMAGES: Record<string, Image> = {
  'octo/action:1': {
    entrypoint: ['sh', '-c', SCRIPT],
    cmd: ['preset', 'two words'],
    env: { IMAGE_VARIABLE: 'of the image' },
  },
};
describeWithMounts('a docker action', () => {
  let runner: EngineRunner;
  let proxy: FaultProxy;
  let close: () => Promise<void>;
  before(async () => {
    ({ runner, proxy, close } = await proxiedRunner('volume', { images: IMAGES }));
  });
  after(() => close());
  beforeEach(() => proxy.clear());
  /** But for the pod of the job. */
  afterEach(async () =>
    expect((await leftovers(runner)).filter((name) => !name.includes('-workflow-'))).to.deep.equal([]),
  );

  it('runs what its image presets, in the workspace, and its file commands arrive', async () => {
    const result = await runner.containerAction({ image: 'docker://octo/action:1' });
    expect(log(result)).to.equal('preset 1: two words\nof the image /github/workspace\n\n[exit code 3]');
    expect(result.outputs).to.deep.equal({ id: '7' });
  });

  it('shares the workspace with the steps around it', async () => {
    await runner.run({ run: 'echo from-step > shared' });
    const action = await runner.containerAction(
      shellAction(
        'cat shared "$RUNNER_WORKSPACE"/hello-world/shared; echo from-action > made; echo A=1 >> "$GITHUB_ENV"',
      ),
    );
    expect(log(action)).to.equal('from-step\nfrom-step\n\n[exit code 0]');
    expect(log(await runner.run({ run: 'echo "$(cat made) $A"' }))).to.equal(
      'from-action 1\n\n[exit code 0]',
    );
  });

  it('gets its variables, arguments and inputs exactly', async () => {
    const result = await runner.containerAction(
      shellAction('', {
        args: ['-c', 'printf "%s|" "$QUOTES" "$0" "$@"', '$(HOME)', '', '$$ a "b"'],
        env: { QUOTES: `a 'b' "c"\n$d` },
      }),
    );
    expect(result.stdout.toString()).to.equal(`a 'b' "c"\n$d|$(HOME)||$$ a "b"|`);
    // Some shells drop a variable whose name is no identifier.
    const env = { ...shellAction(''), entrypoint: 'env', args: [], inputs: { 'fetch-depth': '1 2' } };
    const { stdout } = await runner.containerAction(env);
    expect(stdout.toString()).to.contain('\nINPUT_FETCH-DEPTH=1 2\n');
  });

  it('keeps its bytes in order, whatever they are, but for \\r before a line feed', async () => {
    // Output and errors are two pipes to the runtime: what is written at once may change places.
    const script = String.raw`printf '\377\000x\ry\r\n\n'; sleep 0.5; echo err >&2; sleep 0.5; head -c 40000 /dev/zero | tr '\000' z; echo; printf tail`;
    const result = await runner.containerAction(shellAction(script));
    const expected = Buffer.concat([
      Buffer.from([0xff, 0x00]),
      Buffer.from(`x\ry\n\nerr\n${'z'.repeat(40_000)}\ntail`),
    ]);
    expect(result.output.equals(expected), log(result).slice(0, 300)).to.equal(true);
  });

  it('loses and repeats nothing when its log is cut', async () => {
    const cut = { kind: 'cut', after: { bytes: 60_000, direction: 'down' }, how: 'reset' } as const;
    proxy.add({ resource: 'pods/log', times: 4, fault: cut });
    const result = await runner.containerAction(shellAction('seq 1 20000; exit 9'), { keepOutput: false });
    const hash = createHash('sha256');
    for (let line = 1; line <= 20_000; line++) hash.update(`${line}\n`);
    expect(result.exitCode).to.equal(9);
    expect(result.stdoutSha256).to.equal(hash.digest('hex'));
    expect(proxy.traffic.get('get pods/log')?.requests).to.be.above(4);
  });

  it('runs beside others', async () => {
    const results = await Promise.all(
      [0, 1, 2].map((number) =>
        runner.containerAction(shellAction(`echo ${number}; sleep 0.3; exit ${number}`)),
      ),
    );
    for (const [number, result] of results.entries())
      expect(log(result)).to.equal(`${number}\n\n[exit code ${number}]`);
    expect(log(await runner.run({ run: 'echo alive' }))).to.equal('alive\n\n[exit code 0]');
  });

  it('costs few requests', async () => {
    const requests = await requestsOf(runner, () => runner.containerAction(shellAction('exit 0')));
    const once = [...new Set(requests.filter((request) => request !== 'get pods'))];
    expect(once.sort()).to.deep.equal([
      'create pods',
      'create secrets',
      'delete pods',
      'delete secrets',
      'get pods/log',
    ]);
    expect(requests.filter((request) => request === 'get pods/log')).to.have.length(2);
  });

  it('is ended when it is cancelled, prints what it still has to say, and leaves nothing', async () => {
    const controller = new AbortController();
    const script = `trap 'echo bye; exit 0' TERM; echo started; while :; do sleep 0.1; done`;
    const result = await runner.containerAction(shellAction(script), {
      signal: controller.signal,
      onOutput: () => controller.abort(),
    });
    expect(result.cancelledBy, log(result)).to.equal('SIGINT');
    expect(log(result).replace(/after \d+ s/, 'after … s')).to.equal(
      'started\npodhooks: stopped by the runner (cancelled or timed out) after … s\nbye\n\n[exit code 143]',
    );
  });

  it('that cannot start says so, with entry point and image', async () => {
    const { title, text } = errorOf(
      await runner.containerAction({ image: 'docker://alpine:3.20', entrypoint: '/no/such' }),
    );
    expect(title).to.equal('podhooks: STEP_INVALID');
    expect(text).to.contain('The docker action alpine:3.20 cannot be started with the entry point /no/such');
  });

  it('of an image that is not there says so', async () => {
    const { title, text } = errorOf(await runner.containerAction({ image: 'docker://no/such:1' }));
    expect(title).to.equal('podhooks: POD_FAILED');
    expect(text).to.contain('The step pod cannot start: the image no/such:1');
  });

  for (const fault of ['oomKill', 'evict'] as const)
    it(`is told lost, not failed, after ${fault}`, async () => {
      const result = await runner.containerAction(shellAction('echo started; sleep 60'), {
        onOutput: (chunk) => {
          if (chunk.includes('started')) void strike(fault);
        },
      });
      const { title, text } = errorOf(result);
      expect(title).to.equal('podhooks: STEP_LOST');
      expect(text).to.match(fault === 'evict' ? /was evicted/ : /OOMKilled/);
    });

  const strike = async (fault: 'oomKill' | 'evict') => {
    const { pods } = await runner.objects();
    const step = pods.find(({ metadata }) => metadata?.name?.includes('-step-'));
    runner.engine.faults[fault](step?.metadata?.name ?? '');
  };
});

describeWithMounts('a docker action of a job without containers', () => {
  it('runs all the same', async () => {
    const runner = await engineRunner('volume', { images: IMAGES });
    const result = await runner.containerAction({ image: 'docker://octo/action:1' });
    expect(result.exitCode, log(result)).to.equal(3);
    expect(await leftovers(runner)).to.deep.equal([]);
    await runner.close();
  });
});

describeWithMounts('a docker action where the work folder is not shared', () => {
  it('gets its files, and its file commands arrive', async () => {
    const runner = await engineRunner('novolume', { images: IMAGES });
    const result = await runner.containerAction({ image: 'docker://octo/action:1' });
    expect(log(result)).to.equal('preset 1: two words\nof the image /github/workspace\n\n[exit code 3]');
    expect(result.outputs).to.deep.equal({ id: '7' });
    expect(await leftovers(runner)).to.deep.equal([]);
    await runner.close();
  });
});
