import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { clusterEnvironment } from '../cluster/environment.js';
import { codeBlocks } from '../docs/markdown.js';
import { kubectl } from '../runner/kubectl.js';
import { HOOK_BUNDLE } from './support.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = 'examples/kustomize';
const COMMANDS =
  codeBlocks(readFileSync(join(ROOT, 'docs/install.md'), 'utf8')).find(({ text }) => text.includes(EXAMPLE))
    ?.text ?? '';

describe('the example for kustomize', () => {
  const namespace = `kustomize-${randomBytes(4).toString('hex')}`;
  const folder = mkdtempSync(join(tmpdir(), 'podhooks-kustomize-'));

  before(async () => {
    Object.assign(process.env, await clusterEnvironment());
    mkdirSync(join(folder, 'packages/k8s/dist'), { recursive: true });
    copyFileSync(HOOK_BUNDLE, join(folder, 'packages/k8s/dist/index.js'));
    cpSync(join(ROOT, EXAMPLE), join(folder, EXAMPLE), { recursive: true });
    for (const name of ['kustomization.yaml', 'role.yaml']) {
      const file = join(folder, EXAMPLE, name);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('arc-runners', namespace));
    }
    await kubectl(['create', 'namespace', namespace]);
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });

  it('creates the ConfigMaps that the values mount, also once more, and gives the rights for messages', async () => {
    for (let time = 0; time < 2; time++)
      await promisify(execFile)('sh', ['-ec', COMMANDS], { cwd: folder, env: process.env });
    const dataOf = async (name: string) => {
      const text = await kubectl(['-n', namespace, 'get', 'configmap', name, '-o', 'json']);
      return (JSON.parse(text) as { data: Record<string, string> }).data;
    };
    expect((await dataOf('podhooks'))['index.js']).to.equal(readFileSync(HOOK_BUNDLE, 'utf8'));
    expect(Object.keys(await dataOf('job-pod-template'))).to.deep.equal(['pod.yaml']);
    const account = `system:serviceaccount:${namespace}:ci-gha-rs-kube-mode`;
    const allowed = await kubectl(['-n', namespace, 'auth', 'can-i', 'list', 'events', `--as=${account}`]);
    expect(allowed.trim()).to.equal('yes');
  });
});
