import { join } from 'node:path';
import { build } from 'esbuild';

let bundle: Promise<Buffer> | undefined;

/** The agent as one CommonJS file that needs nothing but Node 20; made once, as several runners may start at a time. */
export function bundleAgent(): Promise<Buffer> {
  bundle ??= build({
    entryPoints: [join(import.meta.dirname, 'agent.ts')],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  }).then(({ outputFiles: [file] }) => {
    if (file === undefined) throw new Error('esbuild made no file of the agent');
    return Buffer.from(file.contents);
  });
  return bundle;
}
