import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { jobState } from '../src/commands/job-state.js';
import { createJobSecrets } from '../src/commands/job-secrets.js';
import { ownHome } from './support/own-home.js';
import { payload } from '../../hooklib/test/payloads.js';

const HOOK = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const SILENT_NETWORK = fileURLToPath(new URL('support/silent-network.mjs', import.meta.url));
const KUBECONFIG = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'u', user: { token: 't' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'ci' } }],
  'current-context': 'x',
});

describe('a command that waits for something that never happens', () => {
  let folder: string;
  const place = ownHome();
  beforeEach(() => (folder = place.root));
  const preparedState = () => {
    const owner = { runner: 'runner-1', work: undefined };
    return jobState(
      { jobPod: 'job-pod', mode: 'volume' },
      owner,
      createJobSecrets(owner, {}, () => false).key,
    );
  };

  const COMMANDS: readonly [command: string, payloadName: string][] = [
    ['prepare_job', '01'],
    ['run_script_step', '03'],
    ['run_container_step', '05'],
    ['cleanup_job', '11'],
  ];
  for (const [command, name] of COMMANDS)
    it(`does not end with success: ${command}`, () => {
      const kubeconfig = join(folder, 'kubeconfig');
      const responseFile = join(folder, 'response.json');
      writeFileSync(kubeconfig, KUBECONFIG);
      writeFileSync(responseFile, '');
      const input = JSON.parse(payload(name).replaceAll('/home/runner/', `${folder}/`)) as object;
      const state = command === 'run_script_step' ? preparedState() : null;
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--import=tsx', '--import', SILENT_NETWORK, HOOK],
        {
          input: JSON.stringify({ ...input, responseFile, state }),
          env: {
            PATH: '/usr/bin:/bin',
            HOME: homedir(),
            TMPDIR: tmpdir(),
            KUBECONFIG: kubeconfig,
            ACTIONS_RUNNER_POD_NAME: 'runner-1',
          },
          encoding: 'utf8',
        },
      );
      expect(status, stdout + stderr).to.equal(125);
      expect(stdout.match(/^::error.*$/gm)).to.have.length(1);
      expect(stdout).to.match(
        /^::error title=podhooks%3A unexpected failure::\[UNEXPECTED\] The hook stopped before the command finished/m,
      );
      expect(stderr).to.equal('');
      if (existsSync(responseFile)) expect(readFileSync(responseFile, 'utf8')).to.equal('');
    });
});
