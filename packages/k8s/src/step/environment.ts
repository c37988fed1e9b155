import { HookError } from '@podhooks/hooklib';
import { quote } from './quote.js';

/** The kernel takes no string of an environment above 128 KiB, its closing NUL included (execve(2), MAX_ARG_STRLEN). */
const LONGEST_STRING_BYTES = 128 * 1024 - 1;
/** All strings together: a quarter of the usual 8 MiB of stack, less what image and arguments bring along. */
const ALL_STRINGS_BYTES = 2 * 1024 * 1024 - 256 * 1024;

/**
 * Variables to which some shell gives a meaning of its own when they are assigned: read-only, counting, changing the
 * shell's locale or its search for commands. Like keys that are no identifiers, they are set by `env` alone.
 */
const SPECIAL =
  /^(_|_ph_.*|BASH.*|CDPATH|COLUMNS|COMP_.*|DIRSTACK|ENV|EPOCH.*|EUID|FUNCNAME|GID|GROUPS|HIST.*|IFS|KSH.*|LANG|LANGUAGE|LC_.*|LINENO|LINES|MAIL.*|OLDPWD|OPTARG|OPTERR|OPTIND|PATH|PIPESTATUS|POSIXLY_CORRECT|PPID|PS[0-4]|PWD|RANDOM|SECONDS|SHELLOPTS|SHLVL|SRANDOM|TMOUT|UID)$/;

/**
 * Lines of sh that give these variables to the step: exports for ordinary names, and positional parameters `NAME=value`
 * for `env` for all others (`INPUT_FETCH-DEPTH`); PATH goes into `_ph_path`, which the start of the step reads. Values are exact to the byte.
 * @throws HookError INPUT_INVALID that names a variable which the kernel would refuse.
 */
export function environmentLines(variables: Readonly<Record<string, string>>): string[] {
  checkEnvironment(variables);
  return Object.entries(variables).map(([name, value]) => {
    if (name === 'PATH') return `_ph_path=${quote(value)}`;
    return isIdentifier(name) && !SPECIAL.test(name)
      ? `export ${name}=${quote(value)}`
      : `set -- "$@" ${quote(`${name}=${value}`)}`;
  });
}

/** Whether a shell can have a variable of this name at all. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/**
 * Checks a step's whole environment, however its parts travel.
 * @throws HookError INPUT_INVALID that names a variable which the kernel would refuse.
 */
export function checkEnvironment(variables: Readonly<Record<string, string>>): void {
  let total = 0;
  let largest = { name: '', bytes: 0 };
  for (const [name, value] of Object.entries(variables)) {
    const bytes = checkVariable(name, value);
    total += bytes + 9;
    if (bytes > largest.bytes) largest = { name, bytes };
  }
  if (total > ALL_STRINGS_BYTES)
    throw environmentTooLarge(
      '',
      `${total} bytes in all, and the kernel takes ${ALL_STRINGS_BYTES}. The largest variable is ${largest.name} with ${largest.bytes} bytes`,
    );
}

/**
 * @param of whose variable it is, for the message, as in ` of the action`; empty for a step's own.
 * @returns the bytes that it takes, without its closing NUL.
 * @throws HookError INPUT_INVALID
 */
export function checkVariable(name: string, value: string, of = ''): number {
  if (name === '' || name.includes('=') || name.includes('\0') || value.includes('\0'))
    throw new HookError(
      'INPUT_INVALID',
      `The environment variable ${JSON.stringify(name)}${of} cannot be set: its name is empty or holds "=", or there is a NUL byte in it.`,
      { hint: 'Change the variable in the workflow.' },
    );
  const bytes = Buffer.byteLength(name) + 1 + Buffer.byteLength(value);
  if (bytes > LONGEST_STRING_BYTES)
    throw tooLarge(
      `The environment variable ${name}${of}`,
      `${bytes} bytes, and the kernel takes ${LONGEST_STRING_BYTES}`,
    );
  return bytes;
}

/** @param of as for checkVariable. */
export function environmentTooLarge(of: string, seen: string): HookError {
  return tooLarge(`The environment${of}`, seen);
}

function tooLarge(what: string, seen: string): HookError {
  return new HookError('INPUT_INVALID', `${what} is too large: ${seen}.`, {
    hint: 'Pass large values through a file.',
  });
}
