import { HookError } from '@podhooks/hooklib';
import { explain } from '../cluster/api-error.js';
import { pageOf } from '../failure.js';

/** What one look has shown. */
export interface Check {
  name: string;
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  seen: string;
  /** What to do, and where it is explained; of checks that failed or warn. */
  fix?: string;
  help?: string;
  /** Objects in YAML that fix it when they are applied. */
  manifest?: string;
}

export const TIMEOUT_MS = 20_000;

/** Runs one check; a failure of the hook has its own words, hint and page. */
export async function check(name: string, body: () => Promise<string>, server = ''): Promise<Check> {
  try {
    return { name, status: 'ok', seen: await body() };
  } catch (error) {
    const explained = explain(error, server);
    if (!(explained instanceof HookError)) throw error;
    const { code, message, hint } = explained;
    return {
      name,
      status: 'failed',
      seen: `[${code}] ${message}`,
      fix: hint ?? 'See the page.',
      help: pageOf(code),
    };
  }
}
