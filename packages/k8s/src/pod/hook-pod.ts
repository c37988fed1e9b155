import { argumentsOf, HookError, type HookContainer } from '@podhooks/hooklib';
import { type Decision, inherit, type InheritSettings } from '../merge/inherit.js';
import type { Affinity, Container, EnvVar, ObjectMeta, Pod, Secret, Volume } from '../model/kubernetes.js';
import { type ImageRewrites, rewrittenImage } from './image-policy.js';
import { literal } from '../model/literal.js';
import { strategicMerge } from '../merge/merge.js';
import { HELPER_CONTAINER, JOB_CONTAINER, RUNNER_POD_LABEL } from '../model/names.js';
import type { OptionsPolicy } from '../options/policy.js';
import type { RunnerPath } from '../model/paths.js';
import type { Provenance } from './provenance.js';
import { ownedBy, type RunnerPod } from './runner-pod.js';
import type { EnvironmentSecret } from './secrets.js';
import { type PodSecurity, withPodSecurity } from './security.js';
import type { PodKind } from '../template/template-names.js';
import type { WorkMode } from '../model/work-mode.js';
import type { NamedVolumes, WorkFolder } from './volumes.js';

/** What the administrator asks of every pod, whatever its workflow says. */
export interface PodRules {
  security: PodSecurity;
  /** Variables of all containers but the helper; they win over those of the workflow. */
  environment: readonly EnvVar[];
  /** Whether the helper copies the runner's externals into the job pod, or its image is mounted there. */
  externals: 'copy' | 'image';
  /** Volumes that a workflow may mount by name. */
  volumes: NamedVolumes;
  images: {
    rewrites: ImageRewrites;
    /** Not of the helper, whose image is the runner's, and on the node. */
    pullPolicy: string | undefined;
  };
}

/** What every pod that the hook creates is built from. */
export interface HookPodOptions {
  runner: RunnerPod;
  /** What the pod inherits from the runner pod. */
  inheriting: (mode: WorkMode) => InheritSettings;
  /** A short text unlike that of any other job or action, for the names of what is created. */
  id: string;
  /** Labels and annotations that say which job it is. */
  provenance: Provenance;
  /** Overrides what the work volume says of where the pod may run. */
  sameNode: boolean | undefined;
  /** Folders of the runner that workflows may mount, beside the work folder. */
  volumesAllow: readonly RunnerPath[];
  /** What workflows may ask for with docker's options. */
  policy: OptionsPolicy;
  rules: PodRules;
  /** After this time Kubernetes ends the pod, in seconds. */
  maxSeconds: number | undefined;
}

/** A pod, and the secrets that it needs. */
export interface HookPod {
  kind: PodKind;
  pod: Pod;
  secrets: Secret[];
  /** What was inherited from the runner pod, and what was not, for the debug log. */
  decisions: readonly Decision[];
}

interface Contents {
  name: string;
  metadata: ObjectMeta;
  work: WorkFolder;
  containers: Container[];
  /** Variables that the job container gets by exec: one of the same name in the pod's spec would win over them. */
  byExec?: readonly string[];
  volumes: Volume[];
  registries: Secret[];
  environment: EnvironmentSecret;
}

/** As on GitHub's own machines; the runner sets them in containers that it starts with docker, too. */
export const ON_GITHUB: readonly EnvVar[] = [
  { name: 'CI', value: 'true' },
  { name: 'GITHUB_ACTIONS', value: 'true' },
];

/** What pods and secrets have in common: whose they are, and what they are for. */
export function ownMetadata({ runner, provenance }: HookPodOptions): ObjectMeta {
  return {
    labels: { ...provenance.labels, [RUNNER_POD_LABEL]: runner.name },
    annotations: provenance.annotations,
    ownerReferences: [ownedBy(runner)],
  };
}

