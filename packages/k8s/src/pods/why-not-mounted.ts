import type { Context } from '../context.js';
import { ApiError } from '../cluster/api-error.js';
import { isNotFound } from '../cluster/failures.js';
import type { Looked } from '../cluster/resource-path.js';
import { asMap, mapsAt } from '../json.js';
import type { Pod, Volume } from '../model/kubernetes.js';

export interface NotMounted {
  what: string;
  hint: string;
  /** The object is known not to be there; otherwise it may be, and the node is slow. */
  isMissing: boolean;
}

/** An object that a volume is made from. */
export interface Source {
  volume: string;
  kind: string;
  resource: Looked;
  name: string;
}

/** A node has got to this pod, and none of its containers: volumes are mounted, or the network is set up. */
export function isMounting({ spec, status }: Pod): boolean {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const condition = status?.conditions?.find(({ type }) => type === 'PodReadyToStartContainers');
  return (
    spec?.nodeName !== undefined &&
    condition?.status !== 'True' &&
    statuses.every(({ state }) => state?.running === undefined && state?.terminated === undefined)
  );
}

/**
 * Why a pod's volumes are not mounted. The kubelet says it in events only, which ARC's Role does not show: so the objects
 * themselves are looked for, as far as the Role allows. Only after a while, as it costs requests.
 */
export async function whyNotMounted(pod: Pod, context: Context): Promise<NotMounted | undefined> {
  const { cluster } = context;
  const name = pod.metadata?.name ?? '';
  const events = await mountEvents(name, context);
  const said = events?.at(-1);
  if (said !== undefined)
    return {
      what: `a volume of pod ${name} cannot be mounted: ${said}`,
      hint: 'Create the object that is named in the namespace of the pod, or correct the pod template.',
      isMissing: /not found/.test(said),
    };
  const { absent, unseen } = await lookForSources(pod, context);
  if (absent !== undefined) return missing(absent, name, cluster.namespace);
  if (unseen.length === 0 || events !== undefined) return undefined;
  const named = unseen.map(({ kind, name: object, volume }) => `${kind} ${object} (volume ${volume})`);
  const objects = unseen.map(({ resource, name: object }) => `${resource}/${object}`).join(' ');
  return {
    what: `pod ${name} waits for its volumes: is there ${named.join(', ')}? The Role does not let the runner look`,
    hint: `kubectl -n ${cluster.namespace} get ${objects} shows whether they are there, kubectl -n ${cluster.namespace} get events --field-selector involvedObject.name=${name} what the kubelet says; with "list" on "events" in its Role the hook shows it itself.`,
    isMissing: false,
  };
}

/** Looks for the objects that a pod's volumes are made from, up to the first that is not there. */
export async function lookForSources(
  pod: Pod,
  { cluster, cancelled }: Pick<Context, 'cluster' | 'cancelled'>,
): Promise<{ absent?: Source; unseen: readonly Source[] }> {
  const unseen: Source[] = [];
  for (const source of (pod.spec?.volumes ?? []).flatMap(sourcesOf))
    try {
      await cluster.look(source.resource, source.name, {}, cancelled);
    } catch (error) {
      cancelled.throwIfAborted();
      if (isNotFound(error)) return { absent: source, unseen };
      unseen.push(source);
    }
  return { unseen };
}

const missing = ({ volume, kind, name }: Source, pod: string, namespace: string): NotMounted => ({
  what: `volume ${volume} of pod ${pod} cannot be mounted: the ${kind} ${name} does not exist in namespace ${namespace}`,
  hint: `Create the ${kind}, or correct the volume ${volume} in the pod template.`,
  isMissing: true,
});

/** What kubelet and controllers say of mounts; undefined where the Role does not show it. */
async function mountEvents(pod: string, { cluster, cancelled }: Context): Promise<string[] | undefined> {
  const query = { fieldSelector: `involvedObject.name=${pod},type=Warning` };
  try {
    const list = await cluster.look('events', undefined, query, cancelled);
    return mapsAt(asMap(list), 'items').flatMap(({ reason, message }) =>
      /^Failed(?:Mount|AttachVolume)$/.test(String(reason)) && typeof message === 'string' ? [message] : [],
    );
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** What has to be there; optional sources do not. */
function sourcesOf({ name: volume, configMap, secret, persistentVolumeClaim, projected }: Volume): Source[] {
  const source = (kind: string, resource: Looked, name?: string, optional?: boolean): Source[] =>
    name === undefined || optional === true ? [] : [{ volume, kind, resource, name }];
  return [
    ...source('ConfigMap', 'configmaps', configMap?.name, configMap?.optional),
    ...source('Secret', 'secrets', secret?.secretName, secret?.optional),
    ...source('PersistentVolumeClaim', 'persistentvolumeclaims', persistentVolumeClaim?.claimName),
    ...(projected?.sources ?? []).flatMap((each) => [
      ...source('ConfigMap', 'configmaps', each.configMap?.name, each.configMap?.optional),
      ...source('Secret', 'secrets', each.secret?.name, each.secret?.optional),
    ]),
  ];
}
