import { invalid, unsupported } from './fault.js';
import { execForm, readFlags, readMount, openingOf } from './lines.js';
import type { RunMount, RunStep } from './model.js';
import type { Place } from './place.js';
import { sourceInStage } from './copy.js';

const WHY_NOT: Record<string, string> = {
  secret: 'the runner gives a build no secrets',
  ssh: 'the runner gives a build no SSH agent',
};

/** @param shell what SHELL has set. @throws DockerfileFault. */
export function readRun(place: Place, shell: readonly string[]): RunStep {
  const { instruction, line } = place;
  const { values, rest } = readFlags(instruction, ['mount', 'network', 'security']);
  const refused = [...(values.get('network') ?? []), ...(values.get('security') ?? [])].find(
    (value) => !['default', 'sandbox'].includes(value),
  );
  if (refused !== undefined)
    throw unsupported(line, `RUN with ${refused} is not supported: the command runs as the action does`);
  place.required(rest, 'command');
  const command = execForm(rest);
  if (command?.length === 0) throw invalid(line, 'RUN has no command');
  const { heredocs } = instruction;
  const only =
    heredocs.length === 1 && openingOf(rest.trim()) !== undefined ? heredocs[0]?.content : undefined;
  const text = only ?? (heredocs.length === 0 ? rest : `${rest}\n${heredocs.map(({ raw }) => raw).join('')}`);
  return {
    kind: 'run',
    ...place.step(),
    argv: command ?? [...shell, text],
    script: only?.startsWith('#!') === true ? only : undefined,
    environment: place.variables,
    mounts: (values.get('mount') ?? []).map((mount) => readRunMount(mount, place)),
  };
}

function readRunMount(text: string, place: Place): RunMount {
  const { line, files } = place;
  const options = readMount(text, line);
  const option = (...names: string[]) =>
    names.map((name) => options.get(name)).find((each) => each !== undefined);
  const type = option('type') ?? 'bind';
  const why = WHY_NOT[type];
  if (why !== undefined) throw unsupported(line, `RUN --mount=type=${type} is not supported: ${why}`);
  const named = option('target', 'dst', 'destination');
  if (named === undefined) throw invalid(line, `RUN --mount=${text} names no target`);
  const target = place.path(named);
  if (type === 'cache' || type === 'tmpfs') return { target, source: undefined, stays: type === 'cache' };
  if (type !== 'bind') throw invalid(line, `RUN --mount=type=${type} is not known`);
  const source = place.literal(option('source', 'src') ?? '.');
  const from = option('from');
  if (from !== undefined) {
    const aside = place.others.putAside(from, [sourceInStage(source, line)], line);
    return { target, source: { kind: 'stage', ...aside }, stays: false };
  }
  const [path = '.'] = files.find(source, line);
  return { target, source: files.source(path), stays: false };
}
