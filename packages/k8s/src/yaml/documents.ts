import {
  constructFromEvents,
  CORE_SCHEMA,
  defineScalarTag,
  EVENT_ID,
  getScalarValue,
  intCoreTag,
  mergeTag,
  parseEvents,
  YAMLException,
  type Event,
} from 'js-yaml';
import { isList, isMap } from '../json.js';
import { formatPath, type Fault, type Path } from './fault.js';

/** A file, read already. */
export interface YamlFile {
  readonly file: string;
  readonly text: string;
}

/** One YAML document of a file. */
export interface YamlDocument {
  readonly file: string;
  readonly value: unknown;
  /** The line, from 1, where the value at `path` stands, or the nearest one around it. */
  line(path: Path): number;
  /** Something that is wrong with the value at `path`. */
  fault(path: Path, message: string): Fault;
}

/** Templates and settings are a page of text: what is larger than this was not written by a person, nor fits a ConfigMap. */
const MAX_TEXT_BYTES = 1 << 20;
const MAX_DEPTH = 40;
/** A template's documents are merged one after the other, and the pod is looked at after each of them. */
const MAX_DOCUMENTS = 100;
/** Values after all aliases are replaced by what they stand for ("billion laughs"). */
const MAX_VALUES = 100_000;

/** As in every other Kubernetes manifest, `0644` is octal: YAML 1.2 alone would read 644. */
const octalInt = defineScalarTag(intCoreTag.tagName, {
  ...intCoreTag,
  resolve: (source, isExplicit, tagName) =>
    /^0[0-7]+$/.test(source) ? parseInt(source, 8) : intCoreTag.resolve(source, isExplicit, tagName),
});

const SCHEMA = CORE_SCHEMA.withTags(mergeTag, octalInt);

/** The documents of one file, without empty ones, or its one fault. */
export function readDocuments({ file, text }: YamlFile): YamlDocument[] | Fault {
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) {
    return { file, message: `the file is larger than ${MAX_TEXT_BYTES} bytes` };
  }
  try {
    const events = parseEvents(text, { maxDepth: MAX_DEPTH });
    const values = constructFromEvents(events, { source: text, schema: SCHEMA });
    const positions = indexPositions(events, text);
    for (const value of values) measure(value);
    const documents = values.flatMap((value, index) => (value === null ? [] : [{ value, index }]));
    if (documents.length > MAX_DOCUMENTS) return { file, message: `more than ${MAX_DOCUMENTS} documents` };
    const lines = lineStarts(text);
    return documents.map(({ value, index }) => documentOf(file, value, lineFinder(lines, positions[index])));
  } catch (error) {
    if (error instanceof TooLargeError) return { file, message: error.message };
    // Only the reason: the rest of the exception's text quotes the file, in which there may be secrets.
    if (!(error instanceof YAMLException)) throw error;
    return {
      file,
      ...(error.mark ? { line: error.mark.line + 1 } : {}),
      message: `invalid YAML: ${error.reason}`,
    };
  }
}

function documentOf(file: string, value: unknown, line: (path: Path) => number): YamlDocument {
  return { file, value, line, fault: (path, message) => ({ file, line: line(path), path, message }) };
}

class TooLargeError extends Error {}

interface Size {
  readonly values: number;
  readonly depth: number;
}

/** Counts each value once for every place where it is used, in time linear in the text. */
function measure(value: unknown, known = new Map<unknown, Size | 'open'>()): Size {
  if (!isMap(value) && !isList(value)) return { values: 1, depth: 0 };
  const size = known.get(value);
  if (size === 'open') throw new TooLargeError('an alias (*name) stands inside the value that it repeats');
  if (size) return size;
  known.set(value, 'open');
  const total = Object.values(value).reduce<Size>(
    (sum, member) => {
      const { values, depth } = measure(member, known);
      return { values: sum.values + values, depth: Math.max(sum.depth, depth + 1) };
    },
    { values: 1, depth: 1 },
  );
  if (total.values > MAX_VALUES)
    throw new TooLargeError(`more than ${MAX_VALUES} values with all aliases replaced`);
  if (total.depth > MAX_DEPTH) throw new TooLargeError(`nested deeper than ${MAX_DEPTH} levels`);
  known.set(value, total);
  return total;
}

/** For each document, the offset in the text of the key or list element at each path. */
type Positions = ReadonlyMap<string, number>;

function indexPositions(events: readonly Event[], source: string): Positions[] {
  const documents: Positions[] = [];
  let next = 0;
  const take = (): Event | undefined => events[next++];
  const atEnd = (): boolean => next >= events.length || events[next]?.type === EVENT_ID.POP;

  const walk = (path: Path, positions: Map<string, number>): void => {
    const event = take();
    if (!event) return;
    const key = formatPath(path);
    if (!positions.has(key)) positions.set(key, startOf(event));
    if (event.type === EVENT_ID.SEQUENCE) {
      for (let index = 0; !atEnd(); index++) walk([...path, index], positions);
      next++;
    } else if (event.type === EVENT_ID.MAPPING) {
      while (!atEnd()) {
        const name = take();
        // The value of a key that is an alias has no path of its own: its parent's line must do.
        const member = name?.type === EVENT_ID.SCALAR ? [...path, getScalarValue(source, name)] : path;
        if (name) positions.set(formatPath(member), startOf(name));
        walk(member, positions);
      }
      next++;
    }
  };

  while (next < events.length) {
    const positions = new Map<string, number>();
    next++; // the document itself
    while (!atEnd()) walk([], positions);
    next++;
    documents.push(positions);
  }
  return documents;
}

function startOf(event: Event): number {
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return event.valueStart;
    case EVENT_ID.ALIAS:
      return event.anchorStart;
    case EVENT_ID.SEQUENCE:
    case EVENT_ID.MAPPING:
      return event.start;
    case EVENT_ID.DOCUMENT:
    case EVENT_ID.POP:
      return 0;
  }
}

function lineFinder(lines: LineStarts, positions: Positions = new Map()): (path: Path) => number {
  return (path) => {
    for (let length = path.length; length >= 0; length--) {
      const offset = positions.get(formatPath(path.slice(0, length)));
      if (offset !== undefined && offset >= 0) return lineAt(lines, offset);
    }
    return 1;
  };
}

/** The offsets at which lines begin, but for the first one. */
type LineStarts = readonly number[];

function lineStarts(text: string): LineStarts {
  return [...text.matchAll(/\n/g)].map(({ index }) => index + 1);
}

/** By halves: there may be as many faults as lines. */
function lineAt(starts: LineStarts, offset: number): number {
  let [from, to] = [0, starts.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((starts[middle] ?? 0) <= offset) from = middle + 1;
    else to = middle;
  }
  return from + 1;
}
