import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const SERVICE = '/twirp/github.actions.results.api.v1.CacheService/';

/** Answers `actions/cache` as GitHub's cache service does (its version 2), and keeps everything in memory. */
export class CacheServer {
  private readonly entries = new Map<string, Buffer>();
  /** The tokens that came with requests. */
  readonly tokens = new Set<string>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<CacheServer> {
    const cache = new CacheServer(createServer());
    cache.server.on('request', (request: IncomingMessage, response) => {
      cache
        .answer(request)
        .then((body) => response.end(body))
        .catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    cache.server.listen(0, '127.0.0.1');
    await once(cache.server, 'listening');
    return cache;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage): Promise<Buffer | string> {
    const { pathname } = new URL(request.url ?? '', this.url);
    const body = Buffer.concat(await request.toArray());
    const blob = /^\/blobs\/(.+)$/.exec(pathname)?.[1];
    if (blob !== undefined && request.method === 'PUT') {
      this.entries.set(decodeURIComponent(blob), body);
      return '';
    }
    if (blob !== undefined) return this.entries.get(decodeURIComponent(blob)) ?? '';
    this.tokens.add(request.headers.authorization ?? '');
    const { key = '' } = JSON.parse(body.toString()) as { key?: string };
    const url = new URL(`blobs/${encodeURIComponent(key)}`, this.url).href;
    switch (pathname) {
      case `${SERVICE}CreateCacheEntry`:
        return JSON.stringify({ ok: true, signed_upload_url: url });
      case `${SERVICE}FinalizeCacheEntryUpload`:
        return JSON.stringify({ ok: true, entry_id: '1' });
      case `${SERVICE}GetCacheEntryDownloadURL`:
        return JSON.stringify({ ok: this.entries.has(key), signed_download_url: url, matched_key: key });
      default:
        throw new Error(`no such method: ${pathname}`);
    }
  }
}

/** A JavaScript action that saves or restores a file as `actions/cache` does: it knows its server by ACTIONS_RESULTS_URL alone. */
export const CACHE_ACTION = `
const { readFileSync, writeFileSync } = require('node:fs');
const { ACTIONS_RESULTS_URL, ACTIONS_RUNTIME_TOKEN, INPUT_SAVE, INPUT_FILE } = process.env;
async function call(method, body) {
  const response = await fetch(new URL('${SERVICE.slice(1)}' + method, ACTIONS_RESULTS_URL), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ' + ACTIONS_RUNTIME_TOKEN },
    body: JSON.stringify({ key: 'deps-1', version: '1', ...body }),
  });
  return response.json();
}
async function save() {
  const { signed_upload_url } = await call('CreateCacheEntry');
  const body = readFileSync(INPUT_FILE);
  await fetch(signed_upload_url, { method: 'PUT', body });
  await call('FinalizeCacheEntryUpload', { size_bytes: body.length });
  console.log('saved');
}
async function restore() {
  const { ok, signed_download_url } = await call('GetCacheEntryDownloadURL');
  if (!ok) return console.log('not found');
  const response = await fetch(signed_download_url);
  writeFileSync(INPUT_FILE, Buffer.from(await response.arrayBuffer()));
  console.log('restored');
}
(INPUT_SAVE === 'true' ? save() : restore()).catch((error) => { console.error(String(error.cause ?? error)); process.exit(1); });
`;
