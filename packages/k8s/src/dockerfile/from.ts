import { invalid, unsupported } from './fault.js';
import { readFlags, readMount, type Instruction, type Lines } from './lines.js';
import { expand, literalText, type Value } from './variables.js';
import { parseWord, splitWords } from './words.js';

/** A stage as it stands in the file. */
export interface Section {
  line: number;
  /** In small letters; undefined where `AS` is missing. */
  name: string | undefined;
  /** The image, or the name of a stage. */
  base: string;
  instructions: Instruction[];
}

export interface Sections {
  /** Of ARG before the first FROM, and what docker presets. */
  globals: ReadonlyMap<string, Value>;
  sections: Section[];
}

/** The variants of `uname -m` that docker has names for. */
export type Architecture = 'amd64' | 'arm64' | 'arm';

/** What may stand beside FROM, and changes nothing here. */
const BEFORE_FROM = ['ARG', 'FROM'];

/** Splits at FROM. @throws DockerfileFault. */
export function readSections({ instructions, escape }: Lines, architecture: Architecture): Sections {
  const globals = new Map<string, Value>(platformVariables(architecture));
  const sections: Section[] = [];
  for (const instruction of instructions) {
    const { line, keyword, text } = instruction;
    const current = sections.at(-1);
    if (current === undefined && !BEFORE_FROM.includes(keyword))
      throw invalid(line, `${keyword} stands before the first FROM`);
    if (keyword === 'FROM') sections.push(sectionOf(instruction, globals, escape, architecture));
    else if (current !== undefined) current.instructions.push(instruction);
    else
      for (const word of splitWords(text, { escape })) {
        const [, name = '', given] = /^([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
        const value =
          given === undefined
            ? undefined
            : expand(parseWord(given, { line, escape }), globals, 'is unset', line);
        if (value !== undefined) globals.set(name, value);
      }
  }
  if (sections.length === 0) throw invalid(1, 'it has no FROM');
  return { globals, sections };
}

function sectionOf(
  instruction: Instruction,
  globals: Sections['globals'],
  escape: string,
  architecture: Architecture,
): Section {
  const { line } = instruction;
  const { values, rest } = readFlags(instruction, ['platform']);
  const text = (word: string) =>
    literalText(expand(parseWord(word, { line, escape }), globals, 'is unset', line));
  const [image, as, name, ...more] = splitWords(rest, { escape });
  if (image === undefined || (as !== undefined && as.toUpperCase() !== 'AS') || more.length > 0)
    throw invalid(line, `FROM ${rest} is not FROM <image> [AS <name>]`);
  if (as !== undefined && !/^[a-z][a-z0-9-_.]*$/i.test(name ?? ''))
    throw invalid(line, `${name ?? 'nothing'} cannot be the name of a stage`);
  const base = text(image) ?? '';
  if (base === '') throw invalid(line, `the image ${image} comes to nothing`, 'Give the ARG a default.');
  for (const platform of values.get('platform') ?? [])
    checkPlatform(text(platform) ?? '', architecture, line);
  return { line, name: name?.toLowerCase(), base, instructions: [] };
}

/** Containers of a pod run on one node, on its processor. */
function checkPlatform(platform: string, architecture: Architecture, line: number): void {
  const [system = '', processor = ''] = platform.split('/');
  const known: Record<string, string> = { x86_64: 'amd64', aarch64: 'arm64' };
  if (system === 'linux' && (known[processor] ?? processor) === architecture) return;
  throw unsupported(
    line,
    `--platform=${platform} is not the platform of the runner, linux/${architecture}`,
    'Leave --platform out, or run the job on nodes of that platform.',
  );
}

function platformVariables(architecture: Architecture): [string, Value][] {
  const variant = architecture === 'arm' ? ['v7'] : [];
  const platform = ['linux', architecture, ...variant].join('/');
  return ['BUILD', 'TARGET'].flatMap((which): [string, Value][] => [
    [`${which}PLATFORM`, [platform]],
    [`${which}OS`, ['linux']],
    [`${which}ARCH`, [architecture]],
    [`${which}VARIANT`, variant],
  ]);
}

/** What a stage copies from: names, numbers and images, as `--from` has them. */
export function sourcesOf({ instructions }: Section): string[] {
  return instructions.flatMap(({ keyword, line, text }) => {
    const [flags = ''] = /^(?:--\S+\s+)*/.exec(text) ?? [];
    if (keyword === 'COPY') return [...flags.matchAll(/--from=(\S+)/g)].flatMap(([, name]) => name ?? []);
    if (keyword !== 'RUN') return [];
    const mounts = [...flags.matchAll(/--mount=(\S+)/g)];
    return mounts.flatMap(([, mount = '']) => readMount(mount, line).get('from') ?? []);
  });
}
