import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where the API server of the cluster built from packages listens, and an address of this machine that pods reach. */
const API_SERVER = { host: '127.0.0.1', port: 6443 };
const FROM_PODS = '10.90.0.1';

/** Passes connections to the API server on, TLS and all, and cuts them as told. */
export class Cutter {
  /** How many bytes, both ways together, the next connections carry before they are reset; then they are whole again. */
  cutAfterBytes: number[] = [];
  /** Connections are reset after this time; 0 for never. */
  cutAfterMs = 0;
  cuts = 0;

  private constructor(private readonly server: Server) {
    server.on('connection', (client) => this.relay(client));
  }

  static async start(): Promise<Cutter> {
    const server = createServer();
    server.listen(0, FROM_PODS);
    await once(server, 'listening');
    return new Cutter(server);
  }

  /** For the runner pod: the hook takes the cutter for the API server, whose certificate names this address, too. */
  get environment(): Record<string, string> {
    const address = this.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return { KUBERNETES_SERVICE_HOST: FROM_PODS, KUBERNETES_SERVICE_PORT: `${port}` };
  }

  close(): void {
    this.server.close();
  }

  private relay(client: Socket): void {
    const upstream = connect(API_SERVER);
    let left = this.cutAfterBytes.shift() ?? Infinity;
    const cut = () => {
      this.cuts += 1;
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    };
    const timer = this.cutAfterMs > 0 ? setTimeout(cut, this.cutAfterMs) : undefined;
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => {
        clearTimeout(timer);
        to.destroy();
      });
      from.on('data', (chunk) => {
        left -= chunk.length;
        if (left < 0) cut();
        else if (!to.write(chunk)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      });
    }
  }
}
