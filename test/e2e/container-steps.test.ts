import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Pod } from '../runner/kubernetes-types.js';
import type { PodRunner, PodRunnerOptions } from '../runner/pod-runner.js';
import { shellAction } from '../runner/shell-action.js';
import type { HookResult } from '../runner/runner.js';
import { Cutter } from './cutter.js';
import { leftovers, log, MODES, podRunner, seenWhileRunning, UNTIL_SEEN } from './support.js';

const TEMPLATE = '/home/runner/template.yaml';

const withoutJobPod = async (runner: PodRunner) =>
  (await leftovers(runner)).filter((name) => !name.includes('-workflow-'));

/** Where two outputs part, with what is there in each; both may be large. */
function firstDifference(seen: Buffer, expected: Buffer): string | undefined {
  if (seen.equals(expected)) return undefined;
  const at = expected.findIndex((byte, index) => seen[index] !== byte);
  const from = Math.max(0, (at === -1 ? expected.length : at) - 40);
  const words = (bytes: Buffer) => JSON.stringify(bytes.toString('latin1', from, from + 200));
  return `byte ${from + 40} of ${expected.length}, ${seen.length} seen: ${words(seen)}, not ${words(expected)}`;
}

function refused(result: HookResult, title: string, ...words: string[]): void {
  const text = log(result);
  expect(text).to.contain(`::error title=podhooks%3A ${title}::`).and.contain('[exit code 125]');
  for (const word of words) expect(text).to.contain(word);
}

