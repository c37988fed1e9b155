import { HookError } from '@podhooks/hooklib';
import { expect } from 'chai';
import fc from 'fast-check';
import { ApiError, ConnectionError, MalformedAnswerError } from '../src/cluster/api-error.js';
import { ApiClient } from '../src/cluster/client.js';
import { Cluster } from '../src/cluster/cluster.js';
import { jobState, readJobState } from '../src/commands/job-state.js';
import { createJobSecrets } from '../src/commands/job-secrets.js';
import { StepOutput } from '../src/step/output.js';
import { StepReport } from '../src/step/report.js';
import { RESULT_LIMIT_BYTES } from '../src/step/script.js';
import { ApiServer } from './support/api-server.js';
import { ownHome } from './support/own-home.js';
import { peakGrowthMb, specifier } from './support/peak-memory.js';
import { settled } from './support/settled.js';
import { ENDS } from './support/shell-exec.js';

/** `npm run fuzz` fuzzes for longer. */
const RUNS = Number(process.env['PODHOOKS_FUZZ_RUNS'] ?? 500);
const NONCE = '33333333-4444';
const MARKER = `\x1epodhooks ${NONCE} `;

/** Bytes, and what has a meaning on the channels, in any order and cut anywhere. */
const hostile = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        MARKER,
        MARKER.slice(0, 5),
        'begun\n',
        'done\n',
        'lost\n',
        'next\n',
        'cwd\n',
        'file 0\n',
        'file -1\n',
        'file 1e99\n',
        'file __proto__\n',
        'unwritten \n',
        'unwritten x\n',
        '\n',
        ' ',
        'x'.repeat(200),
      )
      .map((text) => Buffer.from(text)),
  ),
  { maxLength: 30 },
);

function isKnownFailure(error: unknown): boolean {
  return [ApiError, ConnectionError, MalformedAnswerError, HookError].some((known) => error instanceof known);
}

describe('hostile input', () => {
  const place = ownHome();

  it('on the report channel is read without a failure, and bounded', () => {
    fc.assert(
      fc.property(hostile, (chunks) => {
        const report = new StepReport(NONCE, 4);
        for (const chunk of chunks) report.take(chunk);
        for (const content of report.files.values()) expect(content.length).to.be.at.most(RESULT_LIMIT_BYTES);
        expect(Buffer.byteLength(report.diagnostic)).to.be.at.most(3 * 2000);
      }),
      { numRuns: RUNS },
    );
  });

  it('in the log of a step makes no end: only the words of the recorder do', () => {
    fc.assert(
      fc.property(hostile, (chunks) => {
        const output = new StepOutput(NONCE, ENDS);
        for (const chunk of chunks) output.take(chunk);
        expect(output.end).to.be.oneOf([undefined, 'no working directory']);
      }),
      { numRuns: RUNS },
    );
  });

  it('for the state of a job is refused, whatever it is', () => {
    const owner = { runner: 'runner-1', work: `${place.root}/work` };
    const key = createJobSecrets(owner, {}, () => false).key;
    const good = jobState({ jobPod: 'p', mode: 'volume' }, owner, key);
    expect(readJobState(good, owner)).to.include({ jobPod: 'p' });
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(good['job'], good['signature']));
    const value = fc.oneof(text, fc.jsonValue());
    const state = fc.oneof(
      fc.record({ job: value, signature: value }),
      fc.dictionary(fc.string(), fc.jsonValue()),
    );
    fc.assert(
      fc.property(state, (forged) => {
        if (forged['job'] === good['job'] && forged['signature'] === good['signature']) return;
        expect(() => readJobState(forged, owner)).to.throw(HookError, 'was not written by');
      }),
      { numRuns: Math.ceil(RUNS / 5) },
    );
  });

  it('from the API server ends in an answer or a known failure, never in another exception or a hang', async () => {
    const api = await ApiServer.start();
    try {
      const cluster = new Cluster(new ApiClient(api.connection(), { budgetMs: 0 }), 'ci', {
        periodMs: 1000,
        deadlineMs: 1000,
      });
      const never = new AbortController().signal;
      const body = fc.oneof(
        fc.json(),
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', 'null', '[]', '{"items":7}', '{"items":[null,{"metadata":null,"spec":1}]}'),
        fc.nat(300_000).map((length) => 'x'.repeat(length)),
      );
      const header = fc.stringMatching(/^[ -~]{0,40}$/);
      const answer = fc.record({
        code: fc.integer({ min: 200, max: 599 }),
        body,
        warning: header,
        retryAfter: header,
        broken: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(answer, async ({ code, body, warning, retryAfter, broken }) => {
          api.answers = [
            (response) => {
              const length = Buffer.byteLength(body) + (broken ? 1 : 0);
              response.writeHead(code, { warning, 'retry-after': retryAfter, 'content-length': length });
              if (broken) response.write(body || ' ', () => response.socket?.destroy());
              else response.end(body);
            },
          ];
          for (const ask of [
            (): Promise<unknown> => cluster.getPod('a', never),
            (): Promise<unknown> => cluster.listPods('a=b', never),
          ])
            await settled(ask()).catch((error: unknown) => {
              if (!isKnownFailure(error)) throw error;
            });
        }),
        { numRuns: Math.ceil(RUNS / 5) },
      );
    } finally {
      await api.close();
    }
  });

  it('of 600 MB on both channels takes no more than 64 MB of memory at its peak', () => {
    const growth = peakGrowthMb(
      `import { StepReport } from ${specifier('src/step/report.ts')};
      import { StepOutput } from ${specifier('src/step/output.ts')};`,
      `const report = new StepReport('n', 1);
      const output = new StepOutput('n', { high: [], low: [] });
      const marker = Buffer.from('\\x1epodhooks n file 0\\n');
      const piece = Buffer.alloc(1024 * 1024, '\\x1epodhooks ');
      report.take(marker);
      for (let n = 0; n < 300; n++) { report.take(piece); output.take(piece); }`,
    );
    expect(growth).to.be.within(0, 64);
  });
});
