// Bundles the hook into the one file that the runner starts, packages/k8s/dist/index.js, and the tool for people into dist/cli.js.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build, transform } from 'esbuild';

/**
 * Parts of libraries that a hook never reaches. Node reads and compiles all of the bundle at each step: @actions/core's OIDC
 * client would bring undici (416 KB), client-node's KubeConfig the typed API (370 KB), node-fetch with a Unicode table
 * (280 KB), OIDC login and SOCKS proxies; the job summary loads modules of Node for nothing.
 * Who needs one all the same is told what is missing.
 */
const STUBBED = [
  /^(@actions\/http-client(\/.*)?|@actions\/exec|openid-client|socks-proxy-agent|jsonpath-plus|node-fetch)$/,
  /client-node\/.*: \.\/gen\/index\.js$/,
  /@actions\/core\/.*: \.\/(summary|platform|path-utils)\.js$/,
];
const REPLACED = {
  'node-fetch': 'module.exports = { Headers };',
};

const ROOT = new URL('.', import.meta.url).pathname;
const MAIN = `${ROOT}src/index.ts`;
const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  metafile: true,
  write: false,
  outfile: 'index.js',
  absWorkingDir: ROOT,
  // `import()` of what stands outside of a part becomes `require()`, which is ours: see `parts`.
  supported: { 'dynamic-import': false },
};

const stubs = {
  name: 'stubs',
  setup(builder) {
    builder.onResolve({ filter: /.*/ }, ({ path, importer }) =>
      STUBBED.some((stubbed) => stubbed.test(path) || stubbed.test(`${importer}: ${path}`))
        ? { path, namespace: 'stub' }
        : undefined,
    );
    builder.onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({
      contents: REPLACED[path] ?? stub(path),
    }));
  },
};

