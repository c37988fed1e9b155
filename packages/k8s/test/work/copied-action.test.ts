import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  ARE_LARGE,
  ASK_AGENT,
  FIND_CHANGES,
  LARGE,
  NOTHING_CHANGED,
  OPEN_GATE,
  RECEIVE_FOLDERS,
  SEND_FOLDERS,
} from '../../src/agent/action-files.js';
import type { ExecHandlers, ExecSession } from '../../src/cluster/exec.js';
import type { SharedAction } from '../../src/work/action-sharing.js';
import { CopiedAction } from '../../src/work/copied-action.js';
import { commandContext } from '../support/command-context.js';
import { containerStep } from '../support/containers.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { hookRejection } from '../support/rejection.js';

const LARGE_JOB = { name: 'job-pod', address: '10.0.0.7' };
const TOTALS = 'Total bytes written: 10240 (10KiB, 1MiB/s)\n';

interface Answer {
  exitCode?: number;
  stdout?: string;
  stderr?: string;
  /** Ends only when it is left. */
  waits?: true;
  /** What a tar says that is asked to tell how much it has written or read. */
  totals?: string;
  refused?: Error;
  /** The connection takes a while. */
  late?: true;
}

/** Two pods whose commands do nothing but end as a test has it; without a word, and well, unless it says otherwise. */
class AnsweringCluster extends FakeCluster {
  /** By script, or by `<pod> <container>`: one answer after the other. */
  readonly answers = new Map<string, Answer[]>();
  readonly commands: (readonly string[])[] = [];
  /** What commands were given on stdin. */
  readonly inputs: string[] = [];
  onExec: (command: readonly string[]) => void = () => undefined;
  /** Commands whose connections the hook has closed. */
  readonly closed: (readonly string[])[] = [];

  override async exec(
    pod: string,
    container: string,
    command: readonly string[],
    handlers: ExecHandlers,
  ): Promise<ExecSession> {
    this.commands.push([pod, container, ...command]);
    this.onExec(command);
    const answers =
      this.answers.get(command[2] ?? '') ??
      this.answers.get(command[4] ?? '') ??
      this.answers.get(`${pod} ${container}`);
    const {
      exitCode = 0,
      stdout = '',
      stderr = '',
      totals = TOTALS,
      refused,
      waits,
      late = false,
    } = answers?.shift() ?? {};
    const said = command.some((text) => text.includes('--totals')) ? stderr + totals : stderr;
    if (late) await new Promise((resolve) => setTimeout(resolve, 20));
    if (refused !== undefined) throw refused;
    if (stdout !== '') await handlers.onStdout(Buffer.from(stdout));
    if (said !== '') await handlers.onStderr(Buffer.from(said));
    return {
      write: (data) => {
        this.inputs.push(data.toString());
        return Promise.resolve();
      },
      endInput: () => undefined,
      close: () => void this.closed.push(command),
      done: waits === true ? new Promise(() => undefined) : Promise.resolve({ exitCode }),
    };
  }
}

