import { readFileSync, readdirSync } from 'node:fs';
import { type HookContainer, parseInput, type PrepareJobArgs } from '@podhooks/hooklib';

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
  const name = readdirSync(PAYLOADS).find((file) => file.startsWith(`${prefix}-prepare_job`)) ?? prefix;
  const input = parseInput(readFileSync(new URL(name, PAYLOADS), 'utf8'));
  if (input.command !== 'prepare_job') throw new Error(`${name} is no prepare_job`);
  return input.args;
}
