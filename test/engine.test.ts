import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { at, ApiClient } from './api-suite/client.js';
import { engineBed } from './api-suite/engine-bed.js';
import { apiSuite } from './api-suite/suite.js';
import { Session } from './api-suite/session.js';
import { ARC_RULES, LocalEngine, Sandbox } from './engine/index.js';
import { itWithMounts } from './engine/needs-mounts.js';

apiSuite('the local engine', engineBed, itWithMounts);

describe('what only the local engine has', () => {
  let directory: string;
  let engine: LocalEngine;
  let session: Session;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'podhooks-engine-test-'));
    await mkdir(join(directory, 'work/_temp'), { recursive: true });
    await mkdir(join(directory, 'tools'));
    await writeFile(join(directory, 'tools/tool.txt'), 'from the image\n');
    engine = await LocalEngine.start({
      claims: { 'runner-1-work': join(directory, 'work') },
      images: {
        'testbed/action:1': {
          ...{
            entrypoint: ['sh', '-c', 'echo "$IMAGE_VARIABLE|$(pwd)|$*"', 'entry'],
            cmd: ['from-image', 'two words'],
          },
          ...{
            env: { IMAGE_VARIABLE: 'from image' },
            workingDir: '/app',
            mounts: { '/tools': join(directory, 'tools') },
          },
        },
      },
      accounts: [{ name: 'runner', namespace: 'arc', rules: ARC_RULES['kubernetes-novolume'] }],
    });
    const tokens = { admin: engine.token(), runner: engine.token(), nobody: engine.token('runner') };
    session = new Session({
      endpoint: { url: engine.url, ca: engine.ca },
      ...{ namespace: 'arc', tokens, close: () => engine.close() },
    });
  });
  after(async () => {
    await session.close();
    await rm(directory, { recursive: true });
  });

  const output = async (label: string, spec: object): Promise<string> => {
    const name = await session.pod(label, [], spec);
    await session.phase(name, 'Succeeded', 'Failed');
    return (await session.log(name)).text;
  };
  const image = (rest: object) => ({ containers: [{ name: 'job', image: 'testbed/action:1', ...rest }] });
  const idle = ['sh', '-c', 'trap "exit 0" TERM; sleep 3600 & wait'];

  itWithMounts(
    'runs images with their entrypoint, command, variables and directory, as the pod overrides them',
    async () => {
      expect(await output('image', image({}))).to.equal('from image|/app|from-image two words\n');
      expect(await output('args', image({ args: ['own'] }))).to.equal('from image|/app|own\n');
      expect(await output('command', image({ command: ['echo', 'plain'] }))).to.equal('plain\n');
      expect(await output('mount', image({ command: ['cat', '/tools/tool.txt'] }))).to.equal(
        'from the image\n',
      );
    },
  );

  itWithMounts('gives the directories of this machine to claims and host paths', async () => {
    const volumes = [
      { name: 'work', persistentVolumeClaim: { claimName: 'runner-1-work' } },
      { name: 'host', hostPath: { path: join(directory, 'made'), type: 'DirectoryOrCreate' } },
    ];
    const volumeMounts = [
      { name: 'work', mountPath: '/__w' },
      { name: 'host', mountPath: '/made' },
    ];
    const command = ['sh', '-c', 'echo a > /__w/_temp/a; echo b > /made/b; ls /__w'];
    expect(await output('claim', { volumes, ...image({ command, volumeMounts }) })).to.equal('_temp\n');
    expect(await readFile(join(directory, 'work/_temp/a'), 'utf8')).to.equal('a\n');
    expect(await readFile(join(directory, 'made/b'), 'utf8')).to.equal('b\n');
  });

  itWithMounts('resolves the claim of an ephemeral volume by the name of its pod', async () => {
    const volumes = [{ name: 'work', ephemeral: { volumeClaimTemplate: { spec: {} } } }];
    const container = { name: 'runner', image: 'busybox:1.36', command: ['sh', '-c', 'echo c > /w/c'] };
    const volumeMounts = [{ name: 'work', mountPath: '/w' }];
    const spec = { restartPolicy: 'Never', volumes, containers: [{ ...container, volumeMounts }] };
    await session.create('pods', { metadata: { name: 'runner-1' }, spec });
    await session.phase('runner-1', 'Succeeded');
    expect(await readFile(join(directory, 'work/c'), 'utf8')).to.equal('c\n');
  });

  itWithMounts('keeps what a container writes to its own disk away from this machine', async () => {
    const path = '/podhooks-of-the-container';
    expect(await output('disk', image({ command: ['sh', '-c', `echo x > ${path}; cat ${path}`] }))).to.equal(
      'x\n',
    );
    expect(existsSync(path)).to.equal(false);
  });

  itWithMounts('ends everything that a container started with its first process', async () => {
    const beat = join(directory, 'work/beat');
    const volumes = [{ name: 'work', persistentVolumeClaim: { claimName: 'runner-1-work' } }];
    const script = 'setsid sh -c "while :; do echo . >> /w/beat; sleep 0.05; done" & sleep 0.3';
    const volumeMounts = [{ name: 'work', mountPath: '/w' }];
    await output('tree', { volumes, ...image({ command: ['sh', '-c', script], volumeMounts }) });
    const atTheEnd = await readFile(beat, 'utf8');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await readFile(beat, 'utf8')).to.equal(atTheEnd);
  });

  itWithMounts('lets programs in a pod use the API with the account of the pod', async () => {
    const script = `
      const fs = require('fs'), https = require('https');
      const files = '/var/run/secrets/kubernetes.io/serviceaccount/';
      const read = (name) => fs.readFileSync(files + name, 'utf8');
      const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
      https.get({ host, port, ca: read('ca.crt'), path: '/api/v1/namespaces/' + read('namespace') + '/pods',
        headers: { authorization: 'Bearer ' + read('token') } }, (answer) => console.log(answer.resume().statusCode));`;
    const container = { name: 'job', image: 'node:20', command: ['node', '-e', script] };
    expect(await output('api', { serviceAccountName: 'runner', containers: [container] })).to.equal('200\n');
  });

  it('notes every request with its verb, resource, account and code', async () => {
    engine.requests.length = 0;
    const runner = new ApiClient(engine, engine.token('runner'));
    await runner.request('GET', session.path('pods'));
    await runner.request('GET', `${session.path('pods')}?watch=1`);
    await runner.exec('arc', 'none', { command: ['true'] }).catch(() => undefined);
    runner.close();
    const user = 'system:serviceaccount:arc:runner';
    expect(engine.requests).to.deep.equal([
      { verb: 'list', resource: 'pods', namespace: 'arc', name: undefined, user, code: 200 },
      { verb: 'watch', resource: 'pods', namespace: 'arc', name: undefined, user, code: 403 },
      { verb: 'get', resource: 'pods/exec', namespace: 'arc', name: 'none', user, code: 404 },
    ]);
  });

  it('writes a kubeconfig with the namespace and the token of the account', async () => {
    const path = await engine.kubeconfig(join(directory, 'kubeconfig'), 'runner');
    const config: unknown = JSON.parse(await readFile(path, 'utf8'));
    expect(at(config, 'clusters.0.cluster.server')).to.equal(engine.url);
    expect(at(config, 'contexts.0.context.namespace')).to.equal('arc');
    expect(at(config, 'users.0.user.token')).to.equal(engine.token('runner'));
    expect(() => engine.token('unknown')).to.throw('no account unknown');
  });

  it('knows no namespaces but its own', async () => {
    const { status, body } = await session.admin.request('POST', '/api/v1/namespaces/none/pods', {
      metadata: {},
    });
    expect([status, at(body, 'message')]).to.deep.equal([404, 'namespaces "none" not found']);
  });

  it('drops fields whose feature is off without a word', async () => {
    const volumes = [{ name: 'x', image: { reference: 'a' } }];
    const answer = await session.create(
      'pods',
      { metadata: { name: 'p' }, spec: { volumes, ...image({}) } },
      'dryRun=All',
    );
    expect(at(answer.body, 'spec.volumes.0')).to.deep.equal({ name: 'x', emptyDir: {} });
  });

  it('restarts containers as the policy says', async () => {
    const name = await session.pod('again', ['sh', '-c', 'exit 3'], { restartPolicy: 'OnFailure' });
    const pod = await session.until(
      name,
      (p) => Number(at(p, 'status.containerStatuses.0.restartCount')) > 0,
    );
    expect(at(pod, 'status.containerStatuses.0.lastState.terminated.exitCode')).to.equal(3);
    expect(at(pod, 'status.phase')).to.equal('Running');
    await session.remove('pods', name, { gracePeriodSeconds: 0 });
  });

  itWithMounts('calls a container ready when its probe says so', async () => {
    const readinessProbe = { exec: { command: ['test', '-e', '/ready'] }, periodSeconds: 1 };
    const container = { name: 'job', image: 'busybox:1.36', command: idle, readinessProbe };
    const name = await session.pod('probe', [], { containers: [container] });
    const before = await session.phase(name, 'Running');
    expect(at(before, 'status.containerStatuses.0.ready')).to.equal(false);
    await session.exec(name, ['touch', '/ready']);
    await session.until(name, (p) => at(p, 'status.containerStatuses.0.ready') === true);
    await session.remove('pods', name, { gracePeriodSeconds: 0 });
  });

  it('ends a pod at its deadline', async () => {
    const name = await session.pod('late', ['sleep', '3600'], { activeDeadlineSeconds: 1 });
    const pod = await session.phase(name, 'Failed');
    expect(at(pod, 'status.reason')).to.equal('DeadlineExceeded');
    expect(at(pod, 'status.message')).to.equal(
      'Pod was active on the node longer than the specified deadline',
    );
  });

  it('without namespaces runs what needs no volume, and says why the rest waits', async () => {
    const own = await LocalEngine.start({ sandbox: Sandbox.without('not allowed here') });
    const tokens = { admin: own.token(), runner: own.token(), nobody: own.token() };
    const bed = {
      endpoint: { url: own.url, ca: own.ca },
      namespace: 'default',
      tokens,
      close: () => own.close(),
    };
    const plain = new Session(bed);
    const running = await plain.pod('plain', ['sh', '-c', 'echo begun; sleep 3600']);
    await plain.phase(running, 'Running');
    const { stdout, status } = await plain.exec(running, ['sh', '-c', 'cat; exit 7'], { stdin: 'input' });
    expect([stdout.toString(), at(status, 'details.causes.0.message')]).to.deep.equal(['input', '7']);
    expect((await plain.log(running)).text).to.equal('begun\n');
    const volumes = [{ name: 'x', emptyDir: {} }];
    const volumeMounts = [{ name: 'x', mountPath: '/__w' }];
    const waiting = await plain.pod('mounts', [], {
      volumes,
      containers: [{ name: 'job', image: 'busybox:1.36', command: ['true'], volumeMounts }],
    });
    const pod = await plain.until(
      waiting,
      (p) => at(p, 'status.containerStatuses.0.state.waiting.reason') === 'CreateContainerError',
    );
    expect(at(pod, 'status.containerStatuses.0.state.waiting.message')).to.equal(
      'nothing can be mounted at /__w on this machine: not allowed here',
    );
    const pidFile = join(directory, 'pid');
    const left = plain.exec(running, ['sh', '-c', `echo $$ > ${pidFile}; exec sleep 3600`]);
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await sleep(20);
    await plain.close();
    await left;
    // What ran beside the first process has ended, too.
    while (existsSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}`)) await sleep(20);
  });

  itWithMounts('leaves no process and no file behind', async () => {
    const own = await LocalEngine.start();
    const client = new ApiClient(own, own.token());
    const path = '/api/v1/namespaces/default/pods';
    const volumes = [{ name: 'x', hostPath: { path: directory } }];
    const volumeMounts = [{ name: 'x', mountPath: '/x' }];
    const command = ['sh', '-c', 'echo begun > /x/begun; while :; do echo . >> /x/last; sleep 0.05; done'];
    const containers = [{ name: 'job', image: 'busybox:1.36', command, volumeMounts }];
    await client.request('POST', path, { metadata: { name: 'p' }, spec: { volumes, containers } });
    while (!existsSync(join(directory, 'begun'))) await new Promise((resolve) => setTimeout(resolve, 20));
    client.close();
    await own.close();
    const last = await readFile(join(directory, 'last'), 'utf8').catch(() => '');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await readFile(join(directory, 'last'), 'utf8').catch(() => '')).to.equal(last);
  });

  it('keeps the output of a command that has ended before anybody reads it', async () => {
    const launch = {
      command: ['sh', '-c', 'echo o; echo e >&2'],
      environment: new Map([['PATH', '/usr/bin:/bin']]),
      workdir: '/',
    };
    const starting = Sandbox.without('').start(directory, [], launch);
    // So that Node hears at once of the start and of the end.
    for (const until = Date.now() + 500; Date.now() < until;);
    const { stdout, stderr } = await starting;
    expect([await text(stdout), await text(stderr)]).to.deep.equal(['o\n', 'e\n']);
  });
});
