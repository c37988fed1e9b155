// `npm run structure`: which folder of packages/k8s/src imports which; CONTRIBUTING.md has the same (`npm run docs`).
// Fails on imports that go up, on cycles of any kind of import, on long files, and on folders of many files.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { fault, imported, SOURCE, WINGS, wingOf } from './wings.mjs';

const LONGEST_FILE = 250;
const MOST_FILES = 15;

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort()
  .map((name) => {
    const path = join(SOURCE, name);
    const text = readFileSync(path, 'utf8');
    const imports = ts
      .preProcessFile(text, true, true)
      .importedFiles.flatMap(({ fileName }) => imported(path, fileName) ?? []);
    return { path, imports, lines: text.split('\n').length - 1 };
  });
const faults = [];

for (const { path, imports } of files)
  for (const target of imports) {
    const why = fault(path, target);
    if (why !== undefined) faults.push(`${relative(SOURCE, path)}: ${why}`);
  }

/** A cycle that can be reached from this file. */
function cycle(path, way = []) {
  if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
  if (done.has(path)) return undefined;
  for (const target of byPath.get(path)?.imports ?? []) {
    const found = cycle(target, [...way, path]);
    if (found !== undefined) return found;
  }
  done.add(path);
  return undefined;
}
const byPath = new Map(files.map((file) => [file.path, file]));
const done = new Set();
for (const { path } of files) {
  const found = cycle(path);
  if (found === undefined) continue;
  faults.push(`cycle: ${found.map((each) => relative(SOURCE, each)).join(' -> ')}`);
  break;
}

for (const wing of WINGS.flat()) {
  const own = files.filter(({ path }) => wingOf(path) === wing);
  const longest = own
    .filter(({ path }) => !path.endsWith('.generated.ts'))
    .reduce((a, b) => (b.lines > a.lines ? b : a));
  const targets = new Set(own.flatMap(({ imports }) => imports.map(wingOf)).filter((to) => to !== wing));
  const names = WINGS.flat().filter((name) => targets.has(name));
  if (own.length > MOST_FILES)
    faults.push(`${wing} has ${own.length} files; more than ${MOST_FILES} are hard to overlook`);
  if (longest.lines > LONGEST_FILE)
    faults.push(`${relative(SOURCE, longest.path)} has ${longest.lines} lines`);
  console.log(`${wing.padEnd(13)} -> ${names.join(' ') || '-'}`);
}
for (const each of faults) console.error(each);
process.exitCode = faults.length === 0 ? 0 : 1;
