import { RunnerError } from './runner.js';

interface Shell {
  command: string;
  /** Arguments as one text; {0} stands for the script. */
  arguments: string;
  extension: string;
}

const POWERSHELL = { arguments: `-command ". '{0}'"`, extension: '.ps1' };
const KNOWN: Readonly<Record<string, Omit<Shell, 'command'>>> = {
  bash: { arguments: '--noprofile --norc -e -o pipefail {0}', extension: '.sh' },
  sh: { arguments: '-e {0}', extension: '.sh' },
  python: { arguments: '{0}', extension: '.py' },
  pwsh: POWERSHELL,
  powershell: POWERSHELL,
};

/** What `shell:` means (ScriptHandlerHelpers.cs): the first blank ends the command. */
export function parseShell(shell = 'sh'): Shell {
  const [, command = '', rest = ''] = /^\s*(\S*) ?(.*?)\s*$/s.exec(shell) ?? [];
  const known = KNOWN[command];
  const text = rest === '' ? known?.arguments : rest;
  if (text?.includes('{0}') !== true)
    throw new RunnerError(`shell '${shell}' is neither built in nor a command with {0}`);
  return { command, arguments: text, extension: known?.extension ?? '' };
}

/** The text of the script file. PowerShell must be told to stop at an error and to keep the exit code. */
export function scriptText(shell: Shell, run: string): string {
  if (shell.extension !== '.ps1') return run;
  return [
    "$ErrorActionPreference = 'stop'",
    run,
    'if ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }',
  ].join('\n');
}

/** entryPointArgs of a script step: the text cut at every single blank, empty pieces kept. */
export function scriptArguments(shell: Shell, script: string): string[] {
  return shell.arguments.replaceAll('{0}', script).split(' ');
}
