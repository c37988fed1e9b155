import { expect } from 'chai';
import type { Container, Pod } from '../../packages/k8s/src/model/kubernetes.js';
import type { PodRunner } from '../runner/pod-runner.js';
import type { JobContainers } from '../runner/runner.js';
import { leftovers, log, MODES, podRunner } from './support.js';

/**
 * What actions/runner-container-hooks promises by its tests, seen from the runner. docs/migration.md has the list, and where
 * the other behaviours are tested.
 */
const TEMPLATE = '/home/runner/extension.yaml';
const EXTENSION = `
metadata:
  annotations: { annotated-by: extension }
  labels: { labeled-by: extension }
spec:
  restartPolicy: Never
  containers:
    - name: $job
      command: [sh]
      args: ['-c', 'sleep 600']
    - name: $redis
      env: [{ name: ENV2, value: value2 }]
      resources: { requests: { memory: 1Mi, cpu: 10m }, limits: { memory: 1Gi, cpu: '2' } }
    - name: sidecar
      image: debian:12
      command: [sh]
      args: ['-c', 'sleep 600']
`;

for (const mode of MODES)
  describe(`what upstream's tests state, ${mode} mode`, () => {
    let runner: PodRunner;
    before(async () => (runner = await podRunner(mode)));
    after(() => runner.close());
    afterEach(async () => {
      const result = await runner.cleanupJob();
      expect(result.exitCode, log(result)).to.equal(0);
    });

    const prepare = async (job: JobContainers, by = runner) => {
      const result = await by.prepareJob(job);
      expect(result.exitCode, log(result)).to.equal(0);
      return result.response;
    };
    const run = async (script: string, by = runner) => {
      const result = await by.run({ run: script, shell: 'sh' });
      return { code: result.exitCode, text: result.output.toString() };
    };
    const jobPod = async (by = runner): Promise<Pod> => {
      const { pods } = await by.objects();
      const found = pods.find(({ metadata }) => metadata?.name?.includes('-workflow') ?? false);
      if (found === undefined) throw new Error('there is no job pod');
      return found;
    };
    const named = (pod: Pod, name: string): Container | undefined =>
      pod.spec?.containers.find((container) => container.name === name);

    it('prepares a job with a folder of the workspace as a volume at an absolute path, with its files', async () => {
      await runner.writeFile(`${runner.folders.workspace}/myvolume/file.txt`, 'hello');
      const volumes = [`${runner.folders.workspace}/myvolume:/data`];
      const container = { image: 'node:22', volumes, env: { NODE_ENV: 'development' } };
      const answer = await prepare({ container, services: [{ image: 'redis:7' }] });
      expect(answer?.context?.container?.id).to.be.a('string').and.not.empty;
      expect(answer?.context?.services).to.have.length(1);
      expect(answer?.state).to.be.an('object').and.not.empty;
      expect(answer?.isAlpine).to.equal(false);
      const step = 'cat /data/file.txt; printf "|%s|%s|%s" "$NODE_ENV" "$CI" "$GITHUB_ACTIONS"';
      expect(await run(step)).to.deep.equal({ code: 0, text: 'hello|development|true|true' });
    });

    it('leaves command and arguments of a service to its image', async () => {
      await prepare({ container: { image: 'debian:12' }, services: [{ image: 'redis:7' }] });
      const redis = named(await jobPod(), 'redis');
      expect([redis?.image, redis?.command, redis?.args]).to.deep.equal(['redis:7', undefined, undefined]);
    });

    it('sees an Alpine image', async () => {
      const answer = await prepare({ container: { image: 'alpine:3.20' } });
      expect(answer?.isAlpine).to.equal(true);
    });

    it('prepares a job whose image has a user other than root', async () => {
      await prepare({ container: { image: 'testbed/action:1' } });
      expect(await run('id -u')).to.deep.equal({ code: 0, text: '2000\n' });
    });

    it('answers a service without ports as one with ports', async () => {
      const services = [{ image: 'redis:7' }, { image: 'debian:12', command: 'sleep 600', ports: ['8080'] }];
      const answer = await prepare({ container: { image: 'debian:12' }, services });
      expect(answer?.context?.services?.map(({ ports }) => ports)).to.deep.equal([{}, { 8080: '8080' }]);
    });

    it('fails a step whose working directory does not exist', async () => {
      await prepare({ container: { image: 'debian:12' } });
      const result = await runner.run({ run: 'true', workingDirectory: '/foo/bar' });
      expect(result.exitCode).to.not.equal(0);
    });

    it('puts what a step has added to PATH before the PATH of the image', async () => {
      await prepare({ container: { image: 'debian:12' } });
      await run('echo /some/path >> "$GITHUB_PATH"; echo /some/other/path >> "$GITHUB_PATH"');
      expect((await run('echo "$PATH"')).text).to.match(/^\/some\/other\/path:\/some\/path:\/.*\/bin/);
    });

    it('expands no $ in the values of variables', async () => {
      await prepare({ container: { image: 'debian:12', env: { V1: '$VAR', V2: '${VAR}', V3: '$(VAR)' } } });
      await run('echo \'S1=$VAR $(VAR) ${VAR}\' >> "$GITHUB_ENV"');
      const { text } = await run('printf "%s|%s|%s|%s" "$V1" "$V2" "$V3" "$S1"');
      expect(text).to.equal('$VAR|${VAR}|$(VAR)|$VAR $(VAR) ${VAR}');
    });

    it('leaves no pod and no secret of the runner after cleanup_job, and touches those of no other', async () => {
      const credentials = { username: 'me', password: 'secret' };
      await prepare({ container: { image: 'debian:12', credentials } });
      const others = ['-n', runner.namespace, 'create', 'secret', 'generic', 'of-others'];
      await runner.kubectl(...others.slice(2));
      const result = await runner.cleanupJob();
      expect(result.exitCode, log(result)).to.equal(0);
      expect(await leftovers(runner)).to.deep.equal(['Secret/of-others']);
      await runner.kubectl('delete', 'secret', 'of-others');
    });

    describe('with a template', () => {
      let templated: PodRunner;
      before(async () => {
        templated = await podRunner(mode, { env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: TEMPLATE } });
        await templated.writeFile(TEMPLATE, EXTENSION);
      });
      after(() => templated.close());

      it('applies it to the pod, job container and service, adds its container, and answers without that', async () => {
        const job = { container: { image: 'node:22' }, services: [{ image: 'redis:7' }] };
        const answer = await prepare(job, templated);
        const pod = await jobPod(templated);
        expect(pod.metadata?.annotations).to.include({ 'annotated-by': 'extension' });
        expect(pod.metadata?.labels).to.include({ 'labeled-by': 'extension' });
        expect(pod.spec?.restartPolicy).to.equal('Never');
        expect(named(pod, 'job')).to.deep.include({
          image: 'node:22',
          command: ['sh'],
          args: ['-c', 'sleep 600'],
        });
        const redis = named(pod, 'redis');
        expect(redis?.env).to.deep.include({ name: 'ENV2', value: 'value2' });
        expect(redis?.resources).to.deep.equal({
          requests: { memory: '1Mi', cpu: '10m' },
          limits: { memory: '1Gi', cpu: '2' },
        });
        expect(named(pod, 'sidecar')?.image).to.equal('debian:12');
        expect(answer?.context?.services).to.have.length(1);
        expect(await run('echo ran', templated)).to.deep.equal({ code: 0, text: 'ran\n' });
      });

      it('applies it to a container step, whose variables are its own and the runner’s', async () => {
        await prepare({ container: { image: 'debian:12' } }, templated);
        const script = 'test -n "$CI" && test -n "$GITHUB_ACTIONS" && echo "$NODE_ENV"';
        const result = await templated.containerAction({
          image: 'debian:12',
          entrypoint: 'sh',
          args: ['-c', script],
          env: { NODE_ENV: 'development' },
        });
        expect(result.exitCode, log(result)).to.equal(0);
        expect(result.stdout.toString()).to.equal('development\n');
      });
    });
  });
