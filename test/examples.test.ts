import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { load, loadAll } from 'js-yaml';
import { parseInput } from '@podhooks/hooklib';
import { PERMISSIONS, rulesYaml } from '../packages/k8s/src/cli/permissions.js';
import { findGlob } from '../packages/k8s/src/model/glob.js';
import { loadTemplate } from '../packages/k8s/src/template/template.js';
import { parseSettings } from '../packages/k8s/src/settings/file.js';
import { readSettings } from '../packages/k8s/src/settings/read.js';
import { codeBlocks } from './docs/markdown.js';
import { readRendering } from './runner/arc-rendering.js';

const EXAMPLES = join(import.meta.dirname, '../examples');
const read = (file: string) => readFileSync(join(EXAMPLES, file), 'utf8');
const HOOK = '/home/runner/podhooks/index.js';
const readPage = (file: string) => readFileSync(join(EXAMPLES, '..', file), 'utf8');
/** The first example in YAML of docs/install.md that has a word. */
const installBlock = (word: string) =>
  load(
    codeBlocks(readPage('docs/install.md')).find(
      ({ language, text }) => language === 'yaml' && text.includes(word),
    )?.text ?? '',
  );

describe('the example payloads', () => {
  const files = readdirSync(join(EXAMPLES, 'payloads'));

  it('are one for each command', () => {
    expect(files).to.have.members([
      'prepare_job.json',
      'run_script_step.json',
      'run_container_step.json',
      'cleanup_job.json',
    ]);
  });

  for (const file of files)
    it(`${file} is understood`, () => {
      const input = parseInput(read(`payloads/${file}`));
      expect(`${input.command}.json`).to.equal(file);
    });
});

describe('the example of a runner image', () => {
  const dockerfile = read('runner-image/Dockerfile');
  const instructions = dockerfile.split('\n').filter((line) => /^[A-Z]+ /.test(line));

  it('puts the bundle where the example values name it', () => {
    expect(instructions).to.deep.equal([
      'FROM ghcr.io/actions/actions-runner:latest',
      `COPY --chown=1001:1001 packages/k8s/dist/index.js ${HOOK}`,
    ]);
  });

  it('is the one in docs/install.md', () => {
    const block = codeBlocks(readPage('docs/install.md')).find(({ language }) => language === 'dockerfile');
    expect(block?.text.trim().split('\n')).to.deep.equal(instructions);
  });
});

for (const mode of ['volume', 'novolume'] as const)
  describe(`the example values of ${mode} mode`, () => {
    const values = load(read(`arc-values-${mode}.yaml`)) as Values;
    const { spec } = values.template;
    const [runner] = spec.containers;

    it('choose the mode', () => {
      expect(values.containerMode.type).to.equal(mode === 'volume' ? 'kubernetes' : 'kubernetes-novolume');
    });

    it('start our hook, and set nothing that the chart or the hook finds out', () => {
      expect(runner.env).to.deep.equal([{ name: 'ACTIONS_RUNNER_CONTAINER_HOOKS', value: HOOK }]);
    });

    it('mount nothing but the ConfigMap that the README creates, and that with subPath', () => {
      const [create = ''] = readPage('README.md').match(/^kubectl create configmap .*$/m) ?? [];
      expect(create).to.match(/ --from-file=\S+\/index\.js$/);
      const [, name] = create.split('configmap ')[1]?.match(/^(\S+)/) ?? [];
      expect(spec.volumes).to.deep.equal([{ name: 'podhooks', configMap: { name } }]);
      expect(runner.volumeMounts).to.deep.equal([
        { name: 'podhooks', mountPath: HOOK, subPath: 'index.js', readOnly: true },
      ]);
    });

    it('let the user of the runner write to a volume that is root’s', () => {
      expect(spec.securityContext).to.deep.equal(mode === 'volume' ? { fsGroup: 1001 } : undefined);
    });
  });

