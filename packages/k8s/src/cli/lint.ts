import { HookError } from '@podhooks/hooklib';
import { explain } from '../cluster/api-error.js';
import { connectCluster } from '../cluster/connect.js';
import { readText } from '../files/text-file.js';
import { isList, isMap } from '../json.js';
import type { Pod } from '../model/kubernetes.js';
import { readTemplateFiles } from '../pods/template-files.js';
import { parseSettings } from '../settings/file.js';
import { readSettingsWithFile } from '../settings/read.js';
import { loadTemplate } from '../template/template.js';
import { readDocuments } from '../yaml/documents.js';
import { TIMEOUT_MS } from './check.js';
import type { Environment } from './command.js';
import { dryRun, sampleJob } from './sample-job.js';

/** What is wrong with a file, each with file, line and path. */
export interface Findings {
  kind: 'template' | 'settings';
  faults: readonly string[];
  warnings: readonly string[];
}

/** What only a pod template has at its top. */
const OF_TEMPLATES = ['spec', 'metadata', 'apiVersion', 'kind'];

/** Checks a pod template (a file, or a folder of them) or a settings file as the hook does, without a cluster. */
export async function lint(path: string): Promise<Findings> {
  if (await isSettings(path)) {
    const { faults } = parseSettings(path, await readText(path));
    return { kind: 'settings', faults, warnings: [] };
  }
  try {
    const { warnings } = loadTemplate(await readTemplateFiles(path));
    return { kind: 'template', faults: [], warnings };
  } catch (error) {
    if (!(error instanceof HookError)) throw error;
    const [first = '', ...faults] = error.message.split('\n').map((line) => line.trim());
    return { kind: 'template', faults: faults.length > 0 ? faults : [first], warnings: [] };
  }
}

/**
 * As lint; a template without a fault is then merged into the pod of a plain job, which the API server checks without creating
 * it: admission, quota and policies of the namespace have their say.
 */
export async function lintOnServer(
  path: string,
  environment: Environment,
  connectTo: typeof connectCluster = connectCluster,
): Promise<Findings> {
  const found = await lint(path);
  if (found.kind === 'settings' || found.faults.length > 0) return found;
  const settings = { ...(await readSettingsWithFile(environment)), template: path };
  const { client, cluster } = await connectTo(settings, undefined, () => undefined);
  try {
    const { podName } = settings;
    const runnerPod =
      podName === undefined ? STAND_IN : await cluster.getPod(podName, AbortSignal.timeout(TIMEOUT_MS));
    const remarks = await dryRun(await sampleJob(runnerPod, settings), client, cluster);
    return { ...found, warnings: [...found.warnings, ...remarks.map((remark) => `${path}: ${remark}`)] };
  } catch (error) {
    const explained = explain(error, cluster.server);
    if (!(explained instanceof HookError)) throw error;
    return {
      ...found,
      faults: [`${path}: [${explained.code}] ${[explained.message, explained.hint ?? ''].join(' ').trim()}`],
    };
  }
}

/** Where no runner pod is named: nothing is inherited, and nothing shared. */
const STAND_IN: Pod = {
  metadata: { name: 'runner', uid: 'none' },
  spec: { containers: [{ name: 'runner', image: 'ghcr.io/actions/actions-runner' }] },
};

async function isSettings(path: string): Promise<boolean> {
  const text = await readText(path).catch(() => undefined);
  const documents = text === undefined ? undefined : readDocuments({ file: path, text });
  const value = isList(documents) ? documents[0]?.value : undefined;
  return isMap(value) && !Object.keys(value).some((key) => OF_TEMPLATES.includes(key));
}
