import { expect } from 'chai';
import type { DefineTest } from './bed.js';
import { at, itemsAt } from './client.js';
import { IDLE, IMAGE, type Session } from './session.js';

export function lifecycleExpectations(session: () => Session, itWithMounts: DefineTest): void {
  const waiting = (name: string, reason: string) =>
    session().until(name, (pod) => at(pod, 'status.containerStatuses.0.state.waiting.reason') === reason);
  const job = (command: string[], rest: object = {}) => ({
    containers: [{ name: 'job', image: IMAGE, command, ...rest }],
  });

  describe('a running pod', () => {
    it('has a node, addresses, conditions and a started container', async () => {
      const name = await session().pod('run', IDLE);
      const pod = await session().phase(name, 'Running');
      const conditions = itemsAt(pod, 'status.conditions').map((c) => [at(c, 'type'), at(c, 'status')]);
      expect(conditions).to.have.deep.members([
        ['PodReadyToStartContainers', 'True'],
        ['Initialized', 'True'],
        ['Ready', 'True'],
        ['ContainersReady', 'True'],
        ['PodScheduled', 'True'],
      ]);
      const status = at(pod, 'status.containerStatuses.0');
      expect(status).to.include({ name: 'job', ready: true, started: true, restartCount: 0 });
      expect(at(status, 'state.running.startedAt')).to.match(/Z$/);
      expect(at(pod, 'spec.nodeName')).to.be.a('string').and.not.equal('');
      expect(at(pod, 'status.podIP')).to.match(/^[\d.]+$/);
      expect(at(pod, 'status.startTime')).to.match(/Z$/);
    });

    it('is marked first and gone after its processes when it is deleted with a grace period', async () => {
      const name = await session().pod('marked', ['sh', '-c', 'trap "" TERM; sleep 3600 & wait; wait']);
      await session().phase(name, 'Running');
      const { status, body } = await session().remove('pods', name, { gracePeriodSeconds: 1 });
      expect([status, at(body, 'metadata.deletionGracePeriodSeconds')]).to.deep.equal([200, 1]);
      expect(at(body, 'metadata.deletionTimestamp')).to.match(/Z$/);
      expect((await session().get('pods', name)).status).to.equal(200);
      await session().gone('pods', name);
    });

    it('is gone at once when it is deleted without a grace period', async () => {
      const name = await session().pod('forced', IDLE);
      await session().phase(name, 'Running');
      await session().remove('pods', name, { gracePeriodSeconds: 0 });
      expect((await session().get('pods', name)).status).to.equal(404);
    });

    it('is not deleted when the precondition names another uid', async () => {
      const name = await session().pod('kept', IDLE);
      const { status, body } = await session().remove('pods', name, { preconditions: { uid: 'other' } });
      expect([status, at(body, 'reason')]).to.deep.equal([409, 'Conflict']);
      expect(at(body, 'message')).to.contain(
        'the UID in the precondition (other) does not match the UID in record',
      );
      await session().remove('pods', name, { gracePeriodSeconds: 0 });
    });
  });

  describe('a pod that ends', () => {
    it('has succeeded when its container exits with 0', async () => {
      const pod = await session().phase(await session().pod('ok', ['true']), 'Succeeded', 'Failed');
      expect(at(pod, 'status.phase')).to.equal('Succeeded');
      expect(at(pod, 'status.containerStatuses.0.state.terminated')).to.include({
        exitCode: 0,
        reason: 'Completed',
      });
      const ready = itemsAt(pod, 'status.conditions').find((condition) => at(condition, 'type') === 'Ready');
      expect(ready).to.include({ status: 'False', reason: 'PodCompleted' });
    });

    it('has failed with the exit code of its container', async () => {
      const pod = await session().phase(
        await session().pod('seven', ['sh', '-c', 'exit 7']),
        'Succeeded',
        'Failed',
      );
      expect(at(pod, 'status.phase')).to.equal('Failed');
      expect(at(pod, 'status.containerStatuses.0.state.terminated')).to.include({
        exitCode: 7,
        reason: 'Error',
      });
      const ready = itemsAt(pod, 'status.conditions').find((condition) => at(condition, 'type') === 'Ready');
      expect(ready).to.include({ status: 'False', reason: 'PodFailed' });
    });

    itWithMounts('keeps what the container wrote to its termination log', async () => {
      const name = await session().pod('words', [
        'sh',
        '-c',
        'echo last words > /dev/termination-log; exit 1',
      ]);
      const pod = await session().phase(name, 'Failed');
      expect(at(pod, 'status.containerStatuses.0.state.terminated.message')).to.equal('last words\n');
    });

    it('says StartError with 128 for a command that there is not', async () => {
      const pod = await session().phase(await session().pod('nocmd', ['nope']), 'Failed');
      const end = at(pod, 'status.containerStatuses.0.state.terminated');
      expect(end).to.include({ exitCode: 128, reason: 'StartError' });
      expect(at(end, 'message')).to.contain('exec: "nope": executable file not found in $PATH');
    });

    it('reports a container that ended beside one that runs', async () => {
      const container = (name: string, script: string) => ({
        name,
        image: IMAGE,
        command: ['sh', '-c', script],
      });
      const spec = {
        containers: [container('a', 'trap "exit 0" TERM; sleep 600 & wait'), container('b', 'exit 3')],
      };
      const name = await session().pod('two', [], spec);
      const pod = await session().until(
        name,
        (p) => at(p, 'status.containerStatuses.1.state.terminated') !== undefined,
      );
      const ready = itemsAt(pod, 'status.conditions').find((condition) => at(condition, 'type') === 'Ready');
      expect(ready).to.include({
        reason: 'ContainersNotReady',
        message: 'containers with unready status: [b]',
      });
      expect(at(pod, 'status.containerStatuses.1.state.terminated.exitCode')).to.equal(3);
      await session().remove('pods', name, { gracePeriodSeconds: 0 });
    });
  });

  describe('init containers', () => {
    const init = (name: string, script: string) => ({
      ...{ name, image: IMAGE, command: ['sh', '-c', script] },
      volumeMounts: [{ name: 'shared', mountPath: '/shared' }],
    });
    const volumes = [{ name: 'shared', emptyDir: {} }];

    itWithMounts('run one after the other before the container, on shared volumes', async () => {
      const initContainers = [init('one', 'echo 1 > /shared/x'), init('two', 'echo 2 >> /shared/x')];
      const volumeMounts = [{ name: 'shared', mountPath: '/elsewhere', readOnly: true }];
      const spec = { volumes, initContainers, ...job(['cat', '/elsewhere/x'], { volumeMounts }) };
      const name = await session().pod('init', [], spec);
      await session().phase(name, 'Succeeded');
      expect((await session().log(name, 'container=job')).text).to.equal('1\n2\n');
    });

    itWithMounts('fail the pod and keep the container waiting when one fails', async () => {
      const spec = { volumes, initContainers: [init('one', 'exit 4')], ...job(['true']) };
      const pod = await session().phase(await session().pod('badinit', [], spec), 'Failed');
      expect(at(pod, 'status.initContainerStatuses.0.state.terminated.exitCode')).to.equal(4);
      expect(at(pod, 'status.containerStatuses.0.state.waiting.reason')).to.equal('PodInitializing');
      const initialised = itemsAt(pod, 'status.conditions').find((c) => at(c, 'type') === 'Initialized');
      expect(initialised).to.include({ message: 'containers with incomplete status: [one]' });
    });

    itWithMounts(
      'start the next container only when the postStart hook of the one before is through',
      async () => {
        const postStart = { exec: { command: ['sh', '-c', 'sleep 1; echo hook > /shared/order'] } };
        const first = { ...init('first', IDLE[2] ?? ''), lifecycle: { postStart } };
        const second = init('second', 'cat /shared/order');
        const name = await session().pod('gate', [], { volumes, containers: [first, second] });
        await session().until(
          name,
          (p) => at(p, 'status.containerStatuses.1.state.terminated') !== undefined,
        );
        expect((await session().log(name, 'container=second')).text).to.equal('hook\n');
        await session().remove('pods', name, { gracePeriodSeconds: 0 });
      },
    );
  });

  describe('a pod that cannot start', () => {
    it('waits with ErrImagePull and then ImagePullBackOff for an image that there is not', async () => {
      const name = await session().pod('noimg', [], {
        containers: [{ name: 'job', image: 'no-such-image:1' }],
      });
      const pod = await session().until(name, (p) =>
        /ImagePull/.test(String(at(p, 'status.containerStatuses.0.state.waiting.reason'))),
      );
      expect(at(pod, 'status.phase')).to.equal('Pending');
      expect(at(pod, 'status.containerStatuses.0.state.waiting.message')).to.contain('no-such-image:1');
      await waiting(name, 'ImagePullBackOff');
      await session().remove('pods', name, { gracePeriodSeconds: 0 });
    });

    it('waits with InvalidImageName for an image that has no valid name', async () => {
      const name = await session().pod('badimg', [], { containers: [{ name: 'job', image: 'Bad//x' }] });
      const pod = await waiting(name, 'InvalidImageName');
      expect(at(pod, 'status.containerStatuses.0.state.waiting.message')).to.equal(
        `Failed to apply default image tag "Bad//x": couldn't parse image name "Bad//x": invalid reference format`,
      );
      await session().remove('pods', name, { gracePeriodSeconds: 0 });
    });

    it('waits with CreateContainerConfigError for a secret that is missing', async () => {
      const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'none', key: 'k' } } }];
      const name = await session().pod('nosecret', [], job(['true'], { env }));
      const pod = await waiting(name, 'CreateContainerConfigError');
      expect(at(pod, 'status.containerStatuses.0.state.waiting.message')).to.equal('secret "none" not found');
      await session().remove('pods', name, { gracePeriodSeconds: 0 });
    });

    it('is unschedulable without its volume claim or with a node selector that no node has', async () => {
      const claim = {
        volumes: [{ name: 'x', persistentVolumeClaim: { claimName: 'none' } }],
        ...job(['true']),
      };
      const selector = { nodeSelector: { 'example.com/none': 'such' }, ...job(['true']) };
      for (const [spec, why] of [
        [claim, '0/1 nodes are available: persistentvolumeclaim "none" not found.'],
        [selector, "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."],
      ] as const) {
        const name = await session().pod('unschedulable', [], spec);
        const pod = await session().until(name, (p) => itemsAt(p, 'status.conditions').length > 0);
        expect(at(pod, 'status.conditions.0')).to.include({
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
        });
        expect(at(pod, 'status.conditions.0.message')).to.contain(why);
        expect([at(pod, 'status.phase'), at(pod, 'spec.nodeName')]).to.deep.equal(['Pending', undefined]);
        await session().remove('pods', name, { gracePeriodSeconds: 0 });
      }
    });
  });

  describe('objects with an owner', () => {
    it('are removed when the owner is', async () => {
      const owner = await session().pod('owner', IDLE);
      const { body } = await session().get('pods', owner);
      const uid = at(body, 'metadata.uid');
      const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: owner, uid }];
      const pod = await session().pod(
        'owned',
        IDLE,
        { terminationGracePeriodSeconds: 1 },
        { ownerReferences },
      );
      const secret = session().name('owned');
      await session().create('secrets', { metadata: { name: secret, ownerReferences } });
      await session().phase(pod, 'Running');
      await session().remove('pods', owner, { gracePeriodSeconds: 0 });
      await session().gone('pods', pod);
      await session().gone('secrets', secret);
    });
  });
}
