import { isList, isMap, mapAt, mapsAt, type JsonMap } from '../json.js';
import type { Fault, Path } from '../yaml/fault.js';
import type { YamlDocument } from '../yaml/documents.js';
import { DIRECTIVE } from '../merge/merge.js';
import { RUNNER_POD_LABEL } from '../model/names.js';
import { HOOKS_LABEL } from './template-guard.js';
import { isSelector, selectorFault } from './template-names.js';

/** What is left of a document when all that the hook decides itself is taken out of it. */
export interface Protected {
  readonly patch: JsonMap;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** The rest of a pod's metadata is the hook's; upstream takes no notice of it either. */
const METADATA = ['labels', 'annotations'];

/** An init container of upstream's pods that templates adapt; the helper container does its work here. */
export const UPSTREAM_INIT = 'fs-init';

/**
 * Takes out of a template what the hook decides itself. Fields that upstream ignores are ignored with a
 * warning, so that existing templates go on working; what would break the hook is a fault.
 */
export function protect(template: JsonMap, document: YamlDocument): Protected {
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  const refuse = (path: Path, message: string) => faults.push(document.fault(path, message));
  const warn = (path: Path, message: string) => warnings.push(document.fault(path, message));

  if (Object.hasOwn(mapAt(mapAt(template, 'metadata'), 'labels'), RUNNER_POD_LABEL)) {
    refuse(['metadata', 'labels', RUNNER_POD_LABEL], `the label ${HOOKS_LABEL}`);
  }
  checkContainers(template, refuse);

  const spec = mapAt(template, 'spec');
  if (spec.nodeName)
    warn(['spec', 'nodeName'], 'the pod goes to this node without the scheduler, even if there is no room');

  for (const path of [[], ['metadata'], ['spec']]) {
    const map = path.reduce(mapAt, template);
    if (Object.hasOwn(map, DIRECTIVE)) refuse([...path, DIRECTIVE], 'would remove what the hook needs');
  }

  const patch = mapMembers(template, (key, value) => {
    if (value === null) return undefined; // a heading with nothing below it
    if (key === 'metadata' && isMap(value))
      return mapMembers(value, (field, member) => ownMetadata(field, member, warn));
    if (key === 'spec' && isMap(value))
      return mapMembers(value, (field, member) => ownSpec(field, member, warn));
    return value;
  });
  return { patch, faults, warnings };
}

type Note = (path: Path, message: string) => void;

function ownMetadata(field: string, value: unknown, warn: Note): unknown {
  if (METADATA.includes(field)) return value;
  if (value !== null)
    warn(['metadata', field], 'ignored: the hook sets it itself; labels and annotations can be set here');
  return undefined;
}

function ownSpec(field: string, value: unknown, warn: Note): unknown {
  const path = ['spec', field];
  if (field === 'restartPolicy') {
    if (value !== 'Never') warn(path, "ignored: a job runs once, so that the pod's restartPolicy is Never");
    return undefined;
  }
  if (field === 'containers' && value === null) return undefined;
  if (!isList(value)) return value;
  if (field === 'containers')
    return value.map((element, index) => withoutImage(element, [...path, index], warn));
  if (field === 'initContainers') {
    return value.filter((element, index) => {
      const isUpstream = isMap(element) && element.name === UPSTREAM_INIT;
      if (isUpstream)
        warn(
          [...path, index],
          `ignored: this hook has no init container ${UPSTREAM_INIT}; patch $helper instead`,
        );
      return !isUpstream;
    });
  }
  return value;
}

/** Upstream, too, takes no notice of the image of a container that it patches; many templates give one. */
function withoutImage(container: unknown, path: Path, warn: Note): unknown {
  if (!isMap(container) || !isSelector(container.name) || !Object.hasOwn(container, 'image'))
    return container;
  const source =
    container.name === '$helper'
      ? 'is that of ACTIONS_RUNNER_IMAGE or the runner'
      : 'comes from the workflow';
  warn([...path, 'image'], `ignored: the image of ${container.name} ${source}`);
  return mapMembers(container, (field, value) => (field === 'image' ? undefined : value));
}

function checkContainers(template: JsonMap, refuse: Note): void {
  const spec = mapAt(template, 'spec');
  const path = ['spec', 'containers'];
  mapsAt(spec, 'containers').forEach((container, index) => {
    const { name, [DIRECTIVE]: directive } = container;
    const fault = isSelector(name) ? selectorFault(name) : undefined;
    if (fault !== undefined) refuse([...path, index, 'name'], fault);
    if (directive === 'replace' && name === undefined)
      refuse([...path, index], 'would remove the containers of the job');
    if (isSelector(name) && (directive === 'replace' || directive === 'delete')) {
      refuse(
        [...path, index, DIRECTIVE],
        `${name} is needed by the job; its fields can be patched one by one`,
      );
    }
  });
  const containers = new Set(mapsAt(spec, 'containers').map(({ name }) => name));
  mapsAt(spec, 'initContainers').forEach(({ name }, index) => {
    const here = ['spec', 'initContainers', index, 'name'];
    if (isSelector(name)) refuse(here, `${name} stands among containers, not among initContainers`);
    else if (containers.has(name)) refuse(here, 'a container has this name already');
  });
}

/** The same object with each member replaced by what `change` gives for it; undefined leaves it out. */
function mapMembers(map: JsonMap, change: (key: string, value: unknown) => unknown): JsonMap {
  return Object.fromEntries(
    Object.entries(map)
      .map(([key, value]) => [key, change(key, value)] as const)
      .filter(([, value]) => value !== undefined),
  );
}
