import { readFileSync, readdirSync } from 'node:fs';
import {
  type HookContainer,
  type HookInput,
  parseInput,
  type PrepareJobArgs,
  type RunContainerStepInput,
} from '@podhooks/hooklib';

const PAYLOADS = new URL('../../../../test/payloads/', import.meta.url);

/** A service or job container of a workflow that says nothing but its image. */
export function hookContainer(parts: Partial<HookContainer> = {}): HookContainer {
  return {
    image: 'node:22',
    dockerfile: null,
    entryPointArgs: [],
    entryPoint: null,
    workingDirectory: null,
    createOptions: null,
    registry: null,
    environmentVariables: {},
    portMappings: [],
    systemMountVolumes: [],
    userMountVolumes: [],
    ...parts,
  };
}

/** Arguments of the prepare_job payload whose file name begins with `prefix`. */
export function prepareJobArgs(prefix: string): PrepareJobArgs {
  const input = payload(`${prefix}-prepare_job`);
  if (input.command !== 'prepare_job') throw new Error(`${prefix} is no prepare_job`);
  return input.args;
}

/** The run_container_step payload whose file name begins with `prefix`. */
export function containerStep(prefix: string): RunContainerStepInput {
  const input = payload(`${prefix}-run_container_step`);
  if (input.command !== 'run_container_step') throw new Error(`${prefix} is no run_container_step`);
  return input;
}

function payload(prefix: string): HookInput {
  const name = readdirSync(PAYLOADS).find((file) => file.startsWith(prefix)) ?? prefix;
  return parseInput(readFileSync(new URL(name, PAYLOADS), 'utf8'));
}
