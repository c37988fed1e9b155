import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { at } from './client.js';
import { ARC_RULES, type Rule } from '../engine/index.js';
import type { Bed } from './bed.js';

const run = promisify(execFile);

/** A namespace of the cluster that `environment` (KUBECONFIG, PATH with kubectl) leads to. */
export async function clusterBed(environment: NodeJS.ProcessEnv): Promise<Bed> {
  const namespace = `api-suite-${randomBytes(3).toString('hex')}`;
  const kubectl = async (...words: string[]) => {
    const { stdout } = await run('kubectl', words, { env: environment });
    return stdout.trim();
  };
  const apply = (object: object) => {
    const child = run('kubectl', ['create', '-f', '-'], { env: environment });
    child.child.stdin?.end(JSON.stringify(object));
    return child;
  };
  await kubectl('create', 'namespace', namespace);
  const items = [
    ...account(namespace, 'runner', ARC_RULES.kubernetes),
    ...account(namespace, 'nobody', []),
    ...account(namespace, 'admin', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]),
  ];
  await apply({ apiVersion: 'v1', kind: 'List', items });
  const token = (name: string) => kubectl('-n', namespace, 'create', 'token', name);
  const [admin, runner, nobody] = await Promise.all([token('admin'), token('runner'), token('nobody')]);
  const config: unknown = JSON.parse(await kubectl('config', 'view', '--raw', '--minify', '-o', 'json'));
  const url = String(at(config, 'clusters.0.cluster.server'));
  const authority = String(at(config, 'clusters.0.cluster.certificate-authority-data'));
  return {
    endpoint: { url, ca: Buffer.from(authority, 'base64').toString() },
    namespace,
    tokens: { admin, runner, nobody },
    close: async () => {
      await kubectl('delete', 'namespace', namespace, '--wait=false');
    },
  };
}

function account(namespace: string, name: string, rules: Rule[]): object[] {
  const metadata = { name, namespace };
  const rbac = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata,
      rules: rules.map((rule) => ({ apiGroups: [''], ...rule })),
    },
    {
      ...{ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata },
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}
