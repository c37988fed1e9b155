import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { jobState } from '../src/commands/job-state.js';
import { createJobSecrets } from '../src/commands/job-secrets.js';
import { ownHome } from './support/own-home.js';

const BUNDLE = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const LARGEST_BYTES = 1024 * 1024;

/** Every package whose code runs in a runner. One more is a decision: it costs time at each step, and trust. */
const PACKAGES = [
  '@actions/core',
  '@kubernetes/client-node',
  'b4a',
  'events-universal',
  'fast-fifo',
  'hpagent',
  'js-yaml',
  'rfc4648',
  'streamx',
  'tar-stream',
  'text-decoder',
  'uuid',
];

describe('the bundle', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'podhooks-bundle-'));
    copyFileSync(BUNDLE, join(folder, 'index.js'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Starts a copy that has nothing beside it, in an empty environment. */
  const start = (input: string) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'index.js')], {
      input,
      env: {},
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, lines: stdout.split('\n').slice(0, -1), stderr };
  };

  it('runs alone, and says in one line what is wrong with an empty input', () => {
    const { status, lines, stderr } = start('');
    expect(status).to.equal(125);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(
      /^::error title=podhooks%3A INPUT_INVALID::\[INPUT_INVALID\] The input of the hook is empty/,
    );
    expect(stderr).to.equal('');
  });

  it('holds the text of the supervisor, without its comments', () => {
    const text = readFileSync(BUNDLE, 'utf8');
    expect(text).to.contain('_ph_report begun').and.contain('} | _ph_follow');
    expect(text).to.not.contain('# shellcheck').and.not.contain('# Ends a step');
  });

  it('says what is missing outside of a pod', () => {
    const { status, lines, stderr } = start(
      '{"command":"cleanup_job","responseFile":"/r","args":{},"state":null}',
    );
    expect(status).to.equal(125);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(
      /^::error title=podhooks%3A API_UNAUTHORIZED::\[API_UNAUTHORIZED\] The Kubernetes API cannot be reached/,
    );
    expect(stderr).to.equal('');
  });

  it('prefers a kubeconfig to the service account, and loads it with no warning of Node', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'index.js')], {
      input: '{"command":"cleanup_job","responseFile":"/r","args":{},"state":null}',
      env: { KUBECONFIG: '/nowhere', KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' },
      encoding: 'utf8',
    });
    expect(status).to.equal(125);
    expect(stdout).to.match(
      /^::error title=podhooks%3A API_UNAUTHORIZED::\[API_UNAUTHORIZED\] The kubeconfig \/nowhere cannot be used/,
    );
    expect(stderr).to.equal('');
  });

  describe('with a settings file that cannot be read', () => {
    ownHome();
    const preparedState = () => {
      const owner = { runner: undefined, work: undefined };
      return jobState(
        { jobPod: 'p', mode: 'volume', settings: {} },
        owner,
        createJobSecrets(owner, {}, () => false).key,
      );
    };
    const startWith = (input: string) => {
      const { stdout } = spawnSync(process.execPath, [join(folder, 'index.js')], {
        input,
        env: { HOME: homedir(), TMPDIR: tmpdir(), ACTIONS_RUNNER_HOOK_CONFIG: '/nowhere.yaml' },
        encoding: 'utf8',
      });
      return stdout;
    };
    const container = readFileSync(new URL('../../../test/payloads/01-prepare_job.json', import.meta.url));
    const action = readFileSync(
      new URL('../../../test/payloads/05-run_container_step-uses-docker-uri.json', import.meta.url),
    );

    for (const [command, input] of [
      ['prepare_job', container.toString()],
      ['run_container_step', JSON.stringify({ ...(JSON.parse(action.toString()) as object), state: null })],
    ] as const)
      it(`${command} says so`, () => {
        expect(startWith(input)).to.match(
          /SETTINGS_INVALID::\[SETTINGS_INVALID\] The settings file has one fault:%0A {2}\/nowhere\.yaml: cannot be read: ENOENT/,
        );
      });

    for (const command of ['cleanup_job', 'run_script_step'])
      it(`${command} does not look at it`, () => {
        const args =
          command === 'cleanup_job'
            ? {}
            : {
                entryPointArgs: [],
                entryPoint: 'sh',
                environmentVariables: {},
                prependPath: [],
                workingDirectory: '/',
              };
        const input = JSON.stringify({
          command,
          responseFile: '/r',
          args,
          state: preparedState(),
        });
        expect(startWith(input)).to.contain(
          'API_UNAUTHORIZED::[API_UNAUTHORIZED] The Kubernetes API cannot be reached',
        );
      });
  });

  it('is small', () => {
    expect(statSync(BUNDLE).size).to.be.lessThan(LARGEST_BYTES);
  });

  it('has the size that README.md names', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const named = [...readme.matchAll(/one file of ([\d.]+) MB|^\| the file +\| ([\d.]+) MB/gm)];
    expect(named).to.have.length(2);
    for (const [, text, row] of named)
      // Of 1,000 or of 1,024 kilobytes.
      expect(Number(text ?? row)).to.be.closeTo(statSync(BUNDLE).size / 1e6, 0.03);
  });

  it('holds code of known packages only', () => {
    expect(bundledPackages()).to.have.members(PACKAGES);
  });
});

/** Names of the packages from which the bundle has code, by esbuild's own account. */
function bundledPackages(): string[] {
  const meta: unknown = JSON.parse(readFileSync(new URL('../dist/meta.json', import.meta.url), 'utf8'));
  const paths = [
    ...JSON.stringify(meta).matchAll(
      /"(?:[^"]*\/)?node_modules\/((?:@[^/"]+\/)?[^/"]+)\/[^"]*":\{"bytesInOutput":/g,
    ),
  ];
  return [...new Set(paths.map(([, name]) => name ?? ''))];
}
