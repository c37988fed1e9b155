import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { auditRequests } from '../bench/audit.js';
import type { PodRunner } from '../runner/pod-runner.js';
import { log, podRunner } from './support.js';

/** A tree in one text: kinds, modes, times in seconds, targets of links, and digests. */
const TREE = String.raw`find . -mindepth 1 \( -name node_modules -o -path '*/.git/objects' \) -prune -o -printf '%y %m %T@ %l %P\n' -type f -exec sha256sum {} \; | sed -E 's/^(. [0-9]+ -?[0-9]+)\.[0-9]+/\1/' | sort`;

describe('files that steps change, without a shared volume', () => {
  let runner: PodRunner;
  before(async () => {
    runner = await podRunner('novolume');
    const prepared = await runner.prepareJob({ container: { image: 'debian:12' } });
    expect(prepared.exitCode, log(prepared)).to.equal(0);
  });
  after(() => runner.close());

  const step = async (run: string, exitCode = 0) => {
    const result = await runner.run({ run });
    expect(result.exitCode, log(result)).to.equal(exitCode);
    return result.output.toString();
  };
  /** A step that has nothing to say, of what was not copied neither. */
  const quiet = async (run: string) => expect(await step(run)).to.equal('');
  const onRunner = async (script: string) => {
    const { stdout, stderr, exitCode } = await runner.exec(['sh', '-c', script]);
    expect(exitCode, stderr.toString()).to.equal(0);
    return stdout.toString();
  };
  const expectSame = async () => {
    const inPod = (await runner.run({ run: TREE })).output.toString().split('\n');
    const there = (await onRunner(`cd ${runner.folders.workspace} && ${TREE}`)).split('\n');
    // Thousands of lines: only those that differ.
    expect(
      there.filter((line) => !inPod.includes(line)),
      'on the runner only',
    ).to.deep.equal([]);
    expect(
      inPod.filter((line) => !there.includes(line)),
      'in the pod only',
    ).to.deep.equal([]);
  };
  const requests = async (body: () => Promise<unknown>) => {
    const since = new Date();
    await body();
    await sleep(1_000);
    return (await auditRequests(runner.namespace, since)).map(({ verb, uri }) => `${verb} ${uri}`);
  };

  it('are there right after the step that has written them, a failing one, too', async () => {
    await step(
      `mkdir -p a/b empty .git/objects/00 node_modules/x; echo x | tee a/b/x .git/HEAD .git/objects/00/o > node_modules/x/y
       ln -s a/b link; ln -s nowhere dangling; chmod 755 a/b/x; echo y > ' -y'; touch -d @1600000000 a/b/x a/b; exit 7`,
      7,
    );
    await expectSame();
    expect(
      await onRunner(
        `cd ${runner.folders.workspace}; ls -d node_modules .git/objects 2>/dev/null; cat .git/HEAD`,
      ),
    ).to.equal('x\n');
  });

  it('are the same when they were changed, removed and renamed', async () => {
    await step(
      `mv a c; rm -r empty; echo new >> c/b/x; chmod 775 c/b; mv link c/link; rm dangling; mkdir dangling`,
    );
    await expectSame();
  });

  it('give hashFiles the same answer as in the pod', async () => {
    await step(
      `mkdir -p src/deep; for i in 1 2 3; do echo $i > src/deep/$i.ts; echo $i > src/$i.ts; done; echo lock > package-lock.json`,
    );
    // As the runner's hashFiles: a digest over the digests of the files, in the order of their paths.
    const listed = await onRunner(
      `cd ${runner.folders.workspace} && find . -name '*.ts' | sort | while read -r f; do sha256sum < "$f" | cut -c1-64; done`,
    );
    const digest = createHash('sha256');
    for (const line of listed.trim().split('\n')) digest.update(Buffer.from(line, 'hex'));
    const expected = createHash('sha256');
    for (const content of ['1', '2', '3', '1', '2', '3'])
      expected.update(createHash('sha256').update(`${content}\n`).digest());
    expect(digest.digest('hex')).to.equal(expected.digest('hex'));
  });

  it('hold a local action that the runner reads', async () => {
    await step('mkdir -p .github/act; echo "runs: { using: composite, steps: [] }" > .github/act/action.yml');
    expect(await onRunner(`cat ${runner.folders.workspace}/.github/act/action.yml`)).to.contain(
      'using: composite',
    );
  });

  it('are a local action of JavaScript, and one of a Dockerfile, that a step has written', async () => {
    await step(`mkdir -p acts/js acts/docker
      echo 'console.log("by node " + process.version.split(".")[0])' > acts/js/main.js
      printf 'FROM debian:12\\nCOPY say.sh /\\nRUN chmod +x /say.sh\\nENTRYPOINT ["/say.sh"]\\n' > acts/docker/Dockerfile
      printf '#!/bin/sh\\necho by docker "$1"; echo made > by-action\\n' > acts/docker/say.sh`);
    const js = await runner.action({ path: './acts/js', main: 'main.js' });
    expect(js.output.toString()).to.equal('by node v20\n');
    const docker = await runner.containerAction({
      path: './acts/docker',
      dockerfile: 'Dockerfile',
      args: ['x'],
    });
    expect(docker.exitCode, log(docker)).to.equal(0);
    expect(docker.output.toString()).to.contain('by docker x\n');
    expect(await step('cat by-action; rm -r by-action acts')).to.equal('made\n');
  });

  it('cost a step one request, whether it changes little or nothing', async () => {
    await step('true');
    expect(await requests(() => step('true'))).to.have.length(1);
    expect(await requests(() => step('echo small > small; rm -f package-lock.json'))).to.have.length(1);
    await expectSame();
  });

  it('are the same when they are many', async () => {
    const output = await requests(() =>
      quiet(
        'for i in $(seq 40); do mkdir -p many/$i; for j in $(seq 50); do head -c 3000 /dev/urandom > many/$i/$j; done; done',
      ),
    );
    expect(output).to.have.length(2);
    await expectSame();
    expect(await requests(() => quiet('true'))).to.have.length(1);
    await quiet('mv many much; rm -r much/7');
    await expectSame();
  });

  it('are named when they are not copied, once', async () => {
    const first = await step('mkfifo pipe; ln -s /etc/passwd out; umask 077; echo secret > secret');
    expect(first.match(/::warning/g)).to.have.length(1);
    expect(first).to.match(
      /pipe: it is a pipe.*secret: the user of the helper|secret: the user of the helper.*pipe: it is a pipe/,
    );
    expect(first).to.match(/out: the link leads out of the workspace/);
    expect(await step('touch pipe; ln -sfn /etc/passwd out; echo more >> secret')).to.equal('');
    await step('rm pipe out secret');
  });

  it('do not hold a step up, nor fail it, when the job has replaced what the agent is asked by', async () => {
    const output = await step('rm /__podhooks/back; mkfifo /__podhooks/back; echo lost > lost');
    expect(output).to.match(/^::warning.*did not answer/m);
    expect(await step('echo again')).to.equal('again\n');
  });
});
