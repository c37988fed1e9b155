import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describeWithMounts } from '../engine/needs-mounts.js';
import type { EngineRunner } from '../runner/engine-runner.js';
import { log, preparedRunner, succeeded } from './support.js';

describeWithMounts('a runner that closes the pipe amid a step', () => {
  let folder: string;
  let runner: EngineRunner;
  const closing = () => join(folder, 'closing');
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'podhooks-closed-pipe-'));
    const node = join(folder, 'node');
    // Once it is told to, it reads one line of the hook's output and no more.
    writeFileSync(
      node,
      `#!/bin/bash\n[ -e ${closing()} ] || exec ${process.execPath} "$@"\n` +
        `${process.execPath} "$@" | head -n 1\nexit \${PIPESTATUS[0]}\n`,
    );
    chmodSync(node, 0o755);
    runner = await preparedRunner('volume', { node });
  });
  after(async () => {
    await runner.close();
    rmSync(folder, { recursive: true });
  });

  it('gets a failure without a stack trace, and the step ends', async () => {
    const ended = `${runner.folders.workspace}/ended`;
    const script = [
      'trap "touch ended; exit 3" INT TERM',
      'for i in 1 2 3 4 5 6; do echo "line $i"; sleep 0.3; done',
      'i=0; while [ $i -lt 600 ]; do i=$((i+1)); sleep 0.1; done',
    ].join('\n');
    writeFileSync(closing(), '');
    const result = await runner.run({ run: script });
    rmSync(closing());
    expect(log(result)).to.match(/^line 1\n\n\[exit code (3|125|130|143)\]$/);
    expect(await runner.stat(ended)).to.not.equal(null);
    succeeded(await runner.run({ run: 'echo on' }));
  });
});
