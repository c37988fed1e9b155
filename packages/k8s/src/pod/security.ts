import type { Container, Pod } from '../model/kubernetes.js';
import { HELPER_CONTAINER } from '../model/names.js';

/** What the administrator asks of every pod that the hook creates. */
export interface PodSecurity {
  /** What the Pod Security level `restricted` asks for. */
  restricted: boolean;
  /** The user of containers whose options name none. */
  runAsUser: number | undefined;
  /** A user namespace of its own: root in a container is nobody on the node. */
  userNamespaces: boolean;
}

/** The pod with what the settings ask for. Options have been read under the same policy; the template may say otherwise. */
export function withPodSecurity(pod: Pod, security: PodSecurity): Pod {
  if (pod.spec === undefined) return pod;
  const { securityContext, containers } = pod.spec;
  const { restricted, userNamespaces } = security;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(userNamespaces && { hostUsers: false }),
      // For the pod, so that containers of the template have them, too.
      ...(restricted && {
        securityContext: {
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
          ...securityContext,
        },
      }),
      containers: containers.map((each) => (each.name === HELPER_CONTAINER ? each : secured(each, security))),
    },
  };
}

function secured(container: Container, { restricted, runAsUser }: PodSecurity): Container {
  if (!restricted && runAsUser === undefined) return container;
  const { securityContext } = container;
  return {
    ...container,
    securityContext: {
      ...(runAsUser !== undefined && { runAsUser }),
      ...securityContext,
      // The level knows no default for these in the pod.
      ...(restricted && {
        allowPrivilegeEscalation: false,
        capabilities: { ...securityContext?.capabilities, drop: ['ALL'] },
      }),
    },
  };
}
