// Bundles the hook into the one file that the runner starts: packages/k8s/dist/index.js.
import { mkdir, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * Parts of libraries that a hook cannot reach, and what they cost in the bundle: @actions/core's OIDC client brings undici
 * (416 KB); client-node brings a Unicode table by node-fetch's whatwg-url (259 KB), OIDC login and SOCKS proxies. Whoever
 * needs one all the same is told what is missing.
 */
const STUBS =
  /^(@actions\/http-client(\/.*)?|@actions\/exec|openid-client|socks-proxy-agent|jsonpath-plus|whatwg-url)$/;

const stubs = {
  name: 'stubs',
  setup(builder) {
    builder.onResolve({ filter: STUBS }, ({ path }) => ({ path, namespace: 'stub' }));
    builder.onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({
      contents:
        path === 'whatwg-url'
          ? 'module.exports = { URL, URLSearchParams };'
          : `module.exports = new Proxy({}, { get: (_, key) => key === '__esModule' ? undefined : class { constructor() { throw new Error('${path} is not part of the podhooks bundle'); } } });`,
    }));
  },
};

const dist = new URL('./dist/', import.meta.url).pathname;
await mkdir(dist, { recursive: true });
// The package is ESM, the bundle is not: in dist Node must not take it for what it is not.
await writeFile(`${dist}package.json`, '{ "type": "commonjs" }\n');
const { metafile } = await build({
  entryPoints: [new URL('./src/index.ts', import.meta.url).pathname],
  outfile: `${dist}index.js`,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  keepNames: true,
  sourcemap: 'external',
  legalComments: 'linked',
  metafile: true,
  external: ['encoding', 'bufferutil', 'utf-8-validate'],
  plugins: [stubs],
});
await writeFile(`${dist}meta.json`, JSON.stringify(metafile));
