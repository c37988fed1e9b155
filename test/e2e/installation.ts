import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { clusterEnvironment } from '../cluster/environment.js';
import { codeBlocks } from '../docs/markdown.js';
import { readRendering } from '../runner/arc-rendering.js';
import { kubectl } from '../runner/kubectl.js';
import type { Pod } from '../runner/kubernetes-types.js';
import { PodRunner } from '../runner/pod-runner.js';
import { readRevisions } from './helm-stand-in.js';
import { HOOK_BUNDLE } from './support.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLE = 'packages/k8s/dist/index.js';
const README_COMMANDS = codeBlocks(readFileSync(join(ROOT, 'README.md'), 'utf8')).flatMap(
  ({ language, text }) => (language === 'sh' ? text.trim().split('\n') : []),
);
/** The one command of the README that is like this. */
export const command = (like: RegExp) => {
  const found = README_COMMANDS.filter((line) => like.test(line));
  expect(found, `commands of the README like ${like.source}`).to.have.length(1);
  return found[0] ?? '';
};
export const CREATE = /^kubectl create configmap [^|]*$/;
export const REPLACE = /^kubectl create configmap .* \| kubectl replace /;

/** A namespace, and a folder as a clone of the repository after its build, for the commands of the README. */
export class Installation {
  readonly namespace = `install-${randomBytes(4).toString('hex')}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'podhooks-install-'));

  async prepare(): Promise<void> {
    Object.assign(process.env, await clusterEnvironment());
    mkdirSync(join(this.#folder, 'packages/k8s/dist'), { recursive: true });
    copyFileSync(HOOK_BUNDLE, join(this.#folder, BUNDLE));
    cpSync(join(ROOT, 'examples'), join(this.#folder, 'examples'), { recursive: true });
    mkdirSync(join(this.#folder, 'bin'));
    const standIn = join(ROOT, 'test/e2e/helm-stand-in.ts');
    writeFileSync(
      join(this.#folder, 'bin/helm'),
      `#!/bin/sh\nexec ${ROOT}/node_modules/.bin/tsx ${standIn} "$@"\n`,
      { mode: 0o755 },
    );
    await kubectl(['create', 'namespace', this.namespace]);
    await kubectl(['-n', this.namespace, 'create', 'secret', 'generic', 'github-app']);
  }

  /** Runs a command of the README in this namespace; `change` is what the text around it says to change. */
  async run(line: string, change: (line: string) => string = (same) => same): Promise<void> {
    const env = {
      ...process.env,
      PATH: `${this.#folder}/bin:${process.env['PATH'] ?? ''}`,
      HELM_REVISIONS: this.#revisions,
    };
    const here = change(line).replaceAll('arc-runners', this.namespace);
    await promisify(execFile)('sh', ['-ec', here], { cwd: this.#folder, env });
  }

  build(text: string): void {
    writeFileSync(join(this.#folder, BUNDLE), text);
  }

  /** What the scale set is now. */
  get revision() {
    return readRevisions(this.#revisions).at(-1);
  }

  /** A runner as ARC's controller makes it now. */
  async newRunner(podPatch: (pod: Pod) => Pod = (pod) => pod): Promise<PodRunner> {
    const { revision, namespace } = this;
    if (revision === undefined) throw new Error('nothing is installed');
    const rendering = readRendering(revision.mode, revision.version);
    const runner = await PodRunner.create({ mode: revision.mode, namespace, rendering, podPatch });
    await runner.startJob();
    return runner;
  }

  async remove(): Promise<void> {
    await kubectl(['delete', 'namespace', this.namespace, '--wait=false', '--ignore-not-found']);
    rmSync(this.#folder, { recursive: true });
  }

  get #revisions(): string {
    return join(this.#folder, 'revisions.json');
  }
}
