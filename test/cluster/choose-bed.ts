/** A cluster that tests run on: one that is there, one made by kind, one built from packages. */
export const BEDS = ['existing', 'kind', 'packages'] as const;
export type Bed = (typeof BEDS)[number];

/** What decides about the cluster; gathered in facts.ts. */
export interface Facts {
  /** PODHOOKS_TEST_CLUSTER */
  wanted: string | undefined;
  /** The recorded cluster, if it answers. */
  current: Bed | undefined;
  /** KUBECONFIG, unless it names a file that `cluster:up` printed itself. */
  kubeconfig: string | undefined;
  kubectl: boolean;
  /** `docker info` works. */
  docker: boolean;
  kind: boolean;
  root: boolean;
  debian12: boolean;
  go: boolean;
  npm: boolean;
}

const NEEDS: Record<Bed, [need: string, met: (facts: Facts) => boolean][]> = {
  existing: [['kubectl in PATH', (facts) => facts.kubectl]],
  kind: [
    ['docker that runs', (facts) => facts.docker],
    ['kind in PATH', (facts) => facts.kind],
    ['kubectl in PATH', (facts) => facts.kubectl],
  ],
  packages: [
    ['root', (facts) => facts.root],
    ['Debian 12', (facts) => facts.debian12],
    ['go in PATH', (facts) => facts.go],
    ['npm in PATH', (facts) => facts.npm],
  ],
};

/**
 * Decides which cluster `cluster:up` uses. ~/.kube/config is never taken unasked: its current
 * context may be somebody's production.
 * @throws Error that names what is missing
 */
export function chooseBed(facts: Facts): Bed {
  const bed = asked(facts) ?? facts.current ?? possible(facts);
  if (bed === facts.current) return bed;
  if (facts.current !== undefined && facts.current !== 'existing') {
    throw new Error(`the test cluster "${facts.current}" is up: end it first with npm run cluster:down`);
  }
  const missing = missingFor(bed, facts);
  if (missing.length > 0) throw new Error(`the test cluster "${bed}" needs ${missing.join(', ')}`);
  return bed;
}

function asked({ wanted, kubeconfig }: Facts): Bed | undefined {
  if (wanted === undefined || wanted === '') return kubeconfig === undefined ? undefined : 'existing';
  const bed = BEDS.find((name) => name === wanted);
  if (bed === undefined) {
    throw new Error(`PODHOOKS_TEST_CLUSTER is "${wanted}": must be one of ${BEDS.join(', ')}`);
  }
  return bed;
}

function possible(facts: Facts): Bed {
  const makeable: Bed[] = ['kind', 'packages'];
  const bed = makeable.find((name) => missingFor(name, facts).length === 0);
  if (bed !== undefined) return bed;
  const reasons = makeable.map((name) => `"${name}" needs ${missingFor(name, facts).join(', ')}`);
  throw new Error(
    `no test cluster can be made here: ${reasons.join('; ')}. ` +
      'To use a cluster that is there, set KUBECONFIG, or PODHOOKS_TEST_CLUSTER=existing for ~/.kube/config',
  );
}

function missingFor(bed: Bed, facts: Facts): string[] {
  return NEEDS[bed].filter(([, met]) => !met(facts)).map(([need]) => need);
}
