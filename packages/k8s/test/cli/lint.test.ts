import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lint } from '../../src/cli/lint.js';

describe('lint', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'podhooks-lint-'))));
  after(() => rmSync(folder, { recursive: true }));

  const check = async (text: string) => {
    const file = join(folder, 'file.yaml');
    writeFileSync(file, text);
    const { kind, faults, warnings } = await lint(file);
    return { kind, faults: faults.map((fault) => fault.replace(`${file}:`, '')), warnings };
  };

  it('knows a pod template, and tells all its faults with their lines', async () => {
    expect(await check('spec:\n  nodeselector: {}\n  hostname: 1\n')).to.deep.equal({
      kind: 'template',
      faults: [
        '2: spec.nodeselector: unknown field; did you mean nodeSelector?',
        '3: spec.hostname: expected a text, found a number; put it in quotes',
      ],
      warnings: [],
    });
  });

  it('knows a settings file', async () => {
    expect(await check('prepareTimeoutSeconds: soon\n')).to.deep.equal({
      kind: 'settings',
      faults: ['1: prepareTimeoutSeconds: expected a number of seconds, 1 or more, found "soon"'],
      warnings: [],
    });
  });

  it('finds nothing in good files', async () => {
    expect((await check('spec: { hostname: a }')).faults).to.deep.equal([]);
    expect(await check('prepareTimeoutSeconds: 5')).to.deep.equal({
      kind: 'settings',
      faults: [],
      warnings: [],
    });
  });

  it('says of a file that is not there that it cannot be read', async () => {
    const { faults } = await lint(join(folder, 'none.yaml'));
    expect(faults).to.have.length(1);
    expect(faults[0]).to.contain('cannot be read: ENOENT');
  });
});
