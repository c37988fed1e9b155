import { expect } from 'chai';
import fc from 'fast-check';
import { findJsonFault } from '../src/json-fault.js';

describe('findJsonFault', () => {
  const cases: [text: string, kind: string, offset: number][] = [
    ['', 'truncated', 0],
    ['[', 'truncated', 1],
    ['{"a":tr', 'truncated', 7],
    ['["\\u12', 'truncated', 6],
    ['["\\', 'truncated', 3],
    ['[-', 'truncated', 2],
    ['[1.', 'truncated', 3],
    ['x', 'unexpected', 0],
    ["{'a':1}", 'unexpected', 1],
    ['{"a" 1}', 'unexpected', 5],
    ['{"a":1,}', 'unexpected', 7],
    ['[1,]', 'unexpected', 3],
    ['[1}', 'unexpected', 2],
    ['{,}', 'unexpected', 1],
    ['[1 2]', 'unexpected', 3],
    ['[nul]', 'unexpected', 1],
    ['["\\x"]', 'unexpected', 2],
    ['["\\u12x4"]', 'unexpected', 2],
    ['["a\tb"]', 'unexpected', 3],
    ['[\u00a01]', 'unexpected', 1],
    ['[01]', 'unexpected', 2],
    ['{} }', 'trailing', 3],
    ['1 {"a":', 'trailing', 2],
  ];
  for (const [text, kind, offset] of cases) {
    it(`finds ${JSON.stringify(text)} ${kind} at ${offset}`, () => {
      expect(() => void JSON.parse(text)).to.throw(SyntaxError);
      expect(findJsonFault(text)).to.deep.equal({ kind, offset });
    });
  }

  const documentText = fc
    .record({ a: fc.jsonValue(), b: fc.jsonValue() })
    .chain((value) => fc.constantFrom(JSON.stringify(value), JSON.stringify(value, null, 2)));

  it('calls every beginning of a document truncated, at its end', () => {
    fc.assert(
      fc.property(documentText, fc.nat(), (text, at) => {
        const beginning = text.slice(0, at % text.length);
        expect(findJsonFault(beginning)).to.deep.equal({ kind: 'truncated', offset: beginning.length });
      }),
    );
  });

  it('finds what follows a document', () => {
    fc.assert(
      fc.property(documentText, documentText, (first, second) => {
        expect(findJsonFault(`${first}\n${second}`)).to.deep.equal({
          kind: 'trailing',
          offset: first.length + 1,
        });
      }),
    );
  });

  it('finds a character that JSON has nowhere, or the token that it is in', () => {
    fc.assert(
      fc.property(documentText, fc.nat(), (text, place) => {
        const at = 1 + (place % (text.length - 1));
        const fault = findJsonFault(`${text.slice(0, at)}\u0001${text.slice(at)}`);
        expect(fault.kind).to.equal('unexpected');
        expect(fault.offset).to.be.within(at - 5, at);
      }),
    );
  });

  it('bears very deep nesting and very long strings', () => {
    expect(findJsonFault('['.repeat(1e6)).offset).to.equal(1e6);
    expect(findJsonFault(`["${'a\\n'.repeat(1e6)}`).offset).to.equal(3e6 + 2);
  });
});
