import type { WorkMode } from '../model/work-mode.js';
import type { JsonMap } from '../json.js';
import { formatPath, type Path } from '../yaml/fault.js';
import type { EnvVar, ObjectMeta, Pod } from '../model/kubernetes.js';
import { whyLeftOut, type KeyRules } from './inherit-keys.js';
import { strategicMerge } from './merge.js';

/** What the pods of a job inherit from the runner pod. */
export interface InheritSettings {
  readonly imagePullSecrets: boolean;
  readonly serviceAccount: boolean;
  readonly annotations: KeyRules;
  readonly labels: KeyRules;
  readonly fsGroup: boolean;
  readonly tolerations: boolean;
  readonly priorityClass: boolean;
  readonly proxy: boolean;
}

/** What was inherited, or not, for `render` and the debug log. Values that may be secret are not shown. */
export interface Decision {
  readonly field: string;
  readonly value: string;
  readonly from: string;
}

export interface Inherited {
  /** A pod template that gives way to all that the hook, the workflow and the template say. */
  readonly patch: JsonMap;
  /** Variables for containers that run code of the workflow, to stand before their own. */
  readonly env: readonly EnvVar[];
  readonly decisions: readonly Decision[];
}

/** The defaults: identity and pull secrets, and the group of the files where the runner's volume is shared. */
export function inheritDefaults(mode: WorkMode): InheritSettings {
  return {
    imagePullSecrets: true,
    serviceAccount: true,
    annotations: { allow: [], deny: [] },
    labels: { allow: ['azure.workload.identity/*'], deny: ['*'] },
    fsGroup: mode === 'volume',
    tolerations: false,
    priorityClass: false,
    proxy: false,
  };
}

const RUNNER_POD = 'runner pod';
const PROXY_VARIABLE = /^(https?|no|all|ftp)_proxy$/i;
const MAX_SHOWN = 60;

type PodSpec = NonNullable<Pod['spec']>;

/** One inherited value, and how it is described. */
interface Taken {
  readonly path: Path;
  readonly value: unknown;
  readonly shown: string;
}

/**
 * What the pods of a job inherit from the runner pod. The service account comes for its identity in the cloud
 * and its pull secrets; its token is not mounted in any pod of ours (hook-pod.ts).
 * @param own what the hook itself says of the pod, which is never inherited.
 */
export function inherit(
  { metadata = {}, spec }: Pod,
  settings: InheritSettings,
  own: ObjectMeta = {},
): Inherited {
  const annotations = keys('annotations', metadata, settings.annotations, own);
  const labels = keys('labels', metadata, settings.labels, own);
  const taken = [...annotations.taken, ...labels.taken, ...(spec ? specMembers(spec, settings) : [])];
  const env = spec && settings.proxy ? proxyVariables(spec) : [];
  return {
    patch: taken.reduce<JsonMap>((patch, { path, value }) => strategicMerge(patch, nested(path, value)), {}),
    env,
    decisions: [
      ...taken.map(({ path, shown }) => ({ field: formatPath(path), value: shown, from: RUNNER_POD })),
      ...env.map(({ name }) => ({ field: `env ${name}`, value: 'set', from: RUNNER_POD })),
      ...annotations.leftOut,
      ...labels.leftOut,
    ],
  };
}

const nested = ([first = '', ...rest]: Path, value: unknown): JsonMap => ({
  [first]: rest.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value),
});

function keys(field: 'annotations' | 'labels', runner: ObjectMeta, rules: KeyRules, own: ObjectMeta) {
  const entries = Object.entries(runner[field] ?? {}).map(([key, value]) => ({
    path: ['metadata', field, key],
    value,
    reason: own[field] && Object.hasOwn(own[field], key) ? 'set by the hook' : whyLeftOut(key, rules),
  }));
  return {
    taken: entries
      .filter(({ reason }) => reason === undefined)
      .map<Taken>(({ path, value }) => ({ path, value, shown: shorten(value) })),
    leftOut: entries.flatMap<Decision>(({ path, reason }) =>
      reason === undefined ? [] : [{ field: formatPath(path), value: 'left out', from: reason }],
    ),
  };
}

function specMembers(spec: PodSpec, settings: InheritSettings): Taken[] {
  const { imagePullSecrets, serviceAccountName, tolerations, priorityClassName } = spec;
  const fsGroup = spec.securityContext?.fsGroup;
  const taken: Taken[] = [];
  const take = (path: Path, value: unknown, shown: string) =>
    taken.push({ path: ['spec', ...path], value, shown });

  if (settings.imagePullSecrets && imagePullSecrets?.length) {
    take(['imagePullSecrets'], imagePullSecrets, imagePullSecrets.map(({ name }) => name ?? '').join(', '));
  }
  if (settings.serviceAccount && serviceAccountName !== undefined)
    take(['serviceAccountName'], serviceAccountName, serviceAccountName);
  if (settings.fsGroup && fsGroup !== undefined)
    take(['securityContext', 'fsGroup'], fsGroup, String(fsGroup));
  if (settings.tolerations && tolerations?.length) {
    take(['tolerations'], tolerations, tolerations.map(({ key }) => key ?? 'any taint').join(', '));
  }
  if (settings.priorityClass && priorityClassName !== undefined) {
    take(['priorityClassName'], priorityClassName, priorityClassName);
  }
  return taken;
}

/** ARC gives the runner its proxy in lower-case variables, from a secret as it may hold a password. */
function proxyVariables({ containers }: PodSpec): EnvVar[] {
  const variables = containers.flatMap(({ env = [] }) => env).filter(({ name }) => PROXY_VARIABLE.test(name));
  return variables.filter(({ name }, index) => variables.findIndex((each) => each.name === name) === index);
}

const shorten = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text);
