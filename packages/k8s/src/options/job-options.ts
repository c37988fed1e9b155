import type { HookContainer } from '@podhooks/hooklib';
import type { Container, Pod, Volume } from '../model/kubernetes.js';
import { JOB_CONTAINER } from '../model/names.js';
import { containerPart, memoryVolumes } from './container.js';
import { type HealthCheck, healthCheck } from './health.js';
import type { OptionsPolicy } from './policy.js';
import { podPart, type PodPart } from './pod.js';
import { readOptions, type ReadOptions } from './read.js';
import { type OptionMessages, optionMessages } from './messages.js';

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
  constructor(
    job: HookContainer | null,
    services: readonly HookContainer[],
    names: readonly string[],
    policy: OptionsPolicy,
  ) {
    const ofJob = job && readOptions(job.createOptions, 'job', policy);
    const ofServices = services.map(({ createOptions }, index) => {
      const container = names[index] ?? '';
      return { container, who: `service ${container}`, read: readOptions(createOptions, 'service', policy) };
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
    const tolerations = [...(this.part.spec.tolerations ?? []), ...(spec?.tolerations ?? [])];
    return {
      ...pod,
      metadata: { ...metadata, annotations: { ...this.part.annotations, ...metadata?.annotations } },
      spec: {
        ...this.part.spec,
        containers: [],
        ...spec,
        ...(tolerations.length > 0 && { tolerations }),
        volumes: [...(spec?.volumes ?? []), ...this.volumes],
      },
    };
  }

  healthChecks(): HealthCheck[] {
    return this.entries.flatMap(({ container, read: { effects } }) => healthCheck(container, effects.health));
  }

  messages(): OptionMessages {
    const all = this.entries.map(({ who, read }) => optionMessages(who, read));
    return {
      warnings: [...all.flatMap(({ warnings }) => warnings), ...this.part.faults],
      lines: [...all.flatMap(({ lines }) => lines), ...this.entries.flatMap(sizes)],
    };
  }

  private find(container: string): Entry | undefined {
    return this.entries.find((entry) => entry.container === container);
  }
}

/** What a container gets by options, presets and maxima. */
function sizes({ who, read: { effects } }: Entry): string[] {
  const parts = Object.entries(containerPart(effects).resources ?? {}).map(
    ([kind, quantities]) =>
      `${kind} ${Object.entries(quantities)
        .map(([name, quantity]) => `${name} ${quantity}`)
        .join(', ')}`,
  );
  return parts.length === 0 ? [] : [`Size of ${who}: ${parts.join('; ')}`];
}
