import { resourceOf, type Route } from '../engine/route.js';

type Wanted = string | RegExp;

/** What goes wrong with a request. */
export type Fault =
  /** The proxy answers itself; the server never sees the request. */
  | { kind: 'answer'; status: number; retryAfterSeconds?: number; message?: string }
  /** The request is handed on later. */
  | { kind: 'latency'; ms: number }
  /** The connection breaks after a time or a number of bytes, `up` to the server or `down` from it. */
  | { kind: 'cut'; after: { ms: number } | { bytes: number; direction: Direction }; how: Cut };

export type Direction = 'up' | 'down';

/** `reset`: RST; `close`: FIN in the middle; `silence`: the connection stays open and carries nothing any more. */
export type Cut = 'reset' | 'close' | 'silence';

export interface Rule {
  /** As Kubernetes' RBAC names it: `create`, `watch`. An exec over a WebSocket is `get` of `pods/exec`. */
  verb?: Wanted;
  /** `pods`, `pods/exec`. */
  resource?: Wanted;
  /** Of 1; every request by default. */
  probability?: number;
  /** How often it happens; without end by default. */
  times?: number;
  fault: Fault;
}

/** The faults that are switched on, and the choice which of them meet a request. */
export class Rules {
  readonly #rules = new Map<Rule, number>();

  constructor(private readonly random: () => number) {}

  add(rule: Rule): () => void {
    this.#rules.set(rule, rule.times ?? Infinity);
    return () => this.#rules.delete(rule);
  }

  clear(): void {
    this.#rules.clear();
  }

  /** The faults for this request, in the order they were added; each counts as used. */
  take(route: Route | undefined): Fault[] {
    const faults: Fault[] = [];
    for (const [rule, left] of this.#rules) {
      if (left <= 0 || !concerns(rule, route) || this.random() >= (rule.probability ?? 1)) continue;
      this.#rules.set(rule, left - 1);
      faults.push(rule.fault);
    }
    return faults;
  }
}

function concerns({ verb, resource }: Rule, route: Route | undefined): boolean {
  if (!route) return verb === undefined && resource === undefined;
  return matches(verb, route.verb) && matches(resource, resourceOf(route));
}

function matches(wanted: Wanted | undefined, value: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? wanted === value : wanted.test(value);
}
