import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { auditRequests } from '../../bench/audit.js';
import { usableBed } from '../../cluster/environment.js';
import { FROM_PODS } from '../../e2e/cutter.js';
import { leftovers, MODES, type Mode } from '../../e2e/support.js';
import { FaultProxy } from '../../proxy/proxy.js';
import type { Fault } from '../../proxy/rules.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { ended, IMAGE, step, withRunner } from '../bed.js';
import { type Campaign, countOf, row, type Scale } from '../campaign.js';
import { objectsMade } from '../objects-made.js';

const KUBECONFIG = '/tmp/through-the-proxy';
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Each as likely as the others; together they meet 30 % of all requests. */
const FAULTS: readonly Fault[] = [
  { kind: 'answer', status: 429, retryAfterSeconds: 1 },
  { kind: 'answer', status: 500, message: 'etcdserver: leader changed' },
  { kind: 'answer', status: 503 },
  { kind: 'cut', after: { ms: 0 }, how: 'reset' },
  // The server has done what it was asked for, and nobody hears of it.
  { kind: 'cut', after: { bytes: 1, direction: 'down' }, how: 'reset' },
];
const PROBABILITY = 1 - 0.7 ** (1 / FAULTS.length);

/** Two secrets: the password of the registry, and the variables of the service. */
const JOB = {
  container: { image: IMAGE, credentials: { username: 'user', password: 'password' } },
  services: [{ image: 'redis:7', env: { PASSWORD: 'x' } }],
};

export const errors: Campaign = {
  name: 'errors',
  claim: 'bring whole jobs to their end while 30 % of all requests fail, making each object once',
  needsPackages: true,
  run: async (scale) => {
    const jobs = countOf(scale, 10, 1);
    const steps = scale.small ? 5 : 10;
    let requests = 0;
    for (let job = 0; job < jobs; job++) {
      requests += await oneJob(MODES[(job + 1) % 2] ?? 'volume', steps, scale);
      scale.say(`${job + 1} jobs, ${requests} requests`);
    }
    return [
      row(`jobs of ${steps} steps`, jobs),
      row('requests, of which 30 % failed', requests),
      row('pods and secrets made twice, steps run twice, objects left', 0),
    ];
  },
};

/** @returns how many requests the proxy has seen. */
async function oneJob(mode: Mode, steps: number, { random }: Scale): Promise<number> {
  const { kubeconfig } = await usableBed();
  const proxy = await FaultProxy.start({ kubeconfig, random, host: FROM_PODS });
  try {
    return await withRunner(mode, { env: { KUBECONFIG } }, async (runner) => {
      await runner.writeFile(
        KUBECONFIG,
        podKubeconfig(proxy, runner.namespace, await runner.readFile(TOKEN)),
      );
      for (const fault of FAULTS) proxy.add({ probability: PROBABILITY, fault });
      const since = new Date();
      ended(await runner.prepareJob(JOB), 0);
      for (let number = 1; number <= steps; number++) await checkStep(runner, number);
      ended(await runner.cleanupJob(), 0);
      assert.deepEqual(await leftovers(runner), [], 'objects that are left');
      await sleep(1_000);
      const { made, twice } = objectsMade(await auditRequests(runner.namespace, since));
      assert.deepEqual(made, ['pods', 'secrets', 'secrets'], 'objects that were made');
      assert.deepEqual(twice, [], 'objects that were made twice');
      return [...proxy.traffic.values()].reduce((sum, traffic) => sum + traffic.requests, 0);
    });
  } finally {
    await proxy.close();
  }
}

/** What has run is kept in the pod, and told by the step itself. */
async function checkStep(runner: PodRunner, number: number): Promise<void> {
  const script = `echo run >> /tmp/ran-${number}; cat /tmp/ran-${number}; echo "n=${number}" >> "$GITHUB_OUTPUT"; exit ${number}`;
  const { exitCode, output, outputs } = await step(runner, script);
  assert.deepEqual(
    { exitCode, output: output.toString(), outputs },
    { exitCode: number, output: 'run\n', outputs: { n: `${number}` } },
  );
}

/** The runner pod's own account, with the proxy for the API server. */
function podKubeconfig(proxy: FaultProxy, namespace: string, token: Buffer): string {
  const ca = Buffer.from(proxy.ca).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: proxy.url, 'certificate-authority-data': ca } }],
    users: [{ name: 'u', user: { token: token.toString() } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace } }],
    'current-context': 'c',
  });
}
