import { strict as assert } from 'node:assert';
import { log, MODES, type Mode } from '../../e2e/support.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { ended, step, withRunner } from '../bed.js';
import { type Campaign, row, type Row } from '../campaign.js';
import { pool } from '../pool.js';

interface User {
  name: string;
  securityContext: Readonly<Record<string, unknown>>;
}

const USERS: readonly User[] = [
  { name: 'uid 0', securityContext: { runAsUser: 0 } },
  { name: 'uid 1001', securityContext: { runAsUser: 1001 } },
  { name: 'uid 2000', securityContext: { runAsUser: 2000 } },
  { name: 'random uid, gid 0', securityContext: { runAsUser: 1_000_680_000, runAsGroup: 0 } },
  {
    name: 'runAsNonRoot, read-only root file system',
    securityContext: { runAsUser: 4321, runAsNonRoot: true, readOnlyRootFilesystem: true },
  },
];

interface Image {
  image: string;
  /** Whether the runner's Node can run there. */
  hasLibc: boolean;
}

const IMAGES: readonly Image[] = [
  { image: 'debian:12', hasLibc: true },
  { image: 'alpine:3.20', hasLibc: true },
  { image: 'busybox:1.36', hasLibc: false },
  { image: 'node:20', hasLibc: true },
];
const AT_ONCE = 2;

/** Prints the name of each thing that does not work. */
const WORKS = String.raw`
rm -rf made deep deeper .git
writes() { mkdir -p "$2/d" && echo x > "$2/d/file" && echo y >> "$2/d/file" && rm -r "$2/d" || echo "$1"; } 2> /dev/null
writes workspace "$GITHUB_WORKSPACE"; writes temp "$RUNNER_TEMP"; writes home "$HOME"; writes tools "$RUNNER_TOOL_CACHE"
echo a=1 >> "$GITHUB_OUTPUT"; echo A=1 >> "$GITHUB_ENV"; echo /from/step >> "$GITHUB_PATH"; echo '# s' >> "$GITHUB_STEP_SUMMARY"
test -r "$GITHUB_EVENT_PATH" || echo event
echo "made by $(id -u)" > made; mkdir -p deep; echo x > deep/x`;
const AGAIN = 'echo more >> made && mv deep deeper && rm deeper/x && test "$A" = 1 || echo again';

export const users: Campaign = {
  name: 'users',
  claim: 'let any user of a job container write where steps must',
  needsPackages: false,
  run: async (scale) => {
    const all = MODES.flatMap((mode) => USERS.map((user) => ({ mode, user })));
    // Those that differ most: one image each.
    const [used, images] = scale.small
      ? [[all[3], all[9]].flatMap((each) => each ?? []), IMAGES.slice(1, 2)]
      : [all, IMAGES];
    const rows: Row[] = used.map(({ mode, user }) => row(`${mode} mode, ${user.name}`, ''));
    await pool(used.length, AT_ONCE, async (number) => {
      const one = used[number - 1];
      if (one === undefined) return;
      const cells = await ofUser(one.mode, one.user, images);
      rows[number - 1] = row(`${one.mode} mode, ${one.user.name}`, cells.join(', '));
      scale.say(`${one.mode} mode, ${one.user.name}: ${cells.join(', ')}`);
    });
    const faults = rows.filter(({ value }) => value.includes('not '));
    assert.deepEqual(faults, [], 'what does not work');
    return rows;
  },
};

/** What became of each image. */
function ofUser(mode: Mode, { securityContext }: User, images: readonly Image[]): Promise<string[]> {
  const template = `spec: { containers: [{ name: $job, securityContext: ${JSON.stringify(securityContext)} }] }`;
  return withRunner(mode, { template }, async (runner) => {
    const cells: string[] = [];
    for (const image of images) {
      await runner.startJob();
      ended(await runner.prepareJob({ container: { image: image.image } }), 0);
      const faults = await faultsOf(runner, image);
      ended(await runner.cleanupJob(), 0);
      cells.push(`${image.image} ${faults.length === 0 ? 'works' : `not ${faults.join(' ')}`}`);
    }
    return cells;
  });
}

async function faultsOf(runner: PodRunner, { image, hasLibc }: Image): Promise<string[]> {
  const first = ended(await step(runner, WORKS), 0);
  const faults = first.output
    .toString()
    .split('\n')
    .filter((line) => line !== '');
  const { outputs, env, path, summary } = first;
  if (outputs['a'] !== '1' || env['A'] !== '1' || path[0] !== '/from/step' || summary !== '# s\n')
    faults.push('file commands');
  faults.push(
    ...ended(await step(runner, AGAIN), 0)
      .output.toString()
      .split('\n')
      .filter((line) => line !== ''),
  );
  const made = (await runner.readFile(`${runner.folders.workspace}/made`)).toString();
  if (!/^made by \d+\nmore\n$/.test(made)) faults.push('files on the runner');
  const action = '_actions/octo/js/v1/index.js';
  await runner.writeFile(`${runner.folders.actions}/octo/js/v1/index.js`, 'console.log("from node")');
  const js = await runner.action({ path: 'octo/js/v1', main: 'index.js' });
  if (hasLibc ? js.stdout.toString() !== 'from node\n' : js.exitCode === 0)
    faults.push(`${action}: ${log(js)}`);
  if (image === 'debian:12') {
    const git = await step(runner, 'git init -q . && git status --short > /dev/null');
    if (git.exitCode !== 0) faults.push('git status');
  }
  return faults;
}
