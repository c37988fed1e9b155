import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HookError } from '@podhooks/hooklib';
import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import { DockerfileAction } from '../../src/commands/dockerfile-action.js';
import type { WorkMode } from '../../src/model/work-mode.js';
import { hookContainer } from '../support/containers.js';
import { pod } from '../support/pod.js';

const PATH = '_actions/o/r/v1/Dockerfile';

describe('an action that is a Dockerfile, on the runner', () => {
  let work: string;
  beforeEach(() => (work = mkdtempSync(join(tmpdir(), 'work-'))));
  afterEach(() => rmSync(work, { recursive: true }));

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), text);
  };
  const read = (imagesAllow: string[] = [], mode: WorkMode = 'volume') =>
    DockerfileAction.read({ dockerfile: join(work, PATH), work, mode, imagesAllow, token: 'TOKEN' });
  const BUILT = 'FROM debian:12\nRUN exit 3\nENTRYPOINT ["e"]\n';

  it('has the image of its last stage', () => {
    write(PATH, 'FROM a AS x\nFROM b\nCOPY --from=x /f /\n');
    expect(read().withImage(hookContainer({ image: null })).image).to.equal('b');
  });

  it('reads the folder around it, and what is left out of it', () => {
    write(PATH, 'FROM a\nCOPY *.txt d /x/\nADD t.tgz /y/\n');
    for (const name of ['a.txt', 'd/e', 't.tgz']) write(`_actions/o/r/v1/${name}`, name);
    expect(() => read()).to.not.throw();
    write('_actions/o/r/v1/.dockerignore', '*.txt\n');
    expect(hookErrorOf('STEP_INVALID', () => read()).message).to.contain(
      'line 2 of o/r/v1/Dockerfile: *.txt is left out by .dockerignore.',
    );
  });

  it('is refused by line and reason, with what to do', () => {
    write(PATH, 'FROM a\nCOPY missing /\n');
    expect(hookErrorOf('STEP_INVALID', () => read()).hint).to.equal('Correct the Dockerfile.');
    write(PATH, 'FROM a\nONBUILD RUN true\n');
    const refused = hookErrorOf('UNSUPPORTED', () => read());
    expect(refused.message).to.contain('line 2 of o/r/v1/Dockerfile: ONBUILD is not supported');
    expect(refused.hint).to.contain('docker://');
  });

  for (const name of ['Dockerfile', '.dockerignore'])
    it(`reads no ${name} that would take up the memory of the runner`, () => {
      write(PATH, BUILT);
      write(`_actions/o/r/v1/${name}`, '');
      truncateSync(join(work, `_actions/o/r/v1/${name}`), 2 ** 31);
      expect(hookErrorOf('UNSUPPORTED', () => read()).message).to.match(
        new RegExp(`/${name} has 2147483648 bytes, and no more than 262144 are supported\\.$`),
      );
    });

  it('names the line of an image that keeps its pod from starting, and leaves other failures alone', () => {
    write(PATH, 'FROM a AS x\nRUN true\nFROM b\nCOPY --from=x /f /\n');
    const own = pod('step-pod')
      .container({ name: 'stage-0', image: 'mirror/a' })
      .container({ name: 'job', image: 'b' })
      .build();
    const lineOf = (text: string) =>
      String(read().atLine(new HookError('POD_FAILED', text, { hint: 'do this' }), own));
    expect(lineOf('the image mirror/a cannot be pulled.')).to.contain(
      'named in line 1 of o/r/v1/Dockerfile.',
    );
    expect(lineOf('the image b cannot be pulled.')).to.contain('named in line 3 of o/r/v1/Dockerfile.');
    expect(lineOf('the image bb cannot be pulled.')).to.not.contain('line');
    expect(lineOf('waiting for a node')).to.not.contain('line');
  });

  it('uses no image that is not allowed, in any stage', () => {
    write(PATH, 'FROM alpine AS a\nFROM debian:12\nCOPY --from=a /x /\n');
    const { message } = hookErrorOf('UNSUPPORTED', () => read(['docker.io/library/debian']));
    expect(message).to.contain('"alpine" of line 1 of o/r/v1/Dockerfile is not allowed');
  });

  it('follows no link, but that of the runner to its cache where steps cannot make one', () => {
    write('elsewhere/Dockerfile', BUILT);
    mkdirSync(join(work, '_actions/o/r'), { recursive: true });
    symlinkSync(join(work, 'elsewhere'), join(work, '_actions/o/r/v1'));
    hookErrorOf('FILES_LOST', () => read());
    expect(() => read([], 'novolume')).to.not.throw();
    rmSync(join(work, '_actions/o/r/v1'));
    mkdirSync(join(work, '_actions/o/r/v1'));
    symlinkSync(join(work, 'elsewhere/Dockerfile'), join(work, PATH));
    hookErrorOf('FILES_LOST', () => read([], 'novolume'));
  });

  it('says why it has not begun, by the instruction', () => {
    write(PATH, BUILT);
    const failure = (buildFailure?: string, exitCode = 1) =>
      read().failure({ kind: 'exited', exitCode, ...(buildFailure !== undefined && { buildFailure }) })
        ?.message;
    expect(failure('2 3')).to.equal(
      'The action was not started: line 2 of o/r/v1/Dockerfile: RUN exit 3: ended with exit code 3',
    );
    expect(failure('0 127 The entry point /x does not exist.')).to.equal(
      'The action was not started: o/r/v1/Dockerfile: The entry point /x does not exist.',
    );
    expect([failure(), failure('nonsense'), failure('2 3', 0)]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
    const reason = { what: 'exec: "sh": not found', hint: '' };
    expect(read().failure({ kind: 'unstarted', reason })?.hint).to.contain('POSIX shell');
    expect(read().failure({ kind: 'lost', reason })).to.equal(undefined);
  });
});
