import { once } from 'node:events';
import { expect } from 'chai';
import type { DefineTest } from './bed.js';
import { at, ExecRefused, type ExecOptions } from './client.js';
import { IDLE, IMAGE, type Session } from './session.js';

const NOT_FOUND = {
  metadata: {},
  status: 'Failure',
  message: 'Internal error occurred: unable to upgrade connection: container not found ("job")',
  reason: 'InternalError',
  details: { causes: [{ message: 'unable to upgrade connection: container not found ("job")' }] },
  code: 500,
};

/** The same of Kubernetes 1.36 and newer, where the kubelet itself answers the upgrade. */
const MISSING = 'container not found ("job")';

const failed = (code: number) => ({
  metadata: {},
  status: 'Failure',
  message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
});

export function execExpectations(session: () => Session, itWithMounts: DefineTest): void {
  /** What an exec is refused with: a status on channel 3, or the text of the answer instead of an upgrade. */
  const told = async (pod: string, options: Partial<ExecOptions> = {}): Promise<unknown> => {
    try {
      return (await session().exec(pod, ['true'], options)).status;
    } catch (error) {
      if (error instanceof ExecRefused) return error.answer.text.trim();
      throw error;
    }
  };

  describe('an exec', () => {
    let pod: string;
    before(async () => {
      pod = await session().pod('exec', IDLE);
      await session().phase(pod, 'Running');
    });

    it('speaks v5, begins with an empty frame and ends with Success on channel 3', async () => {
      const result = await session().exec(pod, ['true'], {
        protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
      });
      expect(result.protocol).to.equal('v5.channel.k8s.io');
      expect(result.frames[0]).to.deep.equal({ channel: 1, bytes: 0 });
      expect(result.frames.at(-1)?.channel).to.equal(3);
      expect(result.status).to.deep.equal({ metadata: {}, status: 'Success' });
      expect(result.closeCode).to.equal(1000);
    });

    it('carries output, errors and the exit code on channels of their own', async () => {
      const result = await session().exec(pod, ['sh', '-c', 'echo o; echo e >&2; exit 7']);
      expect([result.stdout.toString(), result.stderr]).to.deep.equal(['o\n', 'e\n']);
      expect(result.status).to.deep.equal(failed(7));
    });

    it('names the command in the status of v4', async () => {
      const result = await session().exec(pod, ['sh', '-c', 'exit 7'], { protocols: ['v4.channel.k8s.io'] });
      expect(result.protocol).to.equal('v4.channel.k8s.io');
      expect(at(result.status, 'message')).to.equal(
        'command terminated with non-zero exit code: error executing command [sh -c exit 7], exit code 7',
      );
      expect(at(result.status, 'details.causes')).to.deep.equal([{ reason: 'ExitCode', message: '7' }]);
    });

    it('runs the command in a session and a process group of its own, which can be signalled', async () => {
      const script =
        'read -r pid name state parent group session rest < /proc/$$/stat; echo $((group - $$)) $((session - $$))';
      expect((await session().exec(pod, ['sh', '-c', script])).stdout.toString()).to.equal('0 0\n');
    });

    it('counts 128 and the signal for a command that a signal ended', async () => {
      expect((await session().exec(pod, ['sh', '-c', 'kill -9 $$'])).status).to.deep.equal(failed(137));
    });

    it('tells the command the end of its input in v5', async () => {
      const result = await session().exec(pod, ['sh', '-c', 'cat; echo end'], { stdin: 'some input\n' });
      expect(result.stdout.toString()).to.equal('some input\nend\n');
    });

    it('keeps every byte of input and output', async () => {
      const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) % 256));
      const result = await session().exec(pod, ['cat'], { stdin: bytes });
      expect(result.stdout.equals(bytes)).to.equal(true);
    });

    it('gives a command that asked for no input an end at once', async () => {
      expect((await session().exec(pod, ['sh', '-c', 'cat; echo end'])).stdout.toString()).to.equal('end\n');
    });

    it('passes arguments on as they are', async () => {
      const words = ['it"s', ' two  blanks ', '$HOME', "'", '\\n', 'ü', '*'];
      const result = await session().exec(pod, ['sh', '-c', 'printf "%s|" "$@"', 'sh', ...words]);
      expect(result.stdout.toString()).to.equal(`${words.join('|')}|`);
    });

    it('waits for all that hold its output', async () => {
      const result = await session().exec(pod, ['sh', '-c', '(sleep 0.5; echo late) & exit 3']);
      expect(result.stdout.toString()).to.equal('late\n');
      expect(result.status).to.deep.equal(failed(3));
    });

    itWithMounts('runs beside the first process, in its file system, with its environment', async () => {
      await session().exec(pod, ['sh', '-c', 'echo kept > /only-here']);
      const script = 'cat /only-here; echo $HOSTNAME; tr "\\0" " " < /proc/1/cmdline';
      const result = await session().exec(pod, ['sh', '-c', script]);
      expect(result.stdout.toString()).to.match(new RegExp(`^kept\\n${pod}\\nsh -c trap`));
    });

    itWithMounts('lets the command live when the connection is lost', async () => {
      const socket = session().runner.socket(session().namespace, pod, {
        command: ['sh', '-c', 'echo started; sleep 0.5; echo survived > /survivor'],
      });
      for (let text = ''; !text.includes('started');) text += String(await once(socket, 'message'));
      socket.terminate();
      const wait = 'until [ -s /survivor ]; do sleep 0.1; done; cat /survivor';
      expect((await session().exec(pod, ['sh', '-c', wait])).stdout.toString()).to.equal('survived\n');
    });

    it('says what cannot be run', async () => {
      const { status } = await session().exec(pod, ['no-such-program']);
      expect(at(status, 'message')).to.match(
        /^Internal error occurred: Internal error occurred: error executing command in container: .*: exec: "no-such-program": executable file not found in \$PATH/,
      );
      expect([at(status, 'reason'), at(status, 'code')]).to.deep.equal(['InternalError', 500]);
    });

    it('needs at least one stream', async () => {
      const why = 'you must specify at least 1 of stdin, stdout, stderr';
      const said = await told(pod, { stdout: false, stderr: false });
      expect(at(said, 'message') ?? said).to.be.oneOf([
        `Internal error occurred: unable to upgrade connection: ${why}`,
        why,
      ]);
    });

    it('needs an upgrade', async () => {
      const path = `${session().path('pods', pod, 'exec')}?command=true&stdout=true`;
      const { status, body } = await session().runner.request('GET', path);
      expect([status, at(body, 'message')]).to.deep.equal([400, 'Upgrade request required']);
    });
  });

  describe('an exec that finds no container', () => {
    const refused = async (pod: string, options: Partial<ExecOptions> = {}) => {
      try {
        await session().exec(pod, ['true'], options);
      } catch (error) {
        if (error instanceof ExecRefused) return [error.answer.status, at(error.answer.body, 'message')];
        throw error;
      }
      throw new Error('the exec was not refused');
    };

    it('is refused with 404 for an unknown pod', async () => {
      expect(await refused('nope')).to.deep.equal([404, 'pods "nope" not found']);
    });

    it('is refused with 400 for an unknown container, and where it has to be named', async () => {
      const container = (name: string) => ({ name, image: IMAGE, command: IDLE });
      const pod = await session().pod('many', [], { containers: [container('a'), container('b')] });
      expect(await refused(pod, { container: 'x' })).to.deep.equal([
        400,
        `container x is not valid for pod ${pod}`,
      ]);
      expect(await refused(pod)).to.deep.equal([
        400,
        `a container name must be specified for pod ${pod}, choose one of: [a b]`,
      ]);
      await session().remove('pods', pod, { gracePeriodSeconds: 0 });
    });

    it('is refused with 400 before the pod has a node', async () => {
      const pod = await session().pod('homeless', IDLE, { nodeSelector: { 'example.com/none': 'such' } });
      expect(await refused(pod)).to.deep.equal([400, `pod ${pod} does not have a host assigned`]);
      await session().remove('pods', pod, { gracePeriodSeconds: 0 });
    });

    it('is told so before the container runs and after its end', async () => {
      const waiting = await session().pod('waiting', [], {
        containers: [{ name: 'job', image: 'no-such-image:2' }],
      });
      await session().until(waiting, (p) => at(p, 'spec.nodeName') !== undefined);
      expect([NOT_FOUND, MISSING]).to.deep.include(await told(waiting));
      await session().remove('pods', waiting, { gracePeriodSeconds: 0 });
      const ended = await session().pod('ended', ['true']);
      await session().phase(ended, 'Succeeded');
      expect([NOT_FOUND, MISSING]).to.deep.include(await told(ended));
    });
  });
}
