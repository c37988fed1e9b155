import { expect } from 'chai';
import { actionEnd, stepStartState } from '../../src/follow/action-end.js';
import { pod } from '../support/pod.js';

const POD = pod('step-pod').onNode();
const ended = (exitCode: number, reason = exitCode === 0 ? 'Completed' : 'Error', message?: string) =>
  POD.terminated('job', { exitCode, reason, ...(message !== undefined && { message }) });

describe('the end of an action', () => {
  it('has not come while its container waits or runs', () => {
    expect(actionEnd(POD.build())).to.equal(undefined);
    expect(actionEnd(POD.waiting('job', 'ContainerCreating').build())).to.equal(undefined);
    expect(actionEnd(POD.running('job').build())).to.equal(undefined);
  });

  for (const code of [0, 1, 2, 42, 127, 137, 143, 255])
    it(`is its exit code ${code}`, () => {
      const phase = code === 0 ? 'Succeeded' : 'Failed';
      expect(actionEnd(ended(code).phase(phase).build())).to.deep.equal({ kind: 'exited', exitCode: code });
    });

  it('is its exit code 0 although the kernel has killed one of its processes', () => {
    expect(actionEnd(ended(0, 'OOMKilled').phase('Succeeded').build())).to.deep.equal({
      kind: 'exited',
      exitCode: 0,
    });
    expect(actionEnd(ended(137, 'OOMKilled').phase('Failed').build())?.kind).to.equal('lost');
  });

  it('does not wait for sidecars', () => {
    expect(actionEnd(ended(3).running('sidecar').phase('Running').build())).to.deep.equal({
      kind: 'exited',
      exitCode: 3,
    });
  });

  it('has with it why a Dockerfile could not be carried out', () => {
    expect(actionEnd(ended(1, 'Error', 'podhooks: 3 2 why\n').build())).to.deep.equal({
      kind: 'exited',
      exitCode: 1,
      buildFailure: '3 2 why',
    });
  });

  it('is a loss where a stage of its Dockerfile was killed: the action would wait for ever', () => {
    const killed = POD.running('job').terminated('stage-0', { exitCode: 137, reason: 'OOMKilled' }).build();
    const end = actionEnd(killed);
    expect(end?.kind).to.equal('lost');
    expect(end && 'reason' in end && end.reason.what)
      .to.contain('stage-0')
      .and.contain('OOMKilled');
    const done = POD.running('job').terminated('stage-0', { exitCode: 0, reason: 'Completed' }).build();
    expect(actionEnd(done)).to.equal(undefined);
  });

  it('names entry point and image where the program cannot be run', () => {
    const failed = ended(128, 'StartError', 'exec: "/nope": no such file or directory\n').build();
    const [container] = failed.spec?.containers ?? [];
    Object.assign(container ?? {}, { image: 'a:1', command: ['/nope'] });
    const end = actionEnd(failed);
    expect(end?.kind).to.equal('unstarted');
    expect(end && 'reason' in end && end.reason.what).to.equal(
      'The docker action a:1 cannot be started with the entry point /nope: exec: "/nope": no such file or directory',
    );
    const preset = actionEnd(ended(128, 'StartError').build());
    expect(preset && 'reason' in preset && preset.reason.what).to.contain('the ENTRYPOINT of the image');
  });

  const LOST: [string, ReturnType<typeof ended>, string][] = [
    ['is OOMKilled', ended(137, 'OOMKilled'), 'OOMKilled'],
    ['is evicted', ended(137).phase('Failed', 'Evicted', 'low on memory'), 'evicted: low on memory'],
    [
      'is evicted while it still runs',
      POD.running('job').condition('DisruptionTarget', 'True', 'x'),
      'evicted',
    ],
    ['is deleted', ended(143).deleted(), 'was deleted'],
    ['is out of time', ended(137).phase('Failed', 'DeadlineExceeded'), 'its time is up'],
    ['lost its node', POD.running('job').phase('Unknown'), 'does not answer any more'],
    ['is not found by the kubelet', ended(137, 'ContainerStatusUnknown'), 'ContainerStatusUnknown'],
    ['ended without a container', POD.phase('Failed', 'OutOfcpu'), 'OutOfcpu'],
  ];
  for (const [title, { build }, words] of LOST.map(
    ([name, built, text]) => [name, { build: () => built.build() }, text] as const,
  ))
    it(`is a loss where the pod ${title}`, () => {
      const end = actionEnd(build());
      expect(end?.kind).to.equal('lost');
      expect(end && 'reason' in end && end.reason.what).to.contain(words);
    });
});

describe('a step pod on its way', () => {
  it('is there when its action runs, or has run already, well or not', () => {
    for (const there of [POD.running('job'), ended(0), ended(5), ended(128, 'StartError')])
      expect(stepStartState(there.build())).to.deep.equal({ kind: 'running' });
  });

  it('is not there while a stage of its Dockerfile cannot start', () => {
    const pulls = POD.running('job').waiting('stage-0', 'ErrImagePull', 'not found').build();
    expect(stepStartState(pulls).kind).to.equal('failed');
    const starting = POD.running('job').waiting('stage-0', 'ContainerCreating').build();
    expect(stepStartState(starting).kind).to.equal('waiting');
    const done = POD.running('job').terminated('stage-0', { exitCode: 0, reason: 'Completed' }).build();
    expect(stepStartState(done)).to.deep.equal({ kind: 'running' });
  });

  it('need not wait for its sidecars', () => {
    const built = POD.running('job').waiting('sidecar', 'ContainerCreating').build();
    expect(stepStartState(built)).to.deep.equal({ kind: 'running' });
  });

  it('is as any other pod before that', () => {
    expect(stepStartState(POD.waiting('job', 'ContainerCreating').build()).kind).to.equal('waiting');
    expect(stepStartState(POD.waiting('job', 'ErrImagePull', 'not found').build()).kind).to.equal('failed');
    expect(stepStartState(POD.phase('Failed', 'OutOfcpu').build()).kind).to.equal('failed');
  });
});
