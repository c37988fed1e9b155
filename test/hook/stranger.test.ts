import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient } from '../api-suite/client.js';
import type { Rule } from '../engine/index.js';
import { describeWithMounts } from '../engine/needs-mounts.js';
import type { EngineRunner } from '../runner/engine-runner.js';
import type { HookResult } from '../runner/runner.js';
import { doAsTold, type Hands } from '../situations/stranger.js';
import { engineRunner, errorOf, succeeded } from './support.js';

const PLAIN = { container: { image: 'debian:12' } };
const JOB = {
  ...PLAIN,
  services: [{ image: 'redis:7', env: { PASSWORD: 'x' } }],
};
const RIGHTS = [
  'get pods',
  'create pods',
  'list pods',
  'delete pods',
  'get pods/exec',
  'create pods/exec',
  'get pods/log',
  'create secrets',
  'get secrets',
  'list secrets',
  'delete secrets',
];

describeWithMounts('a stranger who does what the log of the job says', () => {
  let folder: string;
  let runner: EngineRunner;
  const rules: Rule[] = [];
  const variables: Record<string, string> = {};
  const file = (name: string) => join(folder, name);
  const ruleOf = (right: string): Rule => {
    const [verb = '', resource = ''] = right.split(' ');
    return { resources: [resource], verbs: [verb] };
  };

  const start = () =>
    engineRunner('volume', {
      rules,
      env: {
        ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: file('template.yaml'),
        ACTIONS_RUNNER_HOOK_CONFIG: file('settings.yaml'),
        ...variables,
      },
    });
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'podhooks-stranger-'));
    writeFileSync(file('template.yaml'), 'spec: {}');
    writeFileSync(file('settings.yaml'), '');
    rules.push(...RIGHTS.map(ruleOf));
    runner = await start();
  });
  after(async () => {
    await runner.close();
    rmSync(folder, { recursive: true });
  });

  const hands: Hands = {
    grant: (verb, resource) => void rules.push(ruleOf(`${verb} ${resource}`)),
    setVariable: (name, value) => void (variables[name] = value),
    async createSecret(name, keys) {
      const admin = new ApiClient(runner.engine, runner.engine.token());
      const stringData = Object.fromEntries(keys.map((key) => [key, 'x']));
      const path = '/api/v1/namespaces/arc/secrets';
      await admin.request('DELETE', `${path}/${name}`);
      const metadata = { name };
      await admin.request('POST', path, { apiVersion: 'v1', kind: 'Secret', metadata, stringData });
      admin.close();
    },
  };

  /** Breaks something; the log of what then fails is all that the stranger sees. Afterwards it has to succeed. */
  const fixes = async (attempt: () => Promise<HookResult>) => {
    await doAsTold(errorOf(await attempt()).text, hands);
    succeeded(await attempt());
  };
  const prepare = async (job: typeof PLAIN = PLAIN) => {
    const result = await runner.prepareJob(job);
    if (result.exitCode === 0) succeeded(await runner.cleanupJob());
    return result;
  };
  const without = (right: string) => {
    const index = rules.findIndex(({ resources, verbs }) => `${verbs.join()} ${resources.join()}` === right);
    rules.splice(index, 1);
  };

  for (const right of ['get pods', 'create pods', 'create secrets', 'get pods/exec'])
    it(`fixes a Role that lacks ${right}`, async () => {
      without(right);
      await fixes(() => prepare(JOB));
    });

  for (const right of ['list pods', 'delete pods', 'delete secrets'])
    it(`fixes a Role that lacks ${right}`, async () => {
      succeeded(await runner.prepareJob(JOB));
      without(right);
      await fixes(() => runner.cleanupJob());
    });

  it('fixes a Role that lacks get pods/log', async () => {
    succeeded(await runner.prepareJob(JOB));
    without('get pods/log');
    const action = { image: 'debian:12', entrypoint: 'echo', args: 'hi' };
    await fixes(() => runner.containerAction(action));
    succeeded(await runner.cleanupJob());
  });

  const TEMPLATES = {
    'a typing error in the pod template': 'spec:\n  hostnam: a\n',
    'a job container without its $': 'spec:\n  containers:\n    - name: job\n      tty: true\n',
    'a number in the place of a text': 'spec:\n  hostname: 12\n',
    'a mount without a volume':
      'spec:\n  containers:\n    - name: $job\n      volumeMounts: [{ name: cache, mountPath: /mnt }]\n',
    'a Secret that does not exist': variable('license', 'key'),
    'a key that a Secret does not have': variable('license', 'serial'),
  };
  for (const [title, text] of Object.entries(TEMPLATES))
    it(`fixes ${title}`, async () => {
      writeFileSync(file('template.yaml'), text);
      await fixes(prepare);
    });

  it('fixes a typing error and a bad value in the settings file', async () => {
    writeFileSync(file('settings.yaml'), 'prepareTimeoutSecond: 60\n');
    await fixes(prepare);
    writeFileSync(file('settings.yaml'), 'prepareTimeoutSeconds: soon\n');
    await fixes(prepare);
  });

  it('fixes a bad variable', async () => {
    variables['ACTIONS_RUNNER_HOOK_INHERIT_PROXY'] = 'maybe';
    writeFileSync(file('template.yaml'), 'spec: {}');
    await fixes(async () => {
      await runner.close();
      runner = await start();
      return prepare();
    });
  });
});

function variable(secret: string, key: string): string {
  const from = `valueFrom: { secretKeyRef: { name: ${secret}, key: ${key} } }`;
  return `spec: { containers: [{ name: $job, env: [{ name: LICENSE, ${from} }] }] }\n`;
}