describe('the example of a pod template in a ConfigMap', () => {
  const [map] = loadAll(read('job-pod-template.yaml')) as [ConfigMap];

  it('is a template that is accepted without a warning', () => {
    const templates = Object.entries(map.data).map(([file, text]) => ({ file, text }));
    expect(templates.map(({ file }) => file)).to.deep.equal(['pod.yaml']);
    expect(loadTemplate(templates).warnings).to.deep.equal([]);
  });

  it('is mounted by docs/install.md where the variable looks for it', () => {
    const { env, volumeMounts, volumes } = installBlock('pod-template') as Lists;
    const [[variable], [mount], [volume]] = [env, volumeMounts, volumes];
    expect(variable?.name).to.equal('ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE');
    expect(variable?.value).to.equal(`${mount?.mountPath ?? ''}/pod.yaml`);
    expect(volume).to.deep.equal({ name: mount?.name, configMap: { name: map.metadata.name } });
  });
});

describe('the init container of docs/install.md', () => {
  it('puts the file where the runner container starts it', () => {
    const { spec } = (installBlock('initContainers') as Values).template;
    const [init] = spec.initContainers ?? [];
    const [runner] = spec.containers;
    const [volume] = spec.volumes;
    expect(volume).to.deep.equal({ name: 'podhooks', emptyDir: {} });
    expect([init?.volumeMounts[0]?.name, runner.volumeMounts[0]?.name]).to.deep.equal([
      volume?.name,
      volume?.name,
    ]);
    expect(init?.command.at(-1)).to.equal(`${init?.volumeMounts[0]?.mountPath ?? ''}/index.js`);
    expect(`${runner.volumeMounts[0]?.mountPath ?? ''}/index.js`).to.equal(HOOK);
    expect(runner.env).to.deep.equal([{ name: 'ACTIONS_RUNNER_CONTAINER_HOOKS', value: HOOK }]);
  });

  it('takes the file from the image of the Dockerfile below it', () => {
    const { spec } = (installBlock('initContainers') as Values).template;
    const [, dockerfile] = codeBlocks(readPage('docs/install.md')).filter(
      ({ language }) => language === 'dockerfile',
    );
    expect(dockerfile?.text).to.match(/^COPY packages\/k8s\/dist\/index\.js \/index\.js$/m);
    expect(spec.initContainers?.[0]?.command.slice(0, 2)).to.deep.equal(['cp', '/index.js']);
  });
});

describe('the values of the experimental chart in docs/install.md', () => {
  it('name the file that the image of the Dockerfile has', () => {
    const values = installBlock('kubernetesMode') as { runner: { kubernetesMode: { hookPath: string } } };
    expect(values.runner.kubernetesMode.hookPath).to.equal(HOOK);
  });
});

describe('the example values for identities', () => {
  const files = readdirSync(join(EXAMPLES, 'identity'));
  const page = readPage('docs/install.md');

  for (const file of files)
    describe(file, () => {
      const values = load(read(`identity/${file}`)) as IdentityValues;
      const { resourceMeta, template, ...others } = values;

      it('is named in docs/install.md', () => {
        expect(page).to.contain(`--values examples/identity/${file}`);
      });

      it('adds to the values that it is given with, and replaces none of their lists', () => {
        expect(others).to.deep.equal({});
        expect(
          Object.keys(resourceMeta ?? {}).filter((key) => key !== 'kubernetesModeServiceAccount'),
        ).to.deep.equal([]);
        expect(Object.keys(template?.spec ?? {}).filter((key) => key !== 'imagePullSecrets')).to.deep.equal(
          [],
        );
        for (const value of Object.values(resourceMeta?.kubernetesModeServiceAccount.annotations ?? {}))
          expect(value).to.be.a('string');
      });

      it('sets labels only that the job pod inherits', () => {
        const { inheritLabels } = readSettings({});
        const labels = Object.keys(template?.metadata?.labels ?? {});
        expect(labels.filter((label) => findGlob(label, inheritLabels) === undefined)).to.deep.equal([]);
      });
    });
});

