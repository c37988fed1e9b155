/** What the API server, and what stands before it, answers. */
import {
  ApiError,
  CertificateError,
  ConnectionError,
  MalformedAnswerError,
} from '../../packages/k8s/src/cluster/api-error.js';
import { container, type Situation } from './situation.js';

const PODS = 'POST /api/v1/namespaces/ci/pods';
const refusal = (request: string, code: number, message: string): ApiError =>
  new ApiError(request, { code, reason: '', message, retryAfterSeconds: undefined });

const refused = (title: string, code: number, message: string, cause: string, hint: string): Situation => ({
  title,
  answers: { 'create pods': refusal(PODS, code, message) },
  says: { code: code === 403 ? 'API_FORBIDDEN' : 'API_REFUSED', object: PODS, cause, hint },
});
const FORBIDDEN = 'pods "runner-1-workflow" is forbidden: ';

const account = 'system:serviceaccount:ci:arc-kube-mode';
const lacks = (right: string, command?: Situation['command'], more: Partial<Situation> = {}): Situation => {
  const [verb = '', resource = ''] = right.split(' ');
  const [kind = ''] = resource.split('/');
  const message = `${kind} is forbidden: User "${account}" cannot ${verb} resource "${resource}" in API group "" in the namespace "ci"`;
  return {
    title: `the Role lacks ${verb} on ${resource}`,
    ...(command !== undefined && { command }),
    answers: { [right]: refusal(`${verb} ${resource}`, 403, message) },
    ...more,
    says: {
      code: 'API_FORBIDDEN',
      object: account,
      cause: `cannot ${verb} resource "${resource}"`,
      hint: `Add the verb "${verb}" on "${resource}" to the Role in the namespace "ci"`,
    },
  };
};

/** What the API server answers from 1.35 on, which says neither verb nor resource. */
const LACKS_CREATE_FOR_EXEC: Situation = {
  title: 'the Role lacks create on pods/exec, on Kubernetes 1.35 or newer',
  answers: {
    'create pods/exec': refusal('exec in container podhooks of pod runner-1-workflow', 403, FORBIDDEN),
  },
  says: {
    code: 'API_FORBIDDEN',
    object: 'exec in container podhooks of pod runner-1-workflow',
    cause: 'is forbidden',
    hint: 'Add the verb "create" on "pods/exec" to the Role that is bound to the service account of the runner pod',
  },
};

const GET_RUNNER = 'GET /api/v1/namespaces/ci/pods/runner-1';

