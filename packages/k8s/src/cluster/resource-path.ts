import { HookError } from '@podhooks/hooklib';

/** What the hook reads only to explain why a pod does not start. */
export type Looked = 'configmaps' | 'secrets' | 'persistentvolumeclaims' | 'events';

/**
 * The path of objects of a namespace, or of one of them. A name stays one segment whatever it holds: in a URL, `x/exec?…`
 * would name a subresource, and `..` the collection above it.
 * @throws HookError API_REFUSED for a name that no encoding can keep from changing the path.
 */
export function resourcePath(namespace: string, resource: 'pods' | Looked, name?: string): string {
  const collection = `/api/v1/namespaces/${segment(namespace)}/${resource}`;
  return name === undefined ? collection : `${collection}/${segment(name)}`;
}

function segment(name: string): string {
  if (name === '' || name === '.' || name === '..')
    throw new HookError(
      'API_REFUSED',
      `No request was sent: ${JSON.stringify(name)} cannot be the name of a Kubernetes object.`,
      {
        hint: 'Check ACTIONS_RUNNER_POD_NAME and ACTIONS_RUNNER_KUBERNETES_NAMESPACE of the runner container.',
      },
    );
  return encodeURIComponent(name);
}
