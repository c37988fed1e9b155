import { expect } from 'chai';
import fc from 'fast-check';
import { HookError, parseInput } from '../src/index.js';
import { hookErrorOf } from './hook-error.js';
import { faultsOf } from './inputs.js';
import { payload, payloadNames } from './payloads.js';

describe('parseInput, for any input', () => {
  it('never shows a part of the text, nor keeps an error that does', () => {
    const text = payload('v03');
    // Cut at its last field, which may be missing, one brace would make the text whole.
    const last = text.lastIndexOf(',"state"');
    fc.assert(
      fc.property(fc.nat(last - 1), fc.constantFrom('', '\u0001', '}', '"', 'x'), (cut, junk) => {
        const error = hookErrorOf('INPUT_INVALID', () => parseInput(text.slice(0, cut) + junk));
        expect(error.message).to.not.match(/SAMPLE|octo|ghs_/);
        expect(error.cause).to.equal(undefined);
      }),
    );
  });

  it('throws nothing but HookError, whatever the JSON', () => {
    const junk = fc.jsonValue();
    const near = fc.record(
      {
        command: fc.oneof(
          fc.constantFrom('prepare_job', 'run_script_step', 'run_container_step', 'cleanup_job'),
          junk,
        ),
        responseFile: fc.oneof(fc.string(), junk),
        args: fc.oneof(
          fc.record({ container: junk, services: fc.oneof(fc.array(junk), junk) }, { requiredKeys: [] }),
          fc.record({ image: junk, registry: junk, environmentVariables: junk }, { requiredKeys: [] }),
          junk,
        ),
        state: junk,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(near, junk), (value) => {
        try {
          parseInput(JSON.stringify(value));
        } catch (error) {
          expect(error).to.be.instanceOf(HookError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('throws nothing but HookError, whatever the text', () => {
    const part = fc.tuple(fc.json(), fc.nat(20)).map(([json, cut]) => json.slice(cut));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), part), (text) => {
        try {
          parseInput(text);
          expect.fail('such a text is no input');
        } catch (error) {
          expect(error).to.be.instanceOf(HookError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('names the path of any field of any payload that has a wrong type, and does not show its value', () => {
    const fields = payloadNames.flatMap((name) =>
      pathsOf(JSON.parse(payload(name))).map((path) => ({ name, path })),
    );
    const wrongValue = fc.constantFrom<unknown>(52417, [[52417]]);
    fc.assert(
      fc.property(fc.constantFrom(...fields), wrongValue, ({ name, path }, wrong) => {
        const input = replaced(JSON.parse(payload(name)), path, wrong);
        const faults = faultsOf(JSON.stringify(input));
        expect(faults).to.have.lengthOf(1);
        // A list of wrong elements in place of a list is a fault of the element.
        expect(faults[0]?.split(': ')[0]).to.be.oneOf([spelled(path), `${spelled(path)}[0]`]);
        expect(faults[0]).to.not.contain('52417');
      }),
      { numRuns: 500 },
    );
  });
});

type Path = (string | number)[];

/** The way to every value that has a type in the protocol: all but what lies inside of state. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner =
    path[0] === 'state'
      ? []
      : Object.entries(value).flatMap(([key, child]) =>
          pathsOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
        );
  return path.length === 0 ? inner : [path, ...inner];
}

function replaced(value: unknown, [key, ...rest]: Path, wrong: unknown): unknown {
  if (key === undefined) return wrong;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === key ? replaced(item, rest, wrong) : item));
  }
  return Object.fromEntries(
    Object.entries(value ?? {}).map(([name, child]) => [
      name,
      name === key ? replaced(child, rest, wrong) : child,
    ]),
  );
}

function spelled(path: Path): string {
  return path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return /^\w+$/.test(key) ? `.${key}` : `["${key}"]`;
    })
    .join('')
    .slice(1);
}
