import { posix } from 'node:path';
import { invalid, unsupported } from './fault.js';
import { execForm, readFlags, openingOf } from './lines.js';
import type { CopySource, CopyStep } from './model.js';
import type { Place } from './place.js';
import type { Value } from './variables.js';

const FLAGS = {
  COPY: ['from', 'chown', 'chmod', 'link'],
  ADD: ['chown', 'chmod', 'link', 'keep-git-dir'],
} as const;

/** What git and the web have, as ADD names it. */
const REMOTE = /^(?:https?|ftp|git|ssh):\/\/|^git@/;

/** @throws DockerfileFault. */
export function readCopy(place: Place): CopyStep {
  const { instruction, line } = place;
  const isAdd = instruction.keyword === 'ADD';
  const { values, rest } = readFlags(instruction, FLAGS[isAdd ? 'ADD' : 'COPY']);
  const words = execForm(rest) ?? place.words(rest);
  const target = words.pop();
  if (target === undefined || words.length === 0)
    throw invalid(line, `${instruction.keyword} ${rest} names no source and target`);
  const [from] = values.get('from') ?? [];
  const sources =
    from === undefined
      ? words.flatMap((word) => localSources(word, place, isAdd))
      : [otherStage(from, words, place)];
  const isFolder = /(^|\/)\.?$/.test(target);
  if (!isFolder && sources.length > 1 && from === undefined && sources.every(goesUnderItsName))
    throw invalid(line, `the target ${target} of several files must end with /`);
  return {
    kind: 'copy',
    ...place.step(),
    sources,
    target: isFolder && !target.endsWith('/') ? [...place.path(target), '/'] : place.path(target),
    owner: valueOf(values.get('chown'), place),
    mode: valueOf(values.get('chmod'), place),
  };
}

function localSources(word: string, place: Place, isAdd: boolean): CopySource[] {
  const { line, instruction, files } = place;
  const opening = openingOf(word);
  if (opening !== undefined) {
    const heredoc = instruction.heredocs.find(({ name }) => name === opening.name);
    if (heredoc === undefined) throw invalid(line, `the here-document ${opening.name} has no end`);
    const { name, content, expands } = heredoc;
    return [
      { kind: 'text', name, content: expands ? place.value(content, { plainQuotes: true }) : [content] },
    ];
  }
  const source = place.literal(word);
  if (isAdd && REMOTE.test(source))
    throw unsupported(
      line,
      `ADD of ${source} is not supported: the hook downloads nothing`,
      'Download it with RUN and a program of the image, such as wget.',
    );
  return files.find(source, line).map((path) => {
    const option = isAdd ? files.archiveOption(path) : undefined;
    return option === undefined ? files.source(path) : { kind: 'archive', path, option };
  });
}

function otherStage(from: string, words: readonly string[], place: Place): CopySource {
  const sources = words.map((word) => sourceInStage(place.literal(word), place.line));
  return { kind: 'stage', ...place.others.putAside(from, sources, place.line) };
}

/** @throws DockerfileFault for the root itself: it holds what the node mounts into the container. */
export function sourceInStage(path: string, line: number): string {
  const absolute = posix.normalize(`/${path}`).replace(/(.)\/$/, '$1');
  if (absolute !== '/') return absolute;
  throw unsupported(line, 'all of a stage cannot be copied', 'Name the folders that are needed.');
}

function goesUnderItsName(source: CopySource): boolean {
  return source.kind === 'context' ? source.isFile : source.kind === 'text';
}

function valueOf([text]: readonly string[] = [], place: Place): Value | undefined {
  return text === undefined ? undefined : place.value(text);
}
