// The order of the parts of packages/k8s/src (docs/adr/0001): an import goes down this list, never up.
import { dirname, join, relative, resolve } from 'node:path';

export const SOURCE = resolve(import.meta.dirname, '../packages/k8s/src');

/** Folders, and the files beside them; those of one line are equal. */
export const WINGS = [
  ['index', 'cli', 'exit', 'log'],
  ['commands'],
  ['follow'],
  ['ready'],
  ['pods'],
  ['work'],
  ['back'],
  ['context'],
  ['cluster'],
  ['wire'],
  ['settings'],
  ['pod'],
  ['options'],
  ['agent'],
  ['dockerfile'],
  ['template'],
  ['merge'],
  ['step'],
  ['files'],
  ['model'],
  ['yaml'],
  ['admission', 'arc-chart', 'bounded-bytes', 'deadline', 'failure', 'inert', 'json', 'phases', 'version'],
];

/** The folder that a source file lies in, or its own name; undefined outside of SOURCE. */
export function wingOf(file) {
  const path = relative(SOURCE, file);
  return path.startsWith('..') ? undefined : path.replace(/\.[jt]s$/, '').split('/')[0];
}

/** The file that a relative import means; undefined for packages. */
export function imported(file, specifier) {
  return specifier.startsWith('.') ? join(dirname(file), specifier).replace(/\.js$/, '.ts') : undefined;
}

/** Why `file` must not import `target`; undefined when it may. */
export function fault(file, target) {
  const [from, to] = [file, target].map(wingOf);
  if (from === undefined || to === undefined || from === to) return undefined;
  const [above, below] = [from, to].map((wing) => WINGS.findIndex((names) => names.includes(wing)));
  if (above === -1 || below === -1) return `${above === -1 ? from : to} is not in scripts/wings.mjs`;
  return below < above
    ? `${from} must not import ${to}: imports go down the list in scripts/wings.mjs`
    : undefined;
}

/** An ESLint rule for every kind of import: static, type-only, re-export, import(). */
export const oneDirection = {
  create(context) {
    const check = (node) => {
      const source = node.source ?? node.argument?.literal;
      const target = typeof source?.value === 'string' && imported(context.filename, source.value);
      const message = target ? fault(context.filename, target) : undefined;
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};
