import { randomBytes } from 'node:crypto';
import { forbidden } from './status.js';
import type { ContainerSpec, Draft, Meta, Pod, PodSpec, Secret } from './types.js';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const EVICTION_TOLERATIONS = ['not-ready', 'unreachable'].map((state) => ({
  ...{ key: `node.kubernetes.io/${state}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
}));

/**
 * The pod as the server stores it: with the defaults of the API and what the ServiceAccount admission adds.
 * @throws ApiError 403 when the service account does not exist
 */
export function completePod(
  draft: Draft<Pod>,
  metadata: Meta,
  accountExists: (name: string) => boolean,
): Pod {
  const given = draft.spec;
  const account = given.serviceAccountName ?? given.serviceAccount ?? 'default';
  const { name, namespace } = metadata;
  if (!accountExists(account))
    throw forbidden(
      'pods',
      name,
      `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`,
    );
  const mountToken = given.automountServiceAccountToken !== false;
  const tokenVolume = `kube-api-access-${randomBytes(3).toString('hex').slice(1)}`;
  const complete = (container: ContainerSpec) =>
    completeContainer(container, mountToken ? tokenVolume : undefined);
  const volumes = (given.volumes ?? []).map((volume) =>
    Object.keys(volume).length === 1 ? { ...volume, emptyDir: {} } : volume,
  );
  const spec: PodSpec = {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    ...given,
    serviceAccountName: account,
    serviceAccount: account,
    tolerations: [...(given.tolerations ?? []), ...EVICTION_TOLERATIONS],
    containers: given.containers.map(complete),
    ...(given.initContainers && { initContainers: given.initContainers.map(complete) }),
  };
  if (volumes.length > 0 || mountToken)
    spec.volumes = mountToken ? [...volumes, tokenSource(tokenVolume)] : volumes;
  return { ...draft, metadata, spec, status: { phase: 'Pending', qosClass: qosClass(spec) } };
}

/** `stringData` is write-only: its values end in `data`. */
export function completeSecret({ stringData, ...draft }: Draft<Secret>, metadata: Meta): Secret {
  const data = { ...draft.data };
  for (const [key, value] of Object.entries(stringData ?? {}))
    data[key] = Buffer.from(value).toString('base64');
  return { ...draft, metadata, ...(Object.keys(data).length > 0 && { data }), type: draft.type ?? 'Opaque' };
}

function completeContainer(container: ContainerSpec, tokenVolume: string | undefined): ContainerSpec {
  const { image, ports, volumeMounts = [] } = container;
  const hasOwn = volumeMounts.some((mount) => mount.mountPath === TOKEN_PATH);
  const token =
    tokenVolume === undefined || hasOwn ? [] : [{ name: tokenVolume, readOnly: true, mountPath: TOKEN_PATH }];
  const mounts = [...volumeMounts, ...token];
  const env = container.env?.map((variable) => {
    const fieldRef = variable.valueFrom?.fieldRef;
    return fieldRef ? { ...variable, valueFrom: { fieldRef: { apiVersion: 'v1', ...fieldRef } } } : variable;
  });
  return {
    ...container,
    resources: container.resources ?? {},
    ...(ports && { ports: ports.map((port) => ({ protocol: 'TCP', ...port })) }),
    ...(env && { env }),
    ...(mounts.length > 0 && { volumeMounts: mounts }),
    terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy ?? 'File',
    imagePullPolicy: container.imagePullPolicy ?? (hasFixedTag(image) ? 'IfNotPresent' : 'Always'),
  };
}

function hasFixedTag(image: string): boolean {
  const tag = /:([^:/@]+)$/.exec(image)?.[1];
  return image.includes('@') || (tag !== undefined && tag !== 'latest');
}

function tokenSource(name: string) {
  const fieldRef = { apiVersion: 'v1', fieldPath: 'metadata.namespace' };
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef }] } },
  ];
  return { name, projected: { sources, defaultMode: 420 } };
}

function qosClass({ containers, initContainers = [] }: PodSpec): string {
  const all = [...containers, ...initContainers].map(({ resources = {} }) => resources);
  if (all.every(({ requests = {}, limits = {} }) => Object.keys({ ...requests, ...limits }).length === 0))
    return 'BestEffort';
  const guaranteed = all.every(({ requests, limits = {} }) =>
    ['cpu', 'memory'].every((name) => name in limits && (requests?.[name] ?? limits[name]) === limits[name]),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
