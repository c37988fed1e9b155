import type { Pod } from '../../src/model/kubernetes.js';
import { expect } from 'chai';
import { inherit, inheritDefaults, type InheritSettings } from '../../src/merge/inherit.js';
import { strategicMerge } from '../../src/merge/merge.js';
import { applyTemplate } from '../../src/template/template-apply.js';
import { loadTemplate } from '../../src/template/template.js';

const NOTHING: InheritSettings = {
  imagePullSecrets: false,
  serviceAccount: false,
  annotations: { allow: [], deny: ['*'] },
  labels: { allow: [], deny: ['*'] },
  fsGroup: false,
  tolerations: false,
  priorityClass: false,
  proxy: false,
};

/** A runner pod that has everything that can be inherited. */
const RUNNER: Pod = {
  metadata: {
    name: 'runner',
    annotations: { 'example.com/team': 'a', 'kubernetes.io/psp': 'b' },
    labels: { 'azure.workload.identity/use': 'true', app: 'runner' },
  },
  spec: {
    serviceAccountName: 'ci',
    imagePullSecrets: [{ name: 'mirror' }],
    securityContext: { fsGroup: 1001, runAsUser: 1001 },
    tolerations: [{ key: 'ci', operator: 'Exists' }, { operator: 'Exists' }],
    priorityClassName: 'low',
    containers: [
      {
        name: 'runner',
        image: 'runner',
        env: [
          { name: 'http_proxy', valueFrom: { secretKeyRef: { name: 'runner', key: 'http_proxy' } } },
          { name: 'NO_PROXY', value: 'localhost' },
          { name: 'TOKEN', value: 'hunter2' },
        ],
      },
      { name: 'dind', image: 'dind', env: [{ name: 'http_proxy', value: 'http://user:hunter2@proxy' }] },
    ],
  },
};

describe('inherit', () => {
  const PARTS: [part: string, settings: Partial<InheritSettings>, patch: object][] = [
    ['nothing', {}, {}],
    ['pull secrets', { imagePullSecrets: true }, { spec: { imagePullSecrets: [{ name: 'mirror' }] } }],
    ['the service account', { serviceAccount: true }, { spec: { serviceAccountName: 'ci' } }],
    [
      'annotations, but not of systems',
      { annotations: { allow: [], deny: [] } },
      { metadata: { annotations: { 'example.com/team': 'a' } } },
    ],
    [
      'labels that are allowed',
      { labels: { allow: ['a*p'], deny: ['*'] } },
      { metadata: { labels: { app: 'runner' } } },
    ],
    ['the group of files alone', { fsGroup: true }, { spec: { securityContext: { fsGroup: 1001 } } }],
    [
      'tolerations',
      { tolerations: true },
      { spec: { tolerations: [{ key: 'ci', operator: 'Exists' }, { operator: 'Exists' }] } },
    ],
    ['the priority', { priorityClass: true }, { spec: { priorityClassName: 'low' } }],
  ];
  for (const [part, settings, patch] of PARTS) {
    it(`takes ${part}`, () => {
      expect(inherit(RUNNER, { ...NOTHING, ...settings }).patch).to.deep.equal(patch);
    });
    it(`takes no ${part} from a runner pod that has none`, () => {
      const bare = { spec: { containers: [] } };
      expect(inherit(bare, { ...NOTHING, ...settings })).to.deep.equal({ patch: {}, env: [], decisions: [] });
    });
  }

  it('takes identity, pull secrets and annotations by default, and the group with a shared volume', () => {
    const always = {
      metadata: {
        annotations: { 'example.com/team': 'a' },
        labels: { 'azure.workload.identity/use': 'true' },
      },
      spec: {
        imagePullSecrets: [{ name: 'mirror' }],
        serviceAccountName: 'ci',
      },
    };
    expect(inherit(RUNNER, inheritDefaults('novolume'))).to.deep.include({ patch: always, env: [] });
    expect(inherit(RUNNER, inheritDefaults('volume')).patch).to.deep.equal({
      ...always,
      spec: { ...always.spec, securityContext: { fsGroup: 1001 } },
    });
  });

  it('takes the proxy of the runner with its references to secrets', () => {
    expect(inherit(RUNNER, { ...NOTHING, proxy: true })).to.deep.include({
      patch: {},
      env: [
        { name: 'http_proxy', valueFrom: { secretKeyRef: { name: 'runner', key: 'http_proxy' } } },
        { name: 'NO_PROXY', value: 'localhost' },
      ],
    });
  });

  const EVERYTHING = { ...inheritDefaults('volume'), tolerations: true, priorityClass: true, proxy: true };

  it('says what came from where, and what was left out and why', () => {
    const { decisions } = inherit(RUNNER, EVERYTHING);
    expect(decisions.map(({ field, value, from }) => `${field}: ${value} (${from})`)).to.deep.equal([
      'metadata.annotations["example.com/team"]: a (runner pod)',
      'metadata.labels["azure.workload.identity/use"]: true (runner pod)',
      'spec.imagePullSecrets: mirror (runner pod)',
      'spec.serviceAccountName: ci (runner pod)',
      'spec.securityContext.fsGroup: 1001 (runner pod)',
      'spec.tolerations: ci, any taint (runner pod)',
      'spec.priorityClassName: low (runner pod)',
      'env http_proxy: set (runner pod)',
      'env NO_PROXY: set (runner pod)',
      'metadata.annotations["kubernetes.io/psp"]: left out (system key, as kubernetes.io/*)',
      'metadata.labels.app: left out (denied by *)',
    ]);
  });

  it('shows no secret in its decisions, and little of a long annotation', () => {
    const long = { metadata: { annotations: { a: 'x'.repeat(100) } } };
    expect(JSON.stringify(inherit(RUNNER, EVERYTHING).decisions)).to.not.contain('hunter2');
    expect(inherit(long, EVERYTHING).decisions[0]?.value).to.equal(`${'x'.repeat(60)}...`);
  });

  it('shares nothing with the runner pod', () => {
    const { patch } = inherit(RUNNER, EVERYTHING);
    expect((patch.spec as NonNullable<Pod['spec']>).tolerations).to.not.equal(RUNNER.spec?.tolerations);
  });

  describe('annotations', () => {
    const KEYS: [key: string, allow: string[], deny: string[], isTaken: boolean][] = [
      ['example.com/a', [], [], true],
      ['iam.amazonaws.com/role', [], [], true],
      ['cluster-autoscaler.kubernetes.io/safe-to-evict', [], [], true],
      ['karpenter.sh/do-not-disrupt', [], [], true],
      ['sidecar.istio.io/inject', [], [], true],
      ['sidecar.istio.io/status', [], [], false],
      ['kubectl.kubernetes.io/last-applied-configuration', [], [], false],
      ['kubernetes.io/config.seen', [], [], false],
      ['container.apparmor.security.beta.kubernetes.io/runner', [], [], false],
      ['cni.projectcalico.org/podIP', [], [], false],
      ['k8s.v1.cni.cncf.io/network-status', [], [], false],
      ['k8s.v1.cni.cncf.io/networks', ['k8s.v1.cni.cncf.io/networks'], [], true],
      ['openshift.io/scc', [], [], false],
      ['k8s.ovn.org/pod-networks', [], [], false],
      ['example.com/a', [], ['example.com/*'], false],
      ['example.com/a', ['example.com/a'], ['*'], true],
      ['example.com/b', ['example.com/a'], ['*'], false],
      ['exampleXcom/a', [], ['example.com/*'], true],
      ['podhooks.dev/repository', [], [], false],
      ['actions.github.com/patch-id', ['*'], [], false],
      ['runner-pod', ['*'], [], false],
    ];
    for (const [key, allow, deny, isTaken] of KEYS) {
      it(`${key} is ${isTaken ? 'taken' : 'left'} with allow [${allow.join()}] and deny [${deny.join()}]`, () => {
        const { patch } = inherit(
          { metadata: { annotations: { [key]: 'x' } } },
          { ...NOTHING, annotations: { allow, deny } },
        );
        expect(patch).to.deep.equal(isTaken ? { metadata: { annotations: { [key]: 'x' } } } : {});
      });
    }
  });
});

