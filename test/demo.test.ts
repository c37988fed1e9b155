import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { COLOURED, exitCodeLine, githubLog, PLAIN } from './demo/github-log.js';
import { withIdentity, identityArrived } from './demo/identity.js';
import { cutSight, faultsOf } from './demo/job.js';
import { MISTAKES } from './demo/mistakes.js';
import { timeTable } from './demo/times.js';
import { wrapped } from './demo/wrap.js';
import { codeBlocks } from './docs/markdown.js';
import { itWithMounts } from './engine/needs-mounts.js';
import { runnerPod } from './runner/arc.js';
import type { HookResult } from './runner/runner.js';

describe('the log of the demo', () => {
  for (const [title, output, lines] of [
    ['shows lines as they are', 'one\n\n  two\n', ['one', '', '  two']],
    ['shows a last line without its end', 'one', ['one']],
    [
      'shows annotations in words, with their line feeds and without their properties',
      '::error title=podhooks%3A X::first%0Asecond\n::warning::w\n::notice file=a::n\n',
      ['Error: first', 'second', 'Warning: w', 'Notice: n'],
    ],
    [
      'shows groups as headings with their lines below',
      '::group::G\nin\n::endgroup::\nout\n',
      ['▾ G', '  in', 'out'],
    ],
    ['hides every other command', '::debug::d\n::add-mask::m\n::set-output name=a::b\n', []],
    ['leaves alone what only looks like a command', 'see std::vec::Vec\n', ['see std::vec::Vec']],
  ] as const)
    it(title, () => {
      expect(githubLog(output, PLAIN)).to.deep.equal(lines);
    });

  it('colours errors red, and has no colour in plain style', () => {
    expect(githubLog('::error::no', COLOURED)).to.deep.equal(['\u001b[31mError: no\u001b[0m']);
    expect(githubLog('::error::no', PLAIN).join('')).to.not.contain('\u001b');
  });

  it('ends a failing step with the line of the runner', () => {
    expect(exitCodeLine(3, PLAIN)).to.deep.equal(['Error: Process completed with exit code 3.']);
    expect(exitCodeLine(0, PLAIN)).to.deep.equal([]);
  });

  it('sets the times of two modes side by side, also of steps that one of them did not reach', () => {
    const times = [{ name: 'Initialize', ms: 1499.6 }];
    expect(
      timeTable([
        { title: 'volume', times: [...times, { name: 'Run', ms: 90 }] },
        { title: 'novolume', times },
      ]),
    ).to.deep.equal([
      '             volume  novolume',
      'Initialize  1500 ms   1500 ms',
      'Run           90 ms         -',
      'all steps   1590 ms   1500 ms',
    ]);
  });
});

describe('the judgement of the demo', () => {
  const result: HookResult = {
    exitCode: 0,
    signal: null,
    cancelledBy: null,
    conclusion: 'success',
    errors: [],
    stdout: Buffer.from('hello\n'),
    stderr: Buffer.alloc(0),
    output: Buffer.from('hello\n'),
    stdoutBytes: 6,
    stderrBytes: 0,
    stdoutSha256: '',
    commands: [],
    response: null,
    outputs: {},
    env: {},
    path: [],
    state: {},
    summary: '',
    durationMs: 1,
    maxRssKb: 1,
  };
  const step = { name: 'Run', call: { kind: 'cleanupJob' }, exitCode: 0, log: ['hello'] } as const;

  it('finds nothing in a step that went as it must', () => {
    expect(faultsOf({ ...step, check: () => undefined }, result)).to.deep.equal([]);
  });

  it('names a wrong exit code, a wrong log and what a check finds, all at once', () => {
    const faults = faultsOf(
      {
        ...step,
        exitCode: 3,
        log: ['bye', 'Error: Process completed with exit code 3.'],
        check: () => 'no output',
      },
      result,
    );
    expect(faults).to.deep.equal([
      'exit code 0 in place of 3',
      'the log is ["hello"] in place of ["bye","Error: Process completed with exit code 3."]',
      'no output',
    ]);
  });

  it('wants the words that tell why a job cannot start, and the exit code of the hook', () => {
    const [prepare] = MISTAKES.find(({ needsPod }) => needsPod)?.steps ?? [];
    const output = Buffer.from('the image no/such-image:1 of container job of pod p cannot be pulled: gone');
    expect(prepare && faultsOf(prepare, { ...result, output })).to.deep.equal([
      'exit code 0 in place of 125',
      'the error does not say "Check that the image exists"',
    ]);
  });
});

describe('the width of the demo', () => {
  it('breaks lines between words, and indents what follows by two more', () => {
    expect(wrapped('  one two three', 9)).to.deep.equal(['  one two', '    three']);
    expect(wrapped('', 9)).to.deep.equal(['']);
  });

  it('leaves a word whole that is longer than a line', () => {
    expect(wrapped('see 0123456789', 9)).to.deep.equal(['see', '  0123456789']);
  });

  it('counts what is seen, not the codes of colours', () => {
    const red = COLOURED.red('four');
    expect(wrapped(`${red} four`, 9)).to.deep.equal([`${red} four`]);
  });
});

