import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { stepScript } from '../../src/step/script.js';
import { CONTAINER_ENVIRONMENT } from '../support/shell-exec.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';
import { until } from '../support/until.js';

/** What shells put into the environment of every program they start. */
const OF_THE_SHELL: Readonly<Record<string, readonly string[]>> = {
  dash: ['PWD'],
  'bash --posix': ['PWD', 'SHLVL'],
  'busybox sh': ['PWD', 'SHLVL'],
  mksh: ['_'],
};

for (const shell of SHELLS)
  describe(`a step in ${shell.name}`, () => {
    let bed: StepBed;
    beforeEach(() => (bed = new StepBed(shell)));
    afterEach(() => bed.close());

    it('ends with the exit code of its command', async () => {
      const codes = [0, 1, 2, 42, 127, 137, 143, 255];
      const runs = await Promise.all(codes.map((code) => bed.sh(`exit ${code}`)));
      expect(runs.map(({ end }) => end)).to.deep.equal(codes.map((exitCode) => ({ exitCode })));
    });

    it('ends with 128 and the number of the signal that killed it', async () => {
      expect((await bed.sh('kill -KILL $$')).end).to.deep.equal({ exitCode: 137 });
    });

    it('ends with 127 when its program is not there, and says so', async () => {
      const { end, output } = await bed.run(['no-such-program']);
      expect(end).to.deep.equal({ exitCode: 127 });
      expect(output).to.contain('no-such-program');
    });

    it('keeps the order of stdout and stderr', async () => {
      const script = 'i=0; while [ $i -lt 200 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done';
      const expected = Array.from({ length: 200 }, (_, i) => `out ${i}\nerr ${i}\n`).join('');
      expect((await bed.sh(script)).output).to.equal(expected);
    });

    for (const text of ['', 'no newline', 'one\ntwo', '\n\n', '\u001epodhooks 7\n'])
      it(`passes on ${JSON.stringify(text)} as it is`, async () => {
        const { output, end } = await bed.run(['printf', '%s', text]);
        expect(output).to.equal(text);
        expect(end).to.deep.equal({ exitCode: 0 });
      });

    it('passes on much output of any bytes', async () => {
      const { bytes, end } = await bed.sh('head -c 3000000 /dev/urandom | tee copy');
      expect(end).to.deep.equal({ exitCode: 0 });
      expect(digest(bytes)).to.equal(digest(readFileSync(bed.path('copy'))));
    });

    it('may write to /dev/stdout and /dev/stderr by name', async () => {
      const { output } = await bed.sh('echo 1; echo 2 > /dev/stdout; echo 3 > /dev/stderr; echo 4');
      expect(output).to.equal('1\n2\n3\n4\n');
    });

    it('is not held by a process that it leaves behind', async () => {
      const exec = bed.start(bed.step(['dash', '-c', 'sleep 600 & echo $!; exit 3']));
      const { output, end } = await exec.released();
      expect(end).to.deep.equal({ exitCode: 3 });
      expect(readFileSync(`/proc/${output.trim()}/comm`, 'utf8')).to.equal('sleep\n');
    });

    it('has an empty standard input', async () => {
      expect((await bed.sh('cat; echo end')).output).to.equal('end\n');
    });

    it('ignores no signal', async () => {
      expect((await bed.run(['grep', 'SigIgn', '/proc/self/status'])).output).to.match(/^SigIgn:\s0+\n$/);
    });

    it('keeps the umask', async () => {
      const step = bed.step(['dash', '-c', 'umask']);
      const { output } = await bed.start(step, ['dash', '-c', 'umask 027; exec "$@"', 'dash']).ended();
      expect(output).to.equal('0027\n');
    });

    it('has no open files but those of the container', async () => {
      const script = 'for fd in /proc/$$/fd/*; do [ -e "$fd" ] && printf "${fd##*/} "; done; :';
      const plain = spawnSync('dash', ['-c', script], { encoding: 'utf8' }).stdout;
      expect(plain).to.match(/^0 1 2 /);
      expect((await bed.sh(script)).output).to.equal(plain);
    });

    it('has no variables but those of the container and its own', async () => {
      const { bytes } = await bed.run(['cat', '/proc/self/environ'], {
        environment: { FOO: 'a', 'B-C': 'd' },
      });
      const names = bytes
        .toString()
        .split('\0')
        .slice(0, -1)
        .map((entry) => entry.slice(0, entry.indexOf('=')));
      expect(names).to.have.members([
        ...Object.keys(CONTAINER_ENVIRONMENT),
        'FOO',
        'B-C',
        ...(OF_THE_SHELL[shell.name] ?? []),
      ]);
    });

    it('shows no variable and no content of files in the arguments of any process', async () => {
      const exec = bed.start(
        bed.step(['dash', '-c', 'echo ready; while [ ! -e go ]; do sleep 0.1; done'], {
          environment: { TOKEN: 'secret-1', 'INPUT_MY-TOKEN': 'secret-2' },
          files: [{ path: bed.path('script'), content: Buffer.from('secret-3') }],
        }),
      );
      await until(() => exec.received.includes('ready'));
      expect(commandLines().filter((line) => /secret-[123]/.test(line))).to.deep.equal([]);
    });

    it('runs in its working directory', async () => {
      const { output } = await bed.sh('mkdir "deep er" && cd "deep er" && pwd');
      const deeper = await bed.run(['pwd'], { workingDirectory: bed.path('deep er') });
      expect(output).to.equal(`${bed.path('deep er')}\n`);
      expect(deeper.output).to.equal(output);
    });

    it('does not begin without its working directory', async () => {
      const { end, output } = await bed.sh('echo never', { workingDirectory: bed.path('missing') });
      expect(end).to.equal('no working directory');
      expect(output).to.equal('');
    });

    it('leaves nothing behind when all is said', async () => {
      await bed.start(bed.step(['echo', 'hello'])).released();
      expect(bed.remains()).to.deep.equal([]);
    });

    it('has no effect when its text comes in part', async () => {
      const step = bed.step(['dash', '-c', 'echo > effect'], {
        files: [{ path: bed.path('file'), content: Buffer.from('content') }],
        results: [bed.path('result')],
        environment: { FOO: 'bar' },
      });
      const text = stepScript(step);
      // The last line and its end; then places all over the text.
      const lengths = [...Array(9).keys()].map((less) => text.length - 2 - less);
      for (let length = 0; length < text.length - 11; length += Math.ceil(text.length / 40))
        lengths.push(length);
      await Promise.all(
        lengths.map(async (length) => {
          const exec = bed.exec(text.slice(0, length));
          exec.endInput();
          await exec.ended();
        }),
      );
      expect(bed.remains()).to.deep.equal([]);
      expect(existsSync(bed.path('effect'))).to.equal(false);
      expect(existsSync(bed.path('file'))).to.equal(false);
    });

    it('brings the contents of its result files, whether it succeeds or not', async () => {
      const results = ['plain', 'missing', 'empty', 'binary'].map((name) => bed.path(name));
      const { report, end } = await bed.sh(
        "printf 'no newline' > plain; : > empty; printf '\\000\\377\\036podhooks\\n' > binary; exit 9",
        { results },
      );
      expect(end).to.deep.equal({ exitCode: 9 });
      expect(report.done).to.equal(true);
      expect([...report.files].map(([index, content]) => [index, content.toString('latin1')])).to.deep.equal([
        [0, 'no newline'],
        [2, ''],
        [3, '\0\u00ff\u001epodhooks\n'],
      ]);
    });
  });

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Of all processes; one that has just ended has none. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
      } catch {
        return [];
      }
    });
}