/** Hook, runner pod, workflow and template, from lowest to highest: each of them says something or not. */
describe('precedence', () => {
  const SOURCES = ['hook', 'runner', 'workflow', 'template'] as const;
  type Source = (typeof SOURCES)[number];

  const says = (source: Source) => ({
    metadata: { annotations: { winner: source, [source]: 'said' }, labels: { 'runner-pod': 'runner' } },
    spec: {
      imagePullSecrets: [{ name: source }],
      serviceAccountName: source,
      securityContext: { fsGroup: SOURCES.indexOf(source) },
    },
  });

  for (let present = 0; present < 2 ** SOURCES.length; present++) {
    const speakers = SOURCES.filter((_, index) => present & (1 << index));
    const winner = speakers.at(-1);

    it(speakers.join(' < ') || 'nobody', () => {
      const said = (source: Source) => (speakers.includes(source) ? says(source) : {});
      const hook: Pod = strategicMerge(
        {
          metadata: { labels: { 'runner-pod': 'runner' } },
          spec: { containers: [], automountServiceAccountToken: false },
        },
        said('hook'),
      );
      const runner = { ...said('runner') };
      const inherited = strategicMerge(hook, inherit(runner as Pod, inheritDefaults('volume')).patch);
      const pod = strategicMerge(inherited, said('workflow'));
      const { metadata, ...rest } = says('template');
      const text = JSON.stringify({ ...rest, metadata: { annotations: metadata.annotations } });
      const template = loadTemplate(winner === 'template' ? [{ file: 't.yaml', text }] : []);
      const roles = { jobContainer: 'job', services: [], volumes: [] };

      const { pod: result } = applyTemplate(pod, template, 'job', roles);
      expect(result.metadata?.annotations?.winner).to.equal(winner);
      expect(result.spec?.serviceAccountName).to.equal(winner);
      expect(result.spec?.automountServiceAccountToken).to.equal(winner === 'template' ? undefined : false);
      expect(result.spec?.securityContext?.fsGroup).to.equal(winner && SOURCES.indexOf(winner));
      expect(result.spec?.imagePullSecrets ?? []).to.deep.equal(speakers.map((name) => ({ name })));
      expect(Object.keys(result.metadata?.annotations ?? {})).to.have.members([
        ...speakers,
        ...(winner ? ['winner'] : []),
      ]);
    });
  }
});
