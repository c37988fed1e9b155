import type { Kind } from './kinds.js';

export interface Variable<T> {
  /** Name in the environment. */
  readonly name: string;
  /**
   * Path in the settings file. Undefined for what a file cannot know, as it may serve many runners: what ARC, the runner
   * or Kubernetes set, where this runner's pod is, and where the file is.
   */
  readonly key: string | undefined;
  /** For the docs: what it does, and for what it lets through to the workflow's code, why it may be turned off or on. */
  readonly about: string;
  readonly kind: Kind<NonNullable<T>>;
  /** Value where neither the environment nor the file has one. */
  readonly fallback: T;
}

/** A setting with a value of its own. */
export function preset<T>(
  name: string,
  key: string | undefined,
  about: string,
  kind: Kind<NonNullable<T>>,
  fallback: T,
): Variable<T> {
  return { name, key, about, kind, fallback };
}

/** A setting that may be missing. */
export function optional<T>(name: string, key: string, about: string, kind: Kind<NonNullable<T>>) {
  return preset<T | undefined>(name, key, about, kind, undefined);
}

/** What the environment alone can know. */
export function given<T>(name: string, about: string, kind: Kind<NonNullable<T>>) {
  return preset<T | undefined>(name, undefined, about, kind, undefined);
}
