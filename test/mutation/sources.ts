import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from './fault.js';

export const ROOT = join(import.meta.dirname, '../..');

/** What the tests of the hook read. */
const COPIED = ['package.json', 'README.md', 'packages', 'test', 'examples', 'docs'];
const LEFT_OUT = /\/(node_modules|dist|types)$/;

/** A copy of the sources in a folder of its own, in which tests can run. */
export class SourceCopy {
  readonly root = mkdtempSync(join(tmpdir(), 'podhooks-mutation-'));

  constructor() {
    for (const name of COPIED)
      cpSync(join(ROOT, name), join(this.root, name), {
        recursive: true,
        filter: (path) => !LEFT_OUT.test(path.slice(ROOT.length)),
      });
    this.linkLibraries();
  }

  /** Runs `use` while the fault is in the copy. */
  async with<T>(fault: Fault, use: () => Promise<T>): Promise<T> {
    const path = join(this.root, fault.file);
    const intact = readFileSync(path, 'utf8');
    writeFileSync(path, mutated(fault, intact));
    try {
      return await use();
    } finally {
      writeFileSync(path, intact);
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Libraries are those of the checkout; the packages of this repository must be those of the copy. */
  private linkLibraries(): void {
    const libraries = join(ROOT, 'node_modules');
    mkdirSync(join(this.root, 'node_modules/@podhooks'), { recursive: true });
    for (const name of readdirSync(libraries))
      if (name !== '@podhooks') symlinkSync(join(libraries, name), join(this.root, 'node_modules', name));
    for (const name of ['hooklib', 'k8s'])
      symlinkSync(join(this.root, 'packages', name), join(this.root, 'node_modules/@podhooks', name));
  }
}

/** The source with the fault in it. @throws Error unless its text stands there exactly once */
export function mutated({ name, file, from, to }: Fault, source: string): string {
  const times = source.split(from).length - 1;
  if (times !== 1) throw new Error(`"${name}": its text stands ${times} times in ${file}, not once: ${from}`);
  // Not by a pattern's rules: the text may hold `$&`.
  return source.replace(from, () => to);
}
