import { expect } from 'chai';
import { strategicMerge } from '../../src/merge/merge.js';
import type { Container, Pod } from '../../src/model/kubernetes.js';
import { compareQuantities } from '../../src/options/values.js';
import { templateFirst } from '../../src/options/template-first.js';

type Resources = NonNullable<Container['resources']>;

/** The job container and the warnings, when options and a template ask for these. */
function settle(options: Partial<Container>, template: Partial<Container>, spec: object = {}) {
  const before: Pod = { spec: { containers: [{ name: 'job', ...options }] } };
  const patch = { spec: { ...spec, containers: [{ name: 'job', ...template }] } };
  const { pod, warnings } = templateFirst(before, strategicMerge(before, patch));
  return { job: pod.spec?.containers[0], warnings };
}

const LIMITED: Resources = {
  limits: { cpu: '1000m', memory: '1Gi' },
  requests: { cpu: '0', memory: '512Mi' },
};

describe('templateFirst', () => {
  it('leaves the user of options where the template says nothing of users', () => {
    const securityContext = { runAsUser: 0 };
    const { job, warnings } = settle({ securityContext }, {}, { securityContext: { fsGroup: 1 } });
    expect(job?.securityContext).to.deep.equal(securityContext);
    expect(warnings).to.deep.equal([]);
  });

  for (const [title, container, spec, why] of [
    ['a user of the pod', {}, { securityContext: { runAsUser: 1001 } }, 'user 1001'],
    ['runAsNonRoot of the pod', {}, { securityContext: { runAsNonRoot: true } }, 'runAsNonRoot'],
    ['runAsNonRoot of the container', { securityContext: { runAsNonRoot: true } }, {}, 'runAsNonRoot'],
  ] as const)
    it(`lets ${title} win over --user root`, () => {
      const { job, warnings } = settle({ securityContext: { runAsUser: 0, runAsGroup: 0 } }, container, spec);
      expect(job?.securityContext).to.not.have.any.keys('runAsUser', 'runAsGroup');
      expect(warnings).to.deep.equal([`Container job: --user 0 is not used: the pod template sets ${why}.`]);
    });

  it('raises a limit of options to the request of the template', () => {
    const { job, warnings } = settle({ resources: LIMITED }, { resources: { requests: { cpu: '2' } } });
    expect(job?.resources?.limits).to.deep.equal({ cpu: '2', memory: '1Gi' });
    expect(warnings).to.deep.equal([
      'Container job: --cpus is not used: it is less than the request of 2 in the pod template.',
    ]);
  });

  it('lowers a reservation of options to the limit of the template', () => {
    const { job, warnings } = settle({ resources: LIMITED }, { resources: { limits: { memory: '256Mi' } } });
    expect(job?.resources?.requests).to.deep.equal({ cpu: '0', memory: '256Mi' });
    expect(warnings).to.deep.equal([
      'Container job: --memory-reservation is not used: it is more than the limit of 256Mi in the pod template.',
    ]);
  });

  it('leaves what the template itself has wrong to the API server', () => {
    const resources = { limits: { cpu: '1' }, requests: { cpu: '2' } };
    expect(settle({}, { resources }).job?.resources).to.deep.equal(resources);
  });
});

describe('compareQuantities', () => {
  for (const [less, more] of [
    ['500m', '1'],
    ['1G', '1Gi'],
    ['999Mi', '1Gi'],
    ['0', '1m'],
    ['1e3', '1Ki'],
  ] as const)
    it(`finds ${less} less than ${more}`, () => {
      expect(compareQuantities(less, more)).to.be.below(0);
      expect(compareQuantities(more, less)).to.be.above(0);
    });

  it('says nothing of what is no quantity', () => expect(compareQuantities('much', '1')).to.equal(0));
});
