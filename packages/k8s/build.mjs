// Bundles the hook into the one file that the runner starts: packages/k8s/dist/index.js.
import { mkdir, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * Parts of libraries that a hook never reaches. They would be most of the bundle, and Node reads all of it at each step:
 * @actions/core's OIDC client brings undici (416 KB), client-node's KubeConfig brings the typed API (370 KB), node-fetch
 * with a Unicode table (280 KB), OIDC login and SOCKS proxies. Who needs one all the same is told what is missing.
 */
const STUBBED =
  /^(@actions\/http-client(\/.*)?|@actions\/exec|openid-client|socks-proxy-agent|jsonpath-plus|\.\/gen\/index\.js)$/;
const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  keepNames: true,
};
const REPLACED = { 'node-fetch': 'module.exports = { Headers };' };

/**
 * Libraries that a step does not use. They are kept as text, which Node reads much faster than code: it compiles them when
 * they are first imported.
 */
const KEPT_AS_TEXT = /^(js-yaml|tar-stream|@kubernetes\/client-node\/dist\/config\.js)$/;

const textOutputs = {};
const texts = {
  name: 'texts',
  setup(builder) {
    builder.onResolve({ filter: KEPT_AS_TEXT }, ({ path, resolveDir }) => ({
      path,
      namespace: 'text',
      pluginData: { resolveDir },
    }));
    builder.onLoad({ filter: /.*/, namespace: 'text' }, async ({ path, pluginData }) => {
      const { outputFiles, metafile } = await build({
        ...COMMON,
        stdin: { contents: `module.exports = require(${JSON.stringify(path)});`, ...pluginData },
        plugins: [stubs],
        metafile: true,
        write: false,
      });
      Object.assign(textOutputs, { [path]: Object.values(metafile.outputs)[0] });
      const code = JSON.stringify(outputFiles[0].text);
      return { contents: `new Function('module', 'exports', 'require', ${code})(module, exports, require);` };
    });
  },
};

const stubs = {
  name: 'stubs',
  setup(builder) {
    const take = ({ path }) => ({ path, namespace: 'stub' });
    builder.onResolve({ filter: STUBBED }, take);
    builder.onResolve({ filter: /^node-fetch$/ }, take);
    builder.onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({
      contents: REPLACED[path] ?? stub(path),
    }));
  },
};

/** Any name can be imported; using it throws. */
const stub = (path) => `module.exports = new Proxy({}, {
  get: (_, key) => key === '__esModule' ? undefined : class {
    constructor() { throw new Error(${JSON.stringify(`${path} is not part of the podhooks bundle`)}); }
  },
});`;

const here = (path) => new URL(path, import.meta.url).pathname;
await mkdir(here('./dist'), { recursive: true });
// The package is ESM, the bundle is not: in dist Node must not take it for what it is not.
await writeFile(here('./dist/package.json'), '{ "type": "commonjs" }\n');
const { metafile } = await build({
  entryPoints: [here('./src/index.ts')],
  outfile: here('./dist/index.js'),
  ...COMMON,
  sourcemap: 'external',
  legalComments: 'linked',
  metafile: true,
  // Optional native helpers of ws: looking for them costs more than they would save.
  define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
  plugins: [texts, stubs],
});
const outputs = { ...metafile.outputs, ...textOutputs };
await writeFile(here('./dist/meta.json'), JSON.stringify({ ...metafile, outputs }));
