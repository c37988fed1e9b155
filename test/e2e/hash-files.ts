/**
 * A script for Node that prints what the runner's `hashFiles()` gives for these ends of names in a folder: a digest over the
 * digests of the files, in the order in which `@actions/glob` finds them (depth first, names in order, links not followed).
 */
export const HASH_FILES = String.raw`
const { createHash } = require('node:crypto');
const { lstatSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const [, root, ...ends] = process.argv;
const result = createHash('sha256');
let count = 0;
const stack = [root];
while (stack.length > 0) {
  const path = stack.pop();
  const info = lstatSync(path);
  if (info.isDirectory()) stack.push(...readdirSync(path).reverse().map((name) => join(path, name)));
  else if (info.isFile() && ends.some((end) => path.endsWith(end))) {
    count++;
    result.update(createHash('sha256').update(readFileSync(path)).digest());
  }
}
console.log(count === 0 ? '' : count + ' ' + result.digest('hex'));`;
