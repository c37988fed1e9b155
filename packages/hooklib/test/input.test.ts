import { expect } from 'chai';
import { parseInput } from '../src/index.js';
import { parsed } from './inputs.js';
import { payload, payloadNames } from './payloads.js';

const prepare = (prefix: string) => parsed('prepare_job', payload(prefix)).args;
const script = (prefix: string) => parsed('run_script_step', payload(prefix)).args;
const action = (prefix: string) => parsed('run_container_step', payload(prefix)).args;

describe('parseInput on what the runner sends', () => {
  it('knows all 24 sample payloads', () => {
    expect(payloadNames).to.have.lengthOf(24);
  });

  for (const name of payloadNames) {
    it(`loses nothing of ${name}`, () => {
      const text = payload(name);
      expect(parseInput(text)).to.deep.equal(JSON.parse(text));
    });
  }

  it('reads the job container: 01', () => {
    const { container } = prepare('01');
    expect(container).to.include({ image: 'node:22', dockerfile: null, entryPoint: null, registry: null });
    expect(container).to.include({
      workingDirectory: '/__w/hello-world/hello-world',
      createOptions: '--cpus 1',
    });
    expect(container?.portMappings).to.deep.equal(['8080:80', '9229']);
    expect(container?.environmentVariables).to.deep.equal({ NODE_ENV: 'development', HOME: '/github/home' });
    expect(container?.systemMountVolumes.map((mount) => mount.targetVolumePath)).to.deep.equal([
      '/var/run/docker.sock',
      '/__w',
      '/__e',
      '/__w/_temp',
      '/__w/_actions',
      '/__w/_tool',
      '/github/home',
      '/github/workflow',
    ]);
    expect(container?.systemMountVolumes[2]).to.deep.equal({
      userProvidedValue: null,
      sourceVolumePath: '/home/runner/externals',
      targetVolumePath: '/__e',
      readOnly: true,
    });
    expect(container?.userMountVolumes[2]).to.deep.equal({
      userProvidedValue: '/scratch',
      sourceVolumePath: null,
      targetVolumePath: '/scratch',
      readOnly: false,
    });
  });

  it('reads the services in their order: 01', () => {
    const { services } = prepare('01');
    expect(services.map((service) => service.image)).to.deep.equal([
      'redis:7',
      'ghcr.io/octo-org/postgres:16',
    ]);
    expect(services[0]).to.include({ workingDirectory: null });
    expect(services[1]?.registry).to.deep.equal({
      username: 'octocat',
      password: 'ghp_SAMPLE',
      serverUrl: 'ghcr.io',
    });
    expect(services[1]?.portMappings).to.deep.equal(['5432/tcp', '8001:8001/udp']);
  });

  it('reads environment values as they are, with newlines, quotes and dollars: 03', () => {
    const raw: unknown = JSON.parse(payload('03'));
    expect(raw)
      .to.have.nested.property('args.environmentVariables')
      .that.deep.equals(script('03').environmentVariables);
    expect(Object.values(script('03').environmentVariables).some((value) => value.includes('\n'))).to.be.true;
  });

  it('keeps keys that are no shell identifiers: 02', () => {
    expect(script('02').environmentVariables).to.have.property('INPUT_FETCH-DEPTH', '1');
  });

  const facts: [title: string, actual: () => unknown, expected: unknown][] = [
    ['02: a JavaScript action runs by its node', () => script('02').entryPoint, '/__e/node24/bin/node'],
    [
      '04: the working directory',
      () => script('04').workingDirectory,
      '/__w/hello-world/hello-world/packages/app',
    ],
    [
      '05: the pieces of a docker action with quotes',
      () => action('05').entryPointArgs.slice(0, 2),
      ['-c', '"echo'],
    ],
    ['05: the entry point', () => action('05').entryPoint, '/bin/sh'],
    [
      '06: PATH entries, newest first',
      () => script('06').prependPath,
      ['/__w/_tool/node/22.0.0/x64/bin', '/opt/tools/bin'],
    ],
    ['07: the image of an action', () => action('07').image, 'ghcr.io/octo-org/docker-action:2.1'],
    ['08: an action with Dockerfile has no image', () => action('08').image, null],
    [
      '08: the Dockerfile',
      () => action('08').dockerfile,
      '/home/runner/_work/_actions/octo-org/dockerfile-action/v1/Dockerfile',
    ],
    ['08: no entry point means that of the image', () => action('08').entryPoint, null],
    ['09: a post step', () => action('09').entryPoint, '/cleanup.sh'],
    [
      '10: state of a post step',
      () => parsed('run_script_step', payload('10')).state,
      { jobPod: 'arc-k8s-7q2wm-runner-8zk4d-workflow' },
    ],
    [
      '11: clean-up with state',
      () => parsed('cleanup_job', payload('11')).state,
      { jobPod: 'arc-k8s-7q2wm-runner-8zk4d-workflow' },
    ],
    ['v01: services without job container', () => prepare('v01').container, null],
    ['v01: its service', () => prepare('v01').services.map((service) => service.image), ['redis:7']],
    ['v02: no services', () => prepare('v02').services, []],
    ['v03: implicit credentials', () => prepare('v03').container?.registry?.username, 'octocat'],
    [
      'v04: Docker Hub has an empty server',
      () => prepare('v04').container?.registry,
      { username: 'u', password: 'p', serverUrl: '' },
    ],
    [
      'v05: proxy variables',
      () => Object.keys(prepare('v05').container?.environmentVariables ?? {}).length,
      8,
    ],
    ['v06: entry point of a service', () => prepare('v06').services[0]?.entryPoint, 'redis-server'],
    ['v07: PowerShell', () => script('v07').entryPoint, 'pwsh'],
    ['v08: empty pieces stay', () => script('v08').entryPointArgs.slice(0, 3), ['-c', '', '"set']],
    ['v09: an absolute working directory', () => script('v09').workingDirectory, '/tmp'],
    ['v10: node for Alpine', () => script('v10').entryPoint, '/__e/node24_alpine/bin/node'],
    ['v11: clean-up after a failed prepare', () => parsed('cleanup_job', payload('v11')).state, null],
    ['v12: an action without prepare', () => parsed('run_container_step', payload('v12')).state, null],
    [
      'v13: another work folder',
      () => prepare('v13').container?.systemMountVolumes[1]?.sourceVolumePath,
      '/srv/runner-work',
    ],
    [
      'v13: its response file',
      () => parsed('prepare_job', payload('v13')).responseFile,
      '/srv/runner-work/_temp/_runner_hook_responses/5fb7d600-1f2e-4d3c-8b7a-9e37801de34a.json',
    ],
  ];
  for (const [title, actual, expected] of facts) {
    it(`reads ${title}`, () => {
      expect(actual()).to.deep.equal(expected);
    });
  }
});
