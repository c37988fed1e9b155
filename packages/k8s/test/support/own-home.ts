import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives each test of a suite a home folder and a temporary folder of its own, where the hook keeps the key of a job. */
export function ownHome(): { readonly root: string } {
  const place = { root: '' };
  let before: NodeJS.ProcessEnv;
  beforeEach(() => {
    before = { ...process.env };
    place.root = mkdtempSync(join(tmpdir(), 'podhooks-home-'));
    for (const folder of ['home', 'tmp']) mkdirSync(join(place.root, folder));
    Object.assign(process.env, { HOME: join(place.root, 'home'), TMPDIR: join(place.root, 'tmp') });
  });
  afterEach(() => {
    for (const name of ['HOME', 'TMPDIR'] as const)
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    rmSync(place.root, { recursive: true });
  });
  return place;
}