describe('the files of a docker action with a work folder of its own', () => {
  let work: string;
  let cluster: AnsweringCluster;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'podhooks-work-'));
    cluster = new AnsweringCluster();
  });
  afterEach(() => rmSync(work, { recursive: true }));

  const answer = (to: string, ...answers: Answer[]) => cluster.answers.set(to, answers);
  const shared = (
    jobPod: SharedAction['jobPod'] = { name: 'job-pod', address: undefined },
    path?: string,
    repository: string | null = 'repo',
  ) => {
    const given = commandContext(cluster);
    const environmentVariables = path === undefined ? {} : { GITHUB_ACTION_PATH: path };
    const action = new CopiedAction({
      args: { ...containerStep('v12').args, environmentVariables },
      work,
      repository: repository ?? undefined,
      jobPod,
      kept: undefined,
      context: given.context,
    });
    return { ...given, action, share: () => action.share('step-pod', given.context.cancelled) };
  };
  const calls = (script: string) => cluster.commands.filter((command) => command.includes(script));

  it('are asked of the job pod, and the gate of the action is opened behind them', async () => {
    const { share, out } = shared();
    await share();
    expect(calls(SEND_FOLDERS)).to.deep.equal([
      ['job-pod', 'podhooks', 'bash', '-c', SEND_FOLDERS, 'bash', 'repo', '_temp'],
    ]);
    expect(cluster.commands.at(-1)?.slice(0, 5)).to.deep.equal([
      'step-pod',
      'podhooks',
      'bash',
      '-c',
      OPEN_GATE,
    ]);
    expect(out.warnings).to.deep.equal([]);
  });

  it('are those of the folder for temporary files alone where there is no repository', async () => {
    const { share, action } = shared(undefined, undefined, null);
    await share();
    expect(calls(OPEN_GATE)[0]?.slice(5)).to.deep.equal(['bash', '', '_temp']);
    await action.takeBack('step-pod');
    expect(calls(ASK_AGENT)).to.deep.equal([]);
    expect(calls(FIND_CHANGES)[0]?.slice(5)).to.deep.equal(['bash', '_temp']);
  });

  it('come whole, wherever the action itself lies', async () => {
    for (const path of [
      '/elsewhere',
      `${work}/_actions/o/r`,
      `${work}/repo/o/r/v1`,
      `${work}/_actions/o/r/v1/sub`,
    ])
      await shared(undefined, path).share();
    expect(calls(OPEN_GATE)).to.have.length(4);
  });

  it('are waited for while the helper does not run, or runs and fails', async () => {
    answer('step-pod podhooks', { refused: refusal(500, 'container not found') }, { exitCode: 1 }, {});
    const { share } = shared();
    await share();
    expect(calls(':')).to.have.length(3);
  });

  it('are given up for a helper that may not be asked', async () => {
    answer(':', { refused: refusal(403, 'no exec for you') });
    const error: unknown = await shared()
      .share()
      .catch((fault: unknown) => fault);
    expect(String(error)).to.contain('no exec for you');
    expect(calls(OPEN_GATE)).to.deep.equal([]);
  });

  it('warn of what the job pod could not send, in five lines at the most', async () => {
    const stderr = [1, 2, 3, 4, 5, 6].map((line) => `tar: ${line}\n`).join('');
    answer(SEND_FOLDERS, { stderr });
    const { share, out } = shared();
    await share();
    expect(out.warnings).to.deep.equal([
      "Not copied into the action's pod: tar: 1; tar: 2; tar: 3; tar: 4; tar: 5; …",
    ]);
  });

  describe('that are large', () => {
    const SENDER = { stdout: '40123\n' };
    const direct = (role: string) => cluster.commands.filter((command) => command[6] === role);
    const large = () => {
      answer(ARE_LARGE, { stdout: LARGE }, { stdout: LARGE });
      return shared(LARGE_JOB);
    };

    it('come directly from the job pod, by a key that stands in no argument', async () => {
      answer('send', SENDER);
      const { share, out } = large();
      await share();
      expect(direct('send')).to.have.length(1);
      expect(direct('send')[0]?.slice(0, 3)).to.deep.equal(['job-pod', 'podhooks', process.execPath]);
      expect(direct('receive')[0]?.slice(0, 3)).to.deep.equal(['step-pod', 'podhooks', process.execPath]);
      const [toSender = '', toReceiver = ''] = cluster.inputs.filter((input) => /^[0-9a-f]{64}/.test(input));
      const key = toSender.trim();
      expect(toReceiver).to.equal(`${key} 10.0.0.7 40123\n`);
      expect(cluster.commands.flat().some((text) => text.includes(key))).to.equal(false);
      expect(cluster.commands.filter((command) => command[4] === SEND_FOLDERS)).to.deep.equal([]);
      expect(out.debugLines.join()).to.contain('copied directly from pod job-pod to pod step-pod');
      expect(out.warnings).to.deep.equal([]);
    });

    it('have a key of their own each time', async () => {
      answer('send', SENDER, SENDER);
      const { share } = large();
      await share();
      await share();
      const keys = cluster.inputs.filter((input) => /^[0-9a-f]{64}\n/.test(input));
      expect(new Set(keys)).to.have.length(2);
    });

    it('come through the API server where the pods do not reach each other, which is tried once in a job', async () => {
      answer('send', { ...SENDER, waits: true });
      answer('receive', { exitCode: 75, stderr: 'no connection\n' });
      const { share, out } = large();
      await share();
      expect(out.debugLines.join()).to.contain(
        'pod step-pod does not reach port 40123 of 10.0.0.7: no connection',
      );
      await share();
      expect(direct('send')).to.have.length(1);
      expect(calls(SEND_FOLDERS).filter(([, , shell]) => shell === 'bash')).to.have.length(2);
      expect(out.warnings).to.deep.equal([]);
    });

    const FAILURES: readonly [why: string, send: Answer, receive: Answer][] = [
      ['their helper has no Node', { exitCode: 127 }, { waits: true }],
      ['the receiver fails', { ...SENDER, waits: true }, { exitCode: 1 }],
      ['the connection ends early', SENDER, { totals: 'Total bytes read: 512 (512B, 1MiB/s)\n' }],
      ['their sender fails', { ...SENDER, exitCode: 1 }, {}],
      ['the helper cannot be asked', { refused: refusal(500, 'no') }, { waits: true }],
    ];
    for (const [why, send, receive] of FAILURES)
      it(`come through the API server where ${why}, and directly the next time`, async () => {
        answer('send', send, SENDER);
        answer('receive', receive);
        const { share, out } = large();
        await share();
        expect(calls(SEND_FOLDERS).filter(([, , shell]) => shell === 'bash')).to.have.length(1);
        await share();
        expect(calls(SEND_FOLDERS).filter(([, , shell]) => shell === 'bash')).to.have.length(1);
        expect(out.warnings).to.deep.equal([]);
      });

    it('leave no end of a copy waiting whose other end cannot be started', async () => {
      answer('send', { refused: refusal(500, 'no') });
      answer('receive', { waits: true, late: true });
      const { share } = large();
      await share();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(cluster.closed.filter((command) => command.includes('receive'))).to.have.length(1);
    });

    it('are not copied when the action is cancelled meanwhile', async () => {
      answer('send', { ...SENDER, waits: true });
      const { share, cancel } = large();
      cluster.onExec = (command) => {
        if (command.includes('receive')) cancel();
      };
      const end = await share().then(
        () => 'copied',
        (error: unknown) => (error instanceof Error ? error.name : ''),
      );
      expect(end).to.equal('AbortError');
      expect(calls(OPEN_GATE)).to.deep.equal([]);
    });
  });

  it('are lost when the sending tar fails', async () => {
    answer(SEND_FOLDERS, { exitCode: 2, stderr: 'tar: gone' });
    const { message } = await hookRejection('FILES_LOST', shared().share());
    expect(message).to.contain('from pod job-pod to pod step-pod: tar ended with exit code 2: tar: gone');
    expect(calls(OPEN_GATE)).to.deep.equal([]);
  });

  it('are sent again when their end is lost on the way, and lost when it always is', async () => {
    const cut = { exitCode: 2, stderr: 'tar: Unexpected EOF in archive\n' };
    answer(RECEIVE_FOLDERS, cut, {});
    const sent = await shared()
      .share()
      .then(() => 'sent', String);
    expect(sent).to.equal('sent');
    expect(calls(SEND_FOLDERS)).to.have.length(2);
    answer(RECEIVE_FOLDERS, cut, cut, cut);
    const { message } = await hookRejection('FILES_LOST', shared().share());
    expect(message).to.contain('tar: Unexpected EOF in archive');
    expect(calls(SEND_FOLDERS)).to.have.length(5);
  });

  it('are sent again when all that the receiver has seen is a shorter archive', async () => {
    const shorter = { totals: 'Total bytes read: 9728 (9.5KiB, 1MiB/s)\n' };
    answer(RECEIVE_FOLDERS, shorter);
    const { share, out } = shared();
    await share();
    expect(calls(SEND_FOLDERS)).to.have.length(2);
    expect(out.warnings).to.deep.equal([]);
    answer(RECEIVE_FOLDERS, shorter, shorter, shorter);
    const { message } = await hookRejection('FILES_LOST', shared().share());
    expect(message).to.contain('from pod job-pod to pod step-pod: 9728 of 10240 bytes arrived');
  });

  it('are sent again when nobody says how much was sent', async () => {
    answer(SEND_FOLDERS, { totals: '' });
    await shared().share();
    expect(calls(SEND_FOLDERS)).to.have.length(2);
  });

  it('are lost when the gate of the action does not open', async () => {
    answer(OPEN_GATE, { exitCode: 1, stderr: 'read-only file system\n' });
    const { message } = await hookRejection('FILES_LOST', shared().share());
    expect(message).to.contain('into the pod of the docker action: read-only file system');
  });

  it('are not brought back from a pod that is going', async () => {
    const { action, cancel } = shared();
    cancel();
    await action.takeBack('step-pod');
    expect(cluster.commands).to.deep.equal([]);
  });

  it('need no transfer when neither the runner nor the job pod lacks anything', async () => {
    answer(ASK_AGENT, { stdout: 'same\n' });
    answer(FIND_CHANGES, { exitCode: NOTHING_CHANGED });
    const { action, out } = shared();
    await action.takeBack('step-pod');
    expect(cluster.commands).to.have.length(2);
    expect(out.warnings).to.deep.equal([]);
  });

  it('are said not to be on the runner when the agent fails', async () => {
    answer(ASK_AGENT, { exitCode: 1, stdout: 'same\n' });
    const { action, out } = shared();
    await action.takeBack('step-pod');
    expect(out.warnings.join()).to.contain('did not answer');
  });

  it('are lost for the job pod when the changes cannot be found', async () => {
    answer(ASK_AGENT, { stdout: 'same\n' });
    answer(FIND_CHANGES, { exitCode: 7, stderr: 'find: no such file\n' });
    const { message } = await hookRejection('FILES_LOST', shared().action.takeBack('step-pod'));
    expect(message).to.contain('from the docker action into the job pod: find: no such file');
  });

  const PUTS: readonly [title: string, answer: Answer, warnings: string[]][] = [
    ['nothing when they are in place', {}, []],
    ['the reason', { exitCode: 1, stderr: 'no room\n' }, ['no room']],
    ['the exit code where there is no reason', { exitCode: 9 }, ['exit code 9']],
  ];
  for (const [title, put, warnings] of PUTS)
    it(`warn in the job pod of ${title}`, async () => {
      answer(ASK_AGENT, { stdout: 'same\n' });
      answer('job-pod job', put);
      const { action, out } = shared();
      await action.takeBack('step-pod');
      expect(out.warnings).to.deep.equal(
        warnings.map((text) => `Not copied from the docker action into the job pod: ${text}`),
      );
      expect(cluster.commands.at(-1)?.slice(0, 2), 'cleans up').to.deep.equal(['job-pod', 'podhooks']);
    });
});
