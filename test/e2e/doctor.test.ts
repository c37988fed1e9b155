import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { kubectl } from '../runner/kubectl.js';
import type { PodRunner } from '../runner/pod-runner.js';
import { withSpec } from './pod-patches.js';
import { type Mode, MODES, podRunner } from './support.js';

const CLI = fileURLToPath(new URL('../../packages/k8s/dist/cli.js', import.meta.url));
const NODE = '/home/runner/externals/node20/bin/node';
const TEMPLATE = '/tmp/template.yaml';

interface Check {
  name: string;
  status: string;
  seen: string;
  fix?: string;
  help?: string;
  manifest?: string;
}

async function runner(mode: Mode, options: Parameters<typeof podRunner>[1] = {}): Promise<PodRunner> {
  const created = await podRunner(mode, options);
  await created.writeFile('/tmp/cli.js', await readFile(CLI, 'utf8'));
  return created;
}

/** Runs the tool in the runner container, after a script there. */
async function tool(pod: PodRunner, args: string, before = ':'): Promise<{ code: number; text: string }> {
  const script = `${before}; ${NODE} /tmp/cli.js ${args} 2>&1; echo "code=$?"`;
  const text = await pod.kubectl('exec', pod.podName, '-c', 'runner', '--', 'sh', '-c', script);
  return { code: Number(/code=(\d+)\n$/.exec(text)?.[1]), text: text.replace(/code=\d+\n$/, '') };
}

/** The checks that failed, all of which must say what to do and where to read on. */
async function findings(pod: PodRunner, before?: string): Promise<Check[]> {
  const { code, text } = await tool(pod, 'doctor --json', before);
  const failed = (JSON.parse(text) as Check[]).filter(({ status }) => status === 'failed');
  expect(code, text).to.equal(failed.length === 0 ? 0 : 1);
  for (const { fix, help } of failed) expect([fix, help], text).to.not.include(undefined);
  return failed;
}

const only = (found: readonly Check[], name: string): string => {
  expect(found.map((each) => each.name)).to.deep.equal([name]);
  return found[0]?.seen ?? '';
};

