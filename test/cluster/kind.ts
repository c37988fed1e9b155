import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { kubeconfigFile, stateDirectory, type BedRecord } from './record.js';
import { run } from './run.js';

const CLUSTER = 'podhooks';
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Images that no public registry has; every other one is pulled from Docker Hub by the cluster. */
const IMAGES: [tag: string, context: string, dockerfile: string][] = [
  ['actions/actions-runner:latest', 'kind', 'kind/runner.Dockerfile'],
  ['testbed/action:1', 'kind', 'kind/action.Dockerfile'],
  ['testbed/printargs:1', 'build/printargs', 'kind/printargs.Dockerfile'],
];

/** Makes the kind cluster, unless it is there, and loads the images that tests use. */
export async function upKind(env: NodeJS.ProcessEnv): Promise<BedRecord> {
  const kubeconfig = kubeconfigFile('kind', env);
  const record: BedRecord = { bed: 'kind', kubeconfig, path: [], about: `kind cluster ${CLUSTER}` };
  await mkdir(stateDirectory(env), { recursive: true });
  const clusters = await run('kind', ['get', 'clusters'], env);
  if (clusters.split('\n').includes(CLUSTER)) {
    await run('kind', ['export', 'kubeconfig', '--name', CLUSTER, '--kubeconfig', kubeconfig], env);
  } else {
    const node = env['PODHOOKS_KIND_NODE_IMAGE'];
    const image = node ? ['--image', node] : [];
    const args = ['create', 'cluster', '--name', CLUSTER, '--kubeconfig', kubeconfig, '--wait', '180s'];
    await run('kind', [...args, ...image], env);
  }
  for (const [tag, context, dockerfile] of IMAGES) {
    await run('docker', ['build', '--tag', tag, '--file', here(dockerfile), here(context)], env);
  }
  await run('kind', ['load', 'docker-image', '--name', CLUSTER, ...IMAGES.map(([tag]) => tag)], env);
  const classes = ['--kubeconfig', kubeconfig, 'apply', '--filename', here('kind/storage-classes.yaml')];
  await run('kubectl', classes, env);
  return record;
}

export async function downKind(env: NodeJS.ProcessEnv): Promise<void> {
  const kubeconfig = kubeconfigFile('kind', env);
  await run('kind', ['delete', 'cluster', '--name', CLUSTER, '--kubeconfig', kubeconfig], env);
}
