import { expect } from 'chai';
import { admissionHint } from '../src/admission.js';

/** What admission plugins answer, and whom the hint names. */
const ANSWERS: readonly [who: string, message: string, hint: RegExp][] = [
  ['a quota that is used up', 'pods "a" is forbidden: exceeded quota: q, requested: pods=1', /ResourceQuota/],
  [
    'a quota on limits',
    'pods "a" is forbidden: failed quota: q: must specify limits.cpu,limits.memory',
    /^The ResourceQuota q takes no container without limits.cpu, limits.memory: /,
  ],
  [
    'a LimitRange',
    'pods "a" is forbidden: maximum memory usage per Container is 64Mi, but limit is 512Mi',
    /^A LimitRange of the namespace refuses/,
  ],
  [
    'the smallest of a LimitRange',
    'pods "a" is forbidden: [minimum cpu usage per Container is 2, but request is 10m]',
    /^A LimitRange/,
  ],
  [
    'a ratio of a LimitRange',
    'pods "a" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 4.0',
    /^A LimitRange/,
  ],
  [
    'Pod Security',
    'pods "a" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    /Pod Security level restricted:latest: set ACTIONS_RUNNER_HOOK_POD_SECURITY to restricted, /,
  ],
  [
    'OpenShift',
    'pods "a" is forbidden: unable to validate against any security context constraint: []',
    /SecurityContextConstraint/,
  ],
  [
    'Kyverno',
    'admission webhook "validate.kyverno.svc-fail" denied the request: require-labels',
    /webhook validate.kyverno.svc-fail refuses/,
  ],
  [
    'a ValidatingAdmissionPolicy',
    `pods "a" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'b' denied request: no`,
    /ValidatingAdmissionPolicy no-latest/,
  ],
  [
    'a missing PriorityClass',
    'pods "a" is forbidden: no PriorityClass with name fast was found',
    /PriorityClass fast/,
  ],
  [
    'a namespace that ends',
    'pods "a" is forbidden: unable to create new content in namespace ci because it is being terminated',
    /namespace ci/,
  ],
  ['anybody else', 'pods "a" is forbidden: no reason', /^An admission policy/],
];

describe('the hint about an object that admission refuses', () => {
  for (const [who, message, hint] of ANSWERS)
    it(`names ${who}`, () => {
      expect(admissionHint(message)).to.match(hint);
    });
});
