/** `npm run compare`: what this hook and another one make of the same payloads and templates. --help says more. */
import { fileURLToPath } from 'node:url';
import { useCluster } from '../bench/bed.js';
import { CASES } from './cases.js';
import { type Difference, differences } from './difference.js';
import { HookUnderTest, type Observation } from './hook-under-test.js';
import { HELP, readOptions } from './options.js';
import { type Compared, report } from './report.js';

const OURS = fileURLToPath(new URL('../../packages/k8s/dist/index.js', import.meta.url));
const say = (text: string) => process.stderr.write(`compare: ${text}\n`);

async function main(): Promise<void> {
  const options = readOptions(
    process.argv.slice(2),
    CASES.map(({ name }) => name),
  );
  if (options === undefined) {
    console.log(HELP);
    return;
  }
  const { about } = await useCluster();
  say(`${options.mode} mode; ${about}`);
  const hooks = await Promise.all(
    [OURS, options.upstream].map((bundle) => HookUnderTest.start(bundle, options.mode)),
  );
  try {
    const compared: Compared[] = [];
    for (const each of CASES.filter(({ name }) => options.only.includes(name))) {
      say(each.name);
      const [ours, theirs] = await Promise.all(hooks.map((hook) => hook.observe(each)));
      if (ours !== undefined && theirs !== undefined)
        compared.push({ name: each.name, differences: between(ours, theirs) });
    }
    const { text, unexplained } = report(compared);
    console.log(text);
    if (unexplained > 0) process.exitCode = 1;
  } finally {
    await Promise.all(hooks.map((hook) => hook.close()));
  }
}

/** With the name of the object before each path. */
function between(ours: Observation, theirs: Observation): Difference[] {
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((name) => {
    const [a, b] = [ours.get(name), theirs.get(name)];
    if (a === undefined || b === undefined) return [{ path: name, ours: a && '…', theirs: b && '…' }];
    return differences(a, b).map((difference) => ({ ...difference, path: `${name}: ${difference.path}` }));
  });
}

main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
