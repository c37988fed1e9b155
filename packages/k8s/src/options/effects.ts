import type { Pod } from '../model/kubernetes.js';
import { hostName, type User } from './values.js';

/** A folder in memory. */
export interface MemoryFolder {
  path: string;
  bytes?: number;
}

/** docker's health options; times in milliseconds. */
export interface Health {
  command?: string;
  interval?: number;
  timeout?: number;
  startPeriod?: number;
  retries?: number;
}

export type Quantities = Readonly<Record<string, string>>;
type Toleration = NonNullable<NonNullable<Pod['spec']>['tolerations']>[number];

/** A size that the administrator gives a name: what a container gets, and where its pod runs. */
export interface Preset {
  readonly resources: { readonly requests: Quantities; readonly limits: Quantities };
  readonly nodeSelector: Quantities;
  readonly tolerations: readonly Toleration[];
}

/** The label by which a workflow chooses one: `options: --label podhooks.preset=large`. */
export const PRESET_LABEL = 'podhooks.preset';

/** What the options of one container come to. */
export class Effects {
  readonly environment: Record<string, string> = {};
  readonly annotations: Record<string, string> = {};
  readonly memoryFolders: MemoryFolder[] = [];
  /** Names by which others reach the container. */
  readonly names: string[] = [];
  readonly hosts: { name: string; ip: string }[] = [];
  readonly nameservers: string[] = [];
  readonly searches: string[] = [];
  readonly resolver: { name: string; value?: string }[] = [];
  readonly health: Health = {};
  /** Thousandths of a CPU, and bytes; 0 is no limit. */
  cpus: number | undefined;
  memory: number | undefined;
  memoryReservation: number | undefined;
  storage: number | undefined;
  gpus: number | 'all' | undefined;
  /** Of the resource that the administrator names. */
  devices: Record<string, string> = {};
  /** Labels of the node that the pod needs. */
  readonly nodeSelector: Record<string, string> = {};
  presetName: string | undefined;
  preset: Preset | undefined;
  hostname: string | undefined;
  user: User | undefined;
  workingDir: string | undefined;
  entrypoint: string | undefined;
  pullPolicy: string | undefined;
  readOnly = false;
  privileged = false;
  readonly addedCapabilities: string[] = [];
  readonly droppedCapabilities: string[] = [];
  readonly groups: number[] = [];
  readonly kernelParameters: { name: string; value: string }[] = [];

  /** @returns what is to be said of a name that had to be changed. */
  addName(text: string): string | undefined {
    const name = hostName(text);
    if (name === undefined || name === 'localhost') return 'it cannot be a host name';
    this.names.push(name);
    return name === text ? undefined : `it is not a host name: the container is reached as ${name}`;
  }
}
