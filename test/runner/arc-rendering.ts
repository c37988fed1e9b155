import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Mode } from './arc.js';
import type { KubernetesObject, Pod } from './kubernetes-types.js';

export type { Mode } from './arc.js';

/** Name that the scale set is installed under. */
export const RELEASE = 'ci';
/** What of a rendering reaches the runner. */
export const RENDERED_KINDS = ['ServiceAccount', 'Role', 'RoleBinding', 'AutoscalingRunnerSet'];

/** What ARC's chart renders from one of the example values, as test/cluster/arc/record.ts has recorded it. */
export interface Rendering {
  version: string;
  /** The values, to see that the record is not older than they are. */
  values: unknown;
  objects: KubernetesObject[];
}

interface AutoscalingRunnerSet {
  metadata: { labels: Record<string, string> };
  spec: { template: Pick<Pod, 'spec'> };
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export function valuesFile(mode: Mode): string {
  return path(`../../examples/arc-values-${mode}.yaml`);
}

export function renderingFile(mode: Mode, version: string): string {
  return path(`../cluster/arc/rendered/${mode}-${version}.json`);
}

/** @throws Error if this version was not recorded. */
export function readRendering(mode: Mode, version: string): Rendering {
  const file = renderingFile(mode, version);
  if (!existsSync(file)) throw new Error(`${file} is missing: record it with test/cluster/arc/record.ts`);
  return JSON.parse(readFileSync(file, 'utf8')) as Rendering;
}

/** The runner's account and its rights, in another namespace than that of the record. Nothing here would remove the chart's finalizers. */
export function accessOf({ objects }: Rendering, namespace: string): KubernetesObject[] {
  const inNamespace = (object: KubernetesObject) => ({
    ...object,
    metadata: { name: object.metadata?.name ?? '', namespace },
    ...('subjects' in object &&
      Array.isArray(object.subjects) && {
        subjects: object.subjects.map((subject: object) => ({ ...subject, namespace })),
      }),
  });
  return objects.filter(({ kind }) => kind !== 'AutoscalingRunnerSet').map(inNamespace);
}

/**
 * The runner pod that ARC's controller makes of the rendered template. It adds labels, an owner and the runner's registration,
 * which no hook reads and which are left out here.
 */
export function runnerPodOf(
  { objects }: Rendering,
  { name, namespace }: { name: string; namespace: string },
): Pod {
  const set = objects.find(isRunnerSet);
  if (set === undefined) throw new Error('the chart has rendered no AutoscalingRunnerSet');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: {
        'app.kubernetes.io/component': 'runner',
        'actions.github.com/scale-set-name': RELEASE,
        'actions-ephemeral-runner': 'True',
      },
    },
    ...set.spec.template,
  };
}

function isRunnerSet(object: KubernetesObject): object is KubernetesObject & AutoscalingRunnerSet {
  return object.kind === 'AutoscalingRunnerSet';
}
