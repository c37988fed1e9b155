/**
 * Records what ARC's chart renders from the example values; tests make their runner pods of it. To be run again when the
 * values change, or for a new version of the chart:
 *
 *     npx tsx test/cluster/arc/record.ts [--helm PROGRAM] VERSION=CHART...
 *
 * CHART is what `helm template` takes: a folder, or oci://ghcr.io/actions/actions-runner-controller-charts/gha-runner-scale-set.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { load, loadAll } from 'js-yaml';
import { format, resolveConfig } from 'prettier';
import { type Mode, RELEASE, RENDERED_KINDS, renderingFile, valuesFile } from '../../runner/arc-rendering.js';
import type { KubernetesObject } from '../../runner/kubernetes-types.js';

const { values: options, positionals } = parseArgs({
  options: { helm: { type: 'string', default: 'helm' } },
  allowPositionals: true,
});
const MODES: readonly Mode[] = ['volume', 'novolume'];
if (positionals.length === 0) throw new Error('Name at least one VERSION=CHART.');

for (const positional of positionals)
  for (const mode of MODES) {
    const [version = '', chart = ''] = positional.split('=');
    const file = renderingFile(mode, version);
    const record = {
      version,
      values: load(readFileSync(valuesFile(mode), 'utf8')),
      objects: render(mode, version, chart),
    };
    writeFileSync(
      file,
      await format(JSON.stringify(record), { ...(await resolveConfig(file)), parser: 'json' }),
    );
    console.log(file);
  }

/** The account of the controller is looked up in a cluster unless it is given; nothing of it reaches the runner. */
function render(mode: Mode, version: string, chart: string): KubernetesObject[] {
  const text = execFileSync(
    options.helm,
    [
      ...['template', RELEASE, chart, '--version', version, '--namespace', 'arc-runners'],
      ...['--values', valuesFile(mode)],
      ...['--set', 'controllerServiceAccount.name=arc,controllerServiceAccount.namespace=arc-systems'],
    ],
    { encoding: 'utf8' },
  );
  return (loadAll(text) as (KubernetesObject | null)[]).filter(isRunners);
}

/** Without what the controller itself may do in the namespace. */
function isRunners(object: KubernetesObject | null): object is KubernetesObject {
  const name = object?.metadata?.name ?? '';
  return RENDERED_KINDS.includes(object?.kind ?? '') && !name.includes('-manager');
}