/** Each `name.sh` beside shell-texts.ts is a constant of it. Comments stay out: the text travels into the pod with each step. */
const shellTexts = {
  name: 'shell texts',
  setup(builder) {
    builder.onLoad({ filter: /\/(step|dockerfile)\/shell-texts\.ts$/ }, ({ path }) =>
      constantsOf(dirname(path), '.sh', (text) => text.replaceAll(/^\s*(#.*)?\n/gm, '')),
    );
    builder.onLoad({ filter: /\/agent\/node-texts\.ts$/ }, ({ path }) =>
      constantsOf(dirname(path), '.mjs', async (text) =>
        (await transform(text, { minify: true, target: 'node20' })).code.trim(),
      ),
    );
  },
};

async function constantsOf(folder, extension, shorten) {
  const files = (await readdir(folder)).filter((name) => name.endsWith(extension));
  const lines = files.map(async (name) => {
    const text = await shorten(await readFile(resolve(folder, name), 'utf8'));
    const constant = name.slice(0, -extension.length).replaceAll('-', '_').toUpperCase();
    return `export const ${constant} = ${JSON.stringify(text)};`;
  });
  return { contents: (await Promise.all(lines)).join('\n') };
}

/** Any name can be imported; using it throws. */
const stub = (path) => `module.exports = new Proxy({}, {
  get: (_, key) => key === '__esModule' ? undefined : class {
    constructor() { throw new Error(${JSON.stringify(`${path} is not part of the podhooks bundle`)}); }
  },
});`;

/**
 * What the hook imports with `import()` becomes a part of its own, kept as compressed text and compiled when it is first
 * imported. Measured at the start of a step, in CPU time over more than 100 pairs of runs: 89 ms; 96 ms with the parts as plain
 * text, 101 ms with all code compiled by Node at once. Modules of ours that the main part has are not in others: `instanceof`
 * must hold.
 */
const parts = (outside) => ({
  name: 'parts',
  setup(builder) {
    builder.onResolve({ filter: /^[.@]/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === 'seen' || from.kind === 'entry-point') return undefined;
      const found = await builder.resolve(path, { ...from, pluginData: 'seen' });
      if (found.namespace !== 'file' || !outside(found.path, from.kind)) return found;
      return { path: relative(ROOT, found.path), external: true };
    });
  },
});

const filesOf = ({ metafile }) => Object.keys(metafile.inputs).map((path) => resolve(ROOT, path));

const lazy = new Set();
const first = await build({
  ...COMMON,
  entryPoints: [MAIN],
  plugins: [stubs, shellTexts, parts((path, kind) => kind === 'dynamic-import' && lazy.add(path))],
});
const inMain = new Set(filesOf(first));
const shared = new Set();
const texts = {};
const outputs = {};
for (const path of lazy) {
  const { outputFiles, metafile } = await build({
    ...COMMON,
    entryPoints: [path],
    plugins: [
      stubs,
      shellTexts,
      parts((other, kind) => {
        if (inMain.has(other) && !other.includes('/node_modules/')) return shared.add(other);
        return kind === 'dynamic-import' ? lazy.add(other) : lazy.has(other);
      }),
    ],
  });
  const name = relative(ROOT, path);
  const text = `${outputFiles[0].text}//# sourceURL=podhooks/${name}`;
  texts[name] = brotliCompressSync(text).toString('base64');
  outputs[name] = metafile.outputs['index.js'];
}

const nameOf = (path) => JSON.stringify(relative(ROOT, path));
/** Runs before anything else. */
const partsModule = `
${[...shared].map((path, index) => `import * as shared${index} from ${JSON.stringify(path)};`).join('\n')}
const loaded = { ${[...shared].map((path, index) => `${nameOf(path)}: shared${index}`).join(', ')} };
const texts = ${JSON.stringify(texts)};
podhooksPart = (name) => {
  if (!(name in loaded) && name in texts) {
    const text = ofNode('node:zlib').brotliDecompressSync(Buffer.from(texts[name], 'base64')).toString();
    const module = { exports: {} };
    new Function('module', 'exports', 'require', text)(module, module.exports, requirePart);
    loaded[name] = module.exports;
  }
  return loaded[name];
};`;
/** Before all code of the bundle: each `require` in it looks among the parts first. */
const REQUIRE_PARTS =
  'var podhooksPart, ofNode = require, requirePart = require = (name) => podhooksPart?.(name) ?? ofNode(name);';

const main = await build({
  ...COMMON,
  stdin: { contents: `import 'parts'; import ${JSON.stringify(MAIN)};`, resolveDir: ROOT },
  banner: { js: REQUIRE_PARTS },
  sourcemap: 'external',
  legalComments: 'linked',
  plugins: [
    {
      name: 'parts module',
      setup(builder) {
        builder.onResolve({ filter: /^parts$/ }, ({ path }) => ({ path, namespace: 'parts' }));
        builder.onLoad({ filter: /.*/, namespace: 'parts' }, () => ({
          contents: partsModule,
          resolveDir: ROOT,
        }));
      },
    },
    stubs,
    shellTexts,
    parts((_, kind) => kind === 'dynamic-import'),
  ],
});

/** The command-line tool: started by people, so that all of it may be loaded at once. */
const cli = await build({
  ...COMMON,
  supported: {},
  entryPoints: [`${ROOT}src/cli/cli.ts`],
  outfile: 'cli.js',
  banner: { js: '#!/usr/bin/env node' },
  legalComments: 'linked',
  plugins: [stubs, shellTexts],
});

await mkdir(`${ROOT}dist`, { recursive: true });
// The package is ESM, the bundle is not: in dist Node must not take it for what it is not.
await writeFile(`${ROOT}dist/package.json`, '{ "type": "commonjs" }\n');
for (const { path, contents } of [...main.outputFiles, ...cli.outputFiles])
  await writeFile(`${ROOT}dist/${relative(ROOT, path)}`, contents);
await writeFile(
  `${ROOT}dist/meta.json`,
  JSON.stringify({ ...main.metafile, outputs: { ...main.metafile.outputs, ...outputs } }),
);
