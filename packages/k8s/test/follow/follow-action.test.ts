import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ConnectionError } from '../../src/cluster/api-error.js';
import { followAction } from '../../src/follow/follow-action.js';
import type { Pod } from '../../src/model/kubernetes.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';
import { watchStages } from '../../src/follow/watch-stages.js';
import { settled } from '../support/settled.js';
import { hookRejection } from '../support/rejection.js';

const POD = pod('step-pod').onNode();
const RUNNING = POD.running('job').build();
const ended = (exitCode: number) => POD.terminated('job', { exitCode, reason: 'Error' }).build();
const LOST = new ConnectionError('GET log', 'reset');
/** No wait between two readings is longer, and nobody is waited for when nobody answers. */
const IMPATIENT = {
  ACTIONS_RUNNER_HOOK_STEP_RECONNECT_SECONDS: '0.1',
  ACTIONS_RUNNER_HOOK_API_RETRY_SECONDS: '0.1',
};

const STAMP = (second: number) => `2026-01-01T00:00:0${second}.000000000Z`;
const LINES = [1, 2, 3, 4].map((second) => `${STAMP(second)} line ${second}\n`);

type Reading = FakeCluster['logs'][number];
/** A reading of these lines, which then comes to its end, or fails. */
const gives =
  (text: string, error?: Error): Reading =>
  async ({ onBytes }) => {
    await onBytes(Buffer.from(text));
    if (error !== undefined) throw error;
  };

function follow(logs: Reading[], states: (Pod | Error)[], environment: Record<string, string> = IMPATIENT) {
  const cluster = new FakeCluster();
  cluster.logs = logs;
  cluster.states = states;
  const { context, out } = commandContext(cluster, environment);
  const controller = new AbortController();
  const result = followAction('step-pod', context, controller.signal);
  result.catch(() => undefined);
  return { cluster, out, controller, result };
}

