import type { Effects } from './effects.js';

/** Which container the options belong to. */
export type Role = 'job' | 'service';

interface Named {
  /** All its spellings, the usual one first. */
  names: readonly string[];
  /** Whether it stands alone, or with `=true` at the most. */
  isFlag?: true;
  /** What it does, or why it does nothing: for docs/options.md and the log. */
  about: string;
}

/** An option with an effect on the pod. */
export interface Working extends Named {
  /** Guarded: where the administrator allows it, as it gives rights on the node. */
  kind: 'works' | 'guarded';
  /** For these; without an effect on others. */
  roles: readonly Role[];
  /** The value may be a secret, or be long. */
  hidden?: true;
  /** @returns what is wrong with the value; undefined when it is used. */
  apply: (value: string, effects: Effects) => string | undefined;
}

/** An option that is understood and left out: it would reach the node, or has no meaning in a pod. */
export interface LeftOut extends Named {
  kind: 'refused' | 'without effect';
}

export type Option = Working | LeftOut;

const BOTH: readonly Role[] = ['job', 'service'];

/** An option whose value is read by `read` and used by `use`. */
export function option<T>(
  names: readonly string[],
  about: string,
  expected: string,
  read: (value: string) => T | undefined,
  use: (value: T, effects: Effects) => unknown,
  more: Partial<Pick<Working, 'kind' | 'roles' | 'hidden' | 'isFlag'>> = {},
): Working {
  const apply = (value: string, effects: Effects) => {
    const known = read(value);
    if (known === undefined) return `expected ${expected}`;
    const fault = use(known, effects);
    return typeof fault === 'string' ? fault : undefined;
  };
  return { kind: 'works', names, about, roles: BOTH, ...more, apply };
}
