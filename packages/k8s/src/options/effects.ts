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
  hostname: string | undefined;
  user: User | undefined;
  workingDir: string | undefined;
  entrypoint: string | undefined;
  pullPolicy: string | undefined;
  readOnly = false;
  privileged = false;
  readonly addedCapabilities: string[] = [];
  readonly droppedCapabilities: string[] = [];

  /** @returns what is to be said of a name that had to be changed. */
  addName(text: string): string | undefined {
    const name = hostName(text);
    if (name === undefined || name === 'localhost') return 'it cannot be a host name';
    this.names.push(name);
    return name === text ? undefined : `it is not a host name: the container is reached as ${name}`;
  }
}
