import { HookError } from '@podhooks/hooklib';
import { expect } from 'chai';
import type { Check } from '../../src/cli/check.js';
import { doctor } from '../../src/cli/doctor.js';
import { ApiAgent } from '../../src/cluster/api-agent.js';
import { type ApiAnswer, ApiClient, type ApiRequest } from '../../src/cluster/client.js';
import { ConnectionError } from '../../src/cluster/api-error.js';
import { asMap, mapAt } from '../../src/json.js';
import { FakeCluster } from '../support/fake-cluster.js';
import { pod } from '../support/pod.js';

/** An API that allows everything but these rights, as "verb resource". */
class RightsClient extends ApiClient {
  constructor(private readonly denied: readonly string[]) {
    const connection = {
      server: 'https://cluster.test',
      namespace: 'ci',
      agent: new ApiAgent({}),
      authorization: () => Promise.resolve({}),
    };
    super(connection, { budgetMs: 0 });
  }

  override async send({ path, body }: ApiRequest): Promise<ApiAnswer> {
    await Promise.resolve();
    if (path === '/version') return { body: { gitVersion: 'v1.34.4' }, warnings: [] };
    const { verb, resource, subresource } = mapAt(mapAt(asMap(body), 'spec'), 'resourceAttributes');
    const right = `${String(verb)} ${[resource, subresource].filter(Boolean).join('/')}`;
    return { body: { status: { allowed: !this.denied.includes(right) } }, warnings: [] };
  }
}

const RUNNER = pod('runner-1').onNode().container({ name: 'runner', image: 'runner:1' }).build();

async function checks(denied: readonly string[] = [], env: Record<string, string> = {}) {
  const cluster = new FakeCluster();
  cluster.states = [RUNNER];
  const connect = () => Promise.resolve({ cluster, client: new RightsClient(denied) });
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
    });
  });

  it('gives the rules that a Role lacks', async () => {
    const rbac = (await checks(['create pods/exec', 'delete secrets'])).get('RBAC');
    expect(rbac?.status).to.equal('failed');
    expect(rbac?.seen).to.contain('lacks create pods/exec, delete secrets in namespace ci');
    expect(rbac?.fix).to.contain(
      "rules:\n  - apiGroups: ['']\n    resources: [pods/exec]\n    verbs: [create]\n",
    );
    expect(rbac?.help).to.equal('docs/troubleshooting.md#api_forbidden');
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
