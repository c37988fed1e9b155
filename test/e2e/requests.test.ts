import { expect } from 'chai';
import { type AuditedRequest, auditRequests } from '../bench/audit.js';
import { log, MODES, podRunner } from './support.js';

/** Asking whether the pod runs yet, by its status or by an exec that is tried until it succeeds, counts once each. */
const distinct = (requests: AuditedRequest[]) => new Set(requests.map(({ verb, uri }) => `${verb} ${uri}`));
const isPoll = (request: string) => /^get .*\/pods\/[^/?]+-workflow-\w+$/.test(request);

const text = (requests: AuditedRequest[]) =>
  requests.map(({ verb, uri, code }) => `${verb} ${uri} ${code}`).join('\n');

describe('requests, counted by the API server (on the cluster built from packages)', () => {
  for (const mode of MODES)
    it(`are one for a step that does nothing, and at most five for prepare_job, in ${mode} mode`, async () => {
      const runner = await podRunner(mode);
      const count = async (body: () => Promise<unknown>) => {
        const since = new Date();
        await body();
        // The audit log is written behind the answers.
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return auditRequests(runner.namespace, since);
      };
      const services = [{ image: 'redis:7', env: { PASSWORD: 'x' } }];
      const prepare = await count(async () => {
        const result = await runner.prepareJob({ container: { image: 'debian:12' }, services });
        expect(result.exitCode, log(result)).to.equal(0);
      });
      const requests = [...distinct(prepare)].filter((request) => !isPoll(request));
      expect(requests.length, text(prepare)).to.be.within(3, 5);
      const step = await count(() => runner.run({ run: 'true' }));
      expect(step.length, text(step)).to.equal(1);
      await runner.cleanupJob();
      await runner.close();
    });
});