describe('doctor, in the runner pod under the Role of ARC', () => {
  let pods: Record<Mode, PodRunner>;
  before(async () => {
    const [volume, novolume] = await Promise.all(MODES.map((mode) => runner(mode)));
    if (volume === undefined || novolume === undefined) throw new Error('there is no runner');
    pods = { volume, novolume };
  });
  after(() => Promise.all(Object.values(pods).map((pod) => pod.close())));

  const withObject = async (object: object, body: () => Promise<void>) => {
    const { namespace } = pods.novolume;
    const text = JSON.stringify({ apiVersion: 'v1', ...object });
    await kubectl(['-n', namespace, 'create', '-f', '-'], text);
    await body().finally(() => kubectl(['-n', namespace, 'delete', '-f', '-'], text));
  };

  for (const mode of MODES)
    it(`finds nothing in a healthy installation in ${mode} mode`, async () => {
      expect(await findings(pods[mode])).to.deep.equal([]);
    });

  it('finds an account whose RoleBinding is gone, and the rules that it prints fix it', async () => {
    const pod = pods.novolume;
    await pod.kubectl('delete', 'rolebinding', '--all');
    const found = await findings(pod);
    expect(only(found, 'RBAC')).to.contain('no Role is bound to it');
    await kubectl(['apply', '-f', '-'], found[0]?.manifest ?? '');
    expect(await findings(pod)).to.deep.equal([]);
  });

  it('finds verbs that are missing, and the rules that it prints fix it', async () => {
    const pod = pods.volume;
    const rules = [{ op: 'replace', path: '/rules/0/verbs', value: ['get', 'create'] }];
    const exec = [{ op: 'replace', path: '/rules/1/verbs', value: ['get'] }];
    const role = (await pod.kubectl('get', 'role', '-o', 'name')).trim();
    await pod.kubectl('patch', role, '--type=json', '-p', JSON.stringify([...rules, ...exec]));
    const found = await findings(pod);
    expect(only(found, 'RBAC'))
      .to.contain('lacks list pods, delete pods, create pods/exec in namespace')
      .and.match(/The API server is v1\.\d+\.\d+; from 1\.35 on, every exec needs create on pods\/exec/);
    await kubectl(['apply', '-f', '-'], found[0]?.manifest ?? '');
    expect(await findings(pod)).to.deep.equal([]);
  });

  it('finds a token that is not mounted, and an account of no Role', async () => {
    const { namespace } = pods.novolume;
    // One after the other: both bring the same Role.
    const closed = await runner('novolume', {
      namespace,
      podPatch: (pod) => withSpec(pod, { automountServiceAccountToken: false }),
    });
    const other = await runner('novolume', {
      namespace,
      podPatch: (pod) => withSpec(pod, { serviceAccountName: 'default' }),
    });
    expect(only(await findings(closed), 'Kubernetes API')).to.contain('service account is not mounted');
    expect(only(await findings(other), 'RBAC')).to.contain('the account default has no right');
    await Promise.all([closed.close(), other.close()]);
  });

  it('finds a work folder that may not be written', async () => {
    const tools = '/home/runner/_work/_tool';
    const found = await findings(pods.volume, `mkdir -p ${tools}; chmod 555 ${tools}`);
    expect(only(found, 'work folder')).to.contain(`${tools} cannot be written by user 1001: EACCES`);
    expect(await findings(pods.volume, `chmod 755 ${tools}`)).to.deep.equal([]);
  });

  it('finds a claim that is not there, a template with a fault, a hook that is not there', async () => {
    const claim = await findings(pods.volume, 'export ACTIONS_RUNNER_CLAIM_NAME=gone');
    expect(only(claim, 'claim')).to.contain('is gone');
    const wrong = `export ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE=${TEMPLATE}; echo 'spec: { hostnam: a }' > ${TEMPLATE}`;
    expect(only(await findings(pods.volume, wrong), 'pod template')).to.contain('did you mean hostname');
    const hook = await findings(pods.volume, 'export ACTIONS_RUNNER_CONTAINER_HOOKS=/no/index.js');
    expect(only(hook, 'hook file')).to.contain('/no/index.js cannot be read');
  });

  it('finds a pull secret, a Secret of a volume and an account that are not there', async () => {
    const template = (text: string) =>
      `export ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE=${TEMPLATE}; echo 'spec: { ${text} }' > ${TEMPLATE}`;
    const pull = await findings(pods.volume, template('imagePullSecrets: [{ name: gone }]'));
    expect(only(pull, 'pull secrets')).to.contain('gone: not in namespace');
    const volume = 'volumes: [{ name: v, secret: { secretName: gone } }]';
    expect(only(await findings(pods.volume, template(volume)), 'volumes')).to.contain('the Secret gone');
    const account = await findings(pods.volume, template('serviceAccountName: gone'));
    expect(only(account, 'job pod')).to.contain('The service account gone of the job pod');
  });

  it('finds what the namespace does not take: Pod Security, a quota, a limit range', async () => {
    const pod = pods.novolume;
    const label = 'pod-security.kubernetes.io/enforce';
    await kubectl(['label', 'namespace', pod.namespace, `${label}=restricted`]);
    const [security] = await findings(pod);
    await kubectl(['label', 'namespace', pod.namespace, `${label}-`]);
    expect(security?.name).to.equal('job pod');
    expect(security?.seen).to.contain('violates PodSecurity');
    expect(security?.fix).to.contain(label);
    const quota = {
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      spec: { hard: { 'requests.memory': '1' } },
    };
    await withObject(quota, async () => {
      expect(only(await findings(pod), 'job pod')).to.match(/exceeded quota|must specify requests.memory/);
    });
    const limits = [{ type: 'Container', min: { memory: '64Mi' } }];
    await withObject({ kind: 'LimitRange', metadata: { name: 'l' }, spec: { limits } }, async () => {
      const found = await findings(pod);
      expect(only(found, 'job pod')).to.contain('memory');
      expect(found[0]?.fix).to.contain('LimitRange');
      const linted = await tool(
        pod,
        `lint --server ${TEMPLATE}`,
        `echo 'spec: { hostname: a }' > ${TEMPLATE}`,
      );
      expect(linted.code, linted.text).to.equal(1);
      expect(linted.text).to.contain('LimitRange');
    });
    const linted = await tool(pod, `lint --server ${TEMPLATE}`);
    expect(linted.code, linted.text).to.equal(0);
  });
});
