import { once } from 'node:events';
import type { Kubelet } from './kubelet.js';
import type { Container } from './container.js';
import type { LogOptions } from './log.js';
import { ApiError, badRequest, invalid } from './status.js';
import type { Exchange } from './rest.js';
import type { Pod } from './types.js';

/** Answers `GET pods/NAME/log`. Gives the status code that was sent. */
export async function servePodLog(
  kubelet: Kubelet,
  pod: Pod,
  { route, response }: Exchange,
): Promise<number> {
  const { query } = route;
  const container = chooseContainer(kubelet, pod, query.get('container'));
  const options = logOptions(pod, query);
  if (!container) {
    response.writeHead(204).end();
    return 204;
  }
  const { name } = container.spec;
  if (query.get('previous') === 'true')
    throw badRequest(`previous terminated container "${name}" in pod "${pod.metadata.name}" not found`);
  if ('waiting' in container.state && container.restarts === 0 && !container.alive) {
    const { reason } = container.state.waiting;
    const why = /ImagePull/.test(reason) ? "image can't be pulled" : reason;
    throw badRequest(`container "${name}" in pod "${pod.metadata.name}" is waiting to start: ${why}`);
  }
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  const closed = new AbortController();
  response.on('close', () => closed.abort());
  for await (const piece of container.log.read(options, closed.signal)) {
    if (closed.signal.aborted) break;
    if (!response.write(piece))
      await once(response, 'drain', { signal: closed.signal }).catch(() => undefined);
  }
  response.end();
  return 200;
}

/**
 * The container that a request names, or the only one; undefined while the pod has no node.
 * @throws ApiError 400 for an unknown or missing name
 */
export function chooseContainer(kubelet: Kubelet, pod: Pod, name: string | null): Container | undefined {
  const { initContainers = [], containers } = pod.spec;
  const names = [...initContainers, ...containers].map((container) => container.name);
  const pods = pod.metadata.name;
  if (name === null && names.length > 1)
    throw badRequest(
      `a container name must be specified for pod ${pods}, choose one of: [${names.join(' ')}]`,
    );
  const wanted = name ?? names[0] ?? '';
  if (!names.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${pods}`);
  const worker = kubelet.workerOf(pod);
  return worker?.scheduled === true ? worker.containers.find(({ spec }) => spec.name === wanted) : undefined;
}

function logOptions(pod: Pod, query: URLSearchParams): LogOptions {
  const since = query.get('sinceTime');
  const seconds = query.get('sinceSeconds');
  const sinceMs =
    since === null ? (seconds === null ? undefined : Date.now() - Number(seconds) * 1000) : parseTime(since);
  const tailLines = number(pod, query, 'tailLines', 0);
  const limitBytes = number(pod, query, 'limitBytes', 1);
  return {
    timestamps: query.get('timestamps') === 'true',
    follow: query.get('follow') === 'true',
    // The API server hands the time on to the kubelet in whole seconds.
    ...(sinceMs !== undefined && { since: BigInt(Math.floor(sinceMs / 1000)) * 1_000_000_000n }),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
  };
}

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  const why = `parsing time "${text}" as "2006-01-02T15:04:05Z07:00": cannot parse "${text}" as "2006"`;
  throw new ApiError(400, 'BadRequest', why);
}

function number(pod: Pod, query: URLSearchParams, field: string, least: number): number | undefined {
  const text = query.get(field);
  if (text === null) return undefined;
  const value = Number(text);
  if (value >= least) return value;
  const message = `Invalid value: ${value}: must be greater than ${least === 0 ? 'or equal to 0' : 'or equal to 1'}`;
  throw invalid('PodLogOptions', pod.metadata.name, [{ reason: 'FieldValueInvalid', message, field }]);
}
