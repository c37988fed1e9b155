import { expect } from 'chai';
import type { PodRunner } from '../runner/pod-runner.js';
import { leftovers, log, podRunner } from './support.js';

/** What the user is told, and that nothing stays in the cluster. */
async function fails(
  runner: PodRunner,
  result: Promise<Awaited<ReturnType<PodRunner['prepareJob']>>>,
  ...words: string[]
) {
  const text = log(await result);
  expect(text, text).to.contain('[exit code 125]').and.contain('::error');
  expect(text.match(/::error/g), text).to.have.length(1);
  for (const word of words) expect(text, text).to.contain(word);
  expect(await leftovers(runner)).to.deep.equal([]);
}

describe('bad input and faults', () => {
  let runner: PodRunner;
  before(async () => {
    runner = await podRunner('volume', { env: { ACTIONS_RUNNER_HOOK_API_RETRY_SECONDS: '1' } });
  });
  after(() => runner.close());

  const INPUTS: [string, string, string][] = [
    ['no input', '', 'INPUT_INVALID'],
    ['half a document', '{"command":"prepare_job","resp', 'INPUT_INVALID'],
    [
      'wrong types',
      '{"command":"cleanup_job","responseFile":7,"args":{},"state":[]}',
      'responseFile: expected a string, got a number',
    ],
    [
      'an unknown command',
      '{"command":"job_cleanup","responseFile":"/tmp/r","args":{},"state":null}',
      'prepare_job',
    ],
  ];
  for (const [what, stdin, words] of INPUTS)
    it(`refuses ${what}`, () => fails(runner, runner.send(stdin), words));

  it('refuses 50 MB of input without keeping it', async () => {
    await runner.writeFile('/tmp/large.json', `{"command":"${'x'.repeat(1 << 20)}`);
    const command = `for i in $(seq 50); do cat /tmp/large.json; done | ${runner.folders.root}/externals/node20/bin/node ${runner.folders.root}/k8s/index.js`;
    const { exitCode, stdout } = await runner.exec(['bash', '-o', 'pipefail', '-c', command]);
    expect(stdout.toString()).to.contain('INPUT_INVALID').and.contain('33554432');
    expect(exitCode).to.not.equal(0);
  });

  it('tells a step that there is no job container', async () => {
    const step = {
      entryPoint: 'sh',
      entryPointArgs: [],
      environmentVariables: {},
      prependPath: [],
      workingDirectory: '/',
    };
    const input = { command: 'run_script_step', responseFile: '/tmp/response.json', args: step, state: null };
    await fails(runner, runner.send(JSON.stringify(input)), 'There is no job container for this step');
  });

  it('names an image that does not exist, within seconds', () =>
    fails(
      runner,
      runner.prepareJob({ container: { image: 'no/such-image:1' } }),
      'the image no/such-image:1 of container job',
      'cannot be pulled',
    ));

  it('names an image that is no image name', () =>
    fails(runner, runner.prepareJob({ container: { image: 'No Image' } }), 'No Image'));

  it('names a service that cannot start', () =>
    fails(
      runner,
      runner.prepareJob({
        container: { image: 'debian:12' },
        services: [{ image: 'busybox:1.36', entrypoint: '/no/such/program' }],
      }),
      'container busybox of pod',
      '/no/such/program',
    ));

  it('names an image without a shell', () =>
    fails(
      runner,
      runner.prepareJob({ container: { image: 'testbed/printargs:1' } }),
      'container job of pod',
      'sh',
    ));

  it('names a volume that it cannot mount', () =>
    fails(
      runner,
      runner.prepareJob({ container: { image: 'debian:12', volumes: ['/var/lib:/x'] } }),
      'The volume "/var/lib:/x" cannot be mounted',
    ));

  it('names a response file that cannot be written', async () => {
    const input = {
      command: 'prepare_job',
      responseFile: '/etc/nowhere/r.json',
      args: { container: null, services: [{ image: 'redis:7' }] },
      state: null,
    };
    await fails(runner, runner.send(JSON.stringify(input)), '/etc/nowhere/r.json');
  });

  it('names a runner pod that is not there', async () => {
    const other = await podRunner('volume', { env: { ACTIONS_RUNNER_POD_NAME: 'no-such-runner' } });
    await fails(
      other,
      other.prepareJob({ container: { image: 'debian:12' } }),
      'The runner pod no-such-runner is not in namespace',
    );
    await other.close();
  });

  it('names every bad variable at once', async () => {
    const other = await podRunner('volume', {
      env: { ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: 'soon', ACTIONS_RUNNER_HOOK_RWO: 'maybe' },
    });
    await fails(
      other,
      other.cleanupJob(),
      'ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS',
      'ACTIONS_RUNNER_HOOK_RWO',
    );
    await other.close();
  });

  it('says where there is no API server', async () => {
    const other = await podRunner('volume', {
      env: {
        ACTIONS_RUNNER_HOOK_API_RETRY_SECONDS: '1',
        KUBERNETES_SERVICE_HOST: '127.0.0.1',
        KUBERNETES_SERVICE_PORT: '1',
      },
    });
    await fails(
      other,
      other.prepareJob({ container: { image: 'debian:12' } }),
      'https://127.0.0.1:1',
      'ECONNREFUSED',
    );
    await other.close();
  });

  it('says that a token is not accepted', async () => {
    const config = {
      clusters: [
        {
          name: 'c',
          cluster: {
            server: 'https://kubernetes.default.svc:443',
            'certificate-authority': '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
          },
        },
      ],
      users: [{ name: 'u', user: { token: 'wrong' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: 'default' } }],
      'current-context': 'c',
    };
    const other = await podRunner('volume', {
      env: { KUBECONFIG: '/tmp/config', ACTIONS_RUNNER_HOOK_API_RETRY_SECONDS: '1' },
    });
    await other.writeFile('/tmp/config', JSON.stringify(config));
    await fails(
      other,
      other.prepareJob({ container: { image: 'debian:12' } }),
      'API_UNAUTHORIZED',
      'token is not accepted',
    );
    await other.close();
  });
});

