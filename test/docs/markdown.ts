export interface CodeBlock {
  language: string;
  text: string;
}

/** Fenced blocks of code. */
export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

/** Targets of links, without their fragments, but for those to other hosts. */
export function localLinks(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** What stands between backticks in running text. */
export function codeSpans(markdown: string): string[] {
  return [...withoutBlocks(markdown).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
}

/** Rows of all tables, each as its cells; heads and rules are left out. */
export function tableRows(markdown: string): string[][] {
  const lines = withoutBlocks(markdown).split('\n');
  const isRule = (line: string | undefined) => line !== undefined && /^\|[\s|:-]+\|$/.test(line);
  return lines
    .filter((line, index) => line.startsWith('|') && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

const withoutBlocks = (markdown: string) => markdown.replaceAll(/^```.*?^```$/gms, '');
const withoutCode = (markdown: string) => withoutBlocks(markdown).replaceAll(/`[^`\n]*`/g, '');
