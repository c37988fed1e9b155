import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import { usableBed } from './environment.js';

/** A registry that has the images of the open one, and takes its time before it gives the first. */
export class SlowRegistry {
  private constructor(
    readonly host: string,
    private readonly server: Server,
    private readonly folder: string,
  ) {}

  /** @param delayMs before the manifest of an image is given. */
  static async start(delayMs: number): Promise<SlowRegistry> {
    const { kubeconfig } = await usableBed();
    const registries = join(dirname(kubeconfig), 'config/registries');
    const open = /"(http[^"]+)"/.exec(await readFile(join(registries, '_default/hosts.toml'), 'utf8'))?.[1];
    if (open === undefined) throw new Error(`no registry in ${registries}/_default/hosts.toml`);
    const server = createServer(({ method, url = '/', headers }, response) => {
      const forward = () =>
        request(`${open}${url}`, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        }).end();
      if (method === 'HEAD') setTimeout(forward, delayMs);
      else forward();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const host = `slow-${address.port}.test`;
    const folder = join(registries, host);
    await mkdir(folder);
    const here = `http://127.0.0.1:${address.port}`;
    await writeFile(
      join(folder, 'hosts.toml'),
      `server = "${here}"\n[host."${here}"]\n  capabilities = ["pull", "resolve"]\n`,
    );
    return new SlowRegistry(host, server, folder);
  }

  async stop(): Promise<void> {
    await rm(this.folder, { recursive: true });
    this.server.closeAllConnections();
    this.server.close();
  }
}
