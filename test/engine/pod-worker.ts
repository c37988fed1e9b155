import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Container, now } from './container.js';
import { ConfigError } from './environment.js';
import type { Kubelet } from './kubelet.js';
import { imageProblem, mountProblem, planLaunch, type Problem } from './launch.js';
import { isSidecar, NODE, podStatus, unscheduledStatus } from './pod-status.js';
import { prepareVolumes, VolumeError } from './volumes.js';
import type { ContainerSpec, Pod } from './types.js';

const RETRY_MS = 100;
const BACK_OFF_MS = 300;

/** Carries one pod through its life: node, volumes, init containers, containers, end. */
export class PodWorker {
  readonly init: Container[];
  readonly main: Container[];
  readonly #stop = new AbortController();
  #pod: Pod;
  #startTime = '';
  #failure: { reason: string; message: string } | undefined;
  #volumes: Map<string, string> | undefined;
  #finished: Promise<void> = Promise.resolve();

  constructor(
    pod: Pod,
    private readonly kubelet: Kubelet,
  ) {
    const { initContainers = [], containers } = pod.spec;
    const create = (waiting: string) => (spec: ContainerSpec) =>
      new Container(spec, waiting, kubelet.sandbox);
    this.#pod = pod;
    this.init = initContainers.map(
      create(initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating'),
    );
    this.main = containers.map(create(initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating'));
    if (this.init[0]) this.init[0].state = { waiting: { reason: 'PodInitializing' } };
  }

  get containers(): Container[] {
    return [...this.init, ...this.main];
  }

  get scheduled(): boolean {
    return this.#startTime !== '';
  }

  run(): void {
    this.#finished = this.#live().catch((error: unknown) => {
      if (!this.#stop.signal.aborted) throw error;
    });
  }

  /** Ends all processes: SIGTERM, and SIGKILL after the grace period. Settles when they are gone. */
  async stop(graceSeconds: number): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.containers.map((container) => this.#end(container, graceSeconds)));
    await this.#finished;
    this.#publish();
  }

  /** Ends the pod for good, whatever its containers say. */
  async fail(reason: string, message: string): Promise<void> {
    this.#failure = { reason, message };
    for (const container of this.containers) container.signal('SIGKILL');
    await this.stop(0);
  }

  async #live(): Promise<void> {
    await this.#schedule();
    this.#publish();
    await this.#prepareVolumes();
    this.#publish();
    const deadline = this.#pod.spec.activeDeadlineSeconds;
    if (deadline !== undefined) this.#limit(deadline);
    for (const container of this.init) {
      await this.#bringUp(container);
      if (!isSidecar(container)) await container.ended;
      this.#publish();
      if (container.exit && container.exit.exitCode !== 0) return;
    }
    const runs: Promise<void>[] = [];
    for (const container of this.main) {
      container.state = { waiting: { reason: 'ContainerCreating' } };
      const begun = await this.#try(container);
      runs.push(this.#keep(container, begun));
    }
    await Promise.all(runs);
  }

  async #schedule(): Promise<void> {
    let told = '';
    for (;;) {
      const why = this.kubelet.faults.schedulingFault(this.#pod) ?? this.#missing();
      if (why === undefined) break;
      if (why !== told) {
        this.kubelet.publish(this.#pod, unscheduledStatus(this.#pod, why));
        this.kubelet.event(this.#pod, 'Warning', 'FailedScheduling', why);
        told = why;
      }
      await this.#wait(RETRY_MS);
    }
    this.#startTime = now();
    this.#pod = this.kubelet.bind(this.#pod) ?? this.#pod;
    this.kubelet.event(this.#pod, 'Normal', 'Scheduled', `Successfully assigned to ${NODE.name}`);
  }

  /** What the pod asks of a node and this machine does not have. */
  #missing(): string | undefined {
    const { volumes = [], nodeSelector = {} } = this.#pod.spec;
    if (Object.keys(nodeSelector).some((key) => key !== 'kubernetes.io/os'))
      return "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.";
    for (const { persistentVolumeClaim } of volumes) {
      const claim = persistentVolumeClaim?.claimName;
      if (claim !== undefined && !this.kubelet.claims.has(claim))
        return `0/1 nodes are available: persistentvolumeclaim "${claim}" not found. not found`;
    }
    return undefined;
  }

  async #prepareVolumes(): Promise<void> {
    const sources = this.kubelet.volumeSources(this.#pod);
    for (;;) {
      try {
        this.#volumes = await prepareVolumes(
          this.#pod,
          join(this.kubelet.directoryOf(this.#pod), 'volumes'),
          sources,
        );
        return;
      } catch (error) {
        if (!(error instanceof VolumeError)) throw error;
        this.kubelet.event(this.#pod, 'Warning', 'FailedMount', `MountVolume.SetUp failed: ${error.message}`);
        await this.#wait(RETRY_MS);
      }
    }
  }

  /** Tries until the container has been started. */
  async #bringUp(container: Container): Promise<void> {
    while (!(await this.#try(container))) await this.#wait(BACK_OFF_MS);
  }

  /** Runs a container to its last end, with the restarts that the pod's policy asks for. */
  async #keep(container: Container, begun: boolean): Promise<void> {
    if (!begun) {
      await this.#wait(BACK_OFF_MS);
      await this.#bringUp(container);
    }
    for (;;) {
      await container.ended;
      const { exit } = container;
      const policy = this.#pod.spec.restartPolicy;
      if (!exit || policy === 'Never' || (policy === 'OnFailure' && exit.exitCode === 0)) return;
      const message = `back-off restarting failed container=${container.spec.name}`;
      container.lastState = { terminated: exit };
      container.state = { waiting: { reason: 'CrashLoopBackOff', message } };
      container.restarts++;
      this.#publish();
      await this.#wait(BACK_OFF_MS);
      await this.#bringUp(container);
    }
  }

  /** One try to start: false when the container has to wait, with the reason in its state. */
  async #try(container: Container): Promise<boolean> {
    const problem = await this.#start(container);
    if (problem) {
      container.state = { waiting: problem };
      this.kubelet.event(this.#pod, 'Warning', 'Failed', problem.message);
      this.#publish();
      return false;
    }
    if (this.#stop.signal.aborted) container.signal('SIGKILL');
    void this.#watchReadiness(container);
    return true;
  }

  async #start(container: Container): Promise<Problem | undefined> {
    const { spec, state } = container;
    const { images, faults, sandbox } = this.kubelet;
    const image = images.find(spec.image);
    const again = 'waiting' in state && /ImagePull/.test(state.waiting.reason);
    const problem = imageProblem(spec.image, image !== undefined, faults.pullFault(container), again);
    if (problem || !image) return problem;
    if (image.pullMs !== undefined) {
      this.kubelet.event(this.#pod, 'Normal', 'Pulling', `Pulling image "${spec.image}"`);
      await this.#wait(image.pullMs);
    }
    try {
      const { launch, mounts } = await planLaunch(
        this.#pod,
        spec,
        image,
        this.#volumes ?? new Map<string, string>(),
        this.kubelet,
      );
      const missed = mountProblem(mounts, sandbox.limitation);
      if (missed) return missed;
      const directory = join(this.kubelet.directoryOf(this.#pod), `${spec.name}-${container.restarts}`);
      await container.start(directory, mounts, launch, () => this.#publish());
      return undefined;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return { reason: 'CreateContainerConfigError', message: error.message };
    }
  }

  /** Keeps `ready` as the probe says; a container without a probe is ready when it runs. */
  async #watchReadiness(container: Container): Promise<void> {
    const { startupProbe, readinessProbe } = container.spec;
    const probe = readinessProbe ?? startupProbe;
    try {
      if (probe) await this.#wait((probe.initialDelaySeconds ?? 0) * 1000);
      while (container.alive) {
        const ready = !probe || (await container.runHandler(probe));
        container.ready = ready && container.exit === undefined;
        this.#publish();
        if (!probe) return;
        await this.#wait((probe.periodSeconds ?? 10) * 1000);
      }
      this.#publish();
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }

  async #end(container: Container, graceSeconds: number): Promise<void> {
    if (!container.alive) return;
    if (graceSeconds > 0) {
      if (container.spec.lifecycle?.preStop) await container.runHandler(container.spec.lifecycle.preStop);
      container.signal('SIGTERM');
    }
    const timer = setTimeout(() => container.signal('SIGKILL'), graceSeconds * 1000);
    await container.ended;
    clearTimeout(timer);
  }

  #limit(seconds: number): void {
    const message = 'Pod was active on the node longer than the specified deadline';
    const timer = setTimeout(() => void this.fail('DeadlineExceeded', message), seconds * 1000);
    this.#stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  #publish(): void {
    if (!this.scheduled) return;
    const { init, main } = this;
    const progress = { init, main, startTime: this.#startTime, ready: this.#volumes !== undefined };
    const status = podStatus(this.#pod, { ...progress, ...(this.#failure && { failure: this.#failure }) });
    this.#pod = this.kubelet.publish(this.#pod, status) ?? this.#pod;
  }

  #wait(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#stop.signal });
  }
}
