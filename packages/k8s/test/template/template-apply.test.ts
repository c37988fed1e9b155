import type { Container, Pod } from '../../src/model/kubernetes.js';
import { HookError } from '@podhooks/hooklib';
import { expect } from 'chai';
import { applyTemplate, type PodKind } from '../../src/template/template-apply.js';
import { loadTemplate } from '../../src/template/template.js';
import { jobPod, ROLES } from '../pod/sample-job-pod.js';

function apply(yaml: string, kind: PodKind = 'job', pod = jobPod()): Pod {
  return applyTemplate(pod, loadTemplate([{ file: 't.yaml', text: yaml }]), kind, ROLES).pod;
}

function containers(yaml: string, kind: PodKind = 'job'): Map<string, Container> {
  return new Map(apply(yaml, kind).spec?.containers.map((container) => [container.name, container]));
}

/** Names of the containers that a template made to have a tty. */
const withTty = (yaml: string, kind: PodKind = 'job'): string[] =>
  [...containers(yaml, kind)].filter(([, { tty }]) => tty).map(([name]) => name);

function refusal(yaml: string): string {
  try {
    apply(yaml);
    return 'none';
  } catch (error) {
    if (!(error instanceof HookError) || error.code !== 'TEMPLATE_INVALID') throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
      .join('\n');
  }
}

