import { readFileSync } from 'node:fs';
import { HookError } from '@podhooks/hooklib';
import { ApiAgent } from './api-agent.js';
import type { Settings } from '../settings/read.js';
import { ApiClient } from './client.js';
import { Cluster } from './cluster.js';
import type { Connection } from './connection.js';

/** Where the service account of a pod is mounted (Kubernetes: "Accessing the API from within a pod"). */
const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface ConnectionOptions {
  /** `KUBERNETES_SERVICE_HOST` and `_PORT`; absent outside of a pod. */
  inCluster: { host: string; port: string } | undefined;
  /** `KUBECONFIG`; wins over the service account. */
  kubeconfig: string | undefined;
  /** Of the API server, verified earlier in the job; see ApiAgent. */
  certificate: string | undefined;
}

/**
 * The service account of the runner pod, or a kubeconfig where one is named.
 * @throws HookError API_UNAUTHORIZED without either.
 */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  if (options.kubeconfig !== undefined) {
    // Loaded only here: the library costs 30 ms at start, and a runner pod needs none of it.
    const { connectWithKubeconfig } = await import('./kubeconfig.js');
    return connectWithKubeconfig(options.kubeconfig, options.certificate);
  }
  if (options.inCluster === undefined)
    throw new HookError(
      'API_UNAUTHORIZED',
      'The Kubernetes API cannot be reached: this process does not run in a pod, and KUBECONFIG is not set.',
      {
        hint: 'Run the hooks in a runner pod that has a service account, or set KUBECONFIG.',
      },
    );
  return connectInCluster(options.inCluster, options.certificate);
}

function connectInCluster(
  { host, port }: { host: string; port: string },
  certificate: string | undefined,
): Connection {
  const ca = accountFile('ca.crt');
  const namespace = accountFile('namespace');
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: namespace.trim(),
    agent: new ApiAgent({ ca }, certificate, `${SERVICE_ACCOUNT_FOLDER}/ca.crt`),
    authorization: () => Promise.resolve({ authorization: `Bearer ${accountFile('token').trim()}` }),
  };
}

/** Synchronous: for three small files, the threads behind the other way cost more than the reading. */
function accountFile(name: string): string {
  const path = `${SERVICE_ACCOUNT_FOLDER}/${name}`;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new HookError(
      'API_UNAUTHORIZED',
      `The runner pod's service account is not mounted: ${path} cannot be read.`,
      {
        cause,
        hint: "Set automountServiceAccountToken: true and a serviceAccountName with ARC's role in the runner pod template.",
      },
    );
  }
}

export interface Connected {
  cluster: Cluster;
  client: ApiClient;
}

/**
 * The cluster that the settings name.
 * @param certificate of the API server, verified earlier in the job.
 * @throws HookError API_UNAUTHORIZED, SETTINGS_INVALID.
 */
export async function connectCluster(
  settings: Settings,
  certificate: string | undefined,
  onRetry: (error: Error, delayMs: number) => void,
): Promise<Connected> {
  const { serviceHost: host, servicePort: port, kubeconfig } = settings;
  const connection = await connect({
    inCluster: host === undefined || port === undefined ? undefined : { host, port },
    kubeconfig,
    certificate,
  });
  const namespace = settings.namespace ?? connection.namespace;
  if (namespace === undefined)
    throw new HookError('SETTINGS_INVALID', 'The namespace of the runner pod is not known.', {
      hint: 'Set ACTIONS_RUNNER_KUBERNETES_NAMESPACE.',
    });
  const client = new ApiClient(connection, { budgetMs: settings.apiRetrySeconds * 1000, onRetry });
  const heartbeat = { periodMs: settings.heartbeatPeriodMs, deadlineMs: settings.heartbeatDeadlineMs };
  return { client, cluster: new Cluster(client, namespace, heartbeat) };
}
