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
  kind: 'works';
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
