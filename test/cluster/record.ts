import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BEDS, type Bed } from './choose-bed.js';

/** What `cluster:up` chose, for tests and for `cluster:down`. */
export interface BedRecord {
  bed: Bed;
  kubeconfig: string;
  /** Directories that come first in PATH: where this cluster's own kubectl is. */
  path: string[];
  /** For people: which cluster this is. */
  about: string;
}

/** Where records and kubeconfigs are kept: per user, since checkouts share the machine's one cluster. */
export function stateDirectory(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_STATE_HOME'] || join(env['HOME'] ?? homedir(), '.local/state'), 'podhooks');
}

/** The kubeconfig that `cluster:up` writes for this kind of cluster. */
export function kubeconfigFile(bed: Exclude<Bed, 'packages'>, env: NodeJS.ProcessEnv): string {
  return join(stateDirectory(env), `${bed}.kubeconfig`);
}

function recordFile(env: NodeJS.ProcessEnv): string {
  return join(stateDirectory(env), 'test-cluster.json');
}

export async function readRecord(env: NodeJS.ProcessEnv): Promise<BedRecord | undefined> {
  const text = await readFile(recordFile(env), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const record: unknown = JSON.parse(text);
  if (!isRecord(record)) throw new Error(`${recordFile(env)} is not a record of a test cluster: remove it`);
  return record;
}

export async function writeRecord(record: BedRecord, env: NodeJS.ProcessEnv): Promise<void> {
  await mkdir(stateDirectory(env), { recursive: true });
  await writeFile(recordFile(env), `${JSON.stringify(record, null, 2)}\n`);
}

export async function removeRecord(env: NodeJS.ProcessEnv): Promise<void> {
  await rm(recordFile(env), { force: true });
}

/** `env` with this cluster's KUBECONFIG and PATH. */
export function environmentOf(record: BedRecord, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...env,
    KUBECONFIG: record.kubeconfig,
    PATH: [...record.path, env['PATH'] ?? ''].join(':'),
  };
}

/** The same as text for a shell's `eval`. */
export function shellExports(record: BedRecord): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const lines = [`export KUBECONFIG=${quote(record.kubeconfig)}`];
  if (record.path.length > 0) lines.push(`export PATH=${quote(record.path.join(':'))}:"$PATH"`);
  return lines.join('\n');
}

function isRecord(value: unknown): value is BedRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'bed' in value &&
    BEDS.some((bed) => bed === value.bed) &&
    'kubeconfig' in value &&
    typeof value.kubeconfig === 'string' &&
    'path' in value &&
    Array.isArray(value.path) &&
    value.path.every((entry) => typeof entry === 'string') &&
    'about' in value &&
    typeof value.about === 'string'
  );
}
