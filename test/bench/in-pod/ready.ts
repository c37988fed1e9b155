import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../../runner/kubernetes-types.js';
import type { Measurement } from './task.js';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Shorter than the hook's own pause, so that the reference is not made slower than it is. */
const POLL_MS = 25;
const LIMIT_MS = 60_000;
const agent = new Agent({ keepAlive: true, ca: readFileSync(`${ACCOUNT}/ca.crt`) });

/** The least that a pod costs: one POST, and looking until it is as far. Removes it, which does not count. */
export async function untilPod(pod: Pod, isFar: (seen: Pod) => boolean): Promise<Measurement> {
  const { namespace = '', name = '' } = pod.metadata ?? {};
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const started = performance.now();
  let seen = await call('POST', pods, pod);
  while (!isFar(seen)) {
    if (performance.now() - started > LIMIT_MS) throw new Error(`pod ${name} does not get as far`);
    await sleep(POLL_MS);
    seen = await call('GET', `${pods}/${name}`);
  }
  const ms = performance.now() - started;
  await call('DELETE', `${pods}/${name}?gracePeriodSeconds=0`);
  return { ms, bytes: 0, sha256: '' };
}

export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

export function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded';
}

function call(method: string, path: string, body?: Pod): Promise<Pod> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  const headers = {
    authorization: `Bearer ${readFileSync(`${ACCOUNT}/token`, 'utf8')}`,
    'content-type': 'application/json',
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, path, method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject).on('end', () => {
        if ((response.statusCode ?? 0) < 300) resolve(JSON.parse(text) as Pod);
        else reject(new Error(`${method} ${path}: ${text}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