describe('the example for kustomize', () => {
  const { namespace, configMapGenerator, resources, generatorOptions } = load(
    read('kustomize/kustomization.yaml'),
  ) as Kustomization;
  const [role, binding] = loadAll(read('kustomize/role.yaml')) as [
    { rules: unknown },
    { subjects: [{ name: string; namespace: string }] },
  ];

  it('names its ConfigMaps as the example values and docs/install.md do', () => {
    const values = load(read('arc-values-novolume.yaml')) as Values;
    const { volumes } = installBlock('pod-template') as Lists;
    const named = [...values.template.spec.volumes, ...volumes].map(({ configMap }) => configMap?.name);
    expect(configMapGenerator.map(({ name }) => name)).to.deep.equal(named);
    expect(configMapGenerator.flatMap(({ files }) => files)).to.deep.equal(['index.js', 'pod.yaml']);
    expect(generatorOptions).to.deep.equal({ disableNameSuffixHash: true });
  });

  it('has a template that is accepted without a warning', () => {
    const template = { file: 'pod.yaml', text: read('kustomize/pod.yaml') };
    expect(loadTemplate([template]).warnings).to.deep.equal([]);
  });

  it("gives the chart's account the rights for better messages", () => {
    expect(resources).to.deep.equal(['role.yaml']);
    const optional = load(rulesYaml(PERMISSIONS.filter((each) => each.optional === true))) as typeof role;
    expect(role.rules).to.deep.equal(optional.rules);
    const account = readRendering('novolume', '0.14.2').objects.find(({ kind }) => kind === 'ServiceAccount');
    const [subject] = binding.subjects;
    expect(subject).to.include({ name: account?.metadata?.name, namespace });
  });
});

describe('the example of a settings file in a ConfigMap', () => {
  const [map] = loadAll(read('settings/settings.yaml')) as [ConfigMap];
  const file = parseSettings('settings.yaml', map.data['settings.yaml'] ?? '');
  const values = load(read('settings/arc-values.yaml')) as Values;
  const [runner] = values.template.spec.containers;
  const environment = Object.fromEntries(runner.env.map(({ name, value }) => [name, value]));

  it('is read without a fault', () => {
    expect(file.faults).to.deep.equal([]);
    expect(Object.keys(file.values)).to.have.length.above(5);
  });

  it('is mounted where the variable of the values looks for it, and names a template beside it', () => {
    const volume = values.template.spec.volumes.find(({ name }) => name === 'podhooks-settings');
    const mount = runner.volumeMounts.find(({ name }) => name === 'podhooks-settings');
    if (volume === undefined || mount === undefined) throw new Error('the values mount no settings');
    expect(volume.configMap?.name).to.equal(map.metadata.name);
    expect(environment.ACTIONS_RUNNER_HOOK_CONFIG).to.equal(`${mount.mountPath}/settings.yaml`);
    expect(environment.ACTIONS_RUNNER_CONTAINER_HOOKS).to.equal(HOOK);
    expect(file.values.template).to.equal(`${mount.mountPath}/pod.yaml`);
    const template = { file: 'pod.yaml', text: map.data['pod.yaml'] ?? '' };
    expect(loadTemplate([template]).warnings).to.deep.equal([]);
  });

  it('holds but for what a variable says otherwise', () => {
    expect(readSettings(environment, file)).to.include({
      inheritServiceAccount: false,
      inheritTolerations: true,
      prepareTimeoutSeconds: 1200,
      imagePullGraceSeconds: 300,
      heartbeatPeriodMs: 10_000,
    });
  });
});

interface IdentityValues {
  resourceMeta?: { kubernetesModeServiceAccount: { annotations: Record<string, string> } };
  template?: { metadata?: { labels: Record<string, string> }; spec?: object };
}

interface Kustomization {
  namespace: string;
  resources: string[];
  configMapGenerator: { name: string; files: string[] }[];
  generatorOptions: unknown;
}

interface ConfigMap {
  metadata: { name: string };
  data: Record<string, string>;
}

interface Values {
  containerMode: { type: string };
  template: {
    spec: {
      securityContext?: { fsGroup: number };
      initContainers?: [{ command: string[]; volumeMounts: Lists['volumeMounts'] }];
      containers: [Pick<Lists, 'env' | 'volumeMounts'>];
      volumes: Lists['volumes'];
    };
  };
}

interface Lists {
  env: { name: string; value: string }[];
  volumeMounts: { name: string; mountPath: string }[];
  volumes: { name: string; configMap?: { name: string } }[];
}