describe('followAction', () => {
  it('passes the log on and gives the exit code, with a last reading of what came late', async () => {
    const { result, out, cluster } = follow([gives(LINES.join('')), gives('')], [RUNNING, ended(42)]);
    expect(await result).to.deep.equal({ kind: 'exited', exitCode: 42 });
    expect(out.output).to.equal('line 1\nline 2\nline 3\nline 4\n');
    expect(cluster.requests).to.deep.equal([
      'log step-pod follow',
      'get pods step-pod',
      'get pods step-pod',
      `log step-pod since ${STAMP(4)}`,
    ]);
    expect([...out.lines, ...out.warnings]).to.deep.equal([]);
  });

  it('goes on where the connection was lost, amid a line, without loss or doubling', async () => {
    const { result, out } = follow(
      [
        gives(LINES.join('').slice(0, 50), LOST),
        gives('', LOST),
        gives(LINES.slice(0, 3).join(''), LOST),
        gives(LINES.slice(2).join('')),
      ],
      [RUNNING, RUNNING, RUNNING, ended(1)],
    );
    expect(await result).to.deep.equal({ kind: 'exited', exitCode: 1 });
    expect(out.output).to.equal('line 1\nline 2\nline 3\nline 4\n');
  });

  it('reads on after the end until nothing more comes: the last reading was cut short without a word', async () => {
    const { result, out } = follow(
      [
        gives(LINES[0] ?? ''),
        gives(LINES.slice(0, 2).join('')),
        gives(LINES.slice(1, 3).join(''), LOST),
        gives(LINES.slice(2).join('')),
      ],
      [ended(0)],
    );
    expect(await result).to.deep.equal({ kind: 'exited', exitCode: 0 });
    expect(out.output).to.equal('line 1\nline 2\nline 3\nline 4\n');
  });

  it('warns when the end of the output is lost, and still knows the exit code', async () => {
    const { result, out } = follow([gives(LINES[0] ?? ''), gives('', refusal(500, 'no log'))], [ended(3)]);
    expect(await result).to.deep.equal({ kind: 'exited', exitCode: 3 });
    expect(out.warnings).to.have.length(1);
    expect(out.warnings[0]).to.contain('lost, behind byte 7').and.contain('no log');
  });

  it('does not wait for the log of a pod that is lost', async () => {
    const evicted = POD.running('job').phase('Failed', 'Evicted', 'low on memory').build();
    const { result, out, cluster } = follow(
      [gives(LINES[0] ?? ''), gives('', refusal(500, 'no log'))],
      [evicted],
      {},
    );
    expect((await result).kind).to.equal('lost');
    expect(cluster.requests).to.have.length(3);
    expect(out.warnings).to.deep.equal([]);
  });

  it('warns of lines that the kubelet no longer has', async () => {
    const { result, out } = follow([gives(LINES[0] ?? '', LOST), gives(LINES[3] ?? '')], [RUNNING, ended(0)]);
    await result;
    expect(out.output).to.equal('line 1\nline 4\n');
    expect(out.warnings[0]).to.contain('may be missing');
  });

  it('keeps words of the kubelet out of the output', async () => {
    const { result, out } = follow(
      [gives(`${LINES[0] ?? ''}unable to retrieve container logs`), gives('')],
      [ended(0)],
    );
    await result;
    expect(out.output).to.equal('line 1\n');
    expect(out.warnings).to.deep.equal([]);
  });

  it('waits for the log of a container that does not have one yet', async () => {
    const early: Reading = () => Promise.reject(refusal(400, 'container "job" is waiting to start'));
    const { result, out } = follow([early, gives(LINES[0] ?? '')], [RUNNING, ended(0)]);
    await result;
    expect(out.output).to.equal('line 1\n');
  });

  it('ends soon when a stage was killed, which the log does not tell', async () => {
    const silent: Reading = (_reading, signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        }),
      );
    const waiting = POD.running('job').running('stage-0').build();
    const killed = POD.running('job').terminated('stage-0', { exitCode: 137, reason: 'OOMKilled' }).build();
    const cluster = new FakeCluster();
    cluster.logs = [silent, gives('')];
    cluster.states = [waiting, killed];
    const { context } = commandContext(cluster, IMPATIENT);
    const over = new AbortController();
    const cut = watchStages(waiting, context, over.signal);
    const end = await settled(followAction('step-pod', context, over.signal, cut));
    over.abort();
    expect(end.kind).to.equal('lost');
  });

  it('looks for killed stages no longer than stages are built', async () => {
    const cluster = new FakeCluster();
    cluster.states = [POD.running('job').terminated('stage-0', { exitCode: 0, reason: 'Completed' }).build()];
    const { context } = commandContext(cluster, IMPATIENT);
    const over = new AbortController();
    const cut = watchStages(POD.running('job').running('stage-0').build(), context, over.signal);
    await sleep(2_500);
    over.abort();
    expect([cut.aborted, cluster.requests]).to.deep.equal([false, ['get pods step-pod']]);
  });

  it('says what is missing when it may not read logs', async () => {
    const denied: Reading = () =>
      Promise.reject(
        refusal(403, 'User "u" cannot get resource "pods/log" in API group "" in the namespace "ci"'),
      );
    const { result } = follow([denied], [RUNNING]);
    const error = await hookRejection('API_FORBIDDEN', result);
    expect(error.hint).to.contain('Add the verb "get" on "pods/log"');
  });

  it('looks once more at an action that was killed: an eviction is told a moment later', async () => {
    const evicted = POD.terminated('job', { exitCode: 137, reason: 'Error' })
      .phase('Failed', 'Evicted', 'low on memory')
      .build();
    const { result } = follow([gives('')], [ended(137), evicted]);
    const end = await result;
    expect(end.kind).to.equal('lost');
    expect('reason' in end && end.reason.what).to.contain('was evicted: low on memory');
  });

  it('takes an action that ended itself with 137 for what it says', async () => {
    const { result } = follow([gives('')], [ended(137)]);
    expect(await result).to.deep.equal({ kind: 'exited', exitCode: 137 });
  });

  it('tells a pod that was deleted', async () => {
    const { result } = follow([gives('')], [RUNNING, refusal(404, 'not found')]);
    const { message } = await hookRejection('STEP_LOST', result);
    expect(message).to.contain('pod step-pod was deleted');
  });

  it('gives up when nobody answers for as long as is set', async () => {
    const { result } = follow([gives('', LOST)], [LOST]);
    await hookRejection('API_UNREACHABLE', result);
  });

  it('finds an action again that nobody could be asked about for a moment', async () => {
    const { result } = follow([gives('', LOST), gives('')], [LOST, ended(5)], {
      ACTIONS_RUNNER_HOOK_STEP_RECONNECT_SECONDS: '5',
    });
    expect(await result).to.deep.equal({ kind: 'exited', exitCode: 5 });
  });

  it('says what is missing when it may not look at pods', async () => {
    const { result } = follow([gives('')], [refusal(403, 'User "u" cannot get resource "pods"')]);
    await hookRejection('API_FORBIDDEN', result);
  });

  it('passes on a mistake of its own as it is', async () => {
    const { result } = follow([() => Promise.reject(new TypeError('a mistake'))], [RUNNING]);
    const error: unknown = await result.catch((fault: unknown) => fault);
    expect(error).to.be.instanceOf(TypeError);
  });

  it('ends with the cancellation while it reads, and while it looks', async () => {
    for (const moment of ['read', 'look'] as const) {
      const { result, controller, cluster } = follow(
        [
          async () => {
            await Promise.resolve();
            controller.abort();
            if (moment === 'read') throw LOST;
          },
        ],
        [RUNNING],
      );
      const error: unknown = await result.catch((fault: unknown) => fault);
      expect(error, moment).to.have.property('name', 'AbortError');
      expect(cluster.requests, moment).to.deep.equal(['log step-pod follow']);
    }
  });
});
