import type { HookContainer, MountVolume, RegistryCredentials } from '@podhooks/hooklib';
import { ACTOR, GITHUB_TOKEN } from './context.js';
import { jobContainerPaths, toContainer } from './paths.js';
import type { RunnerFolders } from './paths.js';
import type { JobContainerOptions, ServiceOptions, Variables } from './runner.js';

export function jobContainer(
  folders: RunnerFolders,
  container: JobContainerOptions,
  proxy: Variables,
): HookContainer {
  const paths = jobContainerPaths(folders);
  const service = serviceContainer(container, proxy);
  return {
    ...service,
    workingDirectory: toContainer(paths, folders.workspace),
    environmentVariables: { ...service.environmentVariables, HOME: '/github/home' },
    systemMountVolumes: [
      DOCKER_SOCKET,
      systemMount(folders.work, '/__w'),
      { ...systemMount(folders.externals, '/__e'), readOnly: true },
      ...[folders.temp, folders.actions, folders.tools, folders.home, folders.workflow].map((path) =>
        systemMount(path, toContainer(paths, path)),
      ),
    ],
  };
}

export function serviceContainer(service: ServiceOptions, proxy: Variables): HookContainer {
  const image = imageName(service.image);
  return {
    image,
    dockerfile: null,
    entryPointArgs: splitDroppingEmpty(service.command ?? ''),
    entryPoint: service.entrypoint ?? null,
    workingDirectory: null,
    createOptions: service.options ?? null,
    registry: registryCredentials(image, service.credentials),
    environmentVariables: { ...service.env, ...unset(proxy, service.env ?? {}) },
    portMappings: [...new Set(service.ports)],
    systemMountVolumes: [],
    userMountVolumes: (service.volumes ?? []).map(userMount),
  };
}

export function actionContainer(
  folders: RunnerFolders,
  given: Pick<
    HookContainer,
    'image' | 'dockerfile' | 'entryPoint' | 'entryPointArgs' | 'environmentVariables'
  >,
): HookContainer {
  return {
    image: given.image === null ? null : imageName(given.image),
    dockerfile: given.dockerfile,
    entryPointArgs: given.entryPointArgs,
    entryPoint: given.entryPoint,
    workingDirectory: '/github/workspace',
    createOptions: null,
    registry: null,
    environmentVariables: given.environmentVariables,
    portMappings: [],
    systemMountVolumes: [
      DOCKER_SOCKET,
      systemMount(folders.temp, '/github/runner_temp'),
      systemMount(folders.home, '/github/home'),
      systemMount(folders.workflow, '/github/workflow'),
      systemMount(folders.fileCommands, '/github/file_commands'),
      systemMount(folders.workspace, '/github/workspace'),
    ],
    userMountVolumes: [],
  };
}

/** entryPointArgs of an action: one text cut at blanks, empty pieces lost; a list is quoted with `"` first. */
export function actionArguments(args: string | readonly string[]): string[] {
  if (typeof args === 'string') return splitDroppingEmpty(args);
  return splitDroppingEmpty(args.map((arg) => `"${arg.replaceAll('"', '\\"')}"`).join(' '));
}

/** The variables that `taken` does not have. */
export function unset(variables: Variables, taken: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !(name in taken)));
}

/** Reads a line of `volumes:` (ContainerInfo.cs): the only flag that is understood is `ro`. */
export function userMount(line: string): MountVolume {
  const mount = (source: string | null, target: string, readOnly = false): MountVolume => ({
    userProvidedValue: line,
    sourceVolumePath: source,
    targetVolumePath: target,
    readOnly,
  });
  const [first = '', second, third, ...more] = line.split(':');
  if (second === undefined || more.length > 0) return mount(null, line);
  if (third !== undefined) return mount(first, second, third === 'ro');
  return second === 'ro' ? mount(null, first, true) : mount(first, second);
}

function systemMount(source: string, target: string): MountVolume {
  return { userProvidedValue: null, sourceVolumePath: source, targetVolumePath: target, readOnly: false };
}
const DOCKER_SOCKET = systemMount('/var/run/docker.sock', '/var/run/docker.sock');

function imageName(image: string): string {
  return image.replace(/^docker:\/\//, '');
}

function splitDroppingEmpty(text: string): string[] {
  return text.split(' ').filter((piece) => piece !== '');
}

function registryCredentials(
  image: string,
  credentials: JobContainerOptions['credentials'],
): RegistryCredentials | null {
  const [host = '', ...path] = image.split('/');
  const serverUrl = path.length > 0 && /[.:]/.test(host) ? host : '';
  const isGitHub = serverUrl === 'ghcr.io' || serverUrl === 'containers.pkg.github.com';
  const login = credentials ?? (isGitHub ? { username: ACTOR, password: GITHUB_TOKEN } : undefined);
  return login === undefined ? null : { username: login.username, password: login.password, serverUrl };
}
