import type { HookContainer } from '@podhooks/hooklib';
import type { Container, Pod, Volume } from '../model/kubernetes.js';
import { JOB_CONTAINER } from '../model/names.js';
import { containerPart, memoryVolumes } from './container.js';
import { type HealthCheck, healthCheck } from './health.js';
import { podPart, type PodPart } from './pod.js';
import { readOptions, type ReadOptions } from './read.js';
import { type OptionMessages, tellOptions } from './tell.js';

interface Entry {
  container: string;
  who: string;
  read: ReadOptions;
}

/** The `options:` of all containers of a job, and what they change. */
export class JobOptions {
  private readonly entries: readonly Entry[];
  private readonly volumes: Volume[] = [];
  private readonly part: PodPart;

  /** @param names of the service containers, in the order of the services. */
  constructor(job: HookContainer | null, services: readonly HookContainer[], names: readonly string[]) {
    const ofJob = job && readOptions(job.createOptions, 'job');
    const ofServices = services.map(({ createOptions }, index) => {
      const container = names[index] ?? '';
      return { container, who: `service ${container}`, read: readOptions(createOptions, 'service') };
    });
    this.entries = [
      ...(ofJob === null ? [] : [{ container: JOB_CONTAINER, who: 'the job container', read: ofJob }]),
      ...ofServices,
    ];
    this.part = podPart(
      ofJob?.effects,
      ofServices.map(({ container, read: { effects } }) => ({ container, effects })),
    );
  }

  /** Variables of a container: those of `env:` win. */
  environment(container: string, { environmentVariables }: HookContainer): Record<string, string> {
    return { ...this.find(container)?.read.effects.environment, ...environmentVariables };
  }

  /** A container with its options; what it says itself stays. */
  applyTo(container: Container): Container {
    const read = this.find(container.name)?.read;
    if (read === undefined) return container;
    const { volumeMounts = [] } = container;
    const { volumes, mounts, faults } = memoryVolumes(container.name, read.effects, volumeMounts);
    this.volumes.push(...volumes);
    read.faults.push(...faults);
    return { ...containerPart(read.effects), ...container, volumeMounts: [...volumeMounts, ...mounts] };
  }

  /** The pod around the containers. */
  applyToPod({ metadata, spec, ...pod }: Pod): Pod {
    return {
      ...pod,
      metadata: { ...metadata, annotations: { ...this.part.annotations, ...metadata?.annotations } },
      spec: {
        ...this.part.spec,
        containers: [],
        ...spec,
        volumes: [...(spec?.volumes ?? []), ...this.volumes],
      },
    };
  }

  healthChecks(): HealthCheck[] {
    return this.entries.flatMap(({ container, read: { effects } }) => healthCheck(container, effects.health));
  }

  messages(): OptionMessages {
    const all = this.entries.map(({ who, read }) => tellOptions(who, read));
    return {
      warnings: [...all.flatMap(({ warnings }) => warnings), ...this.part.faults],
      lines: all.flatMap(({ lines }) => lines),
    };
  }

  private find(container: string): Entry | undefined {
    return this.entries.find((entry) => entry.container === container);
  }
}
