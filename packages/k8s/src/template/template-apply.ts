import { asMap, isList, isMap, mapAt, mapsAt, type JsonMap } from '../json.js';
import type { YamlDocument } from '../yaml/documents.js';
import type { Pod } from '../model/kubernetes.js';
import { DIRECTIVE, strategicMerge } from '../merge/merge.js';
import { fillPlaceholders, type PlaceholderValues } from './placeholders.js';
import { annotationsFault } from '../model/limits.js';
import { formatFault, type Fault } from '../yaml/fault.js';
import { templateError } from './template-fault.js';
import { changedByTemplate } from './template-guard.js';
import { bySpecificity, isSelector, select, type PodKind, type PodRoles } from './template-names.js';
import type { PodTemplate } from './template.js';

export type { PodKind, PodRoles } from './template-names.js';

/** `"true"` in the template's annotations: step pods get its sidecars, too. */
export const STEP_SIDECARS_ANNOTATION = 'podhooks.dev/sidecars-in-step-pods';

/** What `$job` says for the job container and means for no other: a step pod's container has a task of its own. */
const JOB_ONLY = ['command', 'args', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'];

/**
 * The pod with the template merged into it: `$job`, `$step`, `$helper` and services patch our containers, the
 * other containers are added as sidecars (to step pods only where the template's annotation asks for it).
 * An account chosen by the template comes with its token, which pods of ours do not mount otherwise.
 *
 * @throws HookError TEMPLATE_INVALID when the result lacks, or has in another form, what the hook needs.
 */
export function applyTemplate(
  pod: Pod,
  template: PodTemplate,
  kind: PodKind,
  roles: PodRoles,
  values: PlaceholderValues = {},
): { pod: Pod; warnings: string[] } {
  const withSidecars = kind === 'job' || template.patches.some(asksForSidecars);
  const patches = template.patches.map((patch) => {
    const { spec, ...rest } = fillPlaceholders(patch, values);
    return isMap(spec) ? { ...rest, spec: specPatch(spec, kind, roles, withSidecars) } : { ...rest, spec };
  });

  const base = template.patches.some(choosesAccount) ? withoutTokenSetting(pod) : pod;
  const stages = patches.reduce<Pod[]>(
    (pods, patch) => [...pods, strategicMerge(pods.at(-1) ?? base, patch)],
    [],
  );
  const merged = stages.at(-1) ?? strategicMerge(base, {});
  const faults = [
    ...template.documents.flatMap((document) => nameCollisions(pod, document, roles)),
    ...brokenBy(template, stages, strategicMerge(pod, {}), roles),
    ...tooLargeAnnotations(template, merged),
  ];
  if (faults.length > 0) throw templateError(faults.map(formatFault));
  return { pod: merged, warnings: [...template.warnings] };
}

const asksForSidecars = (patch: JsonMap): boolean =>
  mapAt(mapAt(patch, 'metadata'), 'annotations')[STEP_SIDECARS_ANNOTATION] === 'true';

const choosesAccount = (patch: JsonMap): boolean =>
  typeof mapAt(patch, 'spec').serviceAccountName === 'string';

function withoutTokenSetting(pod: Pod): Pod {
  return strategicMerge(pod, { spec: { automountServiceAccountToken: null } });
}

function specPatch(spec: JsonMap, kind: PodKind, roles: PodRoles, withSidecars: boolean): JsonMap {
  const { containers, initContainers, ...rest } = spec;
  return {
    ...rest,
    ...(isList(containers) && {
      containers: containerPatches(containers.filter(isMap), kind, roles, withSidecars),
    }),
    ...(isList(initContainers) && {
      initContainers: initContainers.filter((container) => withSidecars || !isSidecar(container)),
    }),
  };
}

/** An init container that is restarted runs beside the others, as a sidecar does. */
const isSidecar = (container: unknown): boolean => isMap(container) && container.restartPolicy === 'Always';

function containerPatches(
  containers: readonly JsonMap[],
  kind: PodKind,
  roles: PodRoles,
  withSidecars: boolean,
): JsonMap[] {
  const ours = containers.filter(({ name }) => isSelector(name));
  const sidecars = withSidecars ? containers.filter(({ name }) => !isSelector(name)) : [];
  const patches = bySpecificity(ours, kind, roles).flatMap((container) => {
    const { name } = container;
    if (!isSelector(name)) return [];
    const patch = name === '$job' && kind === 'step' ? withoutJobOnly(container) : container;
    return select(name, kind, roles).map((target) => ({ ...patch, name: target }));
  });
  return [...patches, ...sidecars];
}

function withoutJobOnly(container: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(container).filter(([field]) => !JOB_ONLY.includes(field)));
}

/** Containers of a document that have the name of one of ours, without saying that they mean it. */
function nameCollisions(pod: Pod, document: YamlDocument, roles: PodRoles): Fault[] {
  const ours = new Set(
    [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].map(({ name }) => name),
  );
  return ['containers', 'initContainers'].flatMap((list) =>
    mapsAt(mapAt(asMap(document.value), 'spec'), list).flatMap(({ name, [DIRECTIVE]: directive }, index) => {
      if (typeof name !== 'string' || !ours.has(name) || directive === 'delete') return [];
      const path = ['spec', list, index, 'name'];
      const selector = name === roles.helper ? '$helper' : `$${name}`;
      const message = `the pod has a container ${name} already; write ${selector} to patch it`;
      return [document.fault(path, message)];
    }),
  );
}

/** What the pod lacks in the end, with the file after whose merge it was gone. */
function brokenBy(template: PodTemplate, stages: readonly Pod[], before: Pod, roles: PodRoles): Fault[] {
  const broken = stages.map((stage) => changedByTemplate(before, stage, roles));
  return (broken.at(-1) ?? []).map((message) => {
    const first = broken.findIndex((messages) => messages.includes(message));
    return { file: template.documents[first]?.file ?? '', message };
  });
}

function tooLargeAnnotations({ documents }: PodTemplate, { metadata }: Pod): Fault[] {
  const fault = annotationsFault(metadata?.annotations ?? {});
  if (fault === undefined) return [];
  const path = ['metadata', 'annotations', fault.largest];
  const has = ({ value }: YamlDocument) =>
    Object.hasOwn(mapAt(mapAt(asMap(value), 'metadata'), 'annotations'), fault.largest);
  const document = documents.findLast(has) ?? documents.at(-1);
  return document ? [document.fault(path, fault.message)] : [];
}
