import type { Endpoint } from './client.js';

/** A Kubernetes API to hold against the expectations, with three accounts in a namespace of its own. */
export interface Bed {
  endpoint: Endpoint;
  namespace: string;
  /** Bearer tokens: all rights, those that ARC gives a runner, none. */
  tokens: { admin: string; runner: string; nobody: string };
  close: () => Promise<void>;
}

/** Defines a test, as mocha's `it` does. */
export type DefineTest = (title: string, body: () => Promise<void>) => unknown;
