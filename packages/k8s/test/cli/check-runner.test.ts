import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkRunner } from '../../src/cli/check-runner.js';

describe('doctor in the runner container', () => {
  let root: string;
  const work = () => join(root, '_work');
  const hook = () => join(root, 'index.js');
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'podhooks-doctor-'));
    mkdirSync(join(work(), '_tool'), { recursive: true });
    mkdirSync(join(root, 'externals/node20/bin'), { recursive: true });
    writeFileSync(join(root, 'externals/node20/bin/node'), '', { mode: 0o755 });
    writeFileSync(hook(), '');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const failed = async (path: string | undefined = hook()) => {
    const checks = await checkRunner({ ACTIONS_RUNNER_CONTAINER_HOOKS: path }, work());
    return checks.filter(({ status }) => status === 'failed').map(({ name, seen }) => `${name}: ${seen}`);
  };

  it('finds nothing where all is well', async () => {
    expect(await failed()).to.deep.equal([]);
  });

  it('finds a hook that is not there, or not named', async () => {
    expect(await failed('/no/index.js')).to.deep.equal(['hook file: /no/index.js cannot be read: ENOENT']);
    expect(await failed('')).to.deep.equal(['hook file: ACTIONS_RUNNER_CONTAINER_HOOKS is not set']);
  });

  it('finds a runner image without externals', async () => {
    rmSync(join(root, 'externals'), { recursive: true });
    expect(await failed()).to.deep.equal([
      `externals: the runner image has no ${root}/externals/node20/bin/node: ENOENT`,
    ]);
  });

  it('finds a folder of tools that is none, and leaves nothing in the others', async () => {
    rmSync(join(work(), '_tool'), { recursive: true });
    writeFileSync(join(work(), '_tool'), '');
    const [found = ''] = await failed();
    expect(found).to.match(
      /^work folder: \S+\/_tool cannot be written by user \d+: ENOTDIR \(owner \d+:\d+, mode \d+\)$/,
    );
  });
});
