import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { JobState } from '@podhooks/hooklib';
import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { hookErrorOf } from '../../../hooklib/test/hook-error.js';
import {
  jobState,
  type PreparedJob,
  readJobState,
  requireJob,
  settingsOfState,
} from '../../src/commands/job-state.js';
import { createJobSecrets, removeJobSecrets } from '../../src/commands/job-secrets.js';
import { VERSION } from '../../src/version.js';
import { ownHome } from '../support/own-home.js';

const JOB: PreparedJob = {
  jobPod: 'runner-1-workflow-abcde',
  mode: 'volume',
  servicesReadyAt: 1_700_000_000_000,
  certificate: 'AA:BB',
  settings: { template: '/etc/pod.yaml' },
};

const ENVIRONMENT = { TOKEN: "it's a secret", 'A-B': 'é\n' };

describe('the state of a job', () => {
  const place = ownHome();
  let root: string;
  beforeEach(() => {
    root = place.root;
    mkdirSync(join(root, 'work'));
  });

  const owner = (runner = 'runner-1') => ({ runner, work: join(root, 'work') });
  const prepared = (shared: string[] = []) => {
    const { key } = createJobSecrets(owner(), ENVIRONMENT, (folder) =>
      shared.some((name) => folder === join(root, name)),
    );
    return jobState(JOB, owner(), key);
  };
  const keys = (folder: string) => readdirSync(join(root, folder)).map((name) => join(root, folder, name));
  const refusal = (state: JobState, by = owner()) => {
    const error = hookErrorOf('STEP_INVALID', () => readJobState(state, by));
    expect(error.message).to.contain('was not written by its prepare_job');
    return error;
  };

  for (const mode of ['volume', 'novolume'] as const)
    it(`comes back as prepare_job leaves it in ${mode} mode`, () => {
      const { key } = createJobSecrets(owner(), ENVIRONMENT, () => false);
      const state = jobState({ ...JOB, mode }, owner(), key);
      const byRunner = JSON.parse(JSON.stringify(state)) as JobState;
      expect(readJobState(byRunner, owner())).to.deep.equal({ ...JOB, mode, environment: ENVIRONMENT });
    });

  it('gives the end of the job its settings, and a forged or missing one gives none', () => {
    const state = prepared();
    expect(settingsOfState(state, owner())).to.deep.equal(JOB.settings);
    expect(settingsOfState({ ...state, signature: '00' }, owner())).to.deep.equal({});
    expect(settingsOfState(null, owner())).to.deep.equal({});
  });

  it('says that there is no job container where there is no state', () => {
    const error = hookErrorOf('STEP_INVALID', () => requireJob(undefined));
    expect(error.message).to.contain('"Initialize containers" did not succeed');
  });

  const forgeries: readonly [what: string, parts: object][] = [
    ['its job pod', { jobPod: 'x/exec?container=runner&command=id' }],
    ['its job pod, to that of another job', { jobPod: 'runner-2-workflow-abcde' }],
    ['its mode', { mode: 'novolume' }],
    ['its certificate', { certificate: 'EE:EE' }],
    ['its settings', { settings: {} }],
    ['its runner', { runner: 'runner-2' }],
  ];
  for (const [what, parts] of forgeries)
    it(`is refused when a step has changed ${what}`, () => {
      const { signature } = prepared();
      refusal({ job: JSON.stringify({ ...JOB, runner: 'runner-1', ...parts }), signature });
    });

  const UNSIGNED: readonly JobState[] = [
    {},
    { jobPod: 'p', mode: 'volume' },
    { job: '{}', signature: '' },
    { job: '{}', signature: 'zz' },
    { job: '{}', signature: 7 },
    { job: {}, signature: '00' },
  ];
  for (const state of UNSIGNED)
    it(`is refused as ${JSON.stringify(state)}`, () => {
      prepared();
      refusal(state);
    });

  it('is refused when it is of an earlier job of the same runner', () => {
    const earlier = prepared();
    prepared();
    expect(refusal(earlier).message).to.contain('its signature is wrong');
  });

  it('is refused when it is of another runner with the same home folder, whose own state stays good', () => {
    const state = prepared();
    const { key } = createJobSecrets(owner('runner-2'), {}, () => false);
    refusal(state, owner('runner-2'));
    refusal(jobState(JOB, owner(), key), owner('runner-2'));
    expect(readJobState(state, owner())).to.deep.equal({ ...JOB, environment: ENVIRONMENT });
  });

  it('is refused when it was signed for another runner', () => {
    const { key } = createJobSecrets(owner(), ENVIRONMENT, () => false);
    expect(refusal(jobState(JOB, owner('runner-2'), key)).message).to.contain('of another runner');
  });

  /** As another version of the hook signs it, which keeps its key in the same place. */
  const signedBy = (version: string | undefined): JobState => {
    const { key } = createJobSecrets(owner(), ENVIRONMENT, () => false);
    const job = JSON.stringify({ version, ...JOB, runner: 'runner-1' });
    return { job, signature: createHmac('sha256', key).update(job).digest('hex') };
  };

  for (const [version, named] of [
    ['99.1.0-rc.1', 'podhooks 99.1.0-rc.1'],
    [undefined, 'a podhooks that names no version'],
  ] as const)
    it(`is refused when ${named} has signed it, and the error names both versions`, () => {
      const state = signedBy(version);
      const error = hookErrorOf('STEP_INVALID', () => readJobState(state, owner()));
      expect(error.message).to.equal(
        `The state of this job was written by ${named}, and this is podhooks ${VERSION}: the hook was replaced during the job. Nothing was run.`,
      );
      expect(error.hint).to.contain('Run the job again').and.contain('subPath');
    });

  it('names both versions when another version has its key elsewhere, and takes no text for a version', () => {
    const { job, signature } = signedBy('99.1.0');
    removeJobSecrets(owner());
    expect(refusal({ job: job ?? '', signature: signature ?? '' }).message).to.contain(
      `the state names podhooks 99.1.0, and this is podhooks ${VERSION}`,
    );
    const text = JSON.stringify({ version: '1 ::error::x', ...JOB });
    expect(refusal({ job: text, signature: '00' }).message).to.not.contain('::error');
  });

  it('is refused after cleanup_job', () => {
    const state = prepared();
    removeJobSecrets(owner());
    expect(refusal(state).message).to.contain('there is no key of the job in');
  });

  it('has a key that nobody else can read, in the home folder', () => {
    const state = prepared();
    const [file = ''] = keys('home');
    expect(statSync(file).mode & 0o7777).to.equal(0o600);
    expect(JSON.stringify(state)).to.not.contain(readFileSync(file).subarray(0, 32).toString('hex'));
    expect(JSON.stringify(state)).to.not.contain('secret');
    expect([keys('tmp'), keys('work')]).to.deep.equal([[], []]);
  });

  const PLACES: readonly [title: string, prepare: () => void, shared: string[]][] = [
    ['that is missing', () => rmSync(join(root, 'home'), { recursive: true }), []],
    ['that other pods can mount', () => undefined, ['home']],
    [
      'in the work folder',
      () => {
        mkdirSync(join(root, 'work/home'));
        process.env['HOME'] = join(root, 'work/home');
      },
      [],
    ],
    [
      'that is a link into the work folder',
      () => {
        rmSync(join(root, 'home'), { recursive: true });
        symlinkSync('work', join(root, 'home'));
      },
      [],
    ],
  ];
  for (const [title, prepare, shared] of PLACES)
    it(`has its key in the temporary folder instead of a home folder ${title}`, () => {
      prepare();
      const state = prepared(shared);
      expect(keys('tmp')).to.have.length(1);
      expect(readJobState(state, owner())).to.deep.equal({ ...JOB, environment: ENVIRONMENT });
    });

  it('names both places when there is none for its key', () => {
    rmSync(join(root, 'home'), { recursive: true });
    const error = hookErrorOf('SETTINGS_INVALID', () => prepared(['tmp']));
    expect(error.message).to.contain(join(root, 'home')).and.contain(join(root, 'tmp'));
  });

  it('is refused when a step has put a key of its own into the other place', () => {
    const state = prepared(['home']);
    const [file = ''] = keys('tmp');
    writeFileSync(join(root, 'home', file.slice(join(root, 'tmp').length)), `${'k'.repeat(32)}{}`, {
      mode: 0o600,
    });
    expect(refusal(state).message).to.contain('there are two keys');
  });

  it('is refused when its key is a link, or open to others', () => {
    const state = prepared();
    const [file = ''] = keys('home');
    chmodSync(file, 0o644);
    refusal(state);
    chmodSync(file, 0o600);
    expect(readJobState(state, owner())).to.deep.equal({ ...JOB, environment: ENVIRONMENT });
    const content = readFileSync(file);
    rmSync(file);
    writeFileSync(join(root, 'work/key'), content, { mode: 0o600 });
    symlinkSync(join(root, 'work/key'), file);
    refusal(state);
  });
});
