import type { HookContainer } from '@podhooks/hooklib';
import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import { inheritDefaults } from '../../src/merge/inherit.js';
import type { Pod } from '../../src/model/kubernetes.js';
import { ownedBy, readRunnerPod } from '../../src/pod/runner-pod.js';
import { stepPod, workPathOfStep } from '../../src/pod/step-pod.js';
import { runnerMounts } from '../../src/pod/volumes.js';
import { containerStep } from '../support/containers.js';
import { pod } from '../support/pod.js';
import { NO_POLICY, NO_RULES } from '../support/options-policy.js';
import { ephemeral, runnerPod, WORK } from '../support/runner-pods.js';

const COPYING = { helperImage: undefined, gateSeconds: 600, filesBack: undefined };

const VOLUME = runnerPod(ephemeral('ReadWriteOnce'));
const RUNNER = readRunnerPod(VOLUME, { claimName: undefined, work: WORK });

function build(
  prefix: string,
  parts: Partial<HookContainer> = {},
  runner: Pod = VOLUME,
  jobPod?: Pod,
  policy = NO_POLICY,
) {
  const built = stepPod({
    runner: readRunnerPod(runner, { claimName: undefined, work: WORK }),
    args: { ...containerStep(prefix).args, ...parts },
    work: WORK,
    jobPod,
    copying: COPYING,
    inheriting: inheritDefaults,
    id: '1a2b3',
    provenance: { labels: { 'podhooks.dev/job': 'build' }, annotations: { 'podhooks.dev/actor': 'octocat' } },
    volumesAllow: [],
    policy,
    rules: NO_RULES,
    sameNode: undefined,
    maxSeconds: undefined,
  });
  const [container] = built.pod.spec?.containers ?? [];
  if (container === undefined) throw new Error('the pod has no container');
  return { ...built, container };
}

