import { expect } from 'chai';
import type { Pod } from '../runner/kubernetes-types.js';
import type { PodRunner } from '../runner/pod-runner.js';
import type { HookResult } from '../runner/runner.js';
import { leftovers, log, podRunner } from './support.js';

const JOB = { container: { image: 'debian:12' } };
const RESPONSES = '/__w/_temp/_runner_hook_responses';
const SECRET = 'secret of the runner';
const OWN = '/home/runner/own';

/** A runner with a job container, and a folder of its own outside of the work folder. */
async function prepared(...[mode, options]: Parameters<typeof podRunner>): Promise<PodRunner> {
  const runner = await podRunner(mode, options);
  const own = `mkdir -m 700 ${OWN} && umask 077 && echo '${SECRET}' > ${OWN}/credentials`;
  await runner.exec(['sh', '-c', own]);
  const result = await runner.prepareJob(JOB);
  expect(result.exitCode, log(result)).to.equal(0);
  return runner;
}

function refused(result: HookResult, ...words: string[]): void {
  const text = log(result);
  expect(text).to.contain('[exit code 125]').and.not.contain(SECRET);
  for (const word of words) expect(text).to.contain(word);
}

/** What the job must not change: modes of the runner's own folder and file, and what is in there. */
async function own(runner: PodRunner): Promise<string> {
  const { stdout } = await runner.exec([
    'sh',
    '-c',
    `stat -c '%a %n' ${OWN} ${OWN}/*; cat ${OWN}/credentials`,
  ]);
  return stdout.toString();
}

const UNTOUCHED = `700 ${OWN}\n600 ${OWN}/credentials\n${SECRET}\n`;

describe('a step that forges the state of its job, as root', () => {
  let runner: PodRunner;
  let other: PodRunner;
  before(async () => {
    runner = await prepared('volume');
    other = await prepared('volume', { namespace: runner.namespace });
  });
  after(() => runner.close());

  /** A step that answers in the hook's place. */
  const forge = async (state: object) => {
    const answer = JSON.stringify({ state });
    const result = await runner.run({ run: `for f in ${RESPONSES}/*; do echo '${answer}' > "$f"; done` });
    expect(result.response?.state, log(result)).to.deep.equal(state);
  };
  const stateOf = async (of: PodRunner) => {
    const result = await of.prepareJob(JOB);
    return { pod: result.response?.context?.container?.network ?? '', state: result.response?.state ?? {} };
  };

  const FORGERIES: readonly [what: string, state: (pod: string) => object][] = [
    ["the runner's container", () => ({ jobPod: 'x/exec?container=runner&command=id', mode: 'volume' })],
    ['another path', () => ({ jobPod: '../pods/x', mode: 'volume' })],
    ["another job's pod", (pod) => ({ jobPod: pod, mode: 'volume' })],
    ['another mode', (pod) => ({ jobPod: pod, mode: 'novolume' })],
    ['another certificate', (pod) => ({ jobPod: pod, mode: 'volume', certificate: 'AA:BB:CC' })],
    ['a signature', (pod) => ({ job: JSON.stringify({ jobPod: pod, mode: 'volume' }), signature: '00' })],
  ];
  for (const [what, state] of FORGERIES)
    it(`runs nothing when it names ${what}`, async () => {
      await runner.cleanupJob();
      expect((await runner.prepareJob(JOB)).exitCode).to.equal(0);
      await forge(state((await stateOf(other)).pod));
      refused(await runner.run({ run: 'id' }), 'was not written by its prepare_job');
      refused(await runner.containerAction({ image: 'busybox:1.36' }), 'was not written by its prepare_job');
    });

  it('runs nothing with the signed state of another runner, or of an earlier job', async () => {
    for (const from of [other, runner]) {
      const { state } = await stateOf(from);
      await runner.cleanupJob();
      expect((await runner.prepareJob(JOB)).exitCode).to.equal(0);
      await forge(state);
      refused(await runner.run({ run: 'id' }), 'its signature is wrong');
    }
  });

  it('is cleaned up all the same', async () => {
    await other.cleanupJob();
    expect((await runner.cleanupJob()).exitCode).to.equal(0);
    expect(await leftovers(runner)).to.deep.equal([`Pod/${other.podName}`]);
  });
});

