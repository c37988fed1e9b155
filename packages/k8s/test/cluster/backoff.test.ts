import { expect } from 'chai';
import { ApiError, ConnectionError } from '../../src/cluster/api-error.js';
import { isTransient, lacksProgram } from '../../src/cluster/failures.js';
import { Backoff } from '../../src/cluster/retry.js';

const refusal = (code: number, message: string, retryAfterSeconds?: number) =>
  new ApiError('exec', { code, reason: '', message, retryAfterSeconds });

describe('Backoff', () => {
  it('doubles each wait up to the longest, and varies it by half', () => {
    const backoff = new Backoff({ firstMs: 100, longestMs: 1_000 });
    for (const expected of [100, 200, 400, 800, 1_000, 1_000])
      expect(backoff.next()).to.be.within(expected * 0.5, expected * 1.5);
  });

  it('begins again after progress', () => {
    const backoff = new Backoff({ firstMs: 1, longestMs: 1_000, factor: 1_000 });
    backoff.next();
    backoff.reset();
    expect(backoff.next()).to.be.below(2);
  });

  it('waits for as long as the server asks for, and then as long as without', () => {
    expect(new Backoff({ firstMs: 100 }).next(refusal(429, 'slow down', 7))).to.be.within(7_050, 7_150);
    expect(new Backoff({ firstMs: 100 }).next(new ConnectionError('exec', 'gone'))).to.be.below(151);
  });
});

describe('lacksProgram', () => {
  const CASES: readonly [title: string, message: string, expected: boolean][] = [
    ['runc names a program that is missing', 'exec: "sh": executable file not found in $PATH: unknown', true],
    [
      'crun names a program that is missing',
      'OCI runtime exec failed: executable file `sh` not found in $PATH: No such file or directory',
      true,
    ],
    ['a path is missing', 'exec: "/nope": stat /nope: no such file or directory', true],
    ['the interpreter of the program is missing', 'exec /bin/sh: no such file or directory', true],
    [
      'containerd restarts',
      'error executing command in container: failed to exec in container: connection error: dial unix /run/containerd/containerd.sock: connect: no such file or directory',
      false,
    ],
    ['the container does not run', 'container not found ("job")', false],
  ];
  for (const [title, message, expected] of CASES)
    it(`is ${expected} when ${title}`, () => {
      expect(lacksProgram(refusal(500, message))).to.equal(expected);
    });

  it('rules a retry out, as opposed to a runtime that restarts', () => {
    const [missing, restarting] = [CASES[1], CASES[4]].map((each) => isTransient(refusal(500, each![1])));
    expect([missing, restarting]).to.deep.equal([false, true]);
  });
});
