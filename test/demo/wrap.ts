/** As wide as terminals are at least. */
export const WIDTH = 80;

const COLOURS = /\u001b\[\d+m/g;
const widthOf = (text: string) => text.replace(COLOURS, '').length;

/**
 * A line in parts that fit the width: broken between words, and what follows is indented by two more. A word that is longer
 * than a line stays whole, so that it can be copied.
 */
export function wrapped(line: string, width = WIDTH): string[] {
  const [indent = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let current = indent;
  let isEmpty = true;
  for (const word of line.slice(indent.length).split(' ')) {
    const longer = isEmpty ? current + word : `${current} ${word}`;
    if (!isEmpty && widthOf(longer) > width) {
      lines.push(current);
      current = `${indent}  ${word}`;
    } else current = longer;
    isEmpty = false;
  }
  return [...lines, current];
}
