import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { CAMPAIGNS } from './reliability/campaigns.js';
import { countOf } from './reliability/campaign.js';
import { objectsMade } from './reliability/objects-made.js';
import { readOptions } from './reliability/options.js';
import { pool } from './reliability/pool.js';
import { seeded, shuffled, whole } from './reliability/random.js';
import { markdownTable } from './reliability/report.js';

describe('the campaigns of faults', () => {
  it('have names and claims of their own', () => {
    expect(new Set(CAMPAIGNS.map(({ name }) => name))).to.have.property('size', CAMPAIGNS.length);
    expect(new Set(CAMPAIGNS.map(({ claim }) => claim))).to.have.property('size', CAMPAIGNS.length);
  });

  it('meet the same chance again with the same seed', () => {
    const numbers = (seed: number) => Array.from({ length: 50 }, seeded(seed));
    expect(numbers(7)).to.deep.equal(numbers(7));
    expect(numbers(7)).to.not.deep.equal(numbers(8));
    expect(Math.min(...numbers(7))).to.be.within(0, 0.2);
    expect(Math.max(...numbers(7))).to.be.within(0.8, 1);
    expect(numbers(7).map((number) => whole(() => number, 3))).to.include.members([0, 1, 2]);
  });

  it('try the same cases in an order that follows from the seed', () => {
    const cases = Array.from({ length: 20 }, (_, index) => index);
    expect(shuffled(cases, seeded(7))).to.deep.equal(shuffled(cases, seeded(7)));
    expect(shuffled(cases, seeded(7)))
      .to.have.members(cases)
      .and.not.deep.equal(shuffled(cases, seeded(8)));
  });

  it('are as large as they are told to be', () => {
    const scale = { random: seeded(1), say: () => undefined };
    expect(countOf({ ...scale, small: false, count: undefined }, 100, 5)).to.equal(100);
    expect(countOf({ ...scale, small: true, count: undefined }, 100, 5)).to.equal(5);
    expect(countOf({ ...scale, small: true, count: 7 }, 100, 5)).to.equal(7);
  });

  it('are chosen by name, and refuse names and numbers that they do not know', () => {
    const known = ['cuts', 'kill'];
    expect(readOptions([], known).only).to.deep.equal(known);
    expect(readOptions(['--only', 'kill', '--steps', '5', '--seed', '9', '--small'], known)).to.deep.equal({
      only: ['kill'],
      json: undefined,
      count: 5,
      seed: 9,
      small: true,
    });
    expect(() => readOptions(['--only', 'kills'], known)).to.throw('there is no campaign kills');
    expect(() => readOptions(['--steps', 'many'], known)).to.throw('--steps wants a whole number, got many');
  });

  it('are reported as a table', () => {
    const rows = [
      { what: 'steps', value: '10' },
      { what: 'lost', value: '0' },
    ];
    expect(markdownTable([{ name: 'cuts', seconds: 3, rows }])).to.equal(
      `| campaign     | what  | counted |
| ------------ | ----- | ------- |
| \`cuts\` (3 s) | steps | 10      |
|              | lost  | 0       |`,
    );
  });

  it('do so much at once as they are allowed to, each number once', async () => {
    const done: number[] = [];
    let [running, most] = [0, 0];
    await pool(10, 3, async (number) => {
      most = Math.max(most, ++running);
      await sleep(1);
      running -= 1;
      done.push(number);
    });
    expect(done.toSorted((a, b) => a - b)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(most).to.equal(3);
  });

  it('end at the first fault, when what has begun is over', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const broken = pool(10, 2, async (number) => {
      begun.push(number);
      await sleep(number);
      if (number === 1) throw new Error('lost');
      ended.push(number);
    });
    expect(await broken.catch(String)).to.equal('Error: lost');
    expect(begun.length).to.be.lessThan(4);
    expect(ended).to.have.length(begun.length - 1);
  });
});

describe('the objects that requests have made', () => {
  const request = (uri: string, name: string, code: number, verb = 'create') => ({
    verb,
    uri: `/api/v1/namespaces/ci/${uri}`,
    name,
    code,
    at: new Date(0),
  });

  it('are those that were created, and those of which only a later try tells', () => {
    expect(
      objectsMade([
        request('secrets?fieldValidation=Strict', 'env', 201),
        request('secrets', 'lost', 503),
        request('pods?fieldValidation=Strict', 'a', 504),
        request('pods', 'a', 409),
        request('pods/a/exec?command=sh', 'a', 201),
        request('pods/a', 'a', 200, 'delete'),
      ]),
    ).to.deep.equal({ made: ['pods', 'secrets'], twice: [] });
  });

  it('are counted under each name, and as often as they were created', () => {
    const requests = [request('pods', 'a', 201), request('pods', 'b', 201), request('pods', 'a', 201)];
    expect(objectsMade(requests)).to.deep.equal({ made: ['pods', 'pods'], twice: ['pods/a'] });
  });
});