describe('a step pod', () => {
  it('has the maxima of the administrator as limits, as the runner passes no options', () => {
    const { container } = build('v12', {}, VOLUME, undefined, {
      ...NO_POLICY,
      maxCpus: 1500,
      maxMemory: 2 ** 30,
    });
    expect(container.resources?.limits).to.deep.equal({ cpu: '1500m', memory: '1Gi' });
  });

  it('is of one container, which belongs to the runner pod and stays on its node', () => {
    const { pod: built, kind } = build('v12');
    expect(kind).to.equal('step');
    expect(built.metadata).to.deep.equal({
      name: 'runner-1-step-1a2b3',
      labels: { 'podhooks.dev/job': 'build', 'runner-pod': 'runner-1' },
      annotations: { 'podhooks.dev/actor': 'octocat' },
      ownerReferences: [ownedBy(RUNNER)],
    });
    expect(built.spec?.containers.map(({ name }) => name)).to.deep.equal(['job']);
    expect(built.spec?.restartPolicy).to.equal('Never');
    expect(built.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution).to.not.equal(
      undefined,
    );
    const free = build('v12', {}, runnerPod(ephemeral('ReadWriteMany')));
    expect(free.pod.spec?.affinity).to.equal(undefined);
  });

  it('starts what the image presets where the workflow says nothing', () => {
    const { container } = build('v12');
    expect(container).to.deep.include({ image: 'alpine:3.20', workingDir: '/github/workspace' });
    expect(container).to.not.have.any.keys('command', 'args');
    expect(container.terminationMessagePolicy).to.equal('FallbackToLogsOnError');
  });

  it('starts what the workflow asks for', () => {
    expect(build('09').container).to.deep.include({
      command: ['/cleanup.sh'],
      args: ['--name', 'hello world', '', 'say "hi"'],
    });
    const { container } = build('v12', { entryPointArgs: ['x'] });
    expect(container).to.deep.include({ args: ['x'] });
    expect(container).to.not.have.property('command');
  });

  it('does not let the kubelet expand what looks like a variable of its own', () => {
    const { container } = build('v12', { entryPoint: '/$(HOME)', entryPointArgs: ['$(HOME)', '$$', '$x'] });
    expect(container.command).to.deep.equal(['/$$(HOME)']);
    expect(container.args).to.deep.equal(['$$(HOME)', '$$$$', '$$x']);
  });

  it('has the folders of the runner where the action looks for them, where the runner has them, and at /__w', () => {
    const { container, pod: built } = build('05');
    expect(container.volumeMounts).to.deep.equal([
      { name: 'work', mountPath: '/__w' },
      { name: 'work', mountPath: WORK },
      { name: 'work', subPath: '_temp', mountPath: '/github/runner_temp' },
      { name: 'work', subPath: '_temp/_github_home', mountPath: '/github/home' },
      { name: 'work', subPath: '_temp/_github_workflow', mountPath: '/github/workflow' },
      { name: 'work', subPath: '_temp/_runner_file_commands', mountPath: '/github/file_commands' },
      { name: 'work', subPath: 'hello-world/hello-world', mountPath: '/github/workspace' },
    ]);
    expect(built.spec?.volumes).to.deep.equal([
      { name: 'work', persistentVolumeClaim: { claimName: 'runner-1-work' } },
    ]);
  });

  it('has what `volumes` of the workflow asks for', () => {
    const volume = { userProvidedValue: 'data:/data', sourceVolumePath: 'data', targetVolumePath: '/data' };
    const { container } = build('05', { userMountVolumes: [{ ...volume, readOnly: false }] });
    expect(container.volumeMounts?.at(-1)).to.deep.equal({ name: 'named-64617461', mountPath: '/data' });
  });

  it('refuses to leave out a folder that it cannot have', () => {
    const elsewhere = {
      userProvidedValue: null,
      sourceVolumePath: '/srv/elsewhere',
      targetVolumePath: '/github/workspace',
      readOnly: false,
    };
    const { message } = hookErrorOf('UNSUPPORTED', () => build('05', { systemMountVolumes: [elsewhere] }));
    expect(message).to.contain('/srv/elsewhere');
  });

  it('keeps the values of the environment in a secret, which belongs to the runner pod', () => {
    const values = { 'INPUT_FETCH-DEPTH': '1', TOKEN: 's3cret', EMPTY: '', CI: 'no' };
    const { container, secrets, pod: built } = build('v12', { environmentVariables: values });
    expect(JSON.stringify(built)).to.not.contain('s3cret');
    expect(secrets).to.have.length(1);
    const [secret] = secrets;
    expect(secret?.metadata?.name).to.equal('runner-1-step-1a2b3');
    expect(secret?.metadata?.ownerReferences).to.deep.equal(built.metadata?.ownerReferences);
    const read = Object.fromEntries(
      (container.env ?? []).map(({ name, value, valueFrom }) => [
        name,
        value ?? Buffer.from(secret?.data?.[valueFrom?.secretKeyRef?.key ?? ''] ?? '', 'base64').toString(),
      ]),
    );
    expect(read).to.deep.equal({ GITHUB_ACTIONS: 'true', ...values });
  });

  it('needs no secret for an action without environment', () => {
    expect(build('v12', { environmentVariables: {} }).secrets).to.deep.equal([]);
  });

  it('ends after the time that is set', () => {
    const built = stepPod({
      runner: readRunnerPod(VOLUME, { claimName: undefined, work: WORK }),
      args: containerStep('v12').args,
      work: WORK,
      jobPod: undefined,
      copying: COPYING,
      inheriting: inheritDefaults,
      id: '1',
      provenance: { labels: {}, annotations: {} },
      volumesAllow: [],
      policy: NO_POLICY,
      rules: NO_RULES,
      sameNode: false,
      maxSeconds: 12.3,
    });
    expect(built.pod.spec?.activeDeadlineSeconds).to.equal(13);
    expect(built.pod.spec?.affinity).to.equal(undefined);
  });

  it('has a helper where the runner shares no volume, which comes first and lets the action wait for its files', () => {
    const { pod: built, mode } = build('05', {}, runnerPod());
    expect(mode).to.equal('novolume');
    const [helper, action] = built.spec?.containers ?? [];
    expect(helper).to.deep.include({ name: 'podhooks', image: 'ghcr.io/actions/actions-runner:2' });
    expect(helper?.lifecycle?.postStart?.exec?.command?.join(' '))
      .to.contain('/__podhooks/files.arrived')
      .and.contain('600');
    expect(helper?.volumeMounts).to.deep.equal([
      { name: 'podhooks', mountPath: '/__podhooks' },
      { name: 'work', mountPath: '/__w' },
    ]);
    expect(helper).to.not.have.property('env');
    expect(
      action?.volumeMounts?.map(({ name, subPath, mountPath }) => [name, subPath, mountPath]),
    ).to.deep.equal([
      ['work', undefined, '/__w'],
      ['work', undefined, WORK],
      ['work', '_temp', '/github/runner_temp'],
      ['work', '_temp/_github_home', '/github/home'],
      ['work', '_temp/_github_workflow', '/github/workflow'],
      ['work', '_temp/_runner_file_commands', '/github/file_commands'],
      ['work', 'hello-world/hello-world', '/github/workspace'],
    ]);
    expect(built.spec?.volumes).to.deep.equal([
      { name: 'work', emptyDir: {} },
      { name: 'podhooks', emptyDir: {} },
    ]);
    expect(built.spec).to.not.have.property('affinity');
  });

  const JOB = pod('job-pod').running('podhooks').running('job').running('redis').running('postgres-1');

  for (const [title, job, aliases] of [
    [
      'names the services of the job',
      JOB.withStatus({ podIP: '10.0.0.7' }).build(),
      [{ ip: '10.0.0.7', hostnames: ['redis', 'postgres-1'] }],
    ],
    [
      'names services by the names that their options give them, too',
      JOB.withSpec({
        hostAliases: [
          { ip: '127.0.0.1', hostnames: ['redis', 'postgres-1', 'cache'] },
          { ip: '10.0.0.9', hostnames: ['other'] },
        ],
      })
        .withStatus({ podIP: '10.0.0.7' })
        .build(),
      [{ ip: '10.0.0.7', hostnames: ['redis', 'postgres-1', 'cache'] }],
    ],
    ['names nobody of a job pod without address', JOB.build(), undefined],
    [
      'names nobody of a job without services',
      pod('job-pod').running('podhooks').running('job').withStatus({ podIP: '10.0.0.7' }).build(),
      undefined,
    ],
    ['names nobody without a job pod', undefined, undefined],
  ] as const)
    it(title, () => expect(build('05', {}, VOLUME, job).pod.spec?.hostAliases).to.deep.equal(aliases));
});

