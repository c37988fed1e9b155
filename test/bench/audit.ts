import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { usableBed } from '../cluster/environment.js';

/** A request that the API server has answered, or has begun to answer. */
export interface AuditedRequest {
  verb: string;
  /** With its query, as in `/api/v1/namespaces/ci/pods/x/exec?command=sh`. */
  uri: string;
  /** Of the object that it is about, also if it is to be made; '' for lists. */
  name: string;
  /** HTTP status. */
  code: number;
  at: Date;
}

/** Whether the test cluster keeps an audit log: the one built from packages does. */
export async function hasAuditLog(): Promise<boolean> {
  return (await usableBed()).bed === 'packages';
}

/**
 * What the service accounts of a namespace have asked of the API server since a moment, in order: each request once.
 * Works on the cluster built from packages only.
 */
export async function auditRequests(namespace: string, since: Date): Promise<AuditedRequest[]> {
  const { kubeconfig } = await usableBed();
  const log = await readFile(join(dirname(kubeconfig), 'logs/audit.log'), 'utf8');
  return readAuditLog(log, namespace, since);
}

/** An event of the log, as far as it is read (audit.k8s.io/v1, Event). */
interface AuditEvent {
  auditID: string;
  stage: string;
  verb: string;
  requestURI: string;
  requestReceivedTimestamp: string;
  user: { username: string };
  objectRef?: { name?: string };
  responseStatus?: { code?: number };
}

/** A line that is still being written is left out. */
export function readAuditLog(log: string, namespace: string, since: Date): AuditedRequest[] {
  const account = `system:serviceaccount:${namespace}:`;
  const requests = new Map<string, AuditedRequest>();
  for (const line of log.split('\n').slice(0, -1)) {
    if (!line.includes(account)) continue;
    const event = JSON.parse(line) as AuditEvent;
    const at = new Date(event.requestReceivedTimestamp);
    if (!event.user.username.startsWith(account) || at < since) continue;
    const { auditID, verb, requestURI: uri, objectRef, responseStatus } = event;
    requests.set(auditID, { verb, uri, name: objectRef?.name ?? '', code: responseStatus?.code ?? 0, at });
  }
  return [...requests.values()].sort((a, b) => a.at.getTime() - b.at.getTime());
}
