import { readFile } from 'node:fs/promises';
import type { Facts } from './choose-bed.js';
import { packagesRecord } from './packages.js';
import { kubeconfigFile, type BedRecord } from './record.js';
import { attempt } from './run.js';

/** Looks at this machine: what could a test cluster be? `current` is the one that is up. */
export async function gatherFacts(env: NodeJS.ProcessEnv, current: BedRecord | undefined): Promise<Facts> {
  const succeeds = async (command: string, ...args: string[]) =>
    (await attempt(command, args, env)).code === 0;
  const inPath = (name: string) => succeeds('sh', '-c', 'command -v "$1"', '_', name);
  const [kubeconfig, kubectl, docker, kind, go, npm, debian12] = await Promise.all([
    givenKubeconfig(env),
    inPath('kubectl'),
    succeeds('docker', 'info'),
    inPath('kind'),
    inPath('go'),
    inPath('npm'),
    isDebian12(),
  ]);
  return {
    wanted: env['PODHOOKS_TEST_CLUSTER'],
    current: current?.bed,
    kubeconfig,
    kubectl,
    docker,
    kind,
    root: process.getuid?.() === 0,
    debian12,
    go,
    npm,
  };
}

/** KUBECONFIG, unless it comes from an earlier `cluster:up`: that is no wish for another cluster. */
async function givenKubeconfig(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const given = env['KUBECONFIG'];
  const { kubeconfig } = await packagesRecord(env);
  const own = [kubeconfig, kubeconfigFile('kind', env), kubeconfigFile('existing', env)];
  return given === undefined || given === '' || own.includes(given) ? undefined : given;
}

async function isDebian12(): Promise<boolean> {
  const lines = (await readFile('/etc/os-release', 'utf8').catch(() => '')).split('\n');
  return lines.includes('ID=debian') && lines.includes('VERSION_ID="12"');
}
