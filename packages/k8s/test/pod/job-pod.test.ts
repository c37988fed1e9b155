import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import { inheritDefaults } from '../../src/merge/inherit.js';
import { jobPod, type JobPodOptions } from '../../src/pod/job-pod.js';
import type { Pod } from '../../src/model/kubernetes.js';
import { readRunnerPod } from '../../src/pod/runner-pod.js';
import { workPath } from '../../src/pod/volumes.js';
import { hookContainer, prepareJobArgs } from '../support/containers.js';
import { pod } from '../support/pod.js';
import { NO_POLICY, NO_RULES } from '../support/options-policy.js';
import { ephemeral, runnerPod } from '../support/runner-pods.js';

const PROVENANCE = {
  labels: { 'podhooks.dev/owner': 'octo-org' },
  annotations: { 'podhooks.dev/actor': 'mona' },
};

/** The job pod for the payload of this name. */
function built(payload: string, runner: Pod = runnerPod(), parts: Partial<JobPodOptions> = {}) {
  const args = parts.args ?? prepareJobArgs(payload);
  return jobPod({
    runner: readRunnerPod(runner, { claimName: undefined, work: workPath(args.container) }),
    args,
    helperImage: undefined,
    inheriting: inheritDefaults,
    id: '1a2b3',
    provenance: PROVENANCE,
    volumesAllow: [],
    policy: NO_POLICY,
    rules: NO_RULES,
    sameNode: undefined,
    maxSeconds: undefined,
    ...parts,
  });
}

const PAYLOADS = ['01', 'v01', 'v02', 'v03', 'v04', 'v05', 'v06', 'v13'];
const container = ({ pod: { spec } }: ReturnType<typeof built>, name: string) =>
  spec?.containers.find((candidate) => candidate.name === name);

