import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles the agent into one CommonJS file that needs nothing but Node 20, and returns its path. */
export async function bundleAgent(): Promise<string> {
  const outfile = join(import.meta.dirname, '../../node_modules/.cache/podhooks/runner-agent.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'agent.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  return outfile;
}
