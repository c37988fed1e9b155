import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { HookError } from '@podhooks/hooklib';
import { parseJson } from '../json.js';
import { contentOf, refusalOf } from './answer.js';
import { ApiError, ConnectionError, MalformedAnswerError, statusOf } from './api-error.js';
import type { Connection } from './connection.js';
import { type RetryPolicy, withRetries } from './retry.js';

export interface ApiRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** As in `/api/v1/namespaces/ci/pods`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
}

export interface ApiAnswer {
  body: unknown;
  /** Texts of `Warning:` headers, as a server sends for deprecated or unknown fields. */
  warnings: readonly string[];
}

/** An answer that has not ended after this time is given up; the request is then tried again. */
const REQUEST_TIMEOUT_MS = 20_000;

/**
 * Requests of the Kubernetes API as plain JSON. The typed client of @kubernetes/client-node is not used since it
 * drops every field it does not know before sending: a typo in a template would vanish silently.
 */
export class ApiClient {
  constructor(
    readonly connection: Connection,
    readonly policy: RetryPolicy,
  ) {}

  /** Sends a request that may be repeated, until it is answered. @throws ApiError, ConnectionError, MalformedAnswerError, AbortError */
  send(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    return withRetries(() => this.sendOnce(request, signal), this.policy, signal);
  }

  private async sendOnce(
    { method, path, query, body }: ApiRequest,
    cancelled: AbortSignal,
  ): Promise<ApiAnswer> {
    const name = `${method} ${path}`;
    const url = urlOf(this.connection, path, query);
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      accept: 'application/json',
      ...(await headersOf(this.connection)),
      ...(content && { 'content-type': 'application/json', 'content-length': content.length }),
    };
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const signal = AbortSignal.any([cancelled, timeout]);
    return new Promise((resolve, reject) => {
      const fail = (cause: Error) =>
        reject(
          cancelled.aborted
            ? cause
            : new ConnectionError(
                name,
                timeout.aborted ? `no answer within ${REQUEST_TIMEOUT_MS / 1000} s` : cause.message,
                cause,
              ),
        );
      const outgoing = httpsRequest(
        url,
        { method, headers, agent: this.connection.agent, signal },
        (response) =>
          void answerOf(name, response).then(resolve, (reason: unknown) => {
            const error = reason instanceof Error ? reason : new Error(String(reason));
            if (isFinal(error)) reject(error);
            else fail(error);
          }),
      );
      outgoing.on('error', fail);
      outgoing.end(content);
    });
  }
}

/** @throws ApiError, HookError, MalformedAnswerError; or what the connection throws that breaks */
async function answerOf(name: string, response: IncomingMessage): Promise<ApiAnswer> {
  const { headers, statusCode: code = 0 } = response;
  if (code < 200 || code > 299) throw new ApiError(name, statusOf(code, await refusalOf(response), headers));
  const text = await contentOf(name, response);
  const body = parseJson(text);
  if (body === undefined) throw new MalformedAnswerError(name, 'the answer is not JSON', text);
  return { body, warnings: warningTexts(headers['warning']) };
}

function isFinal(error: Error): boolean {
  return error instanceof ApiError || error instanceof MalformedAnswerError || error instanceof HookError;
}

export function urlOf({ server }: Connection, path: string, query: ApiRequest['query'] = {}): URL {
  const url = new URL(server + path);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url;
}

export async function headersOf(connection: Connection): Promise<Readonly<Record<string, string>>> {
  return { 'user-agent': 'podhooks', ...(await connection.authorization()) };
}

/** `299 - "unknown field \"spec.x\""` -> `unknown field "spec.x"` (RFC 9111 §5.5 of the older RFC 7234). */
function warningTexts(header: string | string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap((line) =>
      [...line.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
        (match[1] ?? '').replaceAll(/\\(.)/g, '$1'),
      ),
    );
}
