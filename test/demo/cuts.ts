import type { Cutter } from '../e2e/cutter.js';
import type { FaultProxy } from '../proxy/proxy.js';

/** The hook's connections, which can be cut. */
export interface Cuts {
  /** Resets the next three connections of the hook after some of what the step prints. */
  begin(): void;
  /** How many connections were cut since. */
  count(): number;
}

const TIMES = 3;
const AFTER_BYTES = 300_000;

export function cutsOf(proxy: FaultProxy): Cuts {
  const execs = () => proxy.traffic.get('get pods/exec')?.requests ?? 0;
  let before = 0;
  return {
    begin: () => {
      before = execs();
      const after = { bytes: AFTER_BYTES, direction: 'down' } as const;
      proxy.add({ resource: 'pods/exec', times: TIMES, fault: { kind: 'cut', after, how: 'reset' } });
    },
    // A step is one exec; each further one continues after a cut.
    count: () => execs() - before - 1,
  };
}

/** The same on the cluster built from packages. */
export function cutsOfCluster(cutter: Cutter): Cuts {
  let before = 0;
  return {
    begin: () => {
      before = cutter.cuts;
      let left = TIMES;
      cutter.plan = () => (left-- > 0 ? { after: { bytes: AFTER_BYTES }, how: 'reset' } : undefined);
    },
    count: () => cutter.cuts - before,
  };
}
