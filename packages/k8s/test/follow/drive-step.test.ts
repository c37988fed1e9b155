import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { ApiError, ConnectionError } from '../../src/cluster/api-error.js';
import { driveStep } from '../../src/follow/drive-step.js';
import { commandContext } from '../support/command-context.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';
import { hookRejection } from '../support/rejection.js';
import { settled } from '../support/settled.js';
import { type Fault, ShellSession } from '../support/shell-session.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';
import { until } from '../support/until.js';

const TARGET = { pod: 'job-pod', container: 'job' };
const POD = pod().ownedBy(pod('runner-1').build()).onNode();
const RUNNING = POD.phase('Running').running('job').build();
/** No wait between two execs is longer. */
const IMPATIENT = { ACTIONS_RUNNER_HOOK_STEP_RECONNECT_SECONDS: '0.1' };

describe('driveStep', () => {
  let bed: StepBed;
  let cluster: FakeCluster;
  beforeEach(() => {
    const [shell] = SHELLS;
    if (shell === undefined) throw new Error('no shell');
    bed = new StepBed(shell);
    cluster = new FakeCluster();
    cluster.states = [RUNNING];
  });
  afterEach(() => bed.close());

  /** An exec in a real shell; lost as the fault says. */
  const works =
    (fault: Fault = {}): FakeCluster['execs'][number] =>
    (handlers) =>
      new ShellSession(bed, handlers, fault);
  /** An exec that is refused, or gets no connection. */
  const fails =
    (error: Error): FakeCluster['execs'][number] =>
    () => {
      throw error;
    };
  /** An exec that ends without a word. */
  const mute: FakeCluster['execs'][number] = () => ({
    write: () => Promise.resolve(),
    endInput: () => undefined,
    close: () => undefined,
    done: Promise.resolve({ exitCode: 1 }),
  });

  /** An exec that is open and says nothing. */
  const silent: FakeCluster['execs'][number] = () => ({
    write: () => Promise.resolve(),
    endInput: () => undefined,
    close: () => undefined,
    done: new Promise(() => undefined),
  });

  const drive = (script: string, environment: Record<string, string> = {}) => {
    const given = commandContext(cluster, environment);
    const request = bed.step(['dash', '-c', script], { results: [bed.path('result')] });
    return { ...given, result: driveStep(given.context, TARGET, request) };
  };

  it('costs one exec when nothing happens, passes on the output and brings the files', async () => {
    cluster.execs = [works()];
    const { result, out } = drive('echo hello; printf "A=1\\n" > result; exit 3');
    const { end, files } = await result;
    expect(end).to.deep.equal({ exitCode: 3 });
    expect(files.get(0)?.toString()).to.equal('A=1\n');
    expect(out.output).to.equal('hello\n');
    expect(cluster.requests).to.deep.equal(['exec job-pod job sh']);
    await until(() => bed.remains().length === 0);
  });

  const LINES = Array.from({ length: 400 }, (_, i) => `line ${i}\n`).join('');
  const PRINT =
    'echo run >> runs; i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); done; printf kept > result; exit 7';
  const CUTS: readonly [title: string, faults: Fault[]][] = [
    ['in its first byte', [{ afterOutputBytes: 1 }]],
    ['before any byte, twice', [{ afterOutputBytes: 0 }, { afterOutputBytes: 0 }]],
    [
      'amid its output, three times',
      [{ afterOutputBytes: 5 }, { afterOutputBytes: 1000 }, { afterOutputBytes: 333 }],
    ],
    ['right before its end marker', [{ afterOutputBytes: LINES.length }]],
    ['within its end marker', [{ afterOutputBytes: LINES.length + 20 }]],
    [
      'within its end marker, and again at once',
      [{ afterOutputBytes: LINES.length + 3 }, { afterOutputBytes: 1 }],
    ],
  ];
  for (const [title, faults] of CUTS)
    it(`loses nothing of a step and runs it once when the connection is lost ${title}`, async () => {
      // Bytes of the first exec count from its own beginning, in which the text of the step always arrives.
      cluster.execs = [...faults.map((fault) => works(fault)), works()];
      const { result, out } = drive(PRINT);
      const { end, files } = await result;
      expect(end).to.deep.equal({ exitCode: 7 });
      expect(out.output).to.equal(LINES);
      expect(files.get(0)?.toString()).to.equal('kept');
      expect(readFileSync(bed.path('runs'), 'utf8')).to.equal('run\n');
    });

  for (const [title, bytes] of [
    ['nothing', 0],
    ['a part', 1500],
  ] as const)
    it(`begins a step anew under another name when ${title} of its text has arrived`, async () => {
      cluster.execs = [works({ afterInputBytes: bytes }), works()];
      const { result, out } = drive('echo run >> runs; echo once');
      expect((await result).end).to.deep.equal({ exitCode: 0 });
      expect(out.output).to.equal('once\n');
      expect(readFileSync(bed.path('runs'), 'utf8')).to.equal('run\n');
      expect(cluster.requests.filter((request) => request.startsWith('exec'))).to.have.length(3);
    });

  it('follows once more when the report is there and the end marker is not', async () => {
    let room = 'hello\n'.length;
    const late: FakeCluster['execs'][number] = (handlers) =>
      new ShellSession(bed, {
        ...handlers,
        onStdout: (chunk) => {
          const shown = chunk.subarray(0, room);
          room -= shown.length;
          return handlers.onStdout(shown);
        },
      });
    cluster.execs = [late, works()];
    const { result, out } = drive('echo hello; printf kept > result; exit 5');
    const { end, files } = await result;
    expect(end).to.deep.equal({ exitCode: 5 });
    expect(out.output).to.equal('hello\n');
    expect(files.get(0)?.toString()).to.equal('kept');
  });

  it('follows a step through an API server that does not answer for a while', async () => {
    const away = fails(new ConnectionError('exec', 'connect ECONNREFUSED'));
    cluster.execs = [works({ afterOutputBytes: 6 }), away, fails(refusal(503, 'starting')), works()];
    const { result, out } = drive('echo first; until [ -e go ]; do sleep 0.05; done; echo last');
    await until(() => out.debugLines.length >= 2);
    writeFileSync(bed.path('go'), '');
    expect((await result).end).to.deep.equal({ exitCode: 0 });
    expect(out.output).to.equal('first\nlast\n');
  });

  it('says nothing of its own in the log of a step', async () => {
    cluster.execs = [works({ afterOutputBytes: 2 }), works()];
    const { result, out } = drive('echo first');
    await result;
    expect([...out.lines, ...out.warnings]).to.deep.equal([]);
    expect(out.debugLines.join()).to.contain('lost at byte 2');
  });

  it('gives up when nothing answers for the time that is set', async () => {
    cluster.execs = [fails(new ConnectionError('exec', 'connect ECONNREFUSED'))];
    const { result } = drive('echo', { ACTIONS_RUNNER_HOOK_STEP_RECONNECT_SECONDS: '0.1' });
    const error = await hookRejection('API_UNREACHABLE', result);
    expect(error.message).to.contain('ECONNREFUSED');
  });

  it('reports a step as lost when its pod is deleted', async () => {
    cluster.execs = [works({ afterOutputBytes: 2 }), fails(refusal(404, 'pods "job-pod" not found'))];
    cluster.states = [refusal(404, 'pods "job-pod" not found')];
    const error = await hookRejection('STEP_LOST', drive('echo x; sleep 600').result);
    expect(error.message).to.equal('The step was lost: pod job-pod was deleted while it ran.');
  });

  it('believes nothing of a pod that has taken the name of the job pod', async () => {
    cluster.execs = [works({ afterOutputBytes: 2 }), fails(refusal(500, 'container not found ("job")'))];
    cluster.states = [pod().ownedBy(pod('runner-2').build()).onNode().running('job').build()];
    const error = await hookRejection('STEP_LOST', settled(drive('echo x; sleep 600', IMPATIENT).result));
    expect(error.message).to.equal(
      'Pod job-pod is not the job pod of runner pod runner-1: its owner is another object.',
    );
  });

  it('reports a step as lost when its container has ended, with the reason', async () => {
    cluster.execs = [works({ afterOutputBytes: 2 }), fails(refusal(500, 'container not found ("job")'))];
    cluster.states = [POD.terminated('job', { exitCode: 137, reason: 'OOMKilled' }).build()];
    const error = await hookRejection('STEP_LOST', drive('echo x; sleep 600').result);
    expect(error.message).to.contain('OOMKilled');
    expect(error.hint).to.contain('memory');
  });

  it('looks again when a container has just ended: why often comes a moment later', async () => {
    const ended = POD.phase('Running').terminated('job', { exitCode: 0, reason: 'Completed' });
    cluster.execs = [works({ afterOutputBytes: 2 })];
    cluster.states = [ended.build(), ended.phase('Failed', 'Evicted', 'Usage of EmptyDir exceeds').build()];
    const error = await hookRejection('STEP_LOST', drive('echo x; sleep 600').result);
    expect(error.message).to.contain('evicted: Usage of EmptyDir exceeds');
  });

  it('reports a container that ended by itself, when nothing more is known of it', async () => {
    cluster.execs = [works({ afterOutputBytes: 2 })];
    cluster.states = [POD.phase('Running').terminated('job', { exitCode: 3, reason: 'Error' }).build()];
    const error = await hookRejection('STEP_LOST', drive('echo x; sleep 600').result);
    expect(error.message).to.contain('container job of pod job-pod ended with exit code 3 (Error)');
  });

  it('reports a step as lost when its node has gone', async () => {
    const timeout = 'error dialing backend: dial tcp 10.0.0.9:10250: i/o timeout';
    cluster.execs = [works({ afterOutputBytes: 2 }), fails(refusal(500, timeout))];
    const away = POD.phase('Running').running('job');
    const taken = away
      .deleted()
      .condition(
        'DisruptionTarget',
        'True',
        'DeletionByTaintManager',
        'Taint manager: deleting due to NoExecute taint',
      );
    cluster.states = [RUNNING, away.build(), taken.build()];
    const error = await hookRejection('STEP_LOST', drive('echo x; sleep 600').result);
    expect(error.message).to.contain('evicted').and.contain('Taint manager');
  });

  it('waits as long as a throttling server asks for, before it looks for the step again', async () => {
    const busy = new ApiError('exec', {
      code: 429,
      reason: 'TooManyRequests',
      message: 'busy',
      retryAfterSeconds: 1,
    });
    cluster.execs = [works({ afterOutputBytes: 2 }), fails(busy), works()];
    const { result, out } = drive('echo x');
    await result;
    expect(out.debugLines.join('\n')).to.match(/busy; again in 1\d\d\d ms/);
  });

  it('tells of a right that is missing', async () => {
    cluster.execs = [fails(refusal(403, 'pods "a" is forbidden: '))];
    const error = await hookRejection('API_FORBIDDEN', drive('echo', IMPATIENT).result);
    expect(error.hint).to.contain('"create" on "pods/exec"');
  });

  it('goes on when an API server that has just started refuses what it will allow again', async () => {
    const unready = refusal(403, 'User "runner" cannot get resource "pods" in API group ""');
    cluster.states = [unready, ...cluster.states];
    cluster.execs = [works({ afterOutputBytes: 2 }), fails(unready), works()];
    const { result, out } = drive('echo first; echo second; exit 3');
    expect(await result.then(({ end }) => end, String)).to.deep.equal({ exitCode: 3 });
    expect(out.output).to.equal('first\nsecond\n');
  });

  it('tells of an image without sh', async () => {
    cluster.execs = [fails(refusal(500, 'exec: "sh": executable file not found in $PATH'))];
    const error = await hookRejection('STEP_INVALID', drive('echo', IMPATIENT).result);
    expect(error.message).to.contain('has no sh');
  });

  it('gives up when execs end without a word although the container runs', async () => {
    cluster.execs = [mute];
    const error = await hookRejection('STEP_LOST', drive('echo', IMPATIENT).result);
    expect(error.message).to.contain('cannot be followed');
    expect(cluster.requests.filter((request) => request.startsWith('exec'))).to.have.length(6);
  });

  it('ends a step that is cancelled, and gives its exit code', async () => {
    cluster.execs = [works()];
    const { result, out, cancel } = drive(
      // It ends by itself, too: a step that nobody cancels should be told by its exit code.
      'trap "echo bye; exit 9" INT; echo ready; i=0; while [ $i -lt 200 ]; do sleep 0.05; i=$((i+1)); done',
    );
    await until(() => out.output.includes('ready'));
    cancel();
    expect(await result.then(({ end }) => end, String)).to.deep.equal({ exitCode: 9 });
    expect(out.output).to.equal('ready\nbye\n');
  });

  it('does not begin a step that is cancelled while its connection is lost', async () => {
    cluster.execs = [works({ afterInputBytes: 0 }), works()];
    const { result, cancel } = drive('echo > effect');
    cancel();
    await hookRejection('CANCELLED', result);
    expect(existsSync(bed.path('effect'))).to.equal(false);
  });

  it('does not begin a step that was cancelled before', async () => {
    cluster.execs = [works()];
    const { context, cancel } = commandContext(cluster);
    cancel();
    await hookRejection('CANCELLED', driveStep(context, TARGET, bed.step(['dash', '-c', 'echo > effect'])));
    expect(cluster.requests).to.deep.equal([]);
  });

  it('reports a step as lost that kills all that watches it, whatever its own exit code', async () => {
    cluster.execs = [works()];
    const { result } = drive('sleep 600 & cd hook/*/ && kill -KILL $(cat own follower); exit 0', IMPATIENT);
    const error = await hookRejection('STEP_LOST', settled(result));
    expect(error.message).to.contain('processes that watch it in container job of pod job-pod were killed');
    expect(error.hint).to.contain('kill -9 -1');
  });

  it('follows anew when a stopped supervisor gives no sign of life', async () => {
    cluster.execs = [works()];
    const { result, out } = drive('kill -STOP $(cat hook/*/follower); echo more; exit 4');
    expect((await settled(result)).end).to.deep.equal({ exitCode: 4 });
    expect(out.output).to.equal('more\n');
    expect(out.debugLines.join()).to.contain('no sign of life');
  });

  const REWRITES: readonly [title: string, script: string][] = [
    ['has rewritten', 'sed s/.....$/00000/ log.0 > x; cat x > log.0; : > ../../forged'],
    [
      'has emptied and goes on to fill',
      ': > log.0; : > ../../forged; while :; do echo more >> log.0; sleep 0.01; done',
    ],
  ];
  for (const [title, script] of REWRITES)
    it(`reports a step as lost whose log another process ${title}`, async () => {
      const rewriter = `cd hook/*/; until grep -q podhooks log.0; do :; done; ${script}`;
      const afterwards: FakeCluster['execs'][number] = (handlers, command) => {
        for (let look = 0; look < 500 && !existsSync(bed.path('forged')); look++)
          spawnSync('sleep', ['0.02']);
        return works()(handlers, command);
      };
      cluster.execs = [works({ afterOutputBytes: 2 }), afterwards];
      const { result } = drive(`echo first; { ${rewriter}; } > /dev/null 2>&1 & exit 5`, IMPATIENT);
      const error = await hookRejection('STEP_LOST', settled(result, 45_000));
      expect(error.message).to.contain('another process has changed its log');
    }).timeout(60_000);

  it('does not start a step with a file that does not fit, and names the file', async () => {
    cluster.execs = [works()];
    const { context } = commandContext(cluster);
    const request = bed.step(['dash', '-c', ': > effect'], {
      files: [{ path: '/dev/full', content: Buffer.from('script') }],
    });
    const error = await hookRejection('FILES_LOST', driveStep(context, TARGET, request));
    expect(error.message).to.contain('/dev/full could not be written whole in container job of pod job-pod');
    expect(existsSync(bed.path('effect'))).to.equal(false);
  });

  for (const [what, script] of [
    ['a folder', 'mkdir result'],
    ['a pipe', 'mkfifo result'],
    ['a link to nowhere', 'ln -s nowhere result'],
  ] as const)
    it(`fails when ${what} is where a file command was: its outputs would be lost without a word`, async () => {
      cluster.execs = [works()];
      const error = await hookRejection('FILES_LOST', drive(script).result);
      expect(error.message).to.contain(`its file command ${bed.path('result')} cannot be read`);
    });

  it('refuses a file command that is too large, and names it', async () => {
    cluster.execs = [works()];
    const { result } = drive('dd if=/dev/null of=result bs=1 seek=900000000 2> /dev/null');
    const error = await hookRejection('FILES_LOST', result);
    expect(error.message).to.contain(`more than 4 MiB into the file command ${bed.path('result')}`);
  });

  it('ends after a cancellation although nothing in the pod answers', async () => {
    cluster.execs = [silent];
    const { result, cancel } = drive('echo');
    cancel();
    const error = await hookRejection('CANCELLED', settled(result));
    expect(error.message).to.contain('its end was not recorded within 7 s');
  });
});
