import { explain } from '../cluster/api-error.js';
import { type Connected, connectCluster } from '../cluster/connect.js';
import { pageOf } from '../failure.js';
import { asMap } from '../json.js';
import type { Pod } from '../model/kubernetes.js';
import { readRunnerPod } from '../pod/runner-pod.js';
import { readTemplateFiles } from '../pods/template-files.js';
import { readSettingsWithFile, type Settings } from '../settings/read.js';
import { loadTemplate } from '../template/template.js';
import { check, type Check, TIMEOUT_MS } from './check.js';
import { checkJobPod } from './check-job-pod.js';
import { checkRights } from './check-rights.js';
import { checkRunner } from './check-runner.js';
import type { Environment } from './command.js';
import { workFolderOf } from './sample-job.js';

/** The oldest Node that the hook runs on. */
const OLDEST_NODE = [20, 0] as const;

/** Looks for what would make jobs fail, before there is one; in the runner pod, or outside with KUBECONFIG. */
export async function doctor(
  environment: Environment,
  nodeVersion: string,
  connectTo: typeof connectCluster = connectCluster,
): Promise<Check[]> {
  const checks: Check[] = [node(nodeVersion)];
  let settings: Settings | undefined;
  checks.push(
    await check('settings', async () => {
      settings = await readSettingsWithFile(environment);
      return settings.settingsFile === undefined
        ? 'the environment has no fault'
        : `the environment and ${settings.settingsFile} have no fault`;
    }),
  );
  if (settings === undefined) return checks;
  const known = settings;
  const templateCheck = await check('pod template', () => template(known));
  checks.push(templateCheck);
  const ofCluster = await inCluster(known, templateCheck.status === 'ok', connectTo);
  checks.push(...ofCluster.checks);
  // Only there are its files this process's files.
  const isInside = known.serviceHost !== undefined && known.kubeconfig === undefined;
  if (isInside) checks.push(...(await checkRunner(environment, workFolderOf(ofCluster.runnerPod))));
  return checks;
}

interface Found {
  checks: Check[];
  runnerPod?: Pod;
}

async function inCluster(
  settings: Settings,
  hasTemplate: boolean,
  connectTo: typeof connectCluster,
): Promise<Found> {
  let connected: Connected | undefined;
  let version = '';
  const api = await check('Kubernetes API', async () => {
    connected = await connectTo({ ...settings, apiRetrySeconds: 0 }, undefined, () => undefined);
    version = await versionOf(connected);
    const { server, namespace } = connected.cluster;
    return `${server}, version ${version}, namespace ${namespace}`;
  });
  if (connected === undefined || api.status === 'failed') return { checks: [api] };
  const { client, cluster } = connected;
  const { checks, missing } = await checkRights(client, cluster.namespace, version);
  const skipped = (name: string, seen: string): Check => ({ name, status: 'skipped', seen });
  if (settings.podName === undefined)
    return {
      checks: [
        api,
        ...checks,
        skipped('runner pod', 'ACTIONS_RUNNER_POD_NAME is not set: run this in the runner pod to check it'),
      ],
    };
  if (missing.has('get pods'))
    return { checks: [api, ...checks, skipped('runner pod', 'the account may not get it')] };
  const { podName } = settings;
  let runnerPod: Pod | undefined;
  const runner = await check(
    'runner pod',
    async () => {
      runnerPod = await cluster.getPod(podName, AbortSignal.timeout(TIMEOUT_MS));
      return describeRunner(runnerPod, settings);
    },
    cluster.server,
  );
  const found: Found = { checks: [api, ...checks, runner], ...(runnerPod !== undefined && { runnerPod }) };
  if (runnerPod === undefined || runner.status === 'failed' || !hasTemplate) return found;
  const job = missing.has('create pods')
    ? [skipped('job pod', 'the account may not create it')]
    : await checkJobPod(runnerPod, settings, client, cluster);
  return { ...found, checks: [...found.checks, ...job] };
}

function node(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [least, leastMinor] = OLDEST_NODE;
  const isNew = major > least || (major === least && minor >= leastMinor);
  return isNew
    ? { name: 'Node', status: 'ok', seen: version }
    : {
        name: 'Node',
        status: 'failed',
        seen: version,
        fix: `Use a runner image whose externals have Node ${least} or newer.`,
        help: pageOf('UNEXPECTED'),
      };
}

async function template(settings: Settings): Promise<string> {
  if (settings.template === undefined) return 'none';
  const { documents } = loadTemplate(await readTemplateFiles(settings.template));
  return `${settings.template} has no fault (${documents.length} documents)`;
}

async function versionOf({ client, cluster }: Connected): Promise<string> {
  try {
    const { body } = await client.send({ method: 'GET', path: '/version' }, AbortSignal.timeout(TIMEOUT_MS));
    const { gitVersion } = asMap(body);
    return typeof gitVersion === 'string' ? gitVersion : 'unknown';
  } catch (error) {
    throw explain(error, cluster.server);
  }
}

function describeRunner(pod: Pod, { podName = '', claimName }: Settings): string {
  const { image, node: onNode } = readRunnerPod(pod, { claimName, work: undefined });
  const account = pod.spec?.serviceAccountName ?? 'default';
  return `${podName} on node ${onNode ?? '?'}, account ${account}, image ${image}`;
}
