import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HookError } from '@podhooks/hooklib';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import type { Check } from '../../src/cli/check.js';
import { doctor } from '../../src/cli/doctor.js';
import { ApiAgent } from '../../src/cluster/api-agent.js';
import { type ApiAnswer, ApiClient, type ApiRequest } from '../../src/cluster/client.js';
import { PERMISSIONS } from '../../src/cli/permissions.js';
import { type ApiError, ConnectionError } from '../../src/cluster/api-error.js';
import type { Pod, Secret } from '../../src/model/kubernetes.js';
import { asMap, mapAt } from '../../src/json.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';
import { ephemeral, runnerPod } from '../support/runner-pods.js';

/** An API that allows everything but these rights, as "verb resource". */
class RightsClient extends ApiClient {
  constructor(
    private readonly denied: readonly string[],
    /** What the server says of a pod in a dry run. */
    private readonly refused?: ApiError,
  ) {
    const connection = {
      server: 'https://cluster.test',
      namespace: 'ci',
      agent: new ApiAgent({}),
      authorization: () => Promise.resolve({}),
    };
    super(connection, { budgetMs: 0 });
  }

  override async send({ path, query, body }: ApiRequest): Promise<ApiAnswer> {
    await Promise.resolve();
    if (path === '/version') return { body: { gitVersion: 'v1.34.4' }, warnings: [] };
    if (path.endsWith('/selfsubjectreviews'))
      return {
        body: { status: { userInfo: { username: 'system:serviceaccount:ci:arc-kube-mode' } } },
        warnings: [],
      };
    if (path.endsWith('/pods')) {
      expect(query).to.include({ dryRun: 'All' });
      if (this.refused !== undefined) throw this.refused;
      return { body, warnings: [] };
    }
    const { verb, resource, subresource } = mapAt(mapAt(asMap(body), 'spec'), 'resourceAttributes');
    const right = `${String(verb)} ${[resource, subresource].filter(Boolean).join('/')}`;
    return { body: { status: { allowed: !this.denied.includes(right) } }, warnings: [] };
  }
}

const RUNNER = pod('runner-1').onNode().container({ name: 'runner', image: 'runner:1' }).build();

interface Installation {
  runner?: Pod;
  secrets?: Secret[];
  refused?: ApiError;
}

async function checks(
  denied: readonly string[] = [],
  env: Record<string, string> = {},
  { runner = RUNNER, secrets = [], refused }: Installation = {},
) {
  const cluster = new FakeCluster();
  cluster.states = [runner];
  cluster.secrets = secrets;
  const connect = () => Promise.resolve({ cluster, client: new RightsClient(denied, refused) });
  const found = await doctor({ ACTIONS_RUNNER_POD_NAME: 'runner-1', ...env }, 'v20.19.0', connect);
  return new Map(found.map((check) => [check.name, check]));
}

const statuses = (found: ReadonlyMap<string, Check>) =>
  Object.fromEntries([...found].map(([name, { status }]) => [name, status]));