describe('jobPod', () => {
  it('mounts externals from the image of its helper where the administrator says so', () => {
    const made = built('01', runnerPod(), {
      helperImage: 'our/runner',
      rules: {
        ...NO_RULES,
        externals: 'image',
        images: { ...NO_RULES.images, rewrites: { 'docker.io': 'mirror.test' } },
      },
    });
    const [volume] = made.pod.spec?.volumes?.filter(({ name }) => name === 'externals') ?? [];
    expect(container(made, 'podhooks')?.image).to.equal('mirror.test/our/runner');
    expect(volume).to.have.nested.property('image.reference', 'mirror.test/our/runner');
    expect(container(made, 'podhooks')?.command?.join()).to.contain('set externals.from to copy');
  });

  for (const payload of PAYLOADS)
    describe(`for payload ${payload}`, () => {
      it('can be removed by owner and label, as can its secrets', () => {
        const { pod: made, secrets } = built(payload);
        for (const { metadata } of [made, ...secrets]) {
          expect(metadata?.labels).to.include({ 'runner-pod': 'runner-1' });
          expect(metadata?.ownerReferences).to.have.length(1);
          expect(metadata?.ownerReferences?.[0]).to.include({
            kind: 'Pod',
            name: 'runner-1',
            uid: 'uid-of-runner-1',
          });
        }
        expect(made.metadata?.name).to.equal('runner-1-workflow-1a2b3');
        expect(made.spec?.restartPolicy).to.equal('Never');
      });

      it('says where it came from, as do its secrets', () => {
        const { pod: made, secrets } = built(payload);
        for (const { metadata } of [made, ...secrets]) {
          expect(metadata?.labels).to.deep.equal({ ...PROVENANCE.labels, 'runner-pod': 'runner-1' });
          expect(metadata?.annotations).to.include(PROVENANCE.annotations);
        }
      });

      it('shows no value of a variable and no password', () => {
        const { container: job, services } = prepareJobArgs(payload);
        const all = [...services, ...(job === null ? [] : [job])];
        const values = all.flatMap(({ environmentVariables, registry }) => [
          ...Object.values(environmentVariables),
          ...(registry === null ? [] : [registry.username, registry.password]),
        ]);
        const text = JSON.stringify(built(payload).pod);
        // Home is a mount, and one letter is in every text.
        const secret = values.filter((value) => value.length > 1 && value !== '/github/home');
        expect(secret.filter((value) => text.includes(`"${value}"`))).to.deep.equal([]);
      });

      it('mounts volumes that it has, each path once', () => {
        const { pod: made } = built(payload);
        const volumes = made.spec?.volumes?.map(({ name }) => name) ?? [];
        expect(new Set(volumes).size).to.equal(volumes.length);
        for (const { volumeMounts = [] } of made.spec?.containers ?? []) {
          const paths = volumeMounts.map(({ mountPath }) => mountPath);
          expect(new Set(paths).size).to.equal(paths.length);
          expect(volumes).to.include.members(volumeMounts.map(({ name }) => name));
        }
      });

      it('never asks for what only a host should give', () => {
        expect(JSON.stringify(built(payload, runnerPod(ephemeral())).pod)).to.not.match(
          /hostPort|hostNetwork|hostPath|nodeName|privileged|docker\.sock/,
        );
      });
    });

  it('has the helper first, then the job, then the services', () => {
    const made = built('01');
    expect(made.pod.spec?.containers.map(({ name, image }) => [name, image])).to.deep.equal([
      ['podhooks', 'ghcr.io/actions/actions-runner:2'],
      ['job', 'node:22'],
      ['redis', 'redis:7'],
      ['postgres', 'ghcr.io/octo-org/postgres:16'],
    ]);
    expect(made.services).to.deep.equal(['redis', 'postgres']);
  });

  it('lets every container leave the end of its log where it ends with an error', () => {
    for (const { terminationMessagePolicy } of built('01').pod.spec?.containers ?? [])
      expect(terminationMessagePolicy).to.equal('FallbackToLogsOnError');
  });

  it('takes another image for the helper', () => {
    expect(container(built('01', runnerPod(), { helperImage: 'mirror/runner' }), 'podhooks')?.image).to.equal(
      'mirror/runner',
    );
  });

  it('has neither helper nor job nor work folder for services only', () => {
    const made = built('v01');
    expect(made.pod.spec?.containers.map(({ name }) => name)).to.deep.equal(['redis']);
    expect(made.mode).to.equal('novolume');
    expect(made.secrets).to.deep.equal([]);
    expect(made.pod.spec?.volumes).to.deep.equal([]);
  });

  it('ends by itself only if that is asked for', () => {
    expect(built('01').pod.spec).to.not.have.property('activeDeadlineSeconds');
    expect(built('01', undefined, { maxSeconds: 3599.5 }).pod.spec).to.have.property(
      'activeDeadlineSeconds',
      3600,
    );
  });

  it('keeps the job container alive, whatever its image would start', () => {
    const job = container(built('v02'), 'job');
    expect(job?.command?.slice(0, 2)).to.deep.equal(['sh', '-c']);
    expect(job?.args).to.equal(undefined);
    expect(job?.env).to.deep.equal([
      { name: 'CI', value: 'true' },
      { name: 'GITHUB_ACTIONS', value: 'true' },
    ]);
  });

  it('shows the job container to kubectl, and begins there in the work folder, which no step can remove', () => {
    const made = built('01');
    expect(made.pod.metadata?.annotations).to.include({ 'kubectl.kubernetes.io/default-container': 'job' });
    expect(container(made, 'job')?.workingDir).to.equal('/__w');
    expect(made.pod.spec?.containers.filter(({ workingDir }) => workingDir !== undefined)).to.have.length(1);
    expect(built('v01').pod.metadata?.annotations).to.deep.equal(PROVENANCE.annotations);
  });

  it('starts the job container as it is told', () => {
    const { container: job, services } = prepareJobArgs('v02');
    if (job === null) throw new Error('payload v02 has a job container');
    const args = { services, container: { ...job, entryPoint: '/init', entryPointArgs: ['a', '"b', 'c"'] } };
    expect(container(built('v02', runnerPod(), { args }), 'job')).to.deep.include({
      command: ['/init'],
      args: ['a', 'b c'],
    });
  });

  it('starts services as they are told, and else as their image says', () => {
    expect(container(built('v06'), 'redis')).to.deep.include({
      command: ['redis-server'],
      args: ['--save', '60 1', '--loglevel', 'warning'],
    });
    expect(container(built('v01'), 'redis')).to.not.have.any.keys('command', 'args');
  });

  it('opens ports in the containers', () => {
    const made = built('01');
    expect(container(made, 'job')?.ports).to.deep.equal([
      { containerPort: 80, protocol: 'TCP' },
      { containerPort: 9229, protocol: 'TCP' },
    ]);
    expect(container(made, 'postgres')?.ports).to.deep.equal([
      { containerPort: 5432, protocol: 'TCP' },
      { containerPort: 8001, protocol: 'UDP' },
    ]);
  });

  it("puts services' variables and credentials into secrets", () => {
    const { secrets, pod: made } = built('v03');
    expect(secrets.map(({ metadata, type }) => [metadata?.name, type])).to.deep.equal(
      [
        ['runner-1-registry-1-1a2b3', 'kubernetes.io/dockerconfigjson'],
        ['runner-1-services-1a2b3', 'Opaque'],
      ].slice(0, secrets.length),
    );
    expect(made.spec?.imagePullSecrets).to.deep.equal([{ name: 'runner-1-registry-1-1a2b3' }]);
    const both = built('01');
    expect(container(both, 'postgres')?.env?.map(({ name }) => name)).to.deep.equal([
      'CI',
      'GITHUB_ACTIONS',
      'POSTGRES_USER',
      'POSTGRES_PASSWORD',
      'POSTGRES_DB',
    ]);
    expect(both.secrets.map(({ metadata }) => metadata?.name)).to.deep.equal([
      'runner-1-registry-1-1a2b3',
      'runner-1-services-1a2b3',
    ]);
  });

  it('starts a service without the host path that it asks for, with one warning that names both', () => {
    const socket = '/var/run/docker.sock';
    const volume = {
      userProvidedValue: `${socket}:${socket}`,
      sourceVolumePath: socket,
      targetVolumePath: socket,
      readOnly: false,
    };
    const asking = hookContainer({ image: 'localstack/localstack', userMountVolumes: [volume] });
    const { container: job } = prepareJobArgs('v02');
    const { warnings, ...made } = built('v02', undefined, { args: { container: job, services: [asking] } });
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain('localstack').and.contain(socket);
    expect(JSON.stringify(container({ ...made, warnings }, 'localstack'))).to.not.contain(socket);
    const inJob = { ...hookContainer(job ?? {}), userMountVolumes: [volume] };
    hookErrorOf('UNSUPPORTED', () => built('v02', undefined, { args: { container: inJob, services: [] } }));
  });

  it("keeps the runner's pull secrets beside those of the workflow", () => {
    const runner = pod('runner-1')
      .container({ name: 'runner', image: 'r' })
      .withSpec({ imagePullSecrets: [{ name: 'inherited' }] })
      .build();
    const names = built('v04', runner).pod.spec?.imagePullSecrets?.map(({ name }) => name);
    expect(names).to.have.members(['inherited', 'runner-1-registry-1-1a2b3']);
  });

  it('keeps what the hook says of a job pod, whatever it inherits', () => {
    const runner = pod('runner-1')
      .withSpec(runnerPod().spec ?? {})
      .annotation('kubectl.kubernetes.io/default-container', 'runner')
      .annotation('podhooks.dev/actor', 'somebody')
      .annotation('example.com/team', 'build')
      .label('podhooks.dev/owner', 'somebody')
      .build();
    const made = built('01', runner, {
      inheriting: (mode) => ({
        ...inheritDefaults(mode),
        annotations: { allow: ['*'], deny: [] },
        labels: { allow: ['*'], deny: [] },
      }),
    });
    expect(made.pod.metadata?.annotations).to.deep.equal({
      ...PROVENANCE.annotations,
      'kubectl.kubernetes.io/default-container': 'job',
      'example.com/team': 'build',
    });
    expect(made.pod.metadata?.labels).to.include(PROVENANCE.labels);
    expect(made.decisions.map(({ field, value, from }) => `${field}: ${value} (${from})`)).to.include(
      'metadata.annotations["kubectl.kubernetes.io/default-container"]: left out (set by the hook)',
    );
  });

  it("has the runner's service account without its token", () => {
    const runner = pod('runner-1')
      .container({ name: 'runner', image: 'r' })
      .withSpec({ serviceAccountName: 'sa' })
      .build();
    expect(built('v02', runner).pod.spec).to.include({
      serviceAccountName: 'sa',
      automountServiceAccountToken: false,
    });
  });

  it("mounts no account's token where the runner's account is not inherited", () => {
    const runner = pod('runner-1')
      .container({ name: 'runner', image: 'r' })
      .withSpec({ serviceAccountName: 'sa' })
      .build();
    const { spec } = built('v02', runner, {
      inheriting: (mode) => ({ ...inheritDefaults(mode), serviceAccount: false }),
    }).pod;
    expect(spec)
      .to.include({ automountServiceAccountToken: false })
      .and.not.have.property('serviceAccountName');
  });

  it('gives inherited variables to all but the helper, before their own', () => {
    const runner = pod('runner-1')
      .container({ name: 'runner', image: 'r', env: [{ name: 'http_proxy', value: 'http://proxy' }] })
      .build();
    const made = built('01', runner, { inheriting: (mode) => ({ ...inheritDefaults(mode), proxy: true }) });
    expect(container(made, 'job')?.env?.map(({ name }) => name)).to.deep.equal([
      'http_proxy',
      'CI',
      'GITHUB_ACTIONS',
    ]);
    expect(container(made, 'redis')?.env).to.deep.equal([
      { name: 'http_proxy', value: 'http://proxy' },
      { name: 'CI', value: 'true' },
      { name: 'GITHUB_ACTIONS', value: 'true' },
    ]);
    expect(container(made, 'podhooks')?.env).to.equal(undefined);
  });

  const GIVEN: readonly [title: string, environmentVariables: Record<string, string>, presets: string[]][] = [
    ['no variable', {}, ['http_proxy', 'CI', 'GITHUB_ACTIONS']],
    ['CI', { CI: 'false' }, ['http_proxy', 'GITHUB_ACTIONS']],
    ['an empty GITHUB_ACTIONS', { GITHUB_ACTIONS: '' }, ['http_proxy', 'CI']],
    ['an inherited variable', { http_proxy: '' }, ['CI', 'GITHUB_ACTIONS']],
  ];
  for (const [title, environmentVariables, presets] of GIVEN)
    it(`presets nothing that the workflow sets, as with ${title}`, () => {
      const runner = pod('runner-1')
        .container({ name: 'runner', image: 'r', env: [{ name: 'http_proxy', value: 'http://proxy' }] })
        .build();
      const { container: job } = prepareJobArgs('v02');
      if (job === null) throw new Error('payload v02 has a job container');
      const made = built('v02', runner, {
        inheriting: (mode) => ({ ...inheritDefaults(mode), proxy: true }),
        args: {
          container: { ...job, environmentVariables },
          services: [hookContainer({ image: 'redis', environmentVariables })],
        },
      });
      const preset = (name: string) =>
        container(made, name)?.env?.flatMap((variable) =>
          variable.value === undefined ? [] : variable.name,
        );
      expect(preset('job')).to.deep.equal(presets);
      expect(preset('redis')).to.deep.equal(presets);
      expect(
        container(made, 'redis')?.env?.flatMap(({ valueFrom, name }) => (valueFrom ? name : [])),
      ).to.deep.equal(Object.keys(environmentVariables));
    });

  const node = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] }],
      },
    },
  };
  const PLACES: readonly [
    title: string,
    runner: Pod,
    sameNode: boolean | undefined,
    affinity: object | undefined,
  ][] = [
    ["the runner's node for a volume of one node", runnerPod(ephemeral('ReadWriteOnce')), undefined, node],
    ['any node for a volume of many nodes', runnerPod(ephemeral('ReadWriteMany')), undefined, undefined],
    ['any node without a shared volume', runnerPod(), undefined, undefined],
    ["the runner's node where the setting says so", runnerPod(ephemeral('ReadWriteMany')), true, node],
    ['any node where the setting says so', runnerPod(ephemeral('ReadWriteOnce')), false, undefined],
    ['any node without a shared volume, whatever the setting', runnerPod({ emptyDir: {} }), true, undefined],
  ];
  for (const [title, runner, sameNode, affinity] of PLACES)
    it(`goes to ${title}`, () => {
      const made = built('v02', runner, { sameNode });
      expect(made.pod.spec?.affinity).to.deep.equal(affinity);
    });

  it('knows whether the runner shares its work folder', () => {
    expect(built('v02').mode).to.equal('novolume');
    expect(built('v02', runnerPod(ephemeral())).mode).to.equal('volume');
  });

  it('refuses a container without image', () => {
    for (const image of [null, ''])
      hookErrorOf('INPUT_INVALID', () =>
        built('v02', runnerPod(), { args: { container: null, services: [hookContainer({ image })] } }),
      );
  });

  it('has the variables of the administrator in each container but the helper, whatever the workflow sets', () => {
    const set = [
      { name: 'A', value: 'set' },
      { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    ];
    const args = prepareJobArgs('v02');
    const environmentVariables = { A: 'of the workflow', C: '1' };
    const made = built('v02', runnerPod(), {
      rules: { ...NO_RULES, environment: set },
      args: {
        ...args,
        container: args.container && { ...args.container, environmentVariables },
        services: [hookContainer({ image: 'redis:7', environmentVariables })],
      },
    });
    const envOf = (name: string) =>
      container(made, name)?.env?.filter(({ name: key }) => /^[ABC]$/.test(key));
    expect(envOf('podhooks') ?? []).to.deep.equal([]);
    expect(envOf('job')).to.deep.equal(set);
    expect(envOf('redis')?.slice(0, 2)).to.deep.equal(set);
    expect(envOf('redis')?.map(({ name }) => name)).to.deep.equal(['A', 'B', 'C']);
  });

  it('takes images from where the administrator says, and pulls them when he says, but for the helper of the runner', () => {
    const images = { rewrites: { 'docker.io': 'mirror.test' }, pullPolicy: 'Always' };
    const args = prepareJobArgs('v02');
    const made = built('v02', runnerPod(), {
      helperImage: 'docker.io/our/runner:1',
      rules: { ...NO_RULES, images },
      args: { ...args, services: [hookContainer({ image: 'redis:7', createOptions: '--pull never' })] },
    });
    expect(
      made.pod.spec?.containers.map(({ name, image, imagePullPolicy }) => [name, image, imagePullPolicy]),
    ).to.deep.equal([
      ['podhooks', 'mirror.test/our/runner:1', 'IfNotPresent'],
      ['job', `mirror.test/library/${args.container?.image ?? ''}`, 'Always'],
      ['redis', 'mirror.test/library/redis:7', 'Always'],
    ]);
  });
});
