import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { PodRunner } from '../runner/pod-runner.js';
import { log, podRunner } from './support.js';

/** GitHub's runner starts hooks with its node20; node24, which uses more memory, is what comes next. */
const RUNTIMES = [
  { mode: 'volume', node: 'node20' },
  { mode: 'novolume', node: 'node24' },
] as const;
const MEMORY_MB = 80;

for (const { mode, node } of RUNTIMES)
  describe(`steps in ${mode} mode, on ${node}`, () => {
    let runner: PodRunner;
    before(async () => {
      runner = await podRunner(mode, { node });
      const result = await runner.prepareJob({ container: { image: 'debian:12' } });
      expect(result.exitCode, log(result)).to.equal(0);
    });
    after(() => runner.close());

    for (const code of [0, 1, 2, 42, 127, 137, 143, 255])
      it(`ends with the step's exit code ${code} and no line of ours`, async () => {
        const result = await runner.run({ run: `echo before\nexit ${code}` });
        expect(log(result)).to.equal(`before\n\n[exit code ${code}]`);
      });

    it('keeps 128 + n of a step that a signal ended', async () => {
      expect((await runner.run({ run: 'kill -KILL $$' })).exitCode).to.equal(137);
      expect((await runner.run({ run: 'kill -TERM $$' })).exitCode).to.equal(143);
    });

    it('says 127 in the shell’s own words when the shell is not in the image', async () => {
      const result = await runner.run({ run: 'ls', shell: 'pwsh' });
      expect(result.exitCode).to.equal(127);
      expect(log(result))
        .to.match(/pwsh: not found/)
        .and.not.contain('::error');
    });

    it('names a working directory that does not exist', async () => {
      const result = await runner.run({ run: 'ls', workingDirectory: 'no/such' });
      expect(result.exitCode).to.equal(125);
      expect(log(result)).to.contain(
        'The working directory /__w/hello-world/hello-world/no/such does not exist',
      );
    });

    it('passes the environment on exactly', async () => {
      const env = {
        QUOTES: `a 'b' "c" \`d\` $e \\f`,
        LINES: 'one\ntwo\n\n',
        EMPTY: '',
        UNICODE: 'żółć 🚀',
        'KEY-WITH.DOTS': 'x y',
        LARGE: 'v'.repeat(100_000),
        ...Object.fromEntries(
          Array.from({ length: 9 }, (_, index) => [`PART_${index}`, 'w'.repeat(100_000)]),
        ),
      };
      const dump = `/__e/node20/bin/node -e 'for (const [k, v] of Object.entries(process.env)) console.log(k, require("crypto").createHash("sha256").update(v).digest("hex"))'`;
      const result = await runner.run({ run: dump, shell: 'bash {0}', env });
      expect(result.exitCode, log(result).slice(0, 500)).to.equal(0);
      const seen = new Map(
        result.stdout
          .toString('utf8')
          .split('\n')
          .map((line) => [line.split(' ')[0], line.split(' ')[1]]),
      );
      for (const [name, value] of Object.entries(env))
        expect(seen.get(name), name).to.equal(createHash('sha256').update(value).digest('hex'));
    });

    it('names a variable that the kernel would refuse', async () => {
      const result = await runner.run({ run: 'true', env: { TOO_LARGE: 'v'.repeat(131_072) } });
      expect(result.exitCode).to.equal(125);
      expect(log(result)).to.contain('The environment variable TOO_LARGE is too large');
    });

    it('shows nothing of the environment in ps or in the pod', async () => {
      const result = await runner.run({
        run: 'ps -eo args',
        env: { TOKEN: 's3cret-in-env', 'IN-PUT': 's3cret-too' },
      });
      expect(result.stdout.toString('utf8')).to.contain('ps -eo args').and.not.contain('s3cret');
      expect(JSON.stringify(await runner.objects())).to.not.contain('s3cret');
    });

    it('delivers 200,000 lines, a line of 1 MB, split UTF-8 and no final newline, byte for byte', async () => {
      const script = `for (let i = 0; i < 200000; i++) process.stdout.write('line ' + i + ' é\\n');
process.stdout.write('x'.repeat(1 << 20) + '\\n');
const euro = Buffer.from('€'); process.stdout.write(euro.subarray(0, 1)); setTimeout(() => process.stdout.write(euro.subarray(1)), 50);`;
      await runner.run({ run: script, shell: 'cp {0} /tmp/output.js' });
      const result = await runner.run(
        { run: 'exec /__e/node20/bin/node /tmp/output.js' },
        { keepOutput: false },
      );
      const hash = createHash('sha256');
      for (let index = 0; index < 200_000; index++) hash.update(`line ${index} é\n`);
      hash.update(`${'x'.repeat(1 << 20)}\n€`);
      expect(result.exitCode).to.equal(0);
      expect(result.stdoutSha256).to.equal(hash.digest('hex'));
    });

    it(`delivers 300 MB within ${MEMORY_MB} MB of memory`, async () => {
      const result = await runner.run(
        { run: 'head -c 300000000 /dev/zero | tr "\\0" x | fold -w 99' },
        { keepOutput: false },
      );
      const hash = createHash('sha256');
      const line = `${'x'.repeat(99)}\n`;
      const block = line.repeat(10_000);
      const lines = Math.floor(300_000_000 / 99);
      for (let done = 0; done < lines; done += 10_000)
        hash.update(lines - done < 10_000 ? line.repeat(lines - done) : block);
      hash.update('x'.repeat(300_000_000 - lines * 99));
      expect(result.stdoutSha256).to.equal(hash.digest('hex'));
      expect(result.maxRssKb).to.be.below(MEMORY_MB * 1024);
    });

    it('runs eight steps at once, apart from each other', async () => {
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          runner.run({
            run: `echo step ${index}; sleep 1; echo "id=${index}" >> "$GITHUB_OUTPUT"; exit ${index}`,
          }),
        ),
      );
      for (const [index, result] of results.entries()) {
        expect(log(result)).to.equal(`step ${index}\n\n[exit code ${index}]`);
        expect(result.outputs).to.deep.equal({ id: `${index}` });
      }
    });

    it('does not wait for processes that a step leaves behind, nor end them', async () => {
      const result = await runner.run({ run: '(sleep 2; echo late; echo late > /tmp/late) & echo early' });
      expect(log(result)).to.equal('early\n\n[exit code 0]');
      const later = await runner.run({ run: 'sleep 3; cat /tmp/late' });
      expect(log(later)).to.equal('late\n\n[exit code 0]');
    });

    it('ends a cancelled step with everything that it started, and runs the next', async () => {
      const controller = new AbortController();
      const result = await runner.run(
        {
          run: 'trap "" INT; echo started; sleep 1111 & (trap "" TERM; sleep 1112; sleep 1113) & sleep 1114',
          shell: 'bash {0}',
        },
        { signal: controller.signal, onOutput: () => controller.abort() },
      );
      expect(result.cancelledBy, log(result)).to.equal('SIGINT');
      const next = await runner.run({ run: 'ps -eo args | grep "sleep 111[1234]" || echo none' });
      expect(next.stdout.toString('utf8')).to.not.match(/^sleep 111\d$/m);
    });
  });
