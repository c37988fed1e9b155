import type { Pod } from '../../runner/kubernetes-types.js';

/** What the tool in the runner pod is told to do, as one JSON argument. */
export type Task =
  /** Runs a command to its end; its output is hashed. */
  | { kind: 'command'; argv: readonly string[] }
  /** Starts the hook and ends it when it connects to what it takes for the API server. */
  | { kind: 'first connection'; hook: string; input: string }
  /** Makes a pod, waits until it is Ready, and removes it. */
  | { kind: 'ready'; pod: Pod }
  /** The same, until it has ended. */
  | { kind: 'ended'; pod: Pod }
  /** Runs a step through the hook with the probe in it. */
  | { kind: 'profile'; hook: string; probe: string; input: string };

export interface Measurement {
  /** From the start of the process, or from the request, to what was waited for. */
  ms: number;
  bytes: number;
  sha256: string;
}

/** Moments of a step, in the order in which they come. */
export const MARKS = [
  'running',
  'loaded',
  'connecting',
  'connected',
  'secured',
  'upgraded',
  'begun',
  'started',
  'output',
  'done',
  'leaving',
  'ended',
] as const;
export type Mark = (typeof MARKS)[number];

export interface Profile extends Measurement {
  /** From the start of the process, in milliseconds. */
  marks: Readonly<Record<Mark, number>>;
}

export function isProfile(value: Measurement): value is Profile {
  return 'marks' in value;
}

export function isMeasurement(value: unknown): value is Measurement {
  return typeof value === 'object' && value !== null && 'ms' in value && typeof value.ms === 'number';
}
