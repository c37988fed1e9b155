import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where the API server of the cluster built from packages listens, and an address of this machine that pods reach. */
const API_SERVER = { host: '127.0.0.1', port: 6443 };
export const FROM_PODS = '10.90.0.1';

/** `reset`: RST, as from a load balancer; `silence`: the connection stays open and carries nothing more. */
type How = 'reset' | 'silence';

/** The end of a connection, after a time or after so many bytes, both ways together. */
export interface Cut {
  after: { bytes: number } | { ms: number };
  how: How;
}

/** Passes connections to the API server on, TLS and all, and cuts them as told. */
export class Cutter {
  /** Asked for each new connection; one without a plan is left whole. */
  plan: () => Cut | undefined = () => undefined;
  cuts = 0;
  /** Carried, both ways together. */
  bytes = 0;
  private readonly connections = new Set<Relay>();
  private dark: How | undefined;

  private constructor(private readonly server: Server) {
    server.on('connection', (client) => this.accept(client));
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

  /** From now on no connection carries anything: each is reset, or goes silent. `lightUp` ends it for new ones. */
  blackOut(how: How): void {
    this.dark = how;
    for (const relay of this.connections) relay.cut(how);
  }

  lightUp(): void {
    this.dark = undefined;
  }

  close(): void {
    this.server.close();
    for (const relay of this.connections) relay.cut('reset');
  }

  private accept(client: Socket): void {
    const relay = new Relay(
      client,
      () => (this.cuts += 1),
      (bytes) => (this.bytes += bytes),
    );
    this.connections.add(relay);
    client.on('close', () => this.connections.delete(relay));
    if (this.dark !== undefined) relay.cut(this.dark);
    else relay.obey(this.plan());
  }
}

/** One connection and its way on to the API server. */
class Relay {
  private readonly upstream = connect(API_SERVER);
  private left = Infinity;
  private how: How = 'reset';
  private silent = false;

  constructor(
    private readonly client: Socket,
    private readonly onCut: () => void,
    private readonly onBytes: (bytes: number) => void,
  ) {
    this.carry(client, this.upstream);
    this.carry(this.upstream, client);
  }

  obey(plan: Cut | undefined): void {
    if (plan === undefined) return;
    const { after, how } = plan;
    this.how = how;
    if ('bytes' in after) this.left = after.bytes;
    else {
      const timer = setTimeout(() => this.cut(how), after.ms);
      this.client.on('close', () => clearTimeout(timer));
    }
  }

  cut(how: How): void {
    if (this.client.destroyed) return;
    if (!this.silent) this.onCut();
    if (how === 'silence') this.silent = true;
    else {
      this.client.resetAndDestroy();
      this.upstream.resetAndDestroy();
    }
  }

  private carry(from: Socket, to: Socket): void {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.on('data', (chunk) => {
      if (this.silent) return;
      const part = chunk.subarray(0, this.left);
      this.left -= part.length;
      this.onBytes(part.length);
      if (part.length > 0 && !to.write(part)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
      if (part.length < chunk.length) this.cut(this.how);
    });
  }
}
