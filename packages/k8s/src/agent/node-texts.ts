/** The program for Node of this folder, which runs in helpers: see step/shell-texts.ts. */
import { readFileSync } from 'node:fs';

export const DIRECT_COPY = readFileSync(new URL('direct-copy.mjs', import.meta.url), 'utf8');
