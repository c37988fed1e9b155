import { parseWorkflowCommand } from '../runner/workflow-commands.js';

export interface Style {
  bold: (text: string) => string;
  dim: (text: string) => string;
  red: (text: string) => string;
  yellow: (text: string) => string;
  green: (text: string) => string;
}

const plain = (text: string) => text;
export const PLAIN: Style = { bold: plain, dim: plain, red: plain, yellow: plain, green: plain };

const escape = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
export const COLOURED: Style = {
  bold: escape(1),
  dim: escape(2),
  red: escape(31),
  yellow: escape(33),
  green: escape(32),
};

/**
 * What a user sees in GitHub's log of a step: annotations in their words and colours, groups as headings with their lines
 * below them, and no other workflow command.
 */
export function githubLog(output: string, style: Style): string[] {
  let indent = '';
  return output.split(/\r\n|\r|\n/).flatMap((line, index, lines) => {
    if (line === '' && index === lines.length - 1) return [];
    const command = parseWorkflowCommand(line);
    if (command === null) return [indent + line];
    const [first = '', ...rest] = command.data.split('\n');
    const annotation = (word: string, paint: (text: string) => string) =>
      [`${word}: ${first}`, ...rest].map((text) => indent + paint(text));
    switch (command.name) {
      case 'error':
        return annotation('Error', style.red);
      case 'warning':
        return annotation('Warning', style.yellow);
      case 'notice':
        return annotation('Notice', plain);
      case 'group':
        indent = '  ';
        return [style.bold(`▾ ${command.data}`)];
      case 'endgroup':
        indent = '';
        return [];
      default:
        return [];
    }
  });
}

/** The runner's own line behind a step that fails (ScriptHandler). */
export function exitCodeLine(exitCode: number | null, style: Style): string[] {
  return exitCode === 0
    ? []
    : [style.red(`Error: Process completed with exit code ${exitCode ?? 'unknown'}.`)];
}
