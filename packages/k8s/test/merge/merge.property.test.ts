import { expect } from 'chai';
import fc from 'fast-check';
import { strategicMerge } from '../../src/merge/merge.js';

/** All of them take half a minute: that is for CI, whose runs are not waited for. */
const RUNS = { numRuns: process.env['CI'] === undefined ? 1_000 : 10_000 };

const names = fc.constantFrom('a', 'b', 'c', '__proto__');
const text = fc.constantFrom('1', '2', 'x');
const directive = fc.constantFrom('delete', 'replace', 'merge');

/** An object with some of the given members. */
const some = (members: Record<string, fc.Arbitrary<unknown>>) => fc.record(members, { requiredKeys: [] });
/** How an element of a keyed list is told apart from its neighbours. */
function keyOf(element: unknown): string {
  const { name, mountPath, containerPort, protocol = 'TCP' } = element as Record<string, unknown>;
  return JSON.stringify(containerPort ? [containerPort, protocol] : (mountPath ?? name ?? element));
}

const listOf = (element: fc.Arbitrary<unknown>) => fc.array(element, { maxLength: 4 });

/** A list in which each key stands once: of two contradicting patches for one key nothing can be promised. */
const uniqueListOf = (element: fc.Arbitrary<unknown>) =>
  fc.uniqueArray(element, { maxLength: 4, selector: keyOf });

/** A pod template; a patch one may hold nulls and directives as well. */
function template(isPatch: boolean, mayReplaceAll = isPatch): fc.Arbitrary<object> {
  const maybeNull = (value: fc.Arbitrary<unknown>) => (isPatch ? fc.option(value, { freq: 5 }) : value);
  const told: Record<string, fc.Arbitrary<unknown>> = isPatch ? { $patch: directive } : {};
  const keyed = (key: string, value: fc.Arbitrary<unknown>, members: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record({ [key]: value, ...members, ...told }, { requiredKeys: [key] });
  const strings = maybeNull(fc.dictionary(names, maybeNull(text), { maxKeys: 3 }));
  const container = keyed('name', names, {
    image: maybeNull(text),
    command: maybeNull(listOf(text)),
    env: maybeNull(uniqueListOf(keyed('name', names, { value: maybeNull(text) }))),
    ports: maybeNull(
      uniqueListOf(
        keyed('containerPort', fc.constantFrom(80, 53), { protocol: fc.constantFrom('TCP', 'UDP') }),
      ),
    ),
    volumeMounts: maybeNull(uniqueListOf(keyed('mountPath', names, { name: names }))),
    resources: maybeNull(some({ limits: strings, requests: strings, ...told })),
  });
  const spec = some({
    containers: uniqueListOf(container),
    initContainers: maybeNull(uniqueListOf(container)),
    volumes: maybeNull(
      uniqueListOf(keyed('name', names, { emptyDir: some({ medium: text }), secret: strings })),
    ),
    imagePullSecrets: maybeNull(uniqueListOf(keyed('name', names, {}))),
    tolerations: maybeNull(listOf(some({ key: text }))),
    securityContext: maybeNull(some({ runAsUser: maybeNull(fc.nat(9)), ...told })),
    nodeSelector: strings,
    ...(mayReplaceAll ? told : {}),
  });
  return some({
    metadata: some({ labels: strings, finalizers: maybeNull(uniqueListOf(text)), ...told }),
    spec,
  });
}

/** Every list of a pod whose elements are told apart by one or two members. */
function keyedLists(pod: object): string[][] {
  const lists: string[][] = [];
  JSON.stringify(pod, (field, value: unknown) => {
    if (!Array.isArray(value) || ['tolerations', 'command'].includes(field)) return value;
    const elements: unknown[] = value;
    lists.push(elements.map(keyOf));
    return elements;
  });
  return lists;
}

const containerNames = (pod: object): unknown[] =>
  ((pod as { spec?: { containers?: { name: unknown }[] } }).spec?.containers ?? []).map(({ name }) => name);

describe('strategicMerge, for any base and patch', function () {
  // So many runs take seconds, and more on a busy machine.
  this.timeout(120_000);

  it('gives the same when the patch is applied again', () => {
    fc.assert(
      fc.property(template(false), template(true), (base, patch) => {
        const once = strategicMerge(base, patch);
        expect(strategicMerge(once, patch)).to.deep.equal(once);
      }),
      RUNS,
    );
  });

  it('leaves its inputs as they are and shares nothing with them', () => {
    fc.assert(
      fc.property(template(false), template(true), (base, patch) => {
        const [baseBefore, patchBefore] = [JSON.stringify(base), JSON.stringify(patch)];
        const merged = strategicMerge(base, patch);
        const values = new Set<unknown>();
        const collect = (_: string, value: unknown) => {
          if (typeof value === 'object' && value !== null) values.add(value);
          return value;
        };
        expect(JSON.stringify(base, collect)).to.equal(baseBefore);
        expect(JSON.stringify(patch, collect)).to.equal(patchBefore);
        JSON.stringify(merged, (_, value: unknown) => {
          expect(values.has(value)).to.equal(false);
          return value;
        });
      }),
      RUNS,
    );
  });

  it('changes nothing with an empty patch', () => {
    fc.assert(
      fc.property(template(false), fc.constantFrom({}, { spec: {} }, { metadata: {} }), (base, patch) => {
        expect(strategicMerge(base, patch)).to.deep.equal({ ...structuredClone(patch), ...base });
      }),
      RUNS,
    );
  });

  it('keeps the containers that stay in their order, before the new ones', () => {
    fc.assert(
      fc.property(template(false), template(true, false), (base, patch) => {
        const before = containerNames(base);
        const after = containerNames(strategicMerge(base, patch));
        const patches =
          (patch as { spec?: { containers?: Record<string, unknown>[] } }).spec?.containers ?? [];
        const deleted = patches.filter((each) => each.$patch === 'delete').map((each) => each.name);
        const stayed = after.filter((name) => before.includes(name) && !deleted.includes(name));
        expect(stayed).to.deep.equal(before.filter((name) => stayed.includes(name)));
        expect(after.slice(0, stayed.length)).to.deep.equal(stayed);
      }),
      RUNS,
    );
  });

  it('leaves every key once in a base that had it once', () => {
    fc.assert(
      fc.property(template(false), template(true), (base, patch) => {
        for (const keys of keyedLists(strategicMerge(base, patch))) {
          expect(new Set(keys).size).to.equal(keys.length);
        }
      }),
      RUNS,
    );
  });
});
