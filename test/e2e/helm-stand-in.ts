/**
 * In the place of `helm` while the commands of the README run: there is neither a registry with ARC's chart nor ARC's controller.
 * Takes what it was recorded that the chart renders, creates account and rights, and notes each revision in the file HELM_REVISIONS.
 */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { accessOf, type Mode, readRendering, RELEASE } from '../runner/arc-rendering.js';
import { kubectl } from '../runner/kubectl.js';

export interface Revision {
  mode: Mode;
  version: string;
}

const CHART = 'oci://ghcr.io/actions/actions-runner-controller-charts/gha-runner-scale-set';

export function readRevisions(file: string): Revision[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Revision[]) : [];
}

async function helm(args: string[], file: string): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      install: { type: 'boolean' },
      version: { type: 'string', default: '' },
      namespace: { type: 'string', default: '' },
      values: { type: 'string', default: '' },
    },
  });
  const [command, release, chart] = positionals;
  if (release !== RELEASE || values.namespace === '') throw new Error(`which release? ${args.join(' ')}`);
  const revisions = readRevisions(file);
  if (command === 'rollback' && revisions.length > 1) revisions.pop();
  else if (command === 'upgrade' && chart === CHART && (values.install === true || revisions.length > 0))
    revisions.push(await upgrade(values));
  else throw new Error(`unknown, or nothing to go back to: ${args.join(' ')}`);
  writeFileSync(file, JSON.stringify(revisions));
}

async function upgrade(options: { version: string; namespace: string; values: string }): Promise<Revision> {
  const given = load(readFileSync(options.values, 'utf8')) as { containerMode: { type: string } };
  const mode = given.containerMode.type === 'kubernetes' ? 'volume' : 'novolume';
  const rendering = readRendering(mode, options.version);
  if (!isDeepStrictEqual(rendering.values, given)) throw new Error(`${options.values} was not recorded`);
  const items = accessOf(rendering, options.namespace);
  await kubectl(['apply', '--filename', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  return { mode, version: options.version };
}

const { HELM_REVISIONS } = process.env;
if (HELM_REVISIONS !== undefined) await helm(process.argv.slice(2), HELM_REVISIONS);
