import type { ParseArgsConfig } from 'node:util';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The values of options by their names. */
export type Values = Readonly<Record<string, unknown>>;

/** A command of the tool, as its help, its completion and the parser of its arguments know it. */
export interface Command {
  readonly name: string;
  /** What stands behind the options, as in `FILE...`. */
  readonly operands: string;
  /** How many operands it takes. */
  readonly count: { readonly least: number; readonly most: number };
  readonly about: string;
  readonly options: Readonly<Record<string, Option>>;
  /** @returns the exit code. */
  run(operands: readonly string[], values: Values, environment: Environment): number | Promise<number>;
}

export interface Option {
  /** Name of its value; undefined for a flag. */
  readonly value?: string;
  readonly about: string;
}

const HELP: Option = { about: 'print this help' };

/** `doctor [--json] [--payload FILE]` */
export function usageOf({ name, operands, options }: Command): string {
  const words = Object.entries(options).map(([option, { value }]) =>
    value === undefined ? `[--${option}]` : `[--${option} ${value}]`,
  );
  return [name, ...words, operands].filter(Boolean).join(' ');
}

export function helpOf(command: Command): string {
  const rows = Object.entries({ ...command.options, help: HELP }).map(
    ([name, { value, about }]) => `  --${value === undefined ? name : `${name} ${value}`}`.padEnd(24) + about,
  );
  return `podhooks ${usageOf(command)}\n\n${command.about}.\n\n${rows.join('\n')}\n`;
}

/** For node:util's parseArgs. */
export function optionsOf({ options }: Command): ParseArgsConfig['options'] {
  const parsed = Object.entries(options).map(
    ([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' } as const] as const,
  );
  return { ...Object.fromEntries(parsed), help: { type: 'boolean', short: 'h' } };
}
