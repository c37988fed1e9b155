import { posix } from 'node:path';
import type { BuildContext, BuildPlan } from '../../src/dockerfile/model.js';
import { planDockerfile } from '../../src/dockerfile/plan.js';

/** A context that is a list of files with their contents. */
export class ListedContext implements BuildContext {
  constructor(private readonly files: Readonly<Record<string, string | Buffer>>) {}

  kind(path: string): 'file' | 'folder' | undefined {
    if (path === '.') return 'folder';
    if (Object.hasOwn(this.files, path)) return 'file';
    return Object.keys(this.files).some((name) => name.startsWith(`${path}/`)) ? 'folder' : undefined;
  }

  list(folder: string): string[] {
    const names = Object.keys(this.files).map((name) => posix.relative(folder, name));
    const inside = names.filter((name) => !name.startsWith('..')).map((name) => name.split('/')[0] ?? '');
    return [...new Set(inside)].sort();
  }

  head(file: string): Buffer {
    return Buffer.from(this.files[file] ?? '');
  }
}

export function planOf(
  text: string,
  files: Readonly<Record<string, string | Buffer>> = {},
  ignore?: string,
): BuildPlan {
  return planDockerfile({ text, ignore, context: new ListedContext(files), architecture: 'amd64' });
}