describe('doctor', () => {
  it('finds nothing in a healthy installation', async () => {
    expect(statuses(await checks())).to.deep.equal({
      Node: 'ok',
      settings: 'ok',
      'pod template': 'ok',
      'Kubernetes API': 'ok',
      RBAC: 'ok',
      'RBAC for messages': 'ok',
      'runner pod': 'ok',
      'job pod': 'ok',
      'pull secrets': 'ok',
      volumes: 'ok',
    });
  });

  it('gives the rules that a Role lacks', async () => {
    const rbac = (await checks(['create pods/exec', 'delete secrets'])).get('RBAC');
    expect(rbac?.status).to.equal('failed');
    expect(rbac?.seen)
      .to.contain('the account arc-kube-mode lacks create pods/exec, delete secrets in namespace ci')
      .and.contain('The API server is v1.34.4; from 1.35 on, every exec needs create on pods/exec');
    expect(loadAll(rbac?.manifest ?? '')).to.deep.equal([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'arc-kube-mode-podhooks', namespace: 'ci' },
        rules: [
          { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] },
          { apiGroups: [''], resources: ['secrets'], verbs: ['delete'] },
        ],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'arc-kube-mode-podhooks', namespace: 'ci' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'arc-kube-mode-podhooks' },
        subjects: [{ kind: 'ServiceAccount', name: 'arc-kube-mode', namespace: 'ci' }],
      },
    ]);
    expect(rbac?.help).to.equal('docs/troubleshooting.md#api_forbidden');
  });

  it('takes an account without any right for one to which no Role is bound', async () => {
    const all = PERMISSIONS.map(({ verb, resource }) => `${verb} ${resource}`);
    const found = await checks(all);
    expect(found.get('RBAC')?.seen).to.contain('no Role is bound to it');
    expect(found.get('RBAC')?.fix).to.contain('restore the RoleBinding');
    expect(found.get('runner pod')?.status).to.equal('skipped');
  });

  it('gives the words and the hint of a server that does not take the pod of a job', async () => {
    const message =
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation';
    const job = (await checks([], {}, { refused: refusal(403, message) })).get('job pod');
    expect(job?.status).to.equal('failed');
    expect(job?.seen).to.contain('violates PodSecurity');
    expect(job?.fix).to.contain('pod-security.kubernetes.io/enforce');
  });

  it('names pull secrets that are not there', async () => {
    const runner = pod('runner-1')
      .onNode()
      .container({ name: 'runner', image: 'runner:1' })
      .withSpec({ imagePullSecrets: [{ name: 'here' }, { name: 'gone' }] })
      .build();
    const secrets = [{ metadata: { name: 'here' } }];
    const found = (await checks([], {}, { runner, secrets })).get('pull secrets');
    expect(found).to.include({ status: 'failed', seen: 'gone: not in namespace ci' });
  });

  it('names a claim that is not that of the work folder', async () => {
    const runner = runnerPod(ephemeral('ReadWriteOnce'));
    const claim = async (name: string) =>
      (await checks([], { ACTIONS_RUNNER_CLAIM_NAME: name }, { runner })).get('claim');
    expect(await claim('runner-1-work')).to.include({ status: 'ok' });
    expect(await claim('other')).to.include({
      status: 'failed',
      seen: 'ACTIONS_RUNNER_CLAIM_NAME is other, and the runner has /home/runner/_work on claim runner-1-work',
    });
  });

  it('names what the volumes of a template are made from and is not there', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'podhooks-doctor-')), 'template.yaml');
    writeFileSync(path, 'spec: { volumes: [{ name: v, secret: { secretName: gone } }] }');
    const found = (await checks([], { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: path })).get('volumes');
    rmSync(dirname(path), { recursive: true });
    expect(found?.seen).to.equal('volume v: the Secret gone does not exist in namespace ci');
  });

  it('does not count what only makes messages better', async () => {
    const found = await checks(['list events', 'get configmaps']);
    expect(found.get('RBAC')?.status).to.equal('ok');
    expect(found.get('RBAC for messages')?.status).to.equal('skipped');
  });

  it('tells of bad settings, and stops there', async () => {
    const found = await checks([], { ACTIONS_RUNNER_HOOK_RWO: 'maybe' });
    expect(statuses(found)).to.deep.equal({ Node: 'ok', settings: 'failed' });
    expect(found.get('settings')?.seen)
      .to.contain('[SETTINGS_INVALID]')
      .and.contain('ACTIONS_RUNNER_HOOK_RWO');
  });

  it('tells of a template that is not there, and goes on', async () => {
    const found = await checks([], { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: '/no/such.yaml' });
    expect(found.get('pod template')?.status).to.equal('failed');
    expect(found.get('RBAC')?.status).to.equal('ok');
  });

  for (const [title, error, code] of [
    ['a token that is not mounted', new HookError('API_UNAUTHORIZED', 'not mounted'), 'API_UNAUTHORIZED'],
    ['a server that does not answer', new ConnectionError('GET /version', 'refused'), 'API_UNREACHABLE'],
  ] as const)
    it(`tells of ${title}, and asks nothing more`, async () => {
      const found = await doctor({}, 'v20.19.0', () => Promise.reject(error));
      expect(found.at(-1)).to.include({ name: 'Kubernetes API', status: 'failed' });
      expect(found.at(-1)?.seen).to.contain(`[${code}] `);
    });

  it('tells of a Node that is too old', async () => {
    const [node] = await doctor({ ACTIONS_RUNNER_HOOK_RWO: 'maybe' }, 'v16.20.2');
    expect(node).to.include({ name: 'Node', status: 'failed', seen: 'v16.20.2' });
  });
});
