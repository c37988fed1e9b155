import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { CertificateError } from './api-error.js';
import { connectReadable } from '../wire/direct-reading.js';

type Connected = (error: Error | null, stream: Duplex) => void;

/**
 * The connections to the API server, kept open between requests.
 *
 * Node 20 parses its 140 built-in root certificates, 25 ms, before it looks at the cluster's own authority. So prepare_job,
 * which verifies the server in the ordinary way, keeps the fingerprint of its certificate, and the steps of the job ask
 * for that certificate instead: as with SSH's known hosts, whoever holds its key is the server. Another certificate, as of
 * another replica of the API server, is verified in the ordinary way, over a new connection.
 */
export class ApiAgent extends Agent {
  private verified: string | undefined;

  /**
   * @param known SHA-256 fingerprint of a certificate that was verified before.
   * @param authority Where the trusted authorities stand, for errors.
   */
  constructor(
    options: AgentOptions,
    private readonly known?: string,
    private readonly authority = 'the list of authorities',
  ) {
    super({ ...options, keepAlive: true });
  }

  /** Fingerprint of the certificate that the server has shown, once it has been verified. */
  get certificate(): string | undefined {
    return this.verified ?? this.known;
  }

  override createConnection(options: RequestOptions & ConnectionOptions, connected: Connected): undefined {
    if (this.known === undefined) this.verify(options, connected);
    else this.recognise(this.known, options, connected);
  }

  private verify(options: ConnectionOptions, connected: Connected): void {
    const socket = connectReadable(options);
    const refused: Connected = (error, stream) =>
      connected(error && this.explained(error, socket, options), stream);
    once(socket, refused, () => {
      this.verified = fingerprint(socket);
      connected(null, socket);
    });
  }

  /** Node sets the reason only where it is the certificate that it does not accept. */
  private explained(error: Error, socket: TLSSocket, { host, port }: ConnectionOptions): Error {
    // Typed as an error, it is null before there is one.
    const refused: unknown = socket.authorizationError;
    const isRefused = refused !== null && refused !== undefined;
    return isRefused ? new CertificateError(`${host ?? ''}:${port ?? ''}`, this.authority, error) : error;
  }

  /** Nothing is sent before the certificate has been recognised: the socket is not handed out until then. */
  private recognise(known: string, options: ConnectionOptions, connected: Connected): void {
    // An empty list of authorities spares the built-in ones; that it verifies nothing is made good below.
    const socket = connectReadable({ ...options, ca: [], rejectUnauthorized: false });
    once(socket, connected, () => {
      if (fingerprint(socket) === known) {
        connected(null, socket);
        return;
      }
      socket.destroy();
      this.verify(options, connected);
    });
  }
}

function fingerprint(socket: TLSSocket): string | undefined {
  return socket.getPeerX509Certificate()?.fingerprint256;
}

/** Runs `secure` when the handshake is done, or tells of the failure; later errors are for the socket's user. */
function once(socket: TLSSocket, connected: Connected, secure: () => void): void {
  const failed = (error: Error) => connected(error, socket);
  socket.once('error', failed);
  socket.once('secureConnect', () => {
    socket.off('error', failed);
    secure();
  });
}
