import { HookError } from './errors.js';
import type {
  HookCommand,
  HookContainer,
  HookInput,
  MountVolume,
  PrepareJobArgs,
  RegistryCredentials,
  RunScriptStepArgs,
} from './protocol.js';
import { fault, Faults, flag, listOf, mapOf, object, optional, propertiesOf, text } from './reader.js';
import type { Reader } from './reader.js';

const COMMANDS: readonly HookCommand[] = [
  'prepare_job',
  'run_script_step',
  'run_container_step',
  'cleanup_job',
];

/**
 * Reads what the runner wrote to the hook's standard input. Properties that it does not know are ignored.
 * @throws HookError INPUT_INVALID that names all faults at once, each by its path. Values are never shown.
 */
export function parseInput(json: string): HookInput {
  const faults = new Faults();
  const input = hookInput({ value: parseJson(json), path: '', faults });
  if (faults.count > 0) throw invalid(describe(faults));
  return input;
}

function describe({ count, described }: Faults): string {
  const more = count - described.length;
  return [
    `The input of the hook has ${count === 1 ? '1 fault' : `${count} faults`}:`,
    ...described.map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

function parseJson(json: string): unknown {
  const content = json.replace(/^\uFEFF/, '');
  if (content.trim() === '') throw invalid('The input of the hook is empty');
  try {
    return JSON.parse(content);
  } catch (error) {
    throw invalid(`The input of the hook ${whyNoJson(content, String(error))}`);
  }
}

/** V8's own message is not shown, nor kept as a cause: it quotes the text, which holds secrets. */
function whyNoJson(content: string, message: string): string {
  const at = /at position (\d+)/.exec(message)?.[1];
  if (message.includes('end of JSON input') || Number(at) === content.length)
    return `ends too early, behind ${content.length} characters`;
  return at === undefined ? 'is not JSON' : `is not JSON at character ${Number(at) + 1}`;
}

function invalid(message: string): HookError {
  return new HookError('INPUT_INVALID', message, {
    hint:
      'The runner writes this input. If you start the hook by hand, pass one of the sample payloads; ' +
      'if the runner started it, report the version of the runner together with this message.',
  });
}

const hookInput: Reader<HookInput> = (place) => {
  const property = propertiesOf(place);
  const command = hookCommand(property('command'));
  const responseFile = path(property('responseFile'));
  const args = property('args');
  const state = optional(object, null)(property('state'));
  switch (command) {
    case 'prepare_job':
      return { command, responseFile, args: prepareJobArgs(args), state };
    case 'run_script_step':
      return { command, responseFile, args: runScriptStepArgs(args), state };
    case 'run_container_step':
      return { command, responseFile, args: container(args), state };
    case 'cleanup_job':
      optional(object, null)(args);
      return { command, responseFile, args: {}, state };
  }
};

const hookCommand: Reader<HookCommand> = (place) => {
  const { value } = place;
  const known = COMMANDS.find((command) => command === value);
  if (known !== undefined) return known;
  const expected = `one of ${COMMANDS.join(', ')}`;
  // Shown only if it looks like a command, for anything else may be a value that got here by mistake.
  const isWord = typeof value === 'string' && /^[a-z]+(_[a-z]+){0,4}$/.test(value) && value.length <= 30;
  return fault(place, expected, 'cleanup_job', isWord ? `got ${value}` : undefined);
};

const path: Reader<string> = (place) =>
  place.value === '' ? fault(place, 'a path', '', 'got an empty string') : text(place);

const textOrNull = optional(text, null);
const texts = listOf(text);
const variables = optional(mapOf(text), {});

const mountVolume: Reader<MountVolume> = (place) => {
  const property = propertiesOf(place);
  return {
    userProvidedValue: textOrNull(property('userProvidedValue')),
    sourceVolumePath: textOrNull(property('sourceVolumePath')),
    targetVolumePath: text(property('targetVolumePath')),
    readOnly: flag(property('readOnly')),
  };
};

const registryCredentials: Reader<RegistryCredentials> = (place) => {
  const property = propertiesOf(place);
  return {
    username: text(property('username')),
    password: text(property('password')),
    serverUrl: optional(text, '')(property('serverUrl')),
  };
};

const container: Reader<HookContainer> = (place) => {
  const property = propertiesOf(place);
  const read: HookContainer = {
    image: textOrNull(property('image')),
    dockerfile: textOrNull(property('dockerfile')),
    entryPointArgs: optional(texts, [])(property('entryPointArgs')),
    entryPoint: textOrNull(property('entryPoint')),
    workingDirectory: textOrNull(property('workingDirectory')),
    createOptions: textOrNull(property('createOptions')),
    registry: optional(registryCredentials, null)(property('registry')),
    environmentVariables: variables(property('environmentVariables')),
    portMappings: optional(texts, [])(property('portMappings')),
    systemMountVolumes: optional(listOf(mountVolume), [])(property('systemMountVolumes')),
    userMountVolumes: optional(listOf(mountVolume), [])(property('userMountVolumes')),
  };
  if (read.image === null && read.dockerfile === null) {
    fault(property('image'), 'an image, or else a dockerfile', null);
  }
  return read;
};

const prepareJobArgs: Reader<PrepareJobArgs> = (place) => {
  const property = propertiesOf(place);
  return {
    container: optional(container, null)(property('container')),
    services: optional(listOf(container), [])(property('services')),
  };
};

/** Runners up to 2.293 sent one ':'-joined text. */
const prependPath: Reader<readonly string[]> = (place) =>
  typeof place.value === 'string'
    ? place.value.split(':').filter((directory) => directory !== '')
    : optional(texts, [])(place);

const runScriptStepArgs: Reader<RunScriptStepArgs> = (place) => {
  const property = propertiesOf(place);
  return {
    // Not optional: a shell without arguments does nothing, and succeeds.
    entryPointArgs: texts(property('entryPointArgs')),
    entryPoint: text(property('entryPoint')),
    environmentVariables: variables(property('environmentVariables')),
    prependPath: prependPath(property('prependPath')),
    workingDirectory: text(property('workingDirectory')),
  };
};