describe('a step that puts links in the way of the runner, as root', () => {
  let runner: PodRunner;
  beforeEach(async () => (runner = await prepared('volume')));
  afterEach(() => runner.close());

  const FILE_COMMANDS = '/__w/_temp/_runner_file_commands';
  const LINKS: readonly [what: string, run: string][] = [
    ['a file command', `ln -sf ${OWN}/credentials "$GITHUB_STEP_SUMMARY"`],
    ['a file command by a pipe', 'rm "$GITHUB_ENV"; mkfifo "$GITHUB_ENV"'],
    ['their folder', `rm -r ${FILE_COMMANDS}; ln -s ${OWN} ${FILE_COMMANDS}`],
  ];
  for (const [what, run] of LINKS)
    it(`fails when it replaces ${what}, and reaches nothing of the runner`, async () => {
      const result = await runner.run({ run });
      refused(result, 'podhooks%3A FILES_LOST', '_runner_file_commands');
      expect(result.summary).to.not.contain(SECRET);
      expect((await runner.run({ run: 'true' })).exitCode).to.equal(0);
      expect(await own(runner)).to.equal(UNTOUCHED);
    });

  it('opens nothing of the runner to others through the home folder', async () => {
    const run = `mv /__w/_temp/_github_home /__w/old; ln -s ${OWN} /__w/_temp/_github_home`;
    expect((await runner.run({ run })).exitCode).to.equal(0);
    refused(
      await runner.containerAction({ image: 'busybox:1.36' }),
      '_github_home on the runner was not touched',
    );
    expect(await own(runner)).to.equal(UNTOUCHED);
  });
});

describe('a step as a user without rights', () => {
  let runner: PodRunner;
  before(async () => {
    const template = '/tmp/template.yaml';
    runner = await podRunner('volume', { env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: template } });
    await runner.writeFile(
      template,
      'spec: { containers: [{ name: $job, securityContext: { runAsUser: 12345 } }] }',
    );
    const result = await runner.prepareJob(JOB);
    expect(result.exitCode, log(result)).to.equal(0);
  });
  after(() => runner.close());

  it("cannot replace the runner's folders and files, nor answer in the hook's place", async () => {
    const step = await runner.run({
      run: `set +e; id -u
mv /__w/_temp/_runner_file_commands /__w/_temp/x && echo moved
mv "$GITHUB_ENV" "$GITHUB_ENV.x" && echo moved
ln -sf /etc/passwd "$GITHUB_ENV" && echo linked
for f in ${RESPONSES}/*; do echo '{"state":{}}' > "$f" && echo forged; done
echo A=1 >> "$GITHUB_ENV"; exit 0`,
    });
    expect(log(step))
      .to.match(/^12345$/m)
      .and.not.match(/^(moved|linked|forged)$/m);
    expect(step.env).to.deep.equal({ A: '1' });
    expect((await runner.run({ run: 'touch new; rm new' })).exitCode).to.equal(0);
  });
});

describe('volumes of a workflow', () => {
  let runner: PodRunner;
  before(async () => {
    const podPatch = (pod: Pod): Pod => {
      const [container, ...others] = pod.spec?.containers ?? [];
      if (container === undefined) throw new Error('the runner pod has no container');
      const caches = ['npm', 'pip'].map((name) => ({
        name: 'work',
        mountPath: `/opt/${name}`,
        subPath: name,
        readOnly: true,
      }));
      const volumeMounts = [...(container.volumeMounts ?? []), ...caches];
      return { ...pod, spec: { ...pod.spec, containers: [{ ...container, volumeMounts }, ...others] } };
    };
    runner = await podRunner('volume', {
      podPatch,
      env: { ACTIONS_RUNNER_HOOK_VOLUMES_ALLOW: '/opt/npm /run' },
    });
  });
  after(() => runner.close());
  const withVolume = (volume: string) =>
    runner.prepareJob({ container: { image: 'debian:12', volumes: [volume] } });

  it('stay read-only where the runner may only read', async () => {
    const result = await withVolume('/opt/npm:/npm');
    expect(result.exitCode, log(result)).to.equal(0);
    const step = await runner.run({ run: 'touch /npm/x' });
    expect(log(step)).to.contain('Read-only file system').and.contain('[exit code 1]');
    expect((await runner.cleanupJob()).exitCode).to.equal(0);
  });

  const REFUSED: readonly [volume: string, words: string][] = [
    ['/opt/pip:/pip', 'is not in the work folder'],
    ['/home/runner/_work/../own:/x', 'is not in the work folder'],
    ['/var/run/docker.sock:/var/run/docker.sock', 'the socket of the container runtime'],
    ['/run:/host', 'the socket of the container runtime'],
    ['data:/__e/node20', 'would cover /__e'],
    ['data:/__podhooks', 'would cover /__podhooks'],
  ];
  for (const [volume, words] of REFUSED)
    it(`are refused as ${volume}`, async () => {
      refused(await withVolume(volume), 'podhooks%3A UNSUPPORTED', words);
      expect(await leftovers(runner)).to.deep.equal([]);
    });
});

describe('arguments of a step in novolume mode', () => {
  let runner: PodRunner;
  before(async () => (runner = await prepared('novolume')));
  after(() => runner.close());

  const PATHS = ['/__w/_actions/../../.', '/__w/_actions/./../..', '/__w/_actions/o/../..', '/__w/_temp/..'];
  for (const path of PATHS)
    it(`send nothing of the runner's home folder as ${path}`, async () => {
      const step = await runner.run({ run: 'true', shell: `bash {0} ${path}` });
      expect(log(step)).to.equal('\n[exit code 0]');
      const search = await runner.run({
        run: `grep -rl '${SECRET}' / --include=credentials 2> /dev/null || true`,
      });
      expect(log(search)).to.equal('\n[exit code 0]');
    });
});
