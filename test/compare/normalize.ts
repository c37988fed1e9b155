/** What an object is called in this run, and in no other. */
export interface RunNames {
  runner: string;
  namespace: string;
}

/** Fields of metadata that the API server sets. */
const SERVERS = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'generation', 'selfLink'];
/** Fields by which Kubernetes tells elements of a list apart, the first that an element has. */
const KEYS = ['mountPath', 'containerPort', 'name', 'key', 'ip'] as const;

/** The object without what differs from run to run: status, identifiers, generated parts of names, and what secrets hold. */
export function normalized(object: object, { runner, namespace }: RunNames): unknown {
  const text = JSON.stringify(object, (key, value: unknown) =>
    key === 'status' || key === 'data' || SERVERS.includes(key) ? undefined : value,
  );
  const plain = text
    .replaceAll(runner, '<runner>')
    .replaceAll(namespace, '<namespace>')
    .replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\b10\.244\.\d+\.\d+\b/g, '<address>')
    // Random and time-based identifiers in names, and what Kubernetes adds to the names of a Job's pods.
    .replaceAll(
      /(<runner>-[a-z-]+?)-(?=[0-9a-f-]*\d)[0-9a-f]{5}[0-9a-f-]*(-[a-z0-9]{5})?(?=[-"])/g,
      '$1-<id>',
    );
  return JSON.parse(plain);
}

/** Paths and values of an object; elements of lists by their names, so that order does not count. */
export function flatten(value: unknown, path = ''): Map<string, unknown> {
  const children = childrenOf(value);
  // An empty list says as much as none; an empty object, as in `emptyDir: {}`, says more.
  const isNothing = path === '' || (Array.isArray(value) && value.length === 0);
  if (children.length === 0) return new Map(isNothing ? [] : [[path, value]]);
  return new Map(
    children
      .flatMap(([key, child]) => [
        ...flatten(child, path + (path === '' || key.startsWith('[') ? key : `.${key}`)),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** A list of texts or numbers is one value: in a command, the order counts. */
function childrenOf(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.some(isObject) ? elementsOf(value) : [];
  return isObject(value) ? Object.entries(value) : [];
}

function elementsOf(list: readonly unknown[]): [string, unknown][] {
  const seen = new Map<string, number>();
  return list.map((element, index) => {
    const key = isObject(element) ? KEYS.find((each) => each in element) : undefined;
    if (!isObject(element) || key === undefined) return [`[${index}]`, element];
    const { [key]: name, ...others } = element;
    const count = (seen.get(String(name)) ?? 0) + 1;
    seen.set(String(name), count);
    return [`[${String(name)}${count === 1 ? '' : `#${count}`}]`, others];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