for (const mode of MODES)
  describe(`docker actions beside a job, ${mode} mode`, () => {
    let runner: PodRunner;
    before(async () => {
      runner = await podRunner(mode);
      const services = [{ image: 'redis:7' }];
      const result = await runner.prepareJob({ container: { image: 'debian:12' }, services });
      expect(result.exitCode, log(result)).to.equal(0);
    });
    after(() => runner.close());
    afterEach(async () => expect(await withoutJobPod(runner)).to.deep.equal([]));

    it('run as their image presets it, under its user, with writable file commands', async () => {
      const result = await runner.containerAction({
        image: 'docker://testbed/action:1',
        env: { EXIT_CODE: '3' },
      });
      const text = log(result);
      expect(text)
        .to.contain('entrypoint: /app/entrypoint.sh\n')
        .and.contain('pwd=/github/workspace uid=2000 gid=2000 HOME=/github/home IMAGE_VARIABLE=from image\n')
        .and.contain('arg[0]=from-image\narg[1]=two words\n')
        .and.contain('[exit code 3]')
        .and.not.contain('::error');
      expect(result.outputs).to.deep.equal({ 'from-action': 'yes' });
    });

    it('need no shell, and get their arguments exactly', async () => {
      const args = ['$(HOME)', 'two words', '', 'say "hi" $$'];
      const result = await runner.containerAction({ path: 'o/r/v1', image: 'testbed/printargs:1', args });
      expect(result.exitCode, log(result)).to.equal(0);
      for (const text of ['$(HOME)', 'two words', 'say "hi" $$']) expect(log(result)).to.contain(text);
      expect(log(result)).to.contain('from-entrypoint').and.not.contain('from-cmd');
    });

    it('get inputs and variables exactly, and show none of them in the pod', async () => {
      const { result, seen: pods } = await seenWhileRunning(
        runner,
        // A shell would drop the variable whose name is no identifier.
        shellAction('', {
          entrypoint: 'env',
          args: ['sh', '-c', `printf "%s|" "$LINES_"; tr "\\0" "\\n" < /proc/1/environ; ${UNTIL_SEEN}`],
          inputs: { 'fetch-depth': '0', 'who to greet': 's3cret in an input' },
          env: { LINES_: `a 'b' "c"\n\n$d \`e\`` },
        }),
        () => runner.kubectl('get', 'pods', '-o', 'json'),
        mode,
      );
      const text = result.stdout.toString();
      expect(text)
        .to.contain(`a 'b' "c"\n\n$d \`e\`|`)
        .and.contain('INPUT_FETCH-DEPTH=0\n')
        .and.contain('INPUT_WHO_TO_GREET=s3cret in an input\n')
        .and.contain('GITHUB_ACTIONS=true\n')
        .and.contain('CI=true\n');
      expect(pods).to.contain('-step-').and.not.contain('s3cret');
    });

    it('share files, file commands and the runner’s own paths with the steps around them', async () => {
      await runner.run({ run: 'echo from-step > shared' });
      const action = await runner.containerAction(
        shellAction(
          `cat shared "$RUNNER_WORKSPACE/hello-world/shared"; mkdir -p made && echo from-action > made/file
echo A=1 >> "$GITHUB_ENV"; echo /from/action >> "$GITHUB_PATH"; echo s=2 >> "$GITHUB_STATE"
echo o=3 >> "$GITHUB_OUTPUT"; echo '# done' >> "$GITHUB_STEP_SUMMARY"
test -s "$GITHUB_EVENT_PATH" && touch "$RUNNER_TEMP/x" "$HOME/y" && ls -d "$RUNNER_WORKSPACE"`,
        ),
      );
      expect(action.exitCode, log(action)).to.equal(0);
      expect(action.stdout.toString()).to.match(/^from-step\nfrom-step\n\/\S+_work\/hello-world\n$/);
      expect(action).to.deep.include({
        env: { A: '1' },
        path: ['/from/action'],
        state: { s: '2' },
        outputs: { o: '3' },
        summary: '# done\n',
      });
      const step = await runner.run({
        run: 'echo "$(cat made/file) $A"; ls /github/home',
        shell: 'bash {0}',
      });
      expect(log(step)).to.equal('from-action 1\ny\n\n[exit code 0]');
      expect((await runner.readFile(`${runner.folders.workspace}/made/file`)).toString()).to.equal(
        'from-action\n',
      );
    });

    it('see all that steps and actions before them have left, and nothing that these have removed', async () => {
      const made =
        'mkdir -p tree/node_modules tree/.git/objects; cd tree; touch a node_modules/b .git/objects/c';
      await runner.run({ run: `${made}; echo 1 > /github/home/one; mkdir d; touch d/e; cp /bin/true tool` });
      const first = await runner.containerAction(
        shellAction(
          'test -x tree/tool; cd tree && rm -r a d && mv node_modules moved && touch .git/objects/f && cat "$HOME/one" && echo 2 > "$HOME/two"',
        ),
      );
      expect(log(first)).to.equal('1\n\n[exit code 0]');
      const list = 'cd tree && find . -type f | sort && cat ';
      const files = './.git/objects/c\n./.git/objects/f\n./moved/b\n./tool\n1\n2\n';
      const second = await runner.containerAction(shellAction(`${list} "$HOME/one" "$HOME/two"`));
      expect(log(second)).to.equal(`${files}\n[exit code 0]`);
      const step = await runner.run({ run: `${list} /github/home/one /github/home/two` });
      expect(log(step)).to.equal(`${files}\n[exit code 0]`);
    });

    it('have large files to the byte, and give them back so', async () => {
      await runner.run({ run: 'head -c 20000000 /dev/urandom > large; sha256sum < large > sum' });
      const script =
        'sha256sum < large | cmp - sum; head -c 20000000 /dev/urandom > large; sha256sum < large > sum';
      const action = await runner.containerAction(shellAction(script));
      // Of a slow copy, something may be said.
      expect(action.exitCode, log(action)).to.equal(0);
      expect(log(await runner.run({ run: 'sha256sum < large | cmp - sum && rm large' }))).to.equal(
        '\n[exit code 0]',
      );
    });

    it('reach the services of the job by their names', async () => {
      const result = await runner.containerAction(shellAction('echo PING | nc -w 2 redis 6379'));
      expect(log(result)).to.equal('+PONG\n\n[exit code 0]');
    });

    for (const code of [0, 1, 2, 42, 127, 137, 143, 255])
      it(`end with the action's exit code ${code} and no line of ours`, async () => {
        const result = await runner.containerAction(shellAction(`echo before; exit ${code}`));
        expect(log(result)).to.equal(`before\n\n[exit code ${code}]`);
      });

    it('keep any bytes in order, but for \\r before a line feed, which the runtime drops', async () => {
      // Output and errors are two pipes to the runtime: what is written at once may change places.
      const script = String.raw`printf '\377\000x\ry\r\n\n'; sleep 0.5; echo err >&2; sleep 0.5; head -c 1048576 /dev/zero | tr '\000' z; echo
printf 'half'; sleep 0.2; printf ' a line\n'; printf tail`;
      const result = await runner.containerAction(shellAction(script));
      const expected = Buffer.concat([
        Buffer.from([0xff, 0x00]),
        Buffer.from(`x\ry\n\nerr\n${'z'.repeat(1 << 20)}\nhalf a line\ntail`),
      ]);
      expect(firstDifference(result.output, expected)).to.equal(undefined);
    });

    it('run beside each other and the job', async () => {
      const results = await Promise.all(
        [0, 1, 2, 3].map((number) =>
          runner.containerAction(
            shellAction(`echo ${number}; sleep 1; echo id=${number} >> "$GITHUB_OUTPUT"; exit ${number}`),
          ),
        ),
      );
      for (const [number, result] of results.entries()) {
        expect(log(result)).to.equal(`${number}\n\n[exit code ${number}]`);
        expect(result.outputs).to.deep.equal({ id: `${number}` });
      }
      expect(log(await runner.run({ run: 'echo alive' }))).to.equal('alive\n\n[exit code 0]');
    });

    for (const [what, trap] of [
      ['prints something when it ends', `trap 'echo bye; exit 0' TERM`],
      ['will not end', `trap 'echo bye' TERM INT`],
    ] as const)
      it(`are ended when they are cancelled, as one that ${what}`, async () => {
        const controller = new AbortController();
        const script = `${trap}; echo started; while :; do sleep 0.1; done`;
        const result = await runner.containerAction(shellAction(script), {
          signal: controller.signal,
          onOutput: (chunk) => {
            if (chunk.includes('started')) controller.abort();
          },
        });
        // Of the 7.5 s before SIGTERM, an action takes no more than it needs.
        expect(result.cancelledBy, log(result)).to.equal('SIGINT');
        expect(result.exitCode, log(result)).to.equal(143);
        // Of a slow start, something may be said.
        expect(result.output.toString()).to.match(
          /(^|\n)started\npodhooks: stopped by the runner \(cancelled or timed out\) after \d+ s\nbye\n$/,
        );
      });

    it('name entry point and image where the program is missing', async () => {
      const result = await runner.containerAction(shellAction('', { entrypoint: '/no/such' }));
      refused(result, 'STEP_INVALID', 'alpine:3.20', '/no/such', 'no such file');
    });

    it('name an image that does not exist, within seconds', async () => {
      const result = await runner.containerAction({ image: 'docker://no/such-action:1' });
      refused(result, 'POD_FAILED', 'The step pod cannot start: the image no/such-action:1', 'docker.io');
    });

    it('that lose their pod are told lost, not failed', async () => {
      const result = await runner.containerAction(shellAction('echo started; sleep 60'), {
        onOutput: (chunk) => {
          if (chunk.includes('started')) void deleteStepPod(runner);
        },
      });
      refused(result, 'STEP_LOST', 'was deleted while it');
    });
  });

