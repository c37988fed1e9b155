import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Fault } from './mutation/fault.js';
import { FAULTS } from './mutation/faults.js';
import { runTests } from './mutation/run-tests.js';
import { ROOT, mutated } from './mutation/sources.js';

describe('the mutation tests', () => {
  it('have names of their own', () => {
    const names = FAULTS.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
  });

  for (const fault of FAULTS)
    it(`"${fault.name}" is a change of one place in the sources`, () => {
      const source = readFileSync(join(ROOT, fault.file), 'utf8');
      expect(mutated(fault, source)).to.not.equal(source);
    });

  it('are each named a test that exists', async () => {
    const files = [...new Set(FAULTS.map(({ test }) => test.file))];
    const tests = await runTests({ root: ROOT, files, dryRun: true });
    const known = new Set(tests.map(({ file, title }) => `${file}: ${title}`));
    const named = FAULTS.map(({ test }) => `${test.file}: ${test.title}`);
    expect(named.filter((test) => !known.has(test))).to.deep.equal([]);
  });
});

describe('mutated', () => {
  const fault: Fault = { name: 'f', file: 'a.ts', from: 'x', to: "$&$'", test: { file: 't', title: 't' } };

  it('takes the texts as they are', () => {
    expect(mutated(fault, 'axb')).to.equal("a$&$'b");
  });

  for (const source of ['ab', 'axbx'])
    it(`refuses ${source}, in which the text does not stand once`, () => {
      expect(() => mutated(fault, source)).to.throw('"f": its text stands');
    });
});
