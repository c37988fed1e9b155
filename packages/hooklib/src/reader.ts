/** So many faults are described. An input may have millions, and the runner's log is no place for them. */
const DESCRIBED = 20;
/** Of the path to a fault; keys come from the workflow and may be long. */
const PATH_CHARS = 200;

/** All faults of an input, of which the first are described. */
export class Faults {
  count = 0;
  readonly described: string[] = [];

  add(describe: () => string): void {
    this.count += 1;
    if (this.described.length < DESCRIBED) this.described.push(describe());
  }
}

/** A value of the input and the way to it. */
export interface Place {
  readonly value: unknown;
  /** As in `args.services[1].image`; empty for the whole input. */
  readonly path: string;
  /** One list for the whole input: readers add to it and go on, so that all faults are found at once. */
  readonly faults: Faults;
}

/**
 * Checks the value at a place. On a fault it notes what was expected and seen, never the value (it may be secret),
 * and returns a stand-in; whoever asked for the whole must throw it away when there are faults.
 */
export type Reader<T> = (place: Place) => T;

/** Notes that the value at `place` is not `expected`, and returns the stand-in. */
export function fault<T>(place: Place, expected: string, standIn: T, seen = seenAt(place)): T {
  place.faults.add(() => `${shortened(place.path) || 'input'}: expected ${expected}, ${seen}`);
  return standIn;
}

export const text: Reader<string> = (place) =>
  typeof place.value === 'string' ? place.value : fault(place, 'a string', '');

export const flag: Reader<boolean> = (place) =>
  typeof place.value === 'boolean' ? place.value : fault(place, 'a boolean', false);

export const object: Reader<Readonly<Record<string, unknown>>> = (place) =>
  isObject(place.value) ? place.value : fault(place, 'an object', {});

/** The fallback if the value is null or absent: older runners leave out what newer ones write as null. */
export function optional<T, Fallback>(read: Reader<T>, fallback: Fallback): Reader<T | Fallback> {
  return (place) => (place.value === null || place.value === undefined ? fallback : read(place));
}

export function listOf<T>(read: Reader<T>): Reader<readonly T[]> {
  return (place) => {
    if (!Array.isArray(place.value)) return fault(place, 'an array', []);
    return place.value.map((value: unknown, index) =>
      read({ value, path: `${place.path}[${index}]`, faults: place.faults }),
    );
  };
}

/** An object with any keys. `Object.fromEntries` makes even `__proto__` an ordinary key. */
export function mapOf<T>(read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (place) =>
    Object.fromEntries(
      Object.entries(object(place)).map(([name, value]) => [
        name,
        read({ value, path: pathTo(place.path, name), faults: place.faults }),
      ]),
    );
}

/** The places of an object's own properties. Of a value that is no object only that is reported, not each property. */
export function propertiesOf(place: Place): (name: string) => Place {
  const values = new Map(Object.entries(object(place)));
  const faults = isObject(place.value) ? place.faults : new Faults();
  return (name) => ({ value: values.get(name), path: pathTo(place.path, name), faults });
}

function pathTo(parent: string, name: string): string {
  if (!/^\w+$/.test(name)) return `${parent}[${JSON.stringify(name)}]`;
  return parent === '' ? name : `${parent}.${name}`;
}

function shortened(path: string): string {
  return path.length <= PATH_CHARS ? path : `${path.slice(0, PATH_CHARS)}…`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function seenAt({ value }: Place): string {
  if (value === undefined) return 'but it is missing';
  if (value === null) return 'got null';
  if (Array.isArray(value)) return 'got an array';
  return typeof value === 'object' ? 'got an object' : `got a ${typeof value}`;
}