export const REFUSALS: readonly Situation[] = [
  lacks('get pods'),
  lacks('create pods'),
  lacks('create secrets', undefined, {
    container: { registry: { username: 'octo', password: 'x', serverUrl: 'ghcr.io' } },
  }),
  lacks('get pods/exec'),
  LACKS_CREATE_FOR_EXEC,
  lacks('list pods', 'cleanup_job'),
  lacks('delete pods', 'cleanup_job'),
  lacks('delete secrets', 'cleanup_job'),
  lacks('get pods/log', 'run_container_step', { status: container({ running: {} }) }),
  refused(
    'the quota of the namespace is used up',
    403,
    `${FORBIDDEN}exceeded quota: ci, requested: pods=1, used: pods=10, limited: pods=10`,
    'used: pods=10, limited: pods=10',
    'Free or raise the ResourceQuota of the namespace',
  ),
  refused(
    'a quota wants limits',
    403,
    `${FORBIDDEN}failed quota: ci: must specify limits.cpu,limits.memory`,
    'must specify limits.cpu',
    'The ResourceQuota ci takes no container without limits.cpu, limits.memory',
  ),
  refused(
    'a LimitRange wants more',
    403,
    `${FORBIDDEN}minimum memory usage per Container is 64Mi, but request is 32Mi`,
    'minimum memory usage per Container is 64Mi',
    'A LimitRange of the namespace refuses the resources of the pod',
  ),
  refused(
    'Pod Security does not take the pod',
    403,
    `${FORBIDDEN}violates PodSecurity "restricted:latest": unrestricted capabilities`,
    'unrestricted capabilities',
    'lower the label pod-security.kubernetes.io/enforce of the namespace',
  ),
  refused(
    'a policy of OPA Gatekeeper refuses the pod',
    403,
    'admission webhook "validation.gatekeeper.sh" denied the request: [allowed-repos] container <job> has an invalid image repo',
    '[allowed-repos] container <job> has an invalid image repo',
    'The admission webhook validation.gatekeeper.sh refuses the object',
  ),
  refused(
    'a policy of Kyverno refuses the pod',
    400,
    'admission webhook "validate.kyverno.svc-fail" denied the request: resource Pod/ci/x was blocked due to: require-labels',
    'require-labels',
    'exempt the namespace from its policy',
  ),
  refused(
    'a ValidatingAdmissionPolicy refuses the pod',
    422,
    "pods \"x\" is invalid: ValidatingAdmissionPolicy 'no-latest' with binding 'all' denied request: use a tag",
    'use a tag',
    'The ValidatingAdmissionPolicy no-latest refuses the object',
  ),
  refused(
    'the priority class does not exist',
    403,
    `${FORBIDDEN}no PriorityClass with name urgent was found`,
    'no PriorityClass with name urgent was found',
    'Create the PriorityClass urgent',
  ),
  refused(
    'the namespace is being deleted',
    403,
    `${FORBIDDEN}unable to create new content in namespace ci because it is being terminated`,
    'it is being terminated',
    'Somebody is deleting the namespace ci',
  ),
  refused(
    'no security context constraint of OpenShift takes the pod',
    403,
    `${FORBIDDEN}unable to validate against any security context constraint: provider "anyuid": Forbidden`,
    'provider "anyuid": Forbidden',
    "Let the pod's service account use a SecurityContextConstraint",
  ),
  {
    title: 'the service account of the template does not exist',
    template: 'spec: { serviceAccountName: deployer }',
    answers: {
      'create pods': refusal(
        PODS,
        403,
        `${FORBIDDEN}error looking up service account ci/deployer: serviceaccount "deployer" not found`,
      ),
    },
    says: {
      code: 'NOT_FOUND',
      object: 'The service account deployer of the job pod, named by the pod template',
      cause: 'does not exist in namespace ci',
      hint: 'correct serviceAccountName in the template',
    },
  },
  {
    title: 'the token of the runner is not accepted',
    answers: { 'get pods': refusal(GET_RUNNER, 401, 'Unauthorized') },
    says: {
      code: 'API_UNAUTHORIZED',
      object: GET_RUNNER,
      cause: 'Unauthorized',
      hint: 'Check the service account of the runner pod',
    },
  },
  {
    title: 'the API server does not answer',
    answers: { 'get pods': new ConnectionError(GET_RUNNER, 'connect ECONNREFUSED 10.96.0.1:443') },
    says: {
      code: 'API_UNREACHABLE',
      object: 'The Kubernetes API at https://cluster.test',
      cause: 'connect ECONNREFUSED 10.96.0.1:443',
      hint: 'Check that the API server runs and that network policies and proxies',
    },
  },
  {
    title: 'the certificate of the API server is not trusted',
    answers: {
      'get pods': new ConnectionError(
        GET_RUNNER,
        'the certificate of cluster.test is not accepted: self-signed certificate',
        new CertificateError('cluster.test', 'ca.crt', new Error('self-signed certificate')),
      ),
    },
    says: {
      code: 'API_UNREACHABLE',
      object: 'The Kubernetes API at https://cluster.test',
      cause: 'self-signed certificate',
      hint: 'ca.crt holds the authority that signed its certificate',
    },
  },
  {
    title: 'a proxy answers in the place of the API server',
    answers: {
      'get pods': new MalformedAnswerError(GET_RUNNER, 'the answer is not JSON', '<html>login</html>'),
    },
    says: {
      code: 'API_MALFORMED',
      object: 'The Kubernetes API at https://cluster.test',
      cause: '<html>login</html>',
      hint: 'a proxy or another program may stand in front of the API server',
    },
  },
  {
    title: 'the runner pod is in another namespace',
    answers: { 'get pods': refusal(GET_RUNNER, 404, 'pods "runner-1" not found') },
    says: {
      code: 'NOT_FOUND',
      object: 'The runner pod runner-1',
      cause: 'is not in namespace ci',
      hint: 'Check ACTIONS_RUNNER_POD_NAME and ACTIONS_RUNNER_KUBERNETES_NAMESPACE',
    },
  },
];