async function deleteStepPod(runner: PodRunner): Promise<void> {
  const { pods } = await runner.objects();
  const name = pods.map(({ metadata }) => metadata?.name ?? '').find((each) => each.includes('-step-'));
  await runner.kubectl('delete', 'pod', name ?? '', '--wait=false', '--grace-period=1');
}

describe('a docker action by itself', () => {
  const oneRunner = async (
    options: Partial<PodRunnerOptions>,
    body: (runner: PodRunner) => Promise<void>,
    left: string[] = [],
    mode: 'volume' | 'novolume' = 'volume',
  ) => {
    const runner = await podRunner(mode, options);
    await body(runner);
    expect(await leftovers(runner)).to.deep.equal(left);
    await runner.close();
  };

  it('runs in a job without containers, whose state is null', () =>
    oneRunner({}, async (runner) => {
      const result = await runner.containerAction(shellAction('echo alone; exit 5'));
      expect(log(result)).to.equal('alone\n\n[exit code 5]');
    }));

  it('shares files with the runner, and so with the next, where there is no job pod and no shared volume', () =>
    oneRunner(
      {},
      async (runner) => {
        await runner.writeFile(`${runner.folders.workspace}/given`, 'from-runner\n');
        const first = await runner.containerAction(
          shellAction(
            'cat given; rm given; mkdir -p node_modules; echo 1 > node_modules/x; echo 2 > "$HOME/y"; exit 3',
          ),
        );
        expect(log(first)).to.equal('from-runner\n\n[exit code 3]');
        const second = await runner.containerAction(shellAction('ls; cat node_modules/x "$HOME/y"'));
        expect(log(second)).to.equal('node_modules\n1\n2\n\n[exit code 0]');
      },
      [],
      'novolume',
    ));

  it('is told lost when it was OOMKilled', () =>
    oneRunner({ env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: TEMPLATE } }, async (runner) => {
      const limits = 'spec: { containers: [{ name: $step, resources: { limits: { memory: 32Mi } } }] }';
      await runner.writeFile(TEMPLATE, limits);
      const result = await runner.containerAction(shellAction('exec tail /dev/zero'));
      refused(result, 'STEP_LOST', 'OOMKilled: it used more memory than its limit of 32Mi');
    }));

  it('is pulled with the pull secret of the runner pod', () => {
    const podPatch = (pod: Pod): Pod => ({
      ...pod,
      ...(pod.spec && { spec: { ...pod.spec, imagePullSecrets: [{ name: 'company' }] } }),
    });
    return oneRunner(
      { podPatch },
      async (runner) => {
        const login = ['--docker-username=testbed', '--docker-password=secret-of-the-testbed'];
        const secret = ['create', 'secret', 'docker-registry', 'company'];
        await runner.kubectl(...secret, '--docker-server=registry.test', ...login);
        const result = await runner.containerAction({ image: 'docker://registry.test/private/app:latest' });
        expect(log(result)).to.equal('only with a password\n\n[exit code 0]');
      },
      ['Secret/company'],
    );
  });

  it('loses and repeats nothing over connections that are reset or go silent', async () => {
    const cutter = await Cutter.start();
    let connections = 0;
    cutter.plan = () => {
      connections += 1;
      if (connections > 12) return undefined;
      return { after: { bytes: 120_000 }, how: connections % 3 === 0 ? 'silence' : 'reset' };
    };
    const env = { ...cutter.environment, ACTIONS_RUNNER_HEARTBEAT_DEADLINE_MS: '2000' };
    await oneRunner({ env }, async (runner) => {
      const result = await runner.containerAction(
        shellAction('i=0; while [ $i -lt 10 ]; do seq 1 2000; sleep 0.3; i=$((i+1)); done; exit 9'),
        { keepOutput: false },
      );
      const hash = createHash('sha256');
      for (let round = 0; round < 10; round++)
        for (let line = 1; line <= 2_000; line++) hash.update(`${line}\n`);
      expect(result.exitCode).to.equal(9);
      expect(result.stdoutSha256).to.equal(hash.digest('hex'));
      expect(cutter.cuts).to.be.above(2);
    });
    cutter.close();
  });
});
