import type { HookContainer } from '@podhooks/hooklib';
import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import { inheritDefaults } from '../../src/merge/inherit.js';
import { withBuild } from '../../src/pod/build-pod.js';
import type { HookPodOptions } from '../../src/pod/hook-pod.js';
import { readRunnerPod } from '../../src/pod/runner-pod.js';
import { stepPod, type StepPod } from '../../src/pod/step-pod.js';
import { containerStep } from '../support/containers.js';
import { planOf } from '../support/context.js';
import { NO_POLICY, NO_RULES } from '../support/options-policy.js';
import { ephemeral, runnerPod, WORK } from '../support/runner-pods.js';

const OPTIONS: HookPodOptions = {
  runner: readRunnerPod(runnerPod(ephemeral('ReadWriteOnce')), { claimName: undefined, work: WORK }),
  inheriting: inheritDefaults,
  id: '1a2b3',
  provenance: { labels: {}, annotations: {} },
  volumesAllow: [],
  policy: NO_POLICY,
  rules: NO_RULES,
  sameNode: undefined,
  maxSeconds: undefined,
};

/** @param template changes the pod as a template would. */
function build(
  text: string,
  parts: Partial<HookContainer> = {},
  template = (own: StepPod) => own,
  rules = NO_RULES,
) {
  const plan = planOf(text);
  const args = { ...containerStep('v12').args, image: plan.stages.at(-1)?.image ?? '', ...parts };
  const copying = { helperImage: undefined, gateSeconds: 600, filesBack: undefined };
  const own = template(stepPod({ ...OPTIONS, args, work: WORK, jobPod: undefined, copying }));
  const options = { title: 'o/r/v1/Dockerfile', context: `${WORK}/_actions/o/r/v1`, token: 'TOKEN' };
  const { pod, secrets } = withBuild(own, { plan, options }, args, { ...OPTIONS, rules });
  const containers = pod.spec?.containers ?? [];
  const script = (name: string) => Buffer.from(secrets[0]?.data?.[name] ?? '', 'base64').toString();
  return { pod, secrets, containers, job: containers.at(-1), script };
}

const BUILT = 'FROM b:1\nRUN true\nENTRYPOINT ["/e"]\n';

describe('the pod of a Dockerfile', () => {
  it('starts from the base image with nothing of the action in its environment', () => {
    const { job, secrets, script } = build(BUILT, {
      environmentVariables: { INPUT_TOKEN: 's3cret', HOME: '/github/home' },
    });
    expect(job).to.include({ name: 'job', image: 'b:1' });
    expect(job?.env).to.deep.equal([]);
    expect(job).to.not.have.property('workingDir');
    expect(secrets).to.have.length(1);
    expect(script('stage-0'))
      .to.contain('export INPUT_TOKEN=s3cret\n')
      .and.contain('export CI=true\n')
      .and.contain('cd /github/workspace ');
  });

  it('leaves a variable to the template that sets it', () => {
    const { job, script } = build(BUILT, { environmentVariables: { A: 'action', B: 'b' } }, (own) => {
      const [container] = own.pod.spec?.containers ?? [];
      const env = (container?.env ?? []).map((each) =>
        each.name === 'A' ? { name: 'A', value: 'template' } : each,
      );
      Object.assign(container ?? {}, { env });
      return own;
    });
    expect(job?.env).to.deep.equal([{ name: 'A', value: 'template' }]);
    expect(script('stage-0')).to.contain('export B=b\n').and.not.contain('export A=');
  });

  it('has a container for each stage before that of the action, with what a template gives the action', () => {
    const text = 'FROM a:1 AS x\nRUN 1\nFROM b:1\nCOPY --from=x /f /f\nENTRYPOINT ["/f"]\n';
    const { containers, pod, script } = build(text, { environmentVariables: { A: 's3cret' } }, (own) => {
      Object.assign(own.pod.spec?.containers[0] ?? {}, { resources: { limits: { cpu: '1' } } });
      return own;
    });
    expect(containers.map(({ name, image }) => [name, image])).to.deep.equal([
      ['stage-0', 'a:1'],
      ['job', 'b:1'],
    ]);
    expect(containers.map(({ resources }) => resources?.limits)).to.deep.equal([{ cpu: '1' }, { cpu: '1' }]);
    expect(script('stage-0')).to.contain('_ph_run').and.not.contain('s3cret');
    expect(pod.spec?.volumes?.map(({ name }) => name)).to.include.members(['build', 'stages']);
  });

  it('takes the base image of each stage from the mirror', () => {
    const rules = {
      ...NO_RULES,
      images: { ...NO_RULES.images, rewrites: { 'docker.io': 'mirror.test/hub' } },
    };
    const text = 'FROM a:1 AS x\nRUN 1\nFROM ghcr.io/b:1\nCOPY --from=x /f /f\nENTRYPOINT ["/f"]\n';
    expect(build(text, {}, undefined, rules).containers.map(({ image }) => image)).to.deep.equal([
      'mirror.test/hub/library/a:1',
      'ghcr.io/b:1',
    ]);
  });

  it('is root where a USER asks for root, unless the template has another user', () => {
    const text = 'FROM a\nUSER root\nRUN 1\nENTRYPOINT ["e"]\n';
    expect(build(text).job?.securityContext).to.deep.equal({ runAsUser: 0 });
    const { job } = build(text, {}, (own) => {
      Object.assign(own.pod.spec?.containers[0] ?? {}, { securityContext: { runAsUser: 7 } });
      return own;
    });
    expect(job?.securityContext).to.deep.equal({ runAsUser: 7 });
    expect(build(BUILT).job).to.not.have.property('securityContext');
  });

  it('has no shell where the pod can say all: then the image has its own entry point', () => {
    const text = 'FROM a\nENV A=1$ B=2\nCMD ["c", "$x"]\n';
    const { job, secrets } = build(text, { entryPointArgs: [], environmentVariables: { B: 'action' } });
    expect(job).to.not.have.property('command');
    expect(job?.args).to.deep.equal(['c', '$$x']);
    expect(job?.env?.[0]).to.deep.equal({ name: 'A', value: '1$$' });
    expect(job?.env?.filter(({ name }) => name === 'B')).to.have.length(1);
    expect(Object.keys(secrets[0]?.data ?? {})).to.deep.equal(['job.0']);
  });

  it('takes entry point and arguments of the action before those of the Dockerfile', () => {
    const command = (parts: Partial<HookContainer>) =>
      build('FROM a\nRUN 1\nENTRYPOINT ["e"]\nCMD ["c"]\n', parts).script('stage-0').split('\n').at(-2);
    const none = { entryPoint: null, entryPointArgs: [] };
    expect(command(none)).to.equal('_ph_exec "$@" e c');
    expect(command({ ...none, entryPointArgs: ['x'] })).to.equal('_ph_exec "$@" e x');
    expect(command({ entryPoint: '/p', entryPointArgs: [] })).to.equal('_ph_exec "$@" /p');
  });

  it('is refused without anything to start, and where it does not fit into a Secret', () => {
    const none = { entryPoint: null, entryPointArgs: [] };
    const nothing = hookErrorOf('UNSUPPORTED', () => build('FROM a\nRUN 1\n', none));
    expect(nothing.message).to.equal(
      'o/r/v1/Dockerfile has neither ENTRYPOINT nor CMD, and the action no arguments.',
    );
    const large = `${BUILT}RUN : ${'x'.repeat(2 ** 20)}\n`;
    expect(hookErrorOf('INPUT_INVALID', () => build(large)).message).to.contain('a Secret holds 1048576');
  });
});