describe('applyTemplate', () => {
  it('changes nothing with an empty template', () => {
    expect(apply('spec: {}')).to.deep.equal(jobPod());
  });

  it('leaves the pod it was given as it is', () => {
    const pod = jobPod();
    apply('spec: {containers: [{name: $job, tty: true}], volumes: [{name: a, emptyDir: {}}]}', 'job', pod);
    expect(pod).to.deep.equal(jobPod());
  });

  it('merges labels, annotations and pull secrets', () => {
    const { metadata, spec } = apply(
      'metadata: {labels: {a: b}, annotations: {example.com/from: template}}\nspec: {imagePullSecrets: [{name: own}]}',
    );
    expect(metadata?.labels).to.deep.equal({ 'runner-pod': 'runner', a: 'b' });
    expect(metadata?.annotations).to.deep.equal({ 'example.com/from': 'template' });
    expect(spec?.imagePullSecrets).to.deep.equal([{ name: 'inherited' }, { name: 'own' }]);
  });

  it('applies one document after the other', () => {
    const { spec } = apply(
      'spec: {hostname: a, nodeSelector: {a: b}}\n---\nspec: {hostname: null, nodeSelector: {c: d}}',
    );
    expect(spec).to.not.have.property('hostname');
    expect(spec?.nodeSelector).to.deep.equal({ a: 'b', c: 'd' });
  });

  it('fills in placeholders', () => {
    const template = loadTemplate([
      { file: 't.yaml', text: 'metadata: {labels: {repository: "${GITHUB_REPOSITORY}"}}' },
    ]);
    const { pod } = applyTemplate(jobPod(), template, 'job', ROLES, { GITHUB_REPOSITORY: 'octo/app' });
    expect(pod.metadata?.labels?.repository).to.equal('octo-app');
  });

  it("passes on the template's warnings", () => {
    const template = loadTemplate([{ file: 't.yaml', text: 'spec: {restartPolicy: Always}' }]);
    const { pod, warnings } = applyTemplate(jobPod(), template, 'job', ROLES);
    expect(warnings).to.deep.equal(template.warnings).and.to.have.length(1);
    expect(pod.spec?.restartPolicy).to.equal('Never');
  });

  describe('names of containers', () => {
    const SELECTED: [selector: string, kind: PodKind, names: string[]][] = [
      ['$job', 'job', ['job']],
      ['$job', 'step', ['job']],
      ['$step', 'job', []],
      ['$step', 'step', ['job']],
      ['$helper', 'job', ['podhooks']],
      ['$redis', 'job', ['redis', 'redis-1']],
      ['$redis-1', 'job', ['redis-1']],
      ['$postgres', 'job', ['postgres']],
      ['$service-1', 'job', ['redis']],
      ['$service-3', 'job', ['postgres']],
      ['$service-4', 'job', []],
      ['$mysql', 'job', []],
    ];
    for (const [selector, kind, names] of SELECTED) {
      it(`${selector} selects ${names.join(' and ') || 'nothing'} in a ${kind} pod`, () => {
        expect(withTty(`spec: {containers: [{name: ${selector}, tty: true}]}`, kind)).to.deep.equal(names);
      });
    }

    it('prefers an image called service-1 to the first service', () => {
      const template = loadTemplate([
        { file: 't.yaml', text: 'spec: {containers: [{name: $service-1, tty: true}]}' },
      ]);
      const services = [ROLES.services[0]!, { name: 'service-1', image: 'octo/service-1:2' }];
      const pod = jobPod();
      pod.spec!.containers[4] = { name: 'service-1', image: 'octo/service-1:2' };
      const merged = applyTemplate(pod, template, 'job', { ...ROLES, services }).pod;
      expect(merged.spec?.containers.filter(({ tty }) => tty).map(({ name }) => name)).to.deep.equal([
        'service-1',
      ]);
    });

    it('lets the special win over the general, whatever comes first', () => {
      const env = (name: string) => `{name: ${name}, env: [{name: WHO, value: ${name}}]}`;
      const yaml = `spec: {containers: [${['$step', '$redis-1', '$redis', '$job'].map(env).join(', ')}]}`;
      const who = (kind: PodKind, name: string) => containers(yaml, kind).get(name)?.env?.at(-1)?.value;
      expect(who('job', 'job')).to.equal('$job');
      expect(who('step', 'job')).to.equal('$step');
      expect(who('job', 'redis')).to.equal('$redis');
      expect(who('job', 'redis-1')).to.equal('$redis-1');
    });

    it('merges the fields of a container, keeping its name and image', () => {
      const job = containers(
        'spec: {containers: [{name: $job, image: other, env: [{name: A, value: a}]}]}',
      ).get('job');
      expect(job?.image).to.equal('node:22');
      expect(job?.env).to.deep.equal([
        { name: 'CI', value: 'true' },
        { name: 'A', value: 'a' },
      ]);
    });

    it("does not give a step pod's container the command and probes of the job's", () => {
      const yaml =
        'spec: {containers: [{name: $job, command: [a], args: [b], readinessProbe: {exec: {command: [c]}}, tty: true}]}';
      expect(containers(yaml, 'job').get('job')).to.include.keys('args', 'readinessProbe');
      const step = containers(yaml, 'step').get('job');
      expect(step?.command).to.deep.equal(['sh', '-c', 'wait']);
      expect(step).to.not.include.any.keys('args', 'readinessProbe');
      expect(step?.tty).to.equal(true);
    });
  });

  describe('sidecars', () => {
    const SIDECARS =
      'spec: {containers: [{name: dind, image: dind}], initContainers: [{name: proxy, image: a, restartPolicy: Always}, {name: init, image: a}]}';
    const names = (yaml: string, kind: PodKind) => {
      const { spec } = apply(yaml, kind);
      return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].slice(5).map(({ name }) => name);
    };

    it('come last in the job pod', () => {
      expect(names(SIDECARS, 'job')).to.deep.equal(['dind', 'proxy', 'init']);
    });
    it('stay out of step pods', () => {
      expect(names(SIDECARS, 'step')).to.deep.equal(['init']);
    });
    it('come into step pods where the annotation asks for it', () => {
      const asked = `metadata: {annotations: {podhooks.dev/sidecars-in-step-pods: "true"}}\n${SIDECARS}`;
      expect(names(asked, 'step')).to.deep.equal(['dind', 'proxy', 'init']);
    });
  });

  describe('the service account', () => {
    it('comes with its token when the template chooses it', () => {
      const { spec } = apply('spec: {serviceAccountName: deployer}');
      expect(spec?.serviceAccountName).to.equal('deployer');
      expect(spec).to.not.have.property('automountServiceAccountToken');
    });
    it('has no token when the template says so', () => {
      const { spec } = apply('spec: {serviceAccountName: deployer, automountServiceAccountToken: false}');
      expect(spec?.automountServiceAccountToken).to.equal(false);
    });
    it('keeps its setting when the template does not speak of it', () => {
      expect(apply('spec: {hostname: a}').spec?.automountServiceAccountToken).to.equal(false);
    });
  });

  describe('what the hook needs', () => {
    const REFUSED: [title: string, spec: string, refusal: string][] = [
      [
        'another container of the name of one of ours',
        'spec: {containers: [{name: redis, image: mine}]}',
        't.yaml:1: spec.containers[0].name: the pod has a container redis already; write $redis to patch it',
      ],
      [
        'a container of the name of the helper',
        'spec:\n  initContainers:\n  - {name: podhooks, image: mine}',
        't.yaml:3: spec.initContainers[0].name: the pod has a container podhooks already; write $helper to patch it',
      ],
      [
        'annotations above the limit of Kubernetes',
        `metadata:\n  annotations:\n    a: b\n    example.com/large: ${'x'.repeat(300_000)}`,
        't.yaml:4: metadata.annotations["example.com/large"]: the annotations of the pod are too large: 300039 bytes, and Kubernetes takes 262144; 300017 of them are of this one',
      ],
      [
        'removal of a container by its own name',
        'spec: {containers: [{name: job, $patch: delete}]}',
        't.yaml: container job: the job needs it, so that it cannot be removed',
      ],
      [
        'a hook volume from elsewhere',
        'spec: {volumes: [{name: work, hostPath: {path: /}}]}',
        "t.yaml: volume work: it carries the hook's files and can be neither removed nor redirected",
      ],
      [
        "the hook's own disk from elsewhere",
        'spec: {volumes: [{name: podhooks, hostPath: {path: /}}]}',
        "t.yaml: volume podhooks: it carries the hook's files and can be neither removed nor redirected; emptyDir and ephemeral are possible",
      ],
      [
        'removal of a hook volume',
        'spec: {volumes: [{name: podhooks, $patch: delete}]}',
        "t.yaml: volume podhooks: it carries the hook's files and can be neither removed nor redirected; emptyDir and ephemeral are possible",
      ],
      [
        'removal of all volumes',
        'spec: {volumes: null}',
        "t.yaml: volume work: it carries the hook's files and can be neither removed nor redirected\nt.yaml: volume podhooks: it carries the hook's files and can be neither removed nor redirected; emptyDir and ephemeral are possible",
      ],
      [
        'redirection of a hook mount',
        'spec: {containers: [{name: $job, volumeMounts: [{mountPath: /__w, name: tools}]}]}',
        't.yaml: container job: /__w is where the hook has its volume work; it can be neither removed nor redirected',
      ],
      [
        'another folder in a hook mount',
        'spec: {containers: [{name: $job, volumeMounts: [{mountPath: /__w, name: work, subPath: a}]}]}',
        't.yaml: container job: /__w is where the hook has its volume work; it can be neither removed nor redirected',
      ],
      [
        'replacement of all mounts',
        'spec: {containers: [{name: $job, volumeMounts: [$patch: replace]}]}',
        't.yaml: container job: /__w is where the hook has its volume work; it can be neither removed nor redirected',
      ],
      [
        'another command for the helper',
        'spec: {containers: [{name: $helper, command: [a], lifecycle: {preStop: {exec: {command: [a]}}}}]}',
        "t.yaml: container podhooks: command of $helper is the hook's and cannot be patched\nt.yaml: container podhooks: lifecycle of $helper is the hook's and cannot be patched",
      ],
      [
        'removal of all labels',
        'metadata: {labels: null}',
        "t.yaml: metadata.labels: runner-pod is the hook's: ARC removes a job's pods by it",
      ],
    ];
    for (const [title, yaml, expected] of REFUSED) {
      it(`is kept: ${title} is refused`, () => {
        expect(refusal(yaml)).to.equal(expected);
      });
    }

    it('names the file in which it was removed, of several', () => {
      const files = [
        { file: 'a.yaml', text: 'spec: {hostname: a}' },
        { file: 'b.yaml', text: 'spec: {volumes: [{name: work, $patch: delete}]}' },
        { file: 'c.yaml', text: 'spec: {hostname: c}' },
      ];
      expect(() => applyTemplate(jobPod(), loadTemplate(files), 'job', ROLES)).to.throw(
        HookError,
        'b.yaml: volume work',
      );
    });

    it('counts the annotations that are inherited, too', () => {
      const pod = jobPod();
      pod.metadata = { ...pod.metadata, annotations: { inherited: 'x'.repeat(262_135) } };
      expect(apply('metadata: {labels: {a: b}}', 'job', pod).metadata?.annotations).to.have.keys('inherited');
      expect(() => apply('metadata: {annotations: {a: b}}', 'job', pod)).to.throw(
        HookError,
        't.yaml:1: metadata.annotations.inherited: the annotations of the pod are too large: 262146 bytes',
      );
    });

    const ALLOWED: [title: string, yaml: string][] = [
      ["a size limit for the hook's disk", 'spec: {volumes: [{name: podhooks, emptyDir: {sizeLimit: 1Gi}}]}'],
      [
        "a storage class for the hook's disk",
        'spec: {volumes: [{name: podhooks, ephemeral: {volumeClaimTemplate: {spec: {storageClassName: fast}}}}]}',
      ],
      [
        'a cache in the place of the tools',
        'spec: {containers: [{name: $job, volumeMounts: [{mountPath: /__t, name: cache}]}], volumes: [{name: cache, emptyDir: {}}]}',
      ],
      [
        'a mount inside of a hook mount',
        'spec: {containers: [{name: $job, volumeMounts: [{mountPath: /__w/cache, name: tools}]}]}',
      ],
      ['requests of the helper', 'spec: {containers: [{name: $helper, resources: {requests: {cpu: 10m}}}]}'],
      [
        'another command for the job container',
        'spec: {containers: [{name: $job, command: [sleep, infinity]}]}',
      ],
    ];
    for (const [title, yaml] of ALLOWED) {
      it(`is no reason against ${title}`, () => {
        expect(refusal(yaml)).to.equal('none');
      });
    }

    it('is looked at as JSON: members that are undefined are none', () => {
      const pod: Pod = JSON.parse(JSON.stringify(jobPod())) as Pod;
      Object.assign(pod.spec!.containers[1]!.volumeMounts![0]!, { subPath: undefined });
      expect(apply('spec: {hostname: a}', 'job', pod).spec?.hostname).to.equal('a');
    });
  });

  describe('a mount without a volume', () => {
    it('is named where the template says it', () => {
      expect(
        refusal(
          'spec:\n  containers:\n  - name: $job\n    volumeMounts:\n    - {name: cache, mountPath: /cache}',
        ),
      ).to.equal(
        't.yaml:5: spec.containers[0].volumeMounts[0].name: the pod has no volume cache; add it to spec.volumes',
      );
    });

    it('is no matter in a container that the pod does not have', () => {
      const yaml = 'spec: {containers: [{name: $step, volumeMounts: [{name: cache, mountPath: /cache}]}]}';
      expect(refusal(yaml)).to.equal('none');
    });
  });
});
