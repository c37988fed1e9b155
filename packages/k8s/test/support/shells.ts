import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

export interface Shell {
  name: string;
  /** Program and arguments; the script comes on its standard input. */
  argv: readonly [string, ...string[]];
}

const KNOWN: readonly Shell[] = [
  { name: 'dash', argv: ['dash'] },
  { name: 'bash --posix', argv: ['bash', '--posix'] },
  { name: 'busybox sh', argv: ['busybox', 'sh'] },
  { name: 'mksh', argv: ['mksh'] },
  { name: 'posh', argv: ['posh'] },
];
const REQUIRED = ['dash', 'bash'];

/** The POSIX shells of this machine, as images have them for `sh`. Missing ones have no tests; dash and bash must be there. */
export const SHELLS: readonly Shell[] = KNOWN.filter(({ argv: [program] }) => {
  const found = (process.env['PATH'] ?? '').split(':').some((folder) => isProgram(join(folder, program)));
  if (!found && REQUIRED.includes(program)) throw new Error(`these tests need ${program}`);
  return found;
});

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
