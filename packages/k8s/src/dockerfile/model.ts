import type { Value, Variables } from './variables.js';

/** What is carried out in a container, one after the other. Titles are what the log shows. */
export type Step = RunStep | CopyStep | FolderStep;

interface OfInstruction {
  line: number;
  title: string;
  /** The folder that relative paths begin in. */
  folder: Value;
  /** Undefined for the user that the container starts with. */
  user: Value | undefined;
}

export interface RunStep extends OfInstruction {
  kind: 'run';
  argv: readonly string[];
  /** A here-document that names its own interpreter: a file of this content is run in the place of `argv`. */
  script: string | undefined;
  environment: Variables;
  mounts: readonly RunMount[];
}

/** `RUN --mount`: an empty folder, or files that are there as long as the command runs. */
export interface RunMount {
  target: Value;
  /** Undefined for a cache, and for memory. */
  source: CopySource | undefined;
  /** A cache stays, since nobody else has one; what is bound does not. */
  stays: boolean;
}

export interface CopyStep extends OfInstruction {
  kind: 'copy';
  sources: readonly CopySource[];
  target: Value;
  owner: Value | undefined;
  mode: Value | undefined;
}

/** WORKDIR and VOLUME: a folder that is created where it is missing. */
export interface FolderStep extends OfInstruction {
  kind: 'folder';
  path: Value;
}

export type CopySource =
  /** Files and folders of the context; the content of a folder goes where the folder itself is named. */
  | { kind: 'context'; entries: readonly Entry[]; isFile: boolean }
  | { kind: 'text'; name: string; content: Value }
  /** ADD unpacks it; the option says to tar how. */
  | { kind: 'archive'; path: string; option: string }
  /** What a stage has put aside under this number. */
  | { kind: 'stage'; stage: number; number: number };

/** A path in the context, and where it goes below the target. */
export interface Entry {
  from: string;
  to: string;
  /** Of a link that COPY names itself (`file`), what it leads to is copied; of one in a folder (`member`), the link. */
  kind: 'file' | 'member' | 'folder' | 'content';
}

/** What another stage copies from a stage. */
export interface Export {
  line: number;
  sources: readonly string[];
}

/** A container of the build. */
export interface Stage {
  /** As people know it. */
  name: string;
  line: number;
  image: string;
  steps: Step[];
  exports: Export[];
  /** Numbers of the stages that it copies from. */
  needs: number[];
  /** Whether a USER asks for root: an image may start as somebody else. */
  asRoot: boolean;
}

/** How the action starts. */
export interface Start {
  environment: Variables;
  user: Value | undefined;
  /** Undefined where the Dockerfile says nothing, and the base image may. */
  entrypoint: readonly string[] | undefined;
  cmd: readonly string[] | undefined;
  /** Of ENTRYPOINT, or else CMD; 0 without. */
  line: number;
}

export interface BuildPlan {
  /** Those that are needed; the last one is the action's. */
  stages: readonly Stage[];
  start: Start;
}

/** The folder of the Dockerfile, which COPY and ADD read from. Paths are relative, and never lead out of it. */
export interface BuildContext {
  /** Undefined if there is nothing. */
  kind(path: string): 'file' | 'folder' | undefined;
  list(folder: string): string[];
  /** The first bytes of a file. */
  head(file: string): Buffer;
}