describe('the work folder of an action', () => {
  const mounts = (...targets: [string, string][]): HookContainer => ({
    ...containerStep('v12').args,
    systemMountVolumes: targets.map(([sourceVolumePath, targetVolumePath]) => ({
      userProvidedValue: null,
      sourceVolumePath,
      targetVolumePath,
      readOnly: false,
    })),
  });

  it('is the one around the temporary folder', () => {
    expect(workPathOfStep(containerStep('05').args, undefined)).to.equal(WORK);
    expect(workPathOfStep(mounts(['/srv/w/_temp', '/github/runner_temp']), undefined)).to.equal('/srv/w');
  });

  it('is found from the home of a runner before 2.329, and else from RUNNER_TEMP', () => {
    expect(workPathOfStep(mounts(['/srv/w/_temp/_github_home', '/github/home']), '/x/y')).to.equal('/srv/w');
    expect(workPathOfStep(mounts(), '/srv/w/_temp')).to.equal('/srv/w');
    expect(workPathOfStep(mounts(), undefined)).to.equal(undefined);
  });

  it('has folders that any user of an image must be able to use', () => {
    expect(runnerMounts(containerStep('05').args).map(({ source }) => source)).to.deep.equal([
      `${WORK}/_temp`,
      `${WORK}/_temp/_github_home`,
      `${WORK}/_temp/_github_workflow`,
      `${WORK}/_temp/_runner_file_commands`,
      `${WORK}/hello-world/hello-world`,
    ]);
  });
});
