import { expect } from 'chai';
import { type AuditedRequest, auditRequests } from '../bench/audit.js';
import type { PodRunner } from '../runner/pod-runner.js';
import { SlowRegistry } from '../cluster/slow-registry.js';
import { log, MODES, podRunner } from './support.js';

/** Asking whether the pod runs yet, by its status or by an exec that is tried until it succeeds, counts once each. */
const distinct = (requests: AuditedRequest[]) => new Set(requests.map(({ verb, uri }) => `${verb} ${uri}`));
const isPoll = (request: string) => /^get .*\/pods\/[^/?]+-workflow-\w+$/.test(request);
/** Why a pod takes long, as on a busy node: asked once in a while. */
const isDiagnosis = (request: string) =>
  /^(list .*\/events\?|get .*\/persistentvolumeclaims\/)/.test(request);

const count = async (runner: PodRunner, body: () => Promise<unknown>) => {
  const since = new Date();
  await body();
  // The audit log is written behind the answers.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return auditRequests(runner.namespace, since);
};

const text = (requests: AuditedRequest[]) =>
  requests.map(({ verb, uri, code }) => `${verb} ${uri} ${code}`).join('\n');

describe('requests, counted by the API server (on the cluster built from packages)', () => {
  for (const mode of MODES)
    it(`are one for a step that does nothing, and at most five for prepare_job, in ${mode} mode`, async () => {
      const runner = await podRunner(mode);
      const services = [{ image: 'redis:7', env: { PASSWORD: 'x' } }];
      const prepare = await count(runner, async () => {
        const result = await runner.prepareJob({ container: { image: 'debian:12' }, services });
        expect(result.exitCode, log(result)).to.equal(0);
      });
      const requests = [...distinct(prepare)].filter((request) => !isPoll(request) && !isDiagnosis(request));
      expect(requests.length, text(prepare)).to.be.within(3, 5);
      const step = await count(runner, () => runner.run({ run: 'true' }));
      expect(step.length, text(step)).to.equal(1);
      await runner.cleanupJob();
      await runner.close();
    });

  it('are few while the job image is pulled', async () => {
    const PULL_MS = 20_000;
    const registry = await SlowRegistry.start(PULL_MS);
    const runner = await podRunner('novolume');
    try {
      // The kubelet asks the registry for the tag `latest` each time.
      const image = `${registry.host}/library/debian:latest`;
      const requests = await count(runner, async () => {
        const result = await runner.prepareJob({ container: { image } });
        expect(result.exitCode, log(result)).to.equal(0);
        expect(result.durationMs).to.be.greaterThan(PULL_MS);
      });
      expect(requests.length, text(requests)).to.be.within(5, 30);
      await runner.cleanupJob();
    } finally {
      await registry.stop();
      await runner.close();
    }
  });

  it('are eight for a docker action beside a job, and asking how its pod is', async () => {
    const runner = await podRunner('volume');
    const prepared = await runner.prepareJob({ container: { image: 'debian:12' } });
    expect(prepared.exitCode, log(prepared)).to.equal(0);
    const action = { path: 'o/r/v1', image: 'alpine:3.20', entrypoint: '/bin/true' };
    const requests = await count(runner, () => runner.containerAction(action));
    const words = [...distinct(requests)].map((request) =>
      request
        .replace(/\/api\/v1\/namespaces\/[^/]+\//, '')
        .replace(/\?.*/, '')
        .replace(runner.podName, 'RUNNER')
        .replace(/-(workflow|step)-\w+/, '-$1'),
    );
    expect(words, text(requests)).to.have.members([
      'get pods/RUNNER',
      'get pods/RUNNER-workflow',
      'create secrets',
      'create pods',
      'get pods/RUNNER-step',
      // Followed, and read once more for what may have come late.
      'get pods/RUNNER-step/log',
      'get pods/RUNNER-step/log',
      'delete pods/RUNNER-step',
      'delete secrets/RUNNER-step',
    ]);
    await runner.cleanupJob();
    await runner.close();
  });
});
