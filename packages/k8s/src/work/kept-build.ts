// Synchronous: two small files.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  KEPT_NAME,
  PUT_TOOLS,
  receiveStored,
  sendBuilt,
  sendStored,
  storeBuilt,
  TOOLS_READY,
} from '../agent/kept-build.js';
import { collectBytes } from '../cluster/collect.js';
import type { Context } from '../context.js';
import { chmodPlace, replacePlace } from '../files/no-links.js';
import { HELPER_CONTAINER } from '../model/names.js';
import type { RunnerPath } from '../model/paths.js';
import { pump } from '../back/pump.js';

/** What a Dockerfile's build leaves lies beside these, each named after the Dockerfile. */
const OPEN = 'open';

/**
 * What the build of a Dockerfile leaves for its next use in the job. The hook brings the tools that keep it, and moves it where
 * no volume is shared; it never reads it. Nothing here fails a step: what is not there is built again.
 */
export class KeptBuild {
  constructor(
    private readonly key: string,
    private readonly work: RunnerPath,
    /** The job pod, whose helper has the tools, and keeps what no volume does. */
    private readonly jobPod: string,
    private readonly context: Context,
  ) {}

  /** On a shared volume, before there is a pod. */
  async prepareVolume(): Promise<void> {
    if (existsSync(this.path(TOOLS_READY))) return;
    await this.trying('preparing what keeps a build', async () => {
      const open = this.place(OPEN);
      replacePlace(open, Buffer.alloc(0));
      // Builds write there as root, or whoever the image says.
      chmodPlace({ ...open, path: dirname(open.path) }, { file: 0o666, folder: 0o777 });
      await this.run(this.jobPod, PUT_TOOLS, this.context.cancelled);
    });
  }

  /** Into a pod that shares no volume, before its containers start. */
  async send(pod: string, signal: AbortSignal): Promise<void> {
    await this.trying('sending what an earlier step has built', async () => {
      await this.run(pod, PUT_TOOLS, signal);
      if (existsSync(this.path(this.key)))
        await this.move([this.jobPod, sendStored(this.key)], [pod, receiveStored()], signal);
    });
  }

  /** From a pod that shares no volume, when its action has ended. */
  async bring(pod: string): Promise<void> {
    if (existsSync(this.path(this.key))) return;
    await this.trying('keeping what was built', async () => {
      await this.move([pod, sendBuilt(this.key)], [this.jobPod, storeBuilt()], this.context.cancelled);
      replacePlace(this.place(this.key), Buffer.alloc(0));
    });
  }

  private path(name: string): RunnerPath {
    return join(this.work, KEPT_NAME, name);
  }

  private place(name: string): { root: RunnerPath; path: RunnerPath } {
    return { root: this.work, path: this.path(name) };
  }

  private async run(pod: string, script: string, signal: AbortSignal): Promise<void> {
    const { exitCode, stderr } = await collectBytes(this.context.cluster, helperOf(pod, script), signal);
    if (exitCode !== 0) throw new Error(stderr.trim() || `exit code ${exitCode}`);
  }

  private async move(
    [from, send]: [string, string],
    [to, receive]: [string, string],
    signal: AbortSignal,
  ): Promise<void> {
    const ended = await pump(this.context.cluster, helperOf(from, send), helperOf(to, receive), signal);
    for (const { exitCode, diagnostic } of [ended.from, ended.to])
      if (exitCode !== 0) throw new Error(diagnostic || `exit code ${exitCode}`);
  }

  private async trying(what: string, body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      this.context.out.debug(`${what} failed: ${String(error)}`);
    }
  }
}

function helperOf(pod: string, script: string) {
  return { pod, container: HELPER_CONTAINER, command: ['bash', '-c', script] };
}
