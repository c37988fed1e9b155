import type { ApiAgent } from './api-agent.js';

/** How to reach the API server, and as whom. */
export interface Connection {
  /** Origin and path prefix without a slash at the end, as in `https://10.96.0.1:443`. */
  readonly server: string;
  /** Of the runner; objects are made there. */
  readonly namespace: string | undefined;
  /** One for all requests: keeps the TLS connection open between them. */
  readonly agent: ApiAgent;
  /** Fresh for each request, since a token may have been renewed. */
  authorization(): Promise<Readonly<Record<string, string>>>;
}