describe('the sight of a cut connection', () => {
  const lost = (arrived: string, cuts: number | undefined) => cutSight('1\n2\n', Buffer.from(arrived), cuts);

  it('counts cuts and bytes', () => {
    const line = 'The connection was cut 2 times. 4 of 4 bytes arrived: 0 bytes lost.';
    expect(lost('1\n2\n', 2)).to.deep.equal({ line });
  });

  for (const [title, arrived] of [
    ['lost', '1\n'],
    ['repeated', '1\n1\n2\n'],
    ['changed', '1\n3\n'],
  ] as const)
    it(`is a fault if bytes are ${title}`, () => {
      expect(lost(arrived, 2).fault).to.contain(`${arrived.length} of 4 bytes arrived`);
      expect(lost(arrived, 2).line).to.not.contain('0 bytes lost');
    });

  it('is a fault without a cut, and says where no cut can be made', () => {
    expect(lost('1\n2\n', 0).fault).to.equal('the connection was not cut');
    expect(lost('1\n2\n', undefined).line).to.contain('NOT SHOWN on this cluster');
  });
});

describe('the sight of an identity', () => {
  const pod = withIdentity(runnerPod({ namespace: 'arc', name: 'r', mode: 'novolume' }));

  it('names account, annotation and pull secret of the job pod', () => {
    const { line, fault } = identityArrived('novolume')([pod]);
    expect(line).to.contain('arc-novolume-gha-rs-kube-mode').and.contain('pull secret company-registry');
    expect(fault).to.equal(undefined);
  });

  const { containers } = pod.spec ?? { containers: [] };
  const serviceAccountName = pod.spec?.serviceAccountName ?? '';
  const imagePullSecrets = pod.spec?.imagePullSecrets ?? [];
  const { metadata = {} } = pod;
  for (const [title, other] of [
    ['account', { metadata, spec: { containers, imagePullSecrets } }],
    ['annotation', { spec: { containers, serviceAccountName, imagePullSecrets } }],
    ['pull secret', { metadata, spec: { containers, serviceAccountName } }],
  ] as const)
    it(`is a fault without its ${title}`, () => {
      expect(identityArrived('novolume')([other]).fault).to.contain('did not arrive');
    });
});

describe('npm run demo', function () {
  this.timeout(180_000);
  const demo = fileURLToPath(new URL('demo/demo.ts', import.meta.url));
  const run = async (options: string[], env: NodeJS.ProcessEnv = process.env) => {
    const child = spawn(process.execPath, ['--import=tsx/esm', demo, ...options], { env });
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    return { stdout, stderr, status };
  };

  /** What differs from run to run, and where lines were broken. */
  const constant = (output: string) =>
    output
      .replace(/\d+\.\d s\b/g, '0.0 s')
      .replace(/podhooks-demo-\d+/g, 'podhooks-demo')
      .replace(/-workflow-\w+/g, '-workflow')
      .replace(/\s+/g, ' ')
      .trim();

  const EARLY = ['resources?', 'No pod was created.', 'The volume "/etc:/host-etc" cannot be mounted'];

  itWithMounts(
    'shows a whole job that is cut, and mistakes, on 80 columns, as README.md has it',
    async () => {
      const { stdout, status } = await run([]);
      expect(status, stdout).to.equal(0);
      const shown = ['novolume mode: ', 'redis says +PONG', '(expected)', 'cannot be pulled', ...EARLY];
      for (const words of [...shown, 'All outputs are as expected'])
        expect(constant(stdout)).to.contain(words);
      expect(constant(stdout)).to.match(/cut 3 times\. 1,288,895 of 1,288,895 bytes arrived: 0 bytes lost\./);
      expect(stdout).to.not.match(/\u001b|volume mode:.*share$/m);
      expect(
        stdout.split('\n').filter((line) => line.length > 80 && line.trim().includes(' ')),
      ).to.deep.equal([]);

      const recording = codeBlocks(readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')).find(
        (block) => block.text.includes('✓ '),
      );
      const parts = (recording?.text ?? '').split(/^ *…$/m);
      expect(parts.length).to.be.above(1);
      for (const part of parts) expect(constant(stdout)).to.contain(constant(part));
    },
  );

  it('shows what needs no pod where containers cannot run, and the command that shows the rest', async () => {
    const { stdout, status } = await run([], { PATH: '/var/empty' });
    expect(status, stdout).to.equal(0);
    for (const words of [...EARLY, 'NOT SHOWN: a whole job']) expect(constant(stdout)).to.contain(words);
    expect(stdout).to.contain('docker run --rm --privileged').and.not.contain('novolume mode: ');
  });

  it('refuses a mode that there is not', async () => {
    const { stderr, status } = await run(['--mode', 'docker']);
    expect(stderr).to.contain('--mode docker: use novolume, volume or both');
    expect(status).to.equal(1);
  });
});
