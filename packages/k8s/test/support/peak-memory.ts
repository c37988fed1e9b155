import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/** The specifier of a source or of a support file, for the module below. */
export function specifier(path: string): string {
  return JSON.stringify(fileURLToPath(new URL(`../../${path}`, import.meta.url)));
}

/** By how many MB a module lets the peak of its process grow, beyond what Node and the loader of the sources take. */
export function peakGrowthMb(imports: string, body: string): number {
  const text = `${imports}
    import { readFileSync as readStatus } from 'node:fs';
    const peak = () => Number(/VmHWM:\\s+(\\d+)/.exec(readStatus('/proc/self/status', 'utf8'))[1]) / 1024;
    const before = peak();
    ${body}
    console.log(Math.round(peak() - before));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import=tsx', '--input-type=module', '--eval', text],
    { encoding: 'utf8' },
  );
  expect(stdout, stderr).to.not.equal('');
  return Number(stdout);
}
