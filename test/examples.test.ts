import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { load, loadAll } from 'js-yaml';
import { parseInput } from '@podhooks/hooklib';
import { loadTemplate } from '../packages/k8s/src/template/template.js';
import { parseSettings } from '../packages/k8s/src/settings/file.js';
import { readSettings } from '../packages/k8s/src/settings/read.js';
import { VARIABLES } from '../packages/k8s/src/settings/schema.js';
import { codeBlocks } from './docs/markdown.js';

const EXAMPLES = join(import.meta.dirname, '../examples');
const read = (file: string) => readFileSync(join(EXAMPLES, file), 'utf8');
const HOOK = '/home/runner/podhooks/index.js';

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

  it('is the one in the README', () => {
    const readme = readFileSync(join(EXAMPLES, '../README.md'), 'utf8');
    const block = codeBlocks(readme).find(({ language }) => language === 'dockerfile');
    expect(block?.text.trim().split('\n')).to.deep.equal(instructions);
  });
});

describe('the example of a pod template in a ConfigMap', () => {
  const [map] = loadAll(read('job-pod-template.yaml')) as [ConfigMap];

  it('is a template that is accepted without a warning', () => {
    const templates = Object.entries(map.data).map(([file, text]) => ({ file, text }));
    expect(templates.map(({ file }) => file)).to.deep.equal(['pod.yaml']);
    expect(loadTemplate(templates).warnings).to.deep.equal([]);
  });

  for (const mode of ['volume', 'novolume'] as const)
    describe(`with the values of ${mode} mode`, () => {
      const values = load(read(`arc-values-${mode}.yaml`)) as Values;
      const [runner] = values.template.spec.containers;
      const variable = (name: string) => runner.env.find((each) => each.name === name)?.value ?? '';

      it('chooses the mode', () => {
        expect(values.containerMode.type).to.equal(mode === 'volume' ? 'kubernetes' : 'kubernetes-novolume');
      });

      it('starts our hook, and sets only what it reads', () => {
        expect(variable('ACTIONS_RUNNER_CONTAINER_HOOKS')).to.equal(HOOK);
        const known = ['ACTIONS_RUNNER_CONTAINER_HOOKS', ...Object.values(VARIABLES).map(({ name }) => name)];
        expect(known).to.include.members(runner.env.map(({ name }) => name));
      });

      it('mounts the template where the variable looks for it', () => {
        const [volume] = values.template.spec.volumes;
        const [mount] = runner.volumeMounts;
        expect(volume.configMap.name).to.equal(map.metadata.name);
        expect(mount.name).to.equal(volume.name);
        expect(variable('ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE')).to.equal(`${mount.mountPath}/pod.yaml`);
      });
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
    const [volume] = values.template.spec.volumes;
    const [mount] = runner.volumeMounts;
    expect(volume.configMap.name).to.equal(map.metadata.name);
    expect(mount.name).to.equal(volume.name);
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

interface ConfigMap {
  metadata: { name: string };
  data: Record<string, string>;
}

interface Values {
  containerMode: { type: string };
  template: {
    spec: {
      containers: [
        {
          env: { name: string; value: string }[];
          volumeMounts: [{ name: string; mountPath: string }];
        },
      ];
      volumes: [{ name: string; configMap: { name: string } }];
    };
  };
}
