import { expect } from 'chai';
import { inheritDefaults } from '../../src/pod/inherit.js';
import { jobPod } from '../../src/pod/job-pod.js';
import { readRunnerPod } from '../../src/pod/runner-pod.js';
import { applyTemplate } from '../../src/pod/template-apply.js';
import { loadTemplate } from '../../src/pod/template.js';
import { OWN_VOLUMES, workPath } from '../../src/pod/volumes.js';
import { prepareJobArgs } from '../support/containers.js';
import { runnerPod } from '../support/runner-pods.js';

const ROLES = { jobContainer: 'job', helper: 'podhooks', services: [], volumes: OWN_VOLUMES };

/** What the three places that can speak say, all of them about the same things. */
const TEMPLATE = `
metadata: { annotations: { both: template, of-template: said } }
spec:
  serviceAccountName: of-template
  imagePullSecrets: [{ name: of-template }]
`;

function sources(runner: boolean, workflow: boolean, template: boolean) {
  const bare = runnerPod();
  const pod = runner
    ? {
        ...bare,
        metadata: { ...bare.metadata, annotations: { both: 'runner', 'of-runner': 'said' } },
        spec: { ...bare.spec!, serviceAccountName: 'of-runner', imagePullSecrets: [{ name: 'of-runner' }] },
      }
    : bare;
  const { container, services } = prepareJobArgs('v04');
  const args = workflow
    ? { container, services }
    : {
        container: container && { ...container, registry: null },
        services: services.map((service) => ({ ...service, registry: null })),
      };
  const built = jobPod({
    runner: readRunnerPod(pod, { claimName: undefined, work: workPath(container) }),
    args,
    helperImage: undefined,
    inheriting: inheritDefaults,
    id: '1a2b3',
    provenance: { labels: {}, annotations: { 'podhooks.dev/job': 'build' } },
    sameNode: undefined,
    maxSeconds: undefined,
  });
  const loaded = loadTemplate(template ? [{ file: 't.yaml', text: TEMPLATE }] : []);
  return { secrets: built.secrets, pod: applyTemplate(built.pod, loaded, 'job', ROLES).pod };
}

describe('the identity of a job pod', () => {
  for (const runner of [false, true])
    for (const workflow of [false, true])
      for (const template of [false, true]) {
        const spoken = Object.entries({ runner, workflow, template }).flatMap(([name, is]) =>
          is ? [name] : [],
        );

        it(`of ${spoken.join(', ') || 'nobody'}`, () => {
          const { pod, secrets } = sources(runner, workflow, template);
          const account = template ? 'of-template' : runner ? 'of-runner' : undefined;
          expect(pod.spec?.serviceAccountName).to.equal(account);
          // Only an account that the template chose comes with its token.
          expect(pod.spec?.automountServiceAccountToken).to.equal(!template && runner ? false : undefined);
          expect(pod.metadata?.annotations).to.deep.equal({
            'podhooks.dev/job': 'build',
            ...(runner && { both: 'runner', 'of-runner': 'said' }),
            ...(template && { both: 'template', 'of-template': 'said' }),
          });
          expect(secrets.length > 0).to.equal(workflow);
          expect(pod.spec?.imagePullSecrets).to.deep.equal([
            ...secrets.map(({ metadata }) => ({ name: metadata?.name })),
            ...(runner ? [{ name: 'of-runner' }] : []),
            ...(template ? [{ name: 'of-template' }] : []),
          ]);
        });
      }

  it('is that of the template for annotations of ours, too', () => {
    const template = loadTemplate([
      { file: 't.yaml', text: 'metadata: { annotations: { podhooks.dev/job: other } }' },
    ]);
    const { pod } = sources(false, false, false);
    expect(applyTemplate(pod, template, 'job', ROLES).pod.metadata?.annotations).to.deep.equal({
      'podhooks.dev/job': 'other',
    });
  });
});