describe('a pod that no node has room for', () => {
  const file = '/home/runner/template.yaml';
  let runner: PodRunner;
  before(async () => {
    const env = {
      ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: file,
      ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: '4',
    };
    runner = await podRunner('novolume', { env });
    await runner.writeFile(
      file,
      'spec: { containers: [{ name: $job, resources: { requests: { cpu: "1000" } } }] }',
    );
  });
  after(() => runner.close());

  it('is waited for, with the scheduler’s words, up to the limit', () =>
    fails(
      runner,
      runner.prepareJob({ container: { image: 'debian:12' } }),
      'did not start within 4 s',
      'Insufficient cpu',
    ));

  it('is removed when the job is cancelled', async () => {
    const controller = new AbortController();
    const result = await runner.prepareJob(
      { container: { image: 'debian:12' } },
      {
        signal: controller.signal,
        onOutput: (chunk) => chunk.includes('waiting for a node') && controller.abort(),
      },
    );
    expect(result.cancelledBy, log(result)).to.equal('SIGINT');
    expect(log(result)).to.contain('prepare_job was cancelled');
    expect(await leftovers(runner)).to.deep.equal([]);
  });
});

describe('a missing right', () => {
  let runner: PodRunner;
  before(async () => {
    runner = await podRunner('novolume');
  });
  after(() => runner.close());

  /** Runs `body` while the runner's role lacks one verb. */
  async function without(resource: string, verb: string, body: () => Promise<void>): Promise<void> {
    const { items } = JSON.parse(await runner.kubectl('get', 'roles', '-o', 'json')) as { items: Role[] };
    const [role] = items as [Role];
    const rules = role.rules.map((rule) =>
      rule.resources.includes(resource)
        ? { ...rule, verbs: rule.verbs.filter((name) => name !== verb) }
        : rule,
    );
    const patch = (value: Role['rules']) =>
      runner.kubectl(
        'patch',
        'role',
        role.metadata.name,
        '--type=merge',
        '-p',
        JSON.stringify({ rules: value }),
      );
    await patch(rules);
    try {
      await body();
    } finally {
      await patch(role.rules);
    }
  }

  const words = (resource: string, verb: string) => [
    `cannot ${verb} resource "${resource}"`,
    `Add the verb "${verb}" on "${resource}" to the Role`,
  ];

  for (const [resource, verb] of [
    ['pods', 'get'],
    ['pods', 'create'],
    ['pods/exec', 'get'],
    ['secrets', 'create'],
  ] as const)
    it(`stops prepare_job without "${verb}" on ${resource}`, () =>
      without(resource, verb, () => {
        const job = { container: { image: 'debian:12' }, services: [{ image: 'redis:7', env: { A: 'b' } }] };
        return fails(runner, runner.prepareJob(job), ...words(resource, verb));
      }));

  it('stops prepare_job without "create" on pods/exec on Kubernetes 1.35 or newer, which says no verb itself', async () => {
    const right = 'Add the verb "create" on "pods/exec" to the Role';
    const { minor } = JSON.parse(await runner.kubectl('get', '--raw', '/version')) as { minor: string };
    await without('pods/exec', 'create', async () => {
      const prepared = runner.prepareJob({ container: { image: 'debian:12' } });
      if (Number.parseInt(minor) >= 35) await fails(runner, prepared, right, 'From Kubernetes 1.35 on');
      else expect(log(await prepared)).to.contain('[exit code 0]');
    });
    expect((await runner.cleanupJob()).exitCode).to.equal(0);
  });

  for (const [resource, verb] of [
    ['pods', 'list'],
    ['pods', 'delete'],
    ['secrets', 'delete'],
  ] as const)
    it(`stops cleanup_job without "${verb}" on ${resource}`, async () => {
      const job = { container: { image: 'debian:12' }, services: [{ image: 'redis:7', env: { A: 'b' } }] };
      expect((await runner.prepareJob(job)).exitCode).to.equal(0);
      await without(resource, verb, async () => {
        const text = log(await runner.cleanupJob());
        for (const word of words(resource, verb)) expect(text).to.contain(word);
      });
      expect((await runner.cleanupJob()).exitCode).to.equal(0);
      expect(await leftovers(runner)).to.deep.equal([]);
    });

  it('needs no right on secrets for a job without credentials and service variables', () =>
    without('secrets', 'create', () =>
      without('secrets', 'list', async () => {
        expect(
          (await runner.prepareJob({ container: { image: 'debian:12', env: { A: 'b' } } })).exitCode,
        ).to.equal(0);
        expect((await runner.cleanupJob()).exitCode).to.equal(0);
        expect(await leftovers(runner)).to.deep.equal([]);
      }),
    ));
});

interface Role {
  metadata: { name: string };
  rules: { resources: string[]; verbs: string[] }[];
}
