/** What a request asks for, as Kubernetes' authorizer sees it. */
export interface Route {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  query: URLSearchParams;
}

/** Verb and resource of a request to the API, or undefined for a path without a resource (`/version`). */
export function parseRoute(method: string, path: string): Route | undefined {
  const url = new URL(path, 'http://localhost');
  const match = /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)\/(.+)$/.exec(url.pathname);
  if (!match) return undefined;
  const group = match[1] ?? '';
  const words = (match[2] ?? '').split('/').map(decodeURIComponent);
  const namespaced = words[0] === 'namespaces' && words.length > 2;
  const namespace = namespaced ? words[1] : undefined;
  const [resource = '', name, subresource] = namespaced ? words.slice(2) : words;
  const query = url.searchParams;
  const verb = verbOf(method, name, ['1', 'true'].includes(query.get('watch') ?? ''));
  return {
    ...{ verb, group, resource, query },
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
  };
}

/** `pods` or `pods/exec`, as in a Role. */
export const resourceOf = (route: Route): string =>
  route.subresource === undefined ? route.resource : `${route.resource}/${route.subresource}`;

function verbOf(method: string, name: string | undefined, watch: boolean): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      if (name !== undefined) return 'get';
      return watch ? 'watch' : 'list';
  }
}
