import { isList, isMap, mapAt, mapsAt, type JsonMap } from '../json.js';
import { formatFault, type Fault } from '../yaml/fault.js';
import { nearest } from '../yaml/suggest.js';
import { readDocuments, type YamlDocument, type YamlFile } from '../yaml/documents.js';
import { DIRECTIVE } from '../merge/merge.js';
import { checkSchema } from './template-check.js';
import { templateError } from './template-fault.js';
import { isSelector } from './template-names.js';
import { protect, UPSTREAM_INIT } from './template-protect.js';

/** A pod template that can be applied: patches in the order in which they are merged. */
export interface PodTemplate {
  readonly patches: readonly JsonMap[];
  /** Where each of them comes from, in the same order. */
  readonly documents: readonly YamlDocument[];
  /** What was left out of it or is doubtful, each with file, line and path. */
  readonly warnings: readonly string[];
}

interface Checked {
  readonly document: YamlDocument;
  readonly template: JsonMap;
  readonly patch: JsonMap;
}

/** A template is no object of its own, but people write what they know. */
const KINDS = ['PodTemplate', 'Pod'];

/**
 * Reads a pod template: the documents of all files, in the order of the files' names.
 *
 * @throws HookError TEMPLATE_INVALID with all faults of all files, each with file, line and path.
 */
export function loadTemplate(files: readonly YamlFile[]): PodTemplate {
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  const read: Checked[] = [];
  for (const file of [...files].sort((a, b) => (a.file < b.file ? -1 : 1))) {
    const documents = readDocuments(file);
    if (!isList(documents)) {
      faults.push(documents);
      continue;
    }
    for (const document of documents) {
      const template = templateIn(document);
      if ('message' in template) {
        faults.push(template);
        continue;
      }
      const checked = protect(template.map, document);
      faults.push(...inOrder([...checkSchema(template.map, document), ...checked.faults]));
      warnings.push(...inOrder(checked.warnings));
      read.push({ document, template: template.map, patch: checked.patch });
    }
  }
  faults.push(...sidecarsWithoutImage(read));
  // Beside others a file may well be empty. All of them: a ConfigMap that lost its content, and nobody would notice.
  if (read.length === 0 && faults.length === 0)
    faults.push(
      ...files.map(({ file }) => ({ file, message: 'the file is empty: it holds no pod template' })),
    );
  if (faults.length > 0) throw templateError(faults.map(formatFault));
  return {
    patches: read.map(({ patch }) => patch),
    documents: read.map(({ document }) => document),
    warnings: warnings.map(formatFault),
  };
}

const inOrder = (faults: readonly Fault[]): Fault[] =>
  [...faults].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));

/** The document without `apiVersion` and `kind`, or why it is no pod template at all. */
function templateIn(document: YamlDocument): { map: JsonMap } | Fault {
  const { value } = document;
  if (!isMap(value)) return document.fault([], 'expected a pod template: metadata and spec');
  const { apiVersion, kind, ...map } = value;
  if (kind !== undefined && !KINDS.some((known) => known === kind)) {
    const message = 'expected the pod template itself: metadata and spec, with no other object around it';
    return document.fault(['kind'], message);
  }
  if (apiVersion !== undefined && apiVersion !== 'v1') {
    return document.fault(['apiVersion'], 'expected v1, or nothing');
  }
  return { map };
}

/** Often a `$` that was forgotten: `job` is a container of its own, where `$job` patches that of the job. */
function sidecarsWithoutImage(checked: readonly Checked[]): Fault[] {
  const sidecars = checked.flatMap(({ document, template }) =>
    ['containers', 'initContainers'].flatMap((list) =>
      mapsAt(mapAt(template, 'spec'), list).map((container, index) => ({ document, list, container, index })),
    ),
  );
  const complete = new Set(
    sidecars
      .filter(({ container }) => typeof container.image === 'string' || container[DIRECTIVE] === 'delete')
      .map(({ container }) => container.name),
  );
  return sidecars.flatMap(({ document, list, container: { name }, index }) => {
    if (typeof name !== 'string' || isSelector(name) || name === UPSTREAM_INIT || complete.has(name))
      return [];
    const meant = nearest(name, ['job', 'step', 'helper']);
    const path = ['spec', list, index];
    const message = `${name} has no image${meant ? `; did you mean $${meant}?` : ''}`;
    return [document.fault(path, message)];
  });
}
