import type { ApiError } from './status.js';
import { resourceOf, type Route } from './route.js';
import type { Container } from './container.js';
import type { Pod } from './types.js';

type Wanted = string | RegExp;

export interface PodFaults {
  /** Ends one container (by default the first) of a running pod as the kernel does when memory is out. */
  oomKill(pod: string, container?: string): void;
  /** Ends the pod as the kubelet does under pressure: phase Failed, reason Evicted. */
  evict(pod: string, message?: string): void;
}

export interface Refusal {
  verb?: Wanted;
  /** As in a Role: `pods`, `pods/exec`. */
  resource?: Wanted;
}

interface Switch<T> {
  wanted: Wanted;
  value: T;
}

/** Things that go wrong, switched on by a test. Each answer of a method switches that fault off again. */
export class Faults {
  readonly #unschedulable: Switch<string>[] = [];
  readonly #pulls: Switch<string>[] = [];
  readonly #answers: { match: Refusal; error: ApiError; times: number }[] = [];

  constructor(private readonly pods: PodFaults) {}

  /** Pods with this name find no node. */
  unschedulable(pod: Wanted, message = '0/1 nodes are available: 1 Insufficient cpu.'): () => void {
    return add(this.#unschedulable, { wanted: pod, value: message });
  }

  /** Pulls of this image fail with this message. */
  pullFails(image: Wanted, message: string): () => void {
    return add(this.#pulls, { wanted: image, value: message });
  }

  /** The server answers matching requests so, `times` times: for admission webhooks, quotas and overload. */
  answer(match: Refusal, error: ApiError, times = Infinity): () => void {
    return add(this.#answers, { match, error, times });
  }

  oomKill(pod: string, container?: string): void {
    this.pods.oomKill(pod, container);
  }

  evict(pod: string, message = 'The node was low on resource: memory.'): void {
    this.pods.evict(pod, message);
  }

  /** @internal Why a pod finds no node. */
  schedulingFault({ metadata }: Pod): string | undefined {
    return this.#unschedulable.find(({ wanted }) => matches(wanted, metadata.name))?.value;
  }

  /** @internal Why an image cannot be pulled. */
  pullFault({ spec }: Container): string | undefined {
    return this.#pulls.find(({ wanted }) => matches(wanted, spec.image))?.value;
  }

  /** @internal The answer to give in place of the right one. */
  refusal(route: Route): ApiError | undefined {
    const fault = this.#answers.find(
      ({ match, times }) =>
        times > 0 && matches(match.verb, route.verb) && matches(match.resource, resourceOf(route)),
    );
    if (fault) fault.times--;
    return fault?.error;
  }
}

function matches(wanted: Wanted | undefined, value: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? wanted === value : wanted.test(value);
}

function add<T>(list: T[], item: T): () => void {
  list.push(item);
  return () => {
    const index = list.indexOf(item);
    if (index >= 0) list.splice(index, 1);
  };
}
