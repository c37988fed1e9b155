import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describeWithMounts } from '../engine/needs-mounts.js';
import type { EngineRunner } from '../runner/engine-runner.js';
import { preparedRunner } from './support.js';

/** Takes nothing for a second, by which time the hook has everything; a pipe holds 65,536 bytes. */
const NODE = `#!/bin/bash
set -o pipefail
'${process.execPath}' "$@" | { sleep 1; cat; }
`;

describeWithMounts('a runner that is slow to read', () => {
  let runner: EngineRunner;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podhooks-slow-'));
    const node = join(folder, 'node');
    await writeFile(node, NODE);
    await chmod(node, 0o755);
    runner = await preparedRunner('volume', { node });
  });
  after(async () => {
    await runner.close();
    await rm(folder, { recursive: true });
  });

  it('gets the end of an output, too', async () => {
    const x = (count: number) => `head -c ${count} /dev/zero | tr '\\0' x`;
    const { stdoutBytes, exitCode } = await runner.run({
      run: `${x(65_000)}; sleep 0.2; ${x(5_000)}; exit 3`,
    });
    expect({ stdoutBytes, exitCode }).to.deep.equal({ stdoutBytes: 70_000, exitCode: 3 });
  });
});
