import { expect } from 'chai';
import { strategicMerge } from '../../src/merge/merge.js';
import { MERGE_CASES } from './merge-cases.js';

describe('strategicMerge', () => {
  for (const { title, base, patch, merged } of MERGE_CASES) {
    it(title, () => {
      expect(strategicMerge(base, patch)).to.deep.equal(merged);
    });
  }

  it('keeps the order of lists and members', () => {
    const base = { spec: { containers: [{ name: 'b' }, { name: 'a' }] } };
    const patch = { spec: { containers: [{ name: 'd' }, { name: 'a', tty: true }, { name: 'c' }] } };
    expect(JSON.stringify(strategicMerge(base, patch))).to.equal(
      '{"spec":{"containers":[{"name":"b"},{"name":"a","tty":true},{"name":"d"},{"name":"c"}]}}',
    );
  });

  it('leaves duplicates in the base alone', () => {
    const base = { env: [{ name: 'A' }, { name: 'A', value: '2' }, { name: 'B' }] };
    const patch = { env: [{ name: 'B', value: '3' }] };
    expect(strategicMerge(base, patch, 'Container')).to.deep.equal({
      env: [{ name: 'A' }, { name: 'A', value: '2' }, { name: 'B', value: '3' }],
    });
  });

  it('patches every duplicate, as the last of them is the one that counts', () => {
    const base = {
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
    };
    const patch = { env: [{ name: 'A', value: '3' }] };
    expect(strategicMerge(base, patch, 'Container')).to.deep.equal({
      env: [
        { name: 'A', value: '3' },
        { name: 'A', value: '3' },
      ],
    });
  });

  it('lets the last of two patches for one key win', () => {
    const patch = {
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
    };
    expect(strategicMerge({}, patch, 'Container')).to.deep.equal({ env: [{ name: 'A', value: '2' }] });
  });

  it('deletes only the port of the given protocol', () => {
    const base = { ports: [{ containerPort: 53 }, { containerPort: 53, protocol: 'UDP' }] };
    const patch = { ports: [{ containerPort: 53, $patch: 'delete' }] };
    expect(strategicMerge(base, patch, 'Container')).to.deep.equal({
      ports: [{ containerPort: 53, protocol: 'UDP' }],
    });
  });

  it('merges what the schema does not know: maps by member, lists whole', () => {
    const base = { a: { b: [1], c: 1 } };
    expect(strategicMerge(base, { a: { b: [2], d: 2 } }, 'Unknown')).to.deep.equal({
      a: { b: [2], c: 1, d: 2 },
    });
  });

  it('puts a patch in the place of a value of another kind', () => {
    expect(strategicMerge({ a: 'text', b: { c: 1 } }, { a: { b: 1 }, b: [1] }, 'Unknown')).to.deep.equal({
      a: { b: 1 },
      b: [1],
    });
  });

  it('takes no notice of members that are undefined', () => {
    const base = { spec: { hostname: 'a', subdomain: undefined } };
    expect(strategicMerge(base, { spec: { hostname: undefined } })).to.deep.equal({
      spec: { hostname: 'a' },
    });
  });

  it('gives an empty object when the patch deletes everything', () => {
    expect(strategicMerge({ a: 1 }, { $patch: 'delete' })).to.deep.equal({});
  });

  it('keeps a member called __proto__ as data', () => {
    const patch: unknown = JSON.parse('{"metadata":{"labels":{"__proto__":{"polluted":true}}}}');
    const merged = strategicMerge({ metadata: {} }, patch as object);
    expect(JSON.stringify(merged)).to.equal('{"metadata":{"labels":{"__proto__":{"polluted":true}}}}');
    expect(Object.keys({})).to.deep.equal([]);
    expect('polluted' in {}).to.equal(false);
  });
});
