/**
 * What the runner writes to a hook's standard input, and what it reads from the response file.
 * Source: actions/runner, src/Runner.Worker/Container/ContainerHooks/HookInput.cs and HookResponse.cs.
 */

/** State that a hook returned earlier in the job; the runner hands it back as it is. */
export type JobState = Readonly<Record<string, unknown>>;

export interface MountVolume {
  /** The line of `volumes:` as written; null for mounts that the runner itself asks for. */
  userProvidedValue: string | null;
  /** A path on the runner or the name of a volume; null for an anonymous volume. */
  sourceVolumePath: string | null;
  targetVolumePath: string;
  readOnly: boolean;
}

export interface RegistryCredentials {
  username: string;
  password: string;
  /** Empty for Docker Hub. */
  serverUrl: string;
}

/** A job container, a service, or (run_container_step) the container of a docker action. */
export interface HookContainer {
  /** Null when the image is to be built from `dockerfile`. */
  image: string | null;
  /** Path on the runner. */
  dockerfile: string | null;
  /** A command line split at blanks, quotes still inside the pieces. */
  entryPointArgs: readonly string[];
  entryPoint: string | null;
  workingDirectory: string | null;
  /** The text of `options:`. */
  createOptions: string | null;
  registry: RegistryCredentials | null;
  environmentVariables: Readonly<Record<string, string>>;
  portMappings: readonly string[];
  systemMountVolumes: readonly MountVolume[];
  userMountVolumes: readonly MountVolume[];
}

export interface PrepareJobArgs {
  /** Null for a job that has services only. */
  container: HookContainer | null;
  services: readonly HookContainer[];
}

export interface RunScriptStepArgs {
  /** A command line split at every single blank, quotes still inside the pieces, empty pieces kept. */
  entryPointArgs: readonly string[];
  entryPoint: string;
  environmentVariables: Readonly<Record<string, string>>;
  /** Directories to put before PATH, newest first. */
  prependPath: readonly string[];
  workingDirectory: string;
}

interface Envelope<Command extends string, Args> {
  command: Command;
  /** Path on the runner of the file that the hook's answer goes into; it exists and is empty. */
  responseFile: string;
  args: Args;
  state: JobState | null;
}

export type PrepareJobInput = Envelope<'prepare_job', PrepareJobArgs>;
export type RunScriptStepInput = Envelope<'run_script_step', RunScriptStepArgs>;
export type RunContainerStepInput = Envelope<'run_container_step', HookContainer>;
export type CleanupJobInput = Envelope<'cleanup_job', Readonly<Record<string, never>>>;

export type HookInput = PrepareJobInput | RunScriptStepInput | RunContainerStepInput | CleanupJobInput;
export type HookCommand = HookInput['command'];

/** Container port to the port on which the job reaches it; both as text. */
export type PortMap = Readonly<Record<string, string>>;

export interface ContainerContext {
  id?: string;
  network?: string;
}

export interface ServiceContext extends ContainerContext {
  /** Must be there, even if empty: the runner fails without it. */
  ports: PortMap;
}

export interface HookResponse {
  state?: JobState;
  context?: {
    /** Must be absent for a job without job container. */
    container?: ContainerContext;
    /** One entry for each service, in the order of the request. */
    services?: readonly ServiceContext[];
  };
  /** Must be there for a job with job container. */
  isAlpine?: boolean;
}
