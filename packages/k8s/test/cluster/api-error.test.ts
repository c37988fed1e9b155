import { HookError, type HookErrorCode } from '@podhooks/hooklib';
import { expect } from 'chai';
import { ApiError, ConnectionError, explain, MalformedAnswerError } from '../../src/cluster/api-error.js';
import { isTransient } from '../../src/cluster/failures.js';

const SERVER = 'https://10.96.0.1:443';
const refusal = (code: number, message = 'no') =>
  new ApiError('POST /api/v1/namespaces/ci/pods', {
    code,
    reason: '',
    message,
    retryAfterSeconds: undefined,
  });

describe('explain', () => {
  const CASES: readonly [title: string, error: Error, code: HookErrorCode, hint: string | undefined][] = [
    [
      'a lost connection',
      new ConnectionError('GET /x', 'connect ECONNREFUSED'),
      'API_UNREACHABLE',
      'Check that the API server runs and that network policies and proxies let the runner pod reach it.',
    ],
    [
      'an answer that makes no sense',
      new MalformedAnswerError('GET /x', 'the answer is not JSON: "<html>"'),
      'API_MALFORMED',
      'Check what answers at this address: a proxy or another program may stand in front of the API server.',
    ],
    [
      'a token that is not accepted',
      refusal(401, 'Unauthorized'),
      'API_UNAUTHORIZED',
      'Check the service account of the runner pod: its token is not accepted.',
    ],
    [
      'a right that is missing in a namespace',
      refusal(
        403,
        'pods is forbidden: User "system:serviceaccount:ci:runner" cannot create resource "pods" in API group "" in the namespace "ci"',
      ),
      'API_FORBIDDEN',
      'Add the verb "create" on "pods" to the Role in the namespace "ci" that is bound to system:serviceaccount:ci:runner.',
    ],
    [
      'an account of a chart that has ignored the container mode',
      refusal(
        403,
        'pods "ci-runner" is forbidden: User "system:serviceaccount:ci:ci-gha-rs-no-permission" cannot get resource "pods" in API group "" in the namespace "ci"',
      ),
      'API_FORBIDDEN',
      "ARC's chart gives the account ci-gha-rs-no-permission to runners without a Kubernetes mode: set containerMode.type to kubernetes or kubernetes-novolume in the values of the chart. kubernetes-novolume needs chart version 0.13.0 or newer; older ones ignore it.",
    ],
    [
      'a right on a subresource that is missing in the cluster',
      refusal(
        403,
        'nodes "n" is forbidden: User "u" cannot get resource "nodes/proxy" in API group "" at the cluster scope',
      ),
      'API_FORBIDDEN',
      'Add the verb "get" on "nodes/proxy" to the Role that is bound to u.',
    ],
    [
      'the right that exec needs on newer clusters',
      refusal(403, 'pods "a" is forbidden: '),
      'API_FORBIDDEN',
      'Add the verb "create" on "pods/exec" to the Role that is bound to the service account of the runner pod. From Kubernetes 1.35 on, every exec needs it.',
    ],
    [
      'the same right with a binding to a role that is missing',
      refusal(403, 'pods "a" is forbidden: RBAC: role.rbac.authorization.k8s.io "r" not found'),
      'API_FORBIDDEN',
      'Add the verb "create" on "pods/exec" to the Role that is bound to the service account of the runner pod. From Kubernetes 1.35 on, every exec needs it.',
    ],
    [
      'a quota',
      refusal(403, 'pods "a" is forbidden: exceeded quota: q, requested: cpu=1'),
      'API_FORBIDDEN',
      'Free or raise the ResourceQuota of the namespace.',
    ],
    [
      'a webhook that refuses',
      refusal(403, 'admission webhook "v.example" denied the request: no latest'),
      'API_FORBIDDEN',
      'The admission webhook v.example refuses the object, in its own words above: change the pod template to what it asks for, or exempt the namespace from its policy.',
    ],
    [
      'a webhook that refuses with a code of its own',
      refusal(400, 'admission webhook "v.example" denied the request: no latest'),
      'API_REFUSED',
      'The admission webhook v.example refuses the object, in its own words above: change the pod template to what it asks for, or exempt the namespace from its policy.',
    ],
    [
      'another admission plugin',
      refusal(403, 'pods "a" is forbidden: no reason'),
      'API_FORBIDDEN',
      'An admission policy of the cluster refuses the object: the message above is its own.',
    ],
    ['an object that is missing', refusal(404, 'pods "a" not found'), 'NOT_FOUND', undefined],
    ['any other refusal', refusal(422, 'spec.x: Invalid value'), 'API_REFUSED', undefined],
  ];
  for (const [title, error, code, hint] of CASES)
    it(`tells of ${title}, and what to do`, () => {
      const explained = explain(error, SERVER);
      if (!(explained instanceof HookError)) throw new Error('expected a HookError');
      expect({ code: explained.code, hint: explained.hint }).to.deep.equal({ code, hint });
      expect(explained.message).to.contain(error instanceof ApiError ? error.status.message : error.message);
      expect(explained.message).to.contain(error instanceof ApiError ? error.request : SERVER);
      expect(explained.cause).to.equal(error);
    });

  it('knows the account of chart 0.4.0, too', () => {
    const explained = explain(
      refusal(
        403,
        'pods "r" is forbidden: User "system:serviceaccount:ci:ci-gha-runner-scale-set-no-permission-service-account" cannot get resource "pods" in API group "" in the namespace "ci"',
      ),
      SERVER,
    );
    expect(explained).to.have.property('hint').that.contains('chart version 0.13.0');
  });

  it('leaves other errors as they are', () => {
    const error = new HookError('CANCELLED', 'over');
    expect(explain(error, SERVER)).to.equal(error);
  });
});

describe('isTransient', () => {
  const CASES: readonly [title: string, error: unknown, transient: boolean][] = [
    ['a lost connection', new ConnectionError('x', 'gone'), true],
    ['an answer that makes no sense', new MalformedAnswerError('x', 'no JSON'), true],
    ...[408, 429, 500, 502, 503, 504].map((code): [string, unknown, boolean] => [
      `${code}`,
      refusal(code),
      true,
    ]),
    ...[400, 401, 403, 404, 409, 422, 501].map((code): [string, unknown, boolean] => [
      `${code}`,
      refusal(code),
      false,
    ]),
    ['a container that is not there yet', refusal(500, 'container not found ("job")'), false],
    [
      'a container without the program',
      refusal(500, 'exec: "sh": executable file not found in $PATH'),
      false,
    ],
    ['an error of ours', new TypeError('x'), false],
  ];
  for (const [title, error, transient] of CASES)
    it(`${transient ? 'hopes' : 'does not hope'} that ${title} passes`, () => {
      expect(isTransient(error)).to.equal(transient);
    });
});
