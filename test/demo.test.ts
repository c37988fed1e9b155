import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { COLOURED, exitCodeLine, githubLog, PLAIN } from './demo/github-log.js';
import { faultsOf } from './demo/job.js';
import { jobWithoutImage } from './demo/steps.js';
import { timeTable } from './demo/times.js';
import { detectSandbox } from './engine/index.js';
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
    const [prepare] = jobWithoutImage;
    const output = Buffer.from('the image no/such-image:1 of container job of pod p cannot be pulled: gone');
    expect(prepare && faultsOf(prepare, { ...result, output })).to.deep.equal([
      'exit code 0 in place of 125',
      'the error does not say "Check that the image exists"',
    ]);
  });
});

describe('npm run demo', () => {
  it('shows whole jobs, in both modes, and one that cannot start, or says why it cannot, without colours in a file', async function () {
    this.timeout(120_000);
    const { limitation } = await detectSandbox();
    const demo = fileURLToPath(new URL('demo/demo.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', demo]);
    const shown = [
      'volume mode: ',
      'novolume mode: ',
      'redis says +PONG',
      'A mistake: ',
      'All outputs are as expected',
    ];
    for (const words of limitation === undefined ? shown : [limitation, 'NOT SHOWN: a whole job'])
      expect(stdout).to.contain(words);
    expect(stdout).to.not.contain('\u001b');
  });
});
