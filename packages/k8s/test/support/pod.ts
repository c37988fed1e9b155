import type { Container, ContainerStatus, Pod, Volume } from '../../src/model/kubernetes.js';

type State = NonNullable<ContainerStatus['state']>;
type Terminated = NonNullable<State['terminated']>;

/** A pod of the API, made step by step: `pod().onNode().running('job').waiting('podhooks', 'ErrImagePull', '...')`. */
export class PodBuilder {
  private constructor(private readonly pod: Pod) {}

  /** A pod with a container `job` about which nothing is known yet. */
  static of(name: string): PodBuilder {
    return new PodBuilder({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, uid: `uid-of-${name}` },
      spec: { containers: [] },
      status: { phase: 'Pending' },
    });
  }

  build(): Pod {
    return this.pod;
  }

  onNode(nodeName = 'node-1'): PodBuilder {
    return this.withSpec({ nodeName });
  }

  label(name: string, value: string): PodBuilder {
    const { metadata } = this.pod;
    return this.with({ metadata: { ...metadata, labels: { ...metadata?.labels, [name]: value } } });
  }

  annotation(name: string, value: string): PodBuilder {
    const { metadata } = this.pod;
    return this.with({ metadata: { ...metadata, annotations: { ...metadata?.annotations, [name]: value } } });
  }

  ownedBy({ metadata }: Pod): PodBuilder {
    const { name = '', uid = '' } = metadata ?? {};
    const owner = { apiVersion: 'v1', kind: 'Pod', name, uid };
    return this.with({ metadata: { ...this.pod.metadata, ownerReferences: [owner] } });
  }

  deleted(): PodBuilder {
    return this.with({ metadata: { ...this.pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
  }

  withSpec(spec: Partial<NonNullable<Pod['spec']>>): PodBuilder {
    return this.with({ spec: { containers: [], ...this.pod.spec, ...spec } });
  }

  withStatus(status: Partial<NonNullable<Pod['status']>>): PodBuilder {
    return this.with({ status: { ...this.pod.status, ...status } });
  }

  phase(phase: string, reason?: string, message?: string): PodBuilder {
    return this.withStatus({
      phase,
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
    });
  }

  condition(type: string, status: string, reason: string, message?: string): PodBuilder {
    const known = this.pod.status?.conditions ?? [];
    const condition = { type, status, reason, ...(message !== undefined && { message }) };
    return this.withStatus({ conditions: [...known, condition] });
  }

  container(container: Container): PodBuilder {
    return this.withSpec({ containers: [...(this.pod.spec?.containers ?? []), container] });
  }

  volume(volume: Volume): PodBuilder {
    return this.withSpec({ volumes: [...(this.pod.spec?.volumes ?? []), volume] });
  }

  /** A container of the pod that is in this state. */
  state(name: string, state: State, lastState?: State): PodBuilder {
    const statuses = this.pod.status?.containerStatuses ?? [];
    return this.container({ name, image: `image-of-${name}` }).withStatus({
      containerStatuses: [...statuses, statusOf(name, state, lastState)],
    });
  }

  /** An init container that is in this state. */
  init(name: string, state: State): PodBuilder {
    const statuses = this.pod.status?.initContainerStatuses ?? [];
    return this.withStatus({ initContainerStatuses: [...statuses, statusOf(name, state)] });
  }

  running(name: string): PodBuilder {
    return this.state(name, { running: { startedAt: '2026-01-01T00:00:00Z' } });
  }

  waiting(name: string, reason: string, message?: string): PodBuilder {
    return this.state(name, { waiting: { reason, ...(message !== undefined && { message }) } });
  }

  terminated(name: string, terminated: Terminated): PodBuilder {
    return this.state(name, { terminated });
  }

  private with(part: Partial<Pod>): PodBuilder {
    return new PodBuilder({ ...this.pod, ...part });
  }
}

export function pod(name = 'job-pod'): PodBuilder {
  return PodBuilder.of(name);
}

function statusOf(name: string, state: State, lastState?: State): ContainerStatus {
  return {
    name,
    image: `image-of-${name}`,
    imageID: '',
    // As it is for a container without a probe.
    ready: state.running !== undefined,
    restartCount: 0,
    state,
    ...(lastState !== undefined && { lastState }),
  };
}
