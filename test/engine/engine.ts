import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Accounts, type Account } from './accounts.js';
import { howToAllowNamespaces } from './allow-namespaces.js';
import type { Faults } from './faults.js';
import { Images, type Image } from './images.js';
import { Kubelet } from './kubelet.js';
import { Resources, Stored } from './resources.js';
import { Sandbox } from './sandbox.js';
import { ApiServer, type RequestRecord } from './server.js';
import { selfSignedIdentity, type ServerIdentity } from './tls.js';

export interface EngineOptions {
  /** Images by name, beside those that images.ts knows. */
  images?: Record<string, Image>;
  /** Directories of this machine by the name of the volume claim that stands for them. */
  claims?: Record<string, string>;
  accounts?: Account[];
  /** Namespaces beside `default` and those of the accounts. */
  namespaces?: string[];
  /** How containers are run; by default as well as the kernel allows. */
  sandbox?: Sandbox;
}

/** A Kubernetes API on loopback that runs the containers of pods as processes of this machine. */
export class LocalEngine {
  private constructor(
    private readonly directory: string,
    private readonly identity: ServerIdentity,
    private readonly server: ApiServer,
    private readonly accounts: Accounts,
    private readonly kubelet: Kubelet,
    readonly images: Images,
    /** Which directory stands for which volume claim; may be added to. */
    readonly claims: Map<string, string>,
  ) {}

  static async start(options: EngineOptions = {}): Promise<LocalEngine> {
    const directory = await mkdtemp(join(tmpdir(), 'podhooks-engine-'));
    const identity = selfSignedIdentity();
    const accounts = new Accounts(options.accounts ?? []);
    const images = new Images(options.images ?? {});
    const claims = new Map(Object.entries(options.claims ?? {}));
    const namespaces = new Set([
      'default',
      ...(options.namespaces ?? []),
      ...accounts.all.map((a) => a.namespace),
    ]);
    const exists = (namespace: string, name: string) =>
      name === 'default' || accounts.all.some((a) => a.namespace === namespace && a.name === name);
    const stored = new Stored();
    const kubelet: Kubelet = new Kubelet({
      ...{ pods: stored.pods, secrets: stored.secrets, events: stored.events },
      ...{ directory, sandbox: options.sandbox ?? (await detectSandbox()), images, claims },
      accountFiles: (namespace, account) => ({
        'ca.crt': identity.cert,
        token: accounts.all.some((a) => a.name === account) ? accounts.token(account, namespace) : '',
      }),
      address: () => ({ host: '127.0.0.1', port: String(server.port) }),
    });
    const resources = new Resources(stored, kubelet, namespaces, exists);
    const server: ApiServer = new ApiServer(identity, accounts, resources, kubelet);
    await server.listen();
    const engine = new LocalEngine(directory, identity, server, accounts, kubelet, images, claims);
    process.once('exit', engine.#abandon);
    return engine;
  }

  get url(): string {
    return `https://127.0.0.1:${this.server.port}`;
  }

  /** The certificate authority of `url`, in PEM. */
  get ca(): string {
    return this.identity.cert;
  }

  /** Every request so far, in order; empty it to count anew. */
  get requests(): RequestRecord[] {
    return this.server.requests;
  }

  get faults(): Faults {
    return this.kubelet.faults;
  }

  /** Why pods cannot mount volumes on this machine; undefined when they can. */
  get limitation(): string | undefined {
    return this.kubelet.sandbox.limitation;
  }

  /** The bearer token of an account; `admin` may do everything. */
  token(account = 'admin'): string {
    return this.accounts.token(account);
  }

  /** Writes a kubeconfig for an account, with the account's namespace, and gives its path. */
  async kubeconfig(path: string, account = 'admin'): Promise<string> {
    const namespace = this.accounts.all.find(({ name }) => name === account)?.namespace ?? 'default';
    const authority = Buffer.from(this.ca).toString('base64');
    const cluster = { server: this.url, 'certificate-authority-data': authority };
    const config = {
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'local' },
      clusters: [{ name: 'local', cluster }],
      users: [{ name: account, user: { token: this.token(account) } }],
      contexts: [{ name: 'local', context: { cluster: 'local', user: account, namespace } }],
    };
    await writeFile(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }

  /** Ends all pods and the server and removes all files. */
  async close(): Promise<void> {
    process.off('exit', this.#abandon);
    await this.kubelet.close();
    await this.server.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** For a process that ends without `close`. */
  readonly #abandon = (): void => {
    this.kubelet.kill();
    rmSync(this.directory, { recursive: true, force: true });
  };
}

let detected: Promise<Sandbox> | undefined;

/** Looked at once for all engines of a process, with a word when volumes are not to be had. */
export function detectSandbox(): Promise<Sandbox> {
  detected ??= Sandbox.detect().then((sandbox) => {
    if (sandbox.limitation !== undefined)
      console.error(
        `local engine: no mount namespaces here (${sandbox.limitation}). Containers run on this machine's own file ` +
          `system; volumes cannot be put at their paths, so no job can run. For jobs, ${howToAllowNamespaces()}.`,
      );
    return sandbox;
  });
  return detected;
}
