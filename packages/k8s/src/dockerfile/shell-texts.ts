/** The shell text of this folder: see step/shell-texts.ts. */
import { readFileSync } from 'node:fs';

export const CARRY_OUT = readFileSync(new URL('carry-out.sh', import.meta.url), 'utf8');
export const KEEP = readFileSync(new URL('keep.sh', import.meta.url), 'utf8');
