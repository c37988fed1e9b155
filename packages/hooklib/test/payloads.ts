import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../../test/payloads/', import.meta.url);

/** File names of the sample payloads: `01-prepare_job.json`, `v08-run_script_step-...json`, ... */
export const payloadNames: readonly string[] = readdirSync(folder).filter((name) => /^v?\d\d-/.test(name));

/** Text of the payload with this file name, or whose file name starts with `prefix` and a hyphen. */
export function payload(prefix: string): string {
  const name = payloadNames.find((candidate) => candidate === prefix || candidate.startsWith(`${prefix}-`));
  if (name === undefined) throw new Error(`no payload ${prefix}`);
  return readFileSync(new URL(name, folder), 'utf8');
}

/** Sample response files by name, without `.json`. */
export function responses(): Map<string, string> {
  const within = new URL('responses/', folder);
  return new Map(
    readdirSync(within).map((name) => [
      name.replace(/\.json$/, ''),
      readFileSync(new URL(name, within), 'utf8'),
    ]),
  );
}
