import { expect } from 'chai';
import { at, ExecRefused, type Answer, type ApiClient } from './client.js';
import type { Session } from './session.js';

interface Attempt {
  verb: string;
  resource: string;
  name?: string;
  send: (client: ApiClient, session: Session) => Promise<Answer>;
}

const pod = { metadata: { name: 'x' }, spec: { containers: [] } };
const ATTEMPTS: Attempt[] = [
  { verb: 'get', resource: 'pods', name: 'x', send: (c, s) => c.request('GET', s.path('pods', 'x')) },
  { verb: 'list', resource: 'pods', send: (c, s) => c.request('GET', s.path('pods')) },
  { verb: 'watch', resource: 'pods', send: (c, s) => c.request('GET', `${s.path('pods')}?watch=1`) },
  { verb: 'create', resource: 'pods', send: (c, s) => c.request('POST', s.path('pods'), pod) },
  {
    verb: 'delete',
    resource: 'secrets',
    name: 'x',
    send: (c, s) => c.request('DELETE', s.path('secrets', 'x')),
  },
  {
    verb: 'get',
    resource: 'pods/log',
    name: 'x',
    send: (c, s) => c.request('GET', s.path('pods', 'x', 'log')),
  },
  { verb: 'get', resource: 'pods/exec', name: 'x', send: refusedExec },
  { verb: 'list', resource: 'events', send: (c, s) => c.request('GET', s.path('events')) },
];

export function accessExpectations(session: () => Session): void {
  describe('an account without rights', () => {
    for (const { verb, resource, name, send } of ATTEMPTS)
      it(`may not ${verb} ${resource}`, async () => {
        const { namespace, nobody } = session();
        const { status, body } = await send(nobody, session());
        const kind = resource.split('/')[0] ?? '';
        expect(at(body, 'message')).to.equal(
          `${kind}${name === undefined ? '' : ` "${name}"`} is forbidden: ` +
            `User "system:serviceaccount:${namespace}:nobody" cannot ${verb} resource "${resource}" ` +
            `in API group "" in the namespace "${namespace}"`,
        );
        expect([status, at(body, 'reason')]).to.deep.equal([403, 'Forbidden']);
        expect(at(body, 'details')).to.deep.equal({ ...(name !== undefined && { name }), kind });
      });
  });

  describe("a runner's account", () => {
    it('may list pods in its namespace and not in the whole cluster', async () => {
      const { runner, namespace } = session();
      expect((await runner.request('GET', session().path('pods'))).status).to.equal(200);
      const { status, body } = await runner.request('GET', '/api/v1/pods');
      expect(status).to.equal(403);
      expect(at(body, 'message')).to.equal(
        `pods is forbidden: User "system:serviceaccount:${namespace}:runner" cannot list resource "pods" ` +
          'in API group "" at the cluster scope',
      );
    });

    it('may not watch pods under the rules of ARC', async () => {
      const { status } = await session().runner.request('GET', `${session().path('pods')}?watch=1`);
      expect(status).to.equal(403);
    });

    for (const [verb, resource, subresource, allowed] of [
      ['create', 'pods', undefined, true],
      ['create', 'pods', 'exec', true],
      ['watch', 'pods', undefined, false],
      ['patch', 'secrets', undefined, false],
    ] as const)
      it(`is told by an access review that it may${allowed ? '' : ' not'} ${verb} ${resource} ${subresource ?? ''}`, async () => {
        const { runner, namespace } = session();
        const resourceAttributes = { namespace, verb, resource, ...(subresource && { subresource }) };
        const review = {
          ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' },
          spec: { resourceAttributes },
        };
        const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
        const { status, body } = await runner.request('POST', path, review);
        expect([status, at(body, 'status.allowed')]).to.deep.equal([201, allowed]);
      });
  });

  it('answers a token that nobody gave out with 401', async () => {
    const { status, body } = await session().stranger('nope').request('GET', session().path('pods'));
    expect([status, at(body, 'message'), at(body, 'reason')]).to.deep.equal([
      401,
      'Unauthorized',
      'Unauthorized',
    ]);
  });

  it('calls someone without a token system:anonymous', async () => {
    const { status, body } = await session().stranger().request('GET', session().path('pods', 'x'));
    expect(status).to.equal(403);
    expect(at(body, 'message')).to.contain(
      'pods "x" is forbidden: User "system:anonymous" cannot get resource "pods"',
    );
  });
}

async function refusedExec(client: ApiClient, session: Session): Promise<Answer> {
  try {
    await client.exec(session.namespace, 'x', { command: ['true'] });
  } catch (error) {
    if (error instanceof ExecRefused) return error.answer;
    throw error;
  }
  throw new Error('the exec was not refused');
}
