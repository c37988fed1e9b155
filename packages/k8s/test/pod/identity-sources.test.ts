import { expect } from 'chai';
import { inheritDefaults } from '../../src/merge/inherit.js';
import { jobPod } from '../../src/pod/job-pod.js';
import type { Pod } from '../../src/model/kubernetes.js';
import type { HookPod } from '../../src/pod/hook-pod.js';
import { readRunnerPod } from '../../src/pod/runner-pod.js';
import { stepPod } from '../../src/pod/step-pod.js';
import { applyTemplate, type PodKind } from '../../src/template/template-apply.js';
import { loadTemplate } from '../../src/template/template.js';
import { OWN_VOLUMES, workPath } from '../../src/pod/volumes.js';
import { containerStep, prepareJobArgs } from '../support/containers.js';
import { NO_POLICY, NO_RULES } from '../support/options-policy.js';
import { ephemeral, runnerPod, WORK } from '../support/runner-pods.js';

const ROLES = {
  job: { jobContainer: 'job', helper: 'podhooks', services: [], volumes: OWN_VOLUMES },
  step: { jobContainer: 'job', services: [], volumes: OWN_VOLUMES },
};

/** What the three places that can speak say, all of them about the same things. */
const TEMPLATE = `
metadata: { annotations: { both: template, of-template: said } }
spec:
  serviceAccountName: of-template
  imagePullSecrets: [{ name: of-template }]
`;

function sources(kind: PodKind, runner: boolean, workflow: boolean, template: boolean) {
  const bare = runnerPod(ephemeral('ReadWriteOnce'));
  const pod = runner
    ? {
        ...bare,
        metadata: { ...bare.metadata, annotations: { both: 'runner', 'of-runner': 'said' } },
        spec: { ...bare.spec!, serviceAccountName: 'of-runner', imagePullSecrets: [{ name: 'of-runner' }] },
      }
    : bare;
  const built = kind === 'job' ? builtJobPod(pod, workflow) : builtStepPod(pod, workflow);
  const loaded = loadTemplate(template ? [{ file: 't.yaml', text: TEMPLATE }] : []);
  return { secrets: built.secrets, pod: applyTemplate(built.pod, loaded, kind, ROLES[kind]).pod };
}

const COMMON = {
  inheriting: inheritDefaults,
  id: '1a2b3',
  provenance: { labels: {}, annotations: { 'podhooks.dev/job': 'build' } },
  volumesAllow: [],
  policy: NO_POLICY,
  rules: NO_RULES,
  sameNode: undefined,
  maxSeconds: undefined,
};

function builtJobPod(pod: Pod, workflow: boolean): HookPod {
  const { container, services } = prepareJobArgs('v04');
  const args = workflow
    ? { container, services }
    : {
        container: container && { ...container, registry: null },
        services: services.map((service) => ({ ...service, registry: null })),
      };
  const runner = readRunnerPod(pod, { claimName: undefined, work: workPath(container) });
  return jobPod({ ...COMMON, runner, args, helperImage: undefined });
}

const COPYING = { helperImage: undefined, gateSeconds: 600, filesBack: undefined };

/** No runner of today sends credentials for an action; those that come are used. */
function builtStepPod(pod: Pod, workflow: boolean): HookPod {
  const registry = { username: 'u', password: 'p', serverUrl: 'ghcr.io' };
  const { args } = containerStep('v12');
  return stepPod({
    ...COMMON,
    runner: readRunnerPod(pod, { claimName: undefined, work: WORK }),
    args: { ...args, environmentVariables: {}, registry: workflow ? registry : null },
    work: WORK,
    jobPod: undefined,
    copying: COPYING,
  });
}

const OWN_ANNOTATIONS = { job: { 'kubectl.kubernetes.io/default-container': 'job' }, step: {} };

for (const kind of ['job', 'step'] as const)
  describe(`the identity of a ${kind} pod`, () => {
    for (const runner of [false, true])
      for (const workflow of [false, true])
        for (const template of [false, true]) {
          const spoken = Object.entries({ runner, workflow, template }).flatMap(([name, is]) =>
            is ? [name] : [],
          );

          it(`of ${spoken.join(', ') || 'nobody'}`, () => {
            const { pod, secrets } = sources(kind, runner, workflow, template);
            const account = template ? 'of-template' : runner ? 'of-runner' : undefined;
            expect(pod.spec?.serviceAccountName).to.equal(account);
            // Only an account that the template chose comes with its token.
            expect(pod.spec?.automountServiceAccountToken).to.equal(template ? undefined : false);
            expect(pod.metadata?.annotations).to.deep.equal({
              ...OWN_ANNOTATIONS[kind],
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
      const { pod } = sources(kind, false, false, false);
      expect(applyTemplate(pod, template, kind, ROLES[kind]).pod.metadata?.annotations).to.deep.equal({
        ...OWN_ANNOTATIONS[kind],
        'podhooks.dev/job': 'other',
      });
    });
  });