/** A pod around containers, with what it inherits from the runner pod. Pure. */
export function hookPod(
  kind: PodKind,
  { runner, inheriting, sameNode, rules, maxSeconds }: HookPodOptions,
  { name, metadata, work, containers, byExec = [], volumes, registries, environment }: Contents,
): HookPod {
  const inherited = inherit(runner.pod, inheriting(work.mode), metadata);
  const presets = [...inherited.env, ...ON_GITHUB];
  const plain: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name },
    spec: {
      restartPolicy: 'Never',
      // Rights in Kubernetes, the runner's or the default account's, are nothing for a workflow's code unless a template says so.
      automountServiceAccountToken: false,
      ...(maxSeconds !== undefined && { activeDeadlineSeconds: Math.ceil(maxSeconds) }),
      imagePullSecrets: registries.map((secret) => ({ name: secret.metadata?.name ?? '' })),
      ...(staysOnNode(work, sameNode) && { affinity: sameNodeAffinity(runner) }),
      containers: containers.map((each) =>
        withRules(withPresets(each, presets, each.name === JOB_CONTAINER ? byExec : []), rules),
      ),
      volumes,
    },
  };
  const pod = withPodSecurity(plain, rules.security);
  // Merged again, so that hook and workflow win over what is inherited; before that, so that their pull secrets come first.
  return {
    kind,
    pod: withLogInStatus(strategicMerge(strategicMerge(pod, inherited.patch), pod)),
    secrets: [...registries, ...environment.secrets()],
    decisions: inherited.decisions,
  };
}

export function imageOf({ image }: HookContainer): string {
  if (image === null || image === '')
    throw new HookError('INPUT_INVALID', 'A container of the job has no image.', {
      hint: 'Set `image:` in the workflow.',
    });
  return image;
}

/** How a container starts: with what its image presets, wherever the workflow says nothing. */
export function startOf({ entryPoint, entryPointArgs }: HookContainer): Pick<Container, 'command' | 'args'> {
  const args = argumentsOf(entryPointArgs);
  return {
    ...(entryPoint !== null && { command: [literal(entryPoint)] }),
    ...(args.length > 0 && { args: args.map(literal) }),
  };
}

/** Presets come first: a container's own variables may refer to them, and what the workflow sets wins. */
function withPresets(container: Container, presets: readonly EnvVar[], byExec: readonly string[]): Container {
  if (container.name === HELPER_CONTAINER) return container;
  const own = new Set([...byExec, ...(container.env ?? []).map(({ name }) => name)]);
  return { ...container, env: [...presets.filter(({ name }) => !own.has(name)), ...(container.env ?? [])] };
}

function withRules(container: Container, { environment, images }: PodRules): Container {
  const image = rewrittenImage(container.image ?? '', images.rewrites);
  if (container.name === HELPER_CONTAINER) return { ...container, image };
  const set = new Set(environment.map(({ name }) => name));
  return {
    ...container,
    image,
    ...(images.pullPolicy !== undefined && { imagePullPolicy: images.pullPolicy }),
    // The administrator's come first, so that what the workflow sets may refer to them.
    env: [...environment, ...(container.env ?? []).filter(({ name }) => !set.has(name))],
  };
}

/**
 * A container that ends with an error leaves the end of its log in the pod's status, so that it can be told when the pod is
 * gone; those of a template, too, unless it says otherwise.
 */
export function withLogInStatus(pod: Pod): Pod {
  if (pod.spec === undefined) return pod;
  const policy = 'FallbackToLogsOnError';
  const leave = (container: Container): Container => ({ terminationMessagePolicy: policy, ...container });
  const { containers, initContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: containers.map(leave),
      ...(initContainers !== undefined && { initContainers: initContainers.map(leave) }),
    },
  };
}

function staysOnNode(work: WorkFolder, sameNode: boolean | undefined): boolean {
  return work.mode === 'volume' && (sameNode ?? work.folder.sameNode);
}

/**
 * A volume that is attached to one node only. By the scheduler, never by `nodeName`: the pod then waits for room where
 * the kubelet would refuse it. matchFields needs no label of the node, as hostname labels may differ from its name.
 */
function sameNodeAffinity({ node }: RunnerPod): Affinity {
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node ?? ''] }] },
        ],
      },
    },
  };
}
