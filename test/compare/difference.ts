export interface Difference {
  path: string;
  /** Undefined where this hook has nothing, `…` for a whole element. */
  ours: unknown;
  theirs: unknown;
}

/** A container, volume, mount, port or variable: told as one where only one hook has it. */
const ELEMENTS = [
  /^.*?\.(?:containers|initContainers|volumes|ownerReferences|hostAliases)\[[^\]]+\]/,
  /^.*?\.(?:env|volumeMounts|ports)\[[^\]]+\]/,
];
const WHOLE = '…';

/** What two objects, as flatten gives them, have differently. */
export function differences(
  ours: ReadonlyMap<string, unknown>,
  theirs: ReadonlyMap<string, unknown>,
): Difference[] {
  const found = new Map<string, Difference>();
  for (const path of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
    if (ours.has(path) && theirs.has(path)) {
      const [a, b] = [ours.get(path), theirs.get(path)];
      if (JSON.stringify(a) !== JSON.stringify(b)) found.set(path, { path, ours: a, theirs: b });
      continue;
    }
    const [has, hasNot] = ours.has(path) ? [ours, theirs] : [theirs, ours];
    const element = ELEMENTS.flatMap((pattern) => pattern.exec(path)?.[0] ?? []).find(
      (each) => ![...hasNot.keys()].some((other) => isIn(each, other)),
    );
    const at = element ?? path;
    const value = element === undefined ? has.get(path) : (has.get(`${element}.value`) ?? WHOLE);
    found.set(at, {
      path: at,
      ours: has === ours ? value : undefined,
      theirs: has === theirs ? value : undefined,
    });
  }
  return [...found.values()];
}

function isIn(element: string, path: string): boolean {
  return path === element || path.startsWith(`${element}.`) || path.startsWith(`${element}[`);
}
