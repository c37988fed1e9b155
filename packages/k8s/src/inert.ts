/** Control characters but the tab, and what else some readers take for the end of a line. */
const CONTROLS = /[\0-\x08\n-\x1f\x7f-\x9f\u2028\u2029]/g;
const NAMES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r' };

/**
 * One line that holds no workflow command, whoever wrote the text: an image name or a message of the cluster may. The runner
 * looks for `::name::` behind leading blanks, and for `##[name]` anywhere in a line.
 */
export function inertLine(text: string): string {
  return text
    .replace(CONTROLS, (char) => NAMES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('##[', '## [')
    .replace(/^(\s*):(?=:)/, '$1: ');
}

/** The same for the data of a command of ours, which may have several lines: their ends are encoded there. */
export function inertLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => inertLine(line))
    .join('\n');
}
