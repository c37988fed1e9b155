import { expect } from 'chai';
import { CASES } from '../dockerfiles/cases.js';
import { behindBuild, runCase } from '../dockerfiles/run-case.js';
import { describeWithMounts } from '../engine/needs-mounts.js';
import type { EngineRunner } from '../runner/engine-runner.js';
import { REFUSED } from '../dockerfiles/refused.js';
import { errorOf, leftovers, log, MODES, preparedRunner, requestsOf } from './support.js';

describeWithMounts('an action that is a Dockerfile', () => {
  let runner: EngineRunner;
  before(async () => (runner = await preparedRunner('volume')));
  after(() => runner.close());
  afterEach(async () =>
    expect((await leftovers(runner)).filter((name) => !name.includes('-workflow-'))).to.deep.equal([]),
  );

  for (const [number, each] of CASES.entries()) {
    // Programs of containers are this machine's: what depends on an image runs on a cluster.
    if (each.real) continue;
    it(`runs: ${each.name}`, async () => {
      const result = await runCase(runner, each, `case-${number}`);
      expect(behindBuild(result), log(result)).to.equal(each.prints);
      expect(result.exitCode, log(result)).to.equal(each.exitCode ?? 0);
    });
  }

  const FAILED: [what: string, dockerfile: string, prints: string, says: string][] = [
    [
      'a RUN that fails, by line, exit code and output',
      'FROM debian:12\n\nRUN echo seen && \\\n  exit 3\nRUN echo unseen\nENTRYPOINT ["echo", "started"]\n',
      'seen',
      'line 3 of octo/failing/v1/Dockerfile: RUN echo seen && exit 3: ended with exit code 3',
    ],
    [
      'a RUN of another stage that fails',
      'FROM debian:12 AS b\nRUN echo seen; exit 4\nFROM alpine:3.20\nCOPY --from=b /x /\nRUN echo unseen\nENTRYPOINT ["echo", "started"]\n',
      'seen',
      'line 2 of octo/failing/v1/Dockerfile: RUN echo seen; exit 4: ended with exit code 4',
    ],
    [
      'what a stage does not have',
      'FROM debian:12 AS b\nFROM alpine:3.20\nCOPY --from=b /no/such /\nENTRYPOINT ["echo", "started"]\n',
      '/no/such does not exist in stage b.',
      'line 3 of octo/failing/v1/Dockerfile: COPY --from=b /no/such /: /no/such does not exist in stage b.',
    ],
    [
      'an entry point that is not there',
      'FROM alpine:3.20\nRUN true\nENTRYPOINT ["/no/such.sh"]\n',
      'RUN true',
      'line 3 of octo/failing/v1/Dockerfile: The entry point /no/such.sh does not exist.',
    ],
    [
      'a user that nobody knows',
      'FROM alpine:3.20\nUSER nobody-knows\nRUN echo unseen\nENTRYPOINT ["true"]\n',
      'RUN echo unseen',
      'There is no user nobody-knows in /etc/passwd.',
    ],
  ];
  for (const [what, dockerfile, prints, says] of FAILED)
    it(`names ${what}, and does not start the action`, async () => {
      const result = await runCase(runner, { dockerfile }, 'failing');
      const { title, text } = errorOf(result);
      expect(title).to.equal('podhooks: BUILD_FAILED');
      expect(text).to.contain(says);
      expect(log(result))
        .to.contain(prints)
        .and.not.match(/^(unseen|started)$/m);
    });

  for (const mode of MODES)
    it(`is ended when it is cancelled while it is built, ${mode} mode`, async () => {
      const own = mode === 'volume' ? runner : await preparedRunner(mode);
      const dockerfile = 'FROM alpine:3.20\nRUN echo building; sleep 600\nENTRYPOINT ["echo", "started"]\n';
      const controller = new AbortController();
      let seen = '';
      const onOutput = (chunk: Buffer) => {
        seen += chunk.toString();
        if (/^building$/m.test(seen)) controller.abort();
      };
      try {
        const options = { signal: controller.signal, onOutput };
        const result = await runCase(own, { dockerfile }, 'cancelled', options);
        expect(result.cancelledBy, log(result)).to.equal('SIGINT');
        expect(log(result))
          .to.contain('stopped by the runner')
          .and.not.match(/^started$/m);
        expect((await leftovers(own)).filter((name) => name.includes('-step-'))).to.deep.equal([]);
      } finally {
        if (own !== runner) await own.close();
      }
    });

  it('gives its commands to the runner when it runs, and none while it is built', async () => {
    const dockerfile =
      'FROM alpine:3.20\nRUN echo "::warning::of the build"\nENTRYPOINT ["echo", "::warning::of the action"]\n';
    const { commands } = await runCase(runner, { dockerfile }, 'commands');
    expect(commands.filter(({ name }) => name === 'warning').map(({ data }) => data)).to.deep.equal([
      'of the action',
    ]);
  });

  it('tells a build that is lost as an error that the runner takes', async () => {
    const dockerfile = 'FROM alpine:3.20\nRUN printf half; sleep 60\nENTRYPOINT ["echo", "started"]\n';
    const strike = async () => {
      const { pods } = await runner.objects();
      const step = pods.find(({ metadata }) => metadata?.name?.includes('-step-'));
      runner.engine.faults.evict(step?.metadata?.name ?? '');
    };
    let struck: Promise<void> | undefined;
    const onOutput = (chunk: Buffer) => {
      if (chunk.includes('half')) struck ??= strike();
    };
    const result = await runCase(runner, { dockerfile }, 'lost', { onOutput });
    await struck;
    const { title, text } = errorOf(result);
    expect(title).to.equal('podhooks: STEP_LOST');
    expect(text).to.contain('was evicted');
    expect(behindBuild(result)).to.match(/^::error/);
  });

  it('is refused before there is a pod', async () => {
    const [, , third] = REFUSED;
    const dockerfile = third?.dockerfile ?? '';
    const requests = await requestsOf(runner, async () => {
      const { title, text } = errorOf(await runCase(runner, { dockerfile }, 'refused'));
      expect(title).to.equal('podhooks: STEP_INVALID');
      expect(text).to.contain(`line 3 of octo/refused/v1/Dockerfile: ${third?.why}`);
    });
    expect(requests.filter((request) => request.startsWith('create'))).to.deep.equal([]);
  });

  it('names the line of an image that cannot be pulled, of any stage', async () => {
    const dockerfile =
      'FROM debian:12 AS a\nFROM no/such:1 AS b\nFROM alpine:3.20\nCOPY --from=a /etc/hostname /\nCOPY --from=b /x /\nENTRYPOINT ["true"]\n';
    const { title, text } = errorOf(await runCase(runner, { dockerfile }, 'private'));
    expect(title).to.equal('podhooks: POD_FAILED');
    expect(text)
      .to.match(/the image no\/such:1 of container stage-1 of pod \S+ cannot be pulled/)
      .and.contain('not found. It is named in line 2 of octo/private/v1/Dockerfile.');
  });

  it('has to have an entry point or a command', async () => {
    const dockerfile = 'FROM alpine:3.20\nRUN true\n';
    const { title, text } = errorOf(await runCase(runner, { dockerfile }, 'nothing'));
    expect(title).to.equal('podhooks: UNSUPPORTED');
    expect(text).to.contain('octo/nothing/v1/Dockerfile has neither ENTRYPOINT nor CMD');
  });
});
