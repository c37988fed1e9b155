/** `npm run compat`: what holds on which version of Kubernetes. --help says more. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { down, up } from '../cluster/beds.js';
import { clusterEnvironment } from '../cluster/environment.js';
import { compatibilityPage } from '../docs/compatibility-page.js';
import { printedHelp } from '../usage.js';
import { clusterFacts } from './cluster-facts.js';
import { outcomeOfCampaign, outcomeOfTests } from './outcome.js';
import { type Options, readOptions, USAGE } from './options.js';
import { type Outcome, readRuns, withOutcome, writeRuns } from './runs.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TESTS = join(ROOT, 'test/e2e');
const PAGE = join(ROOT, 'docs/compatibility.md');
const ENDING = '.test.ts';
const say = (text: string) => process.stderr.write(`compat: ${text}\n`);

async function main(): Promise<void> {
  if (printedHelp(USAGE)) return;
  const files = (await readdir(TESTS)).filter((name) => name.endsWith(ENDING));
  const options = readOptions(
    process.argv.slice(2),
    files.map((name) => name.slice(0, -ENDING.length)),
  );
  if (options.kubernetes.length === 0) await runAll(options, await clusterEnvironment());
  for (const version of options.kubernetes) {
    const env = { ...process.env, PODHOOKS_TEST_CLUSTER: 'packages', K8S_TESTBED_VERSION: version };
    await up(env, say);
    try {
      await runAll(options, await clusterEnvironment(env));
    } finally {
      await down(env, say);
    }
  }
}

/** Each outcome is written at once: a run that is cut off keeps what it has found. */
async function runAll({ only, campaigns, steps }: Options, env: NodeJS.ProcessEnv): Promise<void> {
  const cluster = await clusterFacts(env);
  const keep = async (outcome: Outcome) => {
    await writeRuns(withOutcome(await readRuns(), cluster, outcome));
    await writeFile(PAGE, await compatibilityPage(PAGE));
    say(`${cluster.kubernetes} ${outcome.name}: ${outcome.passed} passed, ${outcome.failed} failed`);
    if (outcome.failed > 0) process.exitCode = 1;
  };
  for (const name of only) await keep(await runTests(name, env));
  for (const name of campaigns) await keep(await runCampaign(name, steps, env));
}

function runTests(name: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  return withResult(async (file) => {
    const mocha = ['node_modules/mocha/bin/mocha.js', '--config', '.mocharc.e2e.js'];
    const args = [...mocha, '--reporter', '.ci/reporter.mjs', join(TESTS, name + ENDING)];
    const code = await run(args, { ...env, TOTALS_FILE: file });
    return outcomeOfTests(name, code, await readJson(file), new Date());
  });
}

function runCampaign(name: string, steps: string | undefined, env: NodeJS.ProcessEnv): Promise<Outcome> {
  return withResult(async (file) => {
    const size = steps === undefined ? [] : ['--steps', steps];
    const args = [
      '--import=tsx/esm',
      'test/reliability/reliability.ts',
      '--only',
      name,
      '--json',
      file,
      ...size,
    ];
    const code = await run(args, env);
    return outcomeOfCampaign(name, code, await readJson(file), new Date());
  });
}

async function withResult(use: (file: string) => Promise<Outcome>): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'podhooks-compat-'));
  try {
    return await use(join(directory, 'result.json'));
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** What the run has left; undefined if it was cut off before. */
async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

function run(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 2, 2] });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
