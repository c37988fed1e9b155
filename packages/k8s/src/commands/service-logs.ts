import type { Pod } from '../model/kubernetes.js';
import { lastLines } from '../pods/last-lines.js';
import { hasFailed, serviceStatuses } from '../pods/status.js';
import type { CommandContext } from './context.js';

const LIMITS = { lines: 500, bytes: 256 * 1024 };

/** At the end of the job: what its services have printed, as the administrator wants it. Never a failure of its own. */
export async function showServiceLogs(pods: readonly Pod[], context: CommandContext): Promise<void> {
  const { servicesLogs } = context.settings;
  if (servicesLogs === 'never' || context.cancelled.aborted) return;
  const services = pods.flatMap((pod) =>
    serviceStatuses(pod)
      .filter((status) => servicesLogs === 'always' || hasFailed(status))
      .map(({ name }) => ({ pod: pod.metadata?.name ?? '', name })),
  );
  const logs = await Promise.all(services.map(({ pod, name }) => lastLines(pod, name, context, LIMITS)));
  for (const [index, { name }] of services.entries())
    context.out.group(`Log of service ${name}`, logs[index] ?? []);
}
