import { expect } from 'chai';
import { PERMISSIONS } from '../../packages/k8s/src/cli/permissions.js';
import { describeWithMounts } from '../engine/needs-mounts.js';
import { shellAction } from '../runner/shell-action.js';
import { engineRunner, MODES, requestsOf, succeeded } from './support.js';

describeWithMounts('the Role that the command-line tool prints', () => {
  const allowed = PERMISSIONS.map(({ verb, resource }) => `${verb} ${resource}`);
  for (const mode of MODES)
    it(`grants every request of a job with services and a docker action, in ${mode} mode`, async () => {
      const runner = await engineRunner(mode, { images: { 'alpine:3.20': {} } });
      const requests = await requestsOf(runner, async () => {
        const services = [{ image: 'redis:7', env: { A: 'b' } }];
        succeeded(await runner.prepareJob({ container: { image: 'debian:12' }, services }));
        succeeded(await runner.run({ run: 'true' }));
        succeeded(await runner.containerAction(shellAction('true')));
        succeeded(await runner.cleanupJob());
      });
      await runner.close();
      expect([...new Set(requests)].filter((request) => !allowed.includes(request))).to.deep.equal([]);
      expect(requests).to.include.members(['create pods', 'get pods/log', 'delete secrets']);
    });
});
