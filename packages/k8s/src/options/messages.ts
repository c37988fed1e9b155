import type { ReadOptions } from './read.js';

/** What the log says of options: a warning for each container at the most, and a line for what is harmless. */
export interface OptionMessages {
  warnings: string[];
  lines: string[];
}

const MANUAL = 'docs/options.md has every option.';

/** @param who The container, in words: `service redis`. */
export function optionMessages(who: string, { faults, refused, unused }: ReadOptions): OptionMessages {
  const parts = [
    ...faults,
    ...refused.map(({ names: [name = ''], about }) => `${name} is not used. ${about}`),
  ];
  return {
    warnings:
      parts.length === 0
        ? []
        : [`Options of ${who}: ${parts.map(withFullStop).join(' ')} The job goes on without. ${MANUAL}`],
    lines:
      unused.length === 0
        ? []
        : [
            `Options of ${who} that have no effect: ${unused.map(({ names: [name = ''] }) => name).join(' ')}`,
          ],
  };
}

const withFullStop = (text: string): string => (text.endsWith('.') || text.endsWith('?') ? text : `${text}.`);
