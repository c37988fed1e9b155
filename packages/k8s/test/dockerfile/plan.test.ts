import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { CASES } from '../../../../test/dockerfiles/cases.js';
import { REFUSED } from '../../../../test/dockerfiles/refused.js';
import { codeBlocks } from '../../../../test/docs/markdown.js';
import { DockerfileFault } from '../../src/dockerfile/fault.js';
import { planOf } from '../support/context.js';

function faultOf(plan: () => unknown): DockerfileFault {
  try {
    plan();
  } catch (error) {
    if (error instanceof DockerfileFault) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('the page about Dockerfiles', () => {
  it('has an example that is run', () => {
    const page = readFileSync(new URL('../../../../docs/dockerfile-actions.md', import.meta.url), 'utf8');
    const [example] = codeBlocks(page).filter(({ language }) => language === 'dockerfile');
    expect(CASES.map(({ dockerfile }) => dockerfile.trim())).to.include(example?.text.trim());
  });
});

describe('the plan of a Dockerfile', () => {
  for (const { name, dockerfile, kind, line, why } of REFUSED)
    it(`refuses ${name}, by its line`, () => {
      const fault = faultOf(() => planOf(dockerfile));
      expect(fault.message).to.contain(why);
      expect([fault.kind, fault.line]).to.deep.equal([kind, line]);
    });

  for (const { name, dockerfile, files = {}, step } of CASES) {
    if (step?.dockerfile !== undefined) continue;
    it(`is made for: ${name}`, () => {
      const ignore = files['.dockerignore']?.toString();
      expect(planOf(dockerfile, files, ignore).stages).to.not.deep.equal([]);
    });
  }

  it('leaves out stages that nothing is copied from, and does not read them', () => {
    const plan = planOf('FROM a AS x\nCOPY missing /\nFROM b AS y\nRUN 1\nFROM c\nCOPY --from=y /f /f\n');
    expect(plan.stages.map(({ image }) => image)).to.deep.equal(['b', 'c']);
    expect(plan.stages.map(({ needs }) => needs)).to.deep.equal([[], [0]]);
  });

  it('carries out the instructions of a stage again in one that is built on it', () => {
    const plan = planOf('FROM a AS x\nRUN 1\nENTRYPOINT ["e"]\nFROM x\nRUN 2\n');
    const [only] = plan.stages;
    expect(plan.stages).to.have.length(1);
    expect([only?.image, only?.steps.map(({ line }) => line)]).to.deep.equal(['a', [2, 5]]);
    expect(plan.start.entrypoint).to.deep.equal(['e']);
  });

  it('forgets the CMD from before an ENTRYPOINT', () => {
    expect(planOf('FROM a\nCMD ["x"]\nENTRYPOINT ["e"]\n').start.cmd).to.equal(undefined);
  });

  it('asks for root where a USER does', () => {
    const asRoot = (text: string) => planOf(`FROM a\n${text}`).stages[0]?.asRoot;
    expect(['USER root', 'USER 0:0', 'USER app', ''].map(asRoot)).to.deep.equal([true, true, false, false]);
  });
});
