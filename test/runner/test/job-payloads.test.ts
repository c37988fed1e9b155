import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { FakeHook } from '../fake-hook.js';
import type { JobContainers } from '../runner.js';
import type { RunnerSimulator } from '../simulator.js';
import { normal, sample, simulatorBed, withContainer } from './simulator-bed.js';
import type { SimulatorBed } from './simulator-bed.js';

describe("the simulator of GitHub's runner", () => {
  let folder: string;
  let hook: FakeHook;
  let runner: RunnerSimulator;
  let newRunner: SimulatorBed['newRunner'];
  beforeEach(async () => ({ folder, hook, runner, newRunner } = await simulatorBed()));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  describe('payloads', () => {
    const normalised = (text: string) => normal(text, folder);
    const redis = {
      image: 'redis:7',
      ports: ['6379:6379'],
      options: '--health-cmd "redis-cli ping" --health-interval 10s --health-timeout 5s --health-retries 5',
    };
    const postgres = {
      image: 'ghcr.io/octo-org/postgres:16',
      env: { POSTGRES_USER: 'app', POSTGRES_PASSWORD: 'p@ss w0rd', POSTGRES_DB: 'app_test' },
      ports: ['5432/tcp', '8001:8001/udp'],
      volumes: ['pgdata:/var/lib/postgresql/data'],
      options: '--health-cmd pg_isready --health-interval 10s --health-timeout 5s --health-retries 5',
    };
    const node = () => ({
      image: 'node:22',
      env: { NODE_ENV: 'development' },
      ports: ['8080:80', '9229', '9229'],
      volumes: [
        'my_docker_volume:/volume_mount',
        `${join(folder, 'runner')}/_work/hello-world/hello-world/data:/data:ro`,
        '/scratch',
      ],
      options: '--cpus 1',
    });

    const jobs: [file: string, job: () => JobContainers][] = [
      [
        '01-prepare_job.json',
        () => ({
          container: node(),
          services: [redis, { ...postgres, credentials: { username: 'octocat', password: 'ghp_SAMPLE' } }],
        }),
      ],
      ['v01-prepare_job-services-only-no-job-container.json', () => ({ container: null, services: [redis] })],
      ['v02-prepare_job-minimal-no-services.json', () => ({ container: { image: 'node:22' } })],
      [
        'v03-prepare_job-ghcr-implicit-github-token.json',
        () => ({ container: { image: 'docker://ghcr.io/octo-org/ci:latest' }, services: [postgres] }),
      ],
      [
        'v04-prepare_job-dockerhub-credentials.json',
        () => ({
          container: { image: 'octoorg/private:1', credentials: { username: 'u', password: 'p' } },
        }),
      ],
      [
        'v06-prepare_job-service-entrypoint-command-feature.json',
        () => ({
          container: { image: 'node:22' },
          services: [
            { image: 'redis:7', entrypoint: 'redis-server', command: '--save "60 1" --loglevel warning' },
          ],
        }),
      ],
    ];
    for (const [file, job] of jobs)
      it(`of ${file} are the same, byte by byte`, async () => {
        await runner.prepareJob(job());
        expect(normalised((await hook.lastCall()).stdin)).to.equal(normalised(sample(file)));
      });

    it('name the proxy in both cases of letters', async () => {
      const proxy = 'http://proxy.local:3128';
      const NO_PROXY = '10.0.0.0/8,.svc,.cluster.local';
      runner = newRunner({ environment: { http_proxy: proxy, HTTPS_PROXY: proxy, NO_PROXY } });
      await runner.startJob();
      await runner.prepareJob({ container: node(), services: [redis] });
      const text = normalised((await hook.lastCall()).stdin);
      expect(text).to.equal(normalised(sample('v05-prepare_job-runner-behind-proxy.json')));
    });

    it('follow a work folder elsewhere', async () => {
      runner = newRunner({ workFolder: join(folder, 'elsewhere') });
      await runner.startJob();
      await runner.prepareJob(withContainer);
      const text = (await hook.lastCall()).stdin.replaceAll(join(folder, 'elsewhere'), '/srv/runner-work');
      expect(normalised(text)).to.equal(normalised(sample('v13-prepare_job-custom-workingDir.json')));
    });
  });
});
