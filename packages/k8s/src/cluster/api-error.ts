import { HookError } from '@podhooks/hooklib';
import { CHART_MODE_HINT, NO_PERMISSION } from '../arc-chart.js';
import { admissionHint } from '../admission.js';

/** Kubernetes' answer to a request that it did not carry out (API reference: Status). */
export interface ApiStatus {
  code: number;
  reason: string;
  message: string;
  /** Seconds after which the server wants to be asked again. */
  retryAfterSeconds: number | undefined;
}

/** The server answered, and it was no. */
export class ApiError extends Error {
  readonly status: ApiStatus;

  constructor(
    readonly request: string,
    status: ApiStatus,
  ) {
    super(`${request}: ${status.message}`);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** The connection failed before there was an answer, or before the answer was complete. */
export class ConnectionError extends Error {
  constructor(
    readonly request: string,
    message: string,
    cause?: unknown,
  ) {
    super(`${request}: ${message}`, cause === undefined ? undefined : { cause });
    this.name = 'ConnectionError';
  }
}

/** Something answered, but not as the API server does; of what it said, the beginning is shown. */
export class MalformedAnswerError extends Error {
  constructor(
    readonly request: string,
    message: string,
    answer = '',
  ) {
    super(`${request}: ${message}${answer === '' ? '' : `: ${answer.slice(0, 200)}`}`);
    this.name = 'MalformedAnswerError';
  }
}

/** The server showed a certificate that is not trusted, or not for this host. The cause of a ConnectionError. */
export class CertificateError extends Error {
  constructor(
    readonly host: string,
    /** Whom the hook trusts. */
    readonly authority: string,
    cause: Error,
  ) {
    super(`the certificate of ${host} is not accepted: ${cause.message}`, { cause });
    this.name = 'CertificateError';
  }
}

/** Reads the body of an answer that is no success; any text may come from a proxy in between. */
export function statusOf(code: number, body: string, headers: Readonly<Record<string, unknown>>): ApiStatus {
  const retryAfter = Number(headers['retry-after']);
  const plain = {
    code,
    reason: '',
    message: body.trim().slice(0, 500) || `HTTP ${code}`,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  };
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null) return plain;
    const reason = 'reason' in parsed && typeof parsed.reason === 'string' ? parsed.reason : '';
    const message =
      'message' in parsed && typeof parsed.message === 'string' ? parsed.message : plain.message;
    return { ...plain, reason, message };
  } catch {
    return plain;
  }
}

/** The version of Kubernetes from which on an exec needs `create` on `pods/exec`, not only `get`. */
export const EXEC_NEEDS_CREATE_FROM = '1.35';

/** What the user is told: what was tried, what the cluster answered, and what to do. */
export function explain(error: unknown, server: string): unknown {
  if (error instanceof ConnectionError && error.cause instanceof CertificateError)
    return new HookError(
      'API_UNREACHABLE',
      `The Kubernetes API at ${server} cannot be trusted: ${error.message}`,
      {
        cause: error,
        hint: `Check that ${error.cause.host} is the API server, and that ${error.cause.authority} holds the authority that signed its certificate.`,
      },
    );
  if (error instanceof ConnectionError)
    return new HookError(
      'API_UNREACHABLE',
      `The Kubernetes API at ${server} cannot be reached: ${error.message}`,
      {
        cause: error,
        hint: 'Check that the API server runs and that network policies and proxies let the runner pod reach it.',
      },
    );
  if (error instanceof MalformedAnswerError)
    return new HookError(
      'API_MALFORMED',
      `The Kubernetes API at ${server} gave an invalid answer: ${error.message}`,
      {
        cause: error,
        hint: 'Check what answers at this address: a proxy or another program may stand in front of the API server.',
      },
    );
  if (!(error instanceof ApiError)) return error;
  const { code, message } = error.status;
  const text = `The Kubernetes API refused "${error.request}": ${message}`;
  if (code === 401)
    return new HookError('API_UNAUTHORIZED', text, {
      cause: error,
      hint: 'Check the service account of the runner pod: its token is not accepted.',
    });
  if (code === 403)
    return new HookError('API_FORBIDDEN', text, { cause: error, hint: hintForForbidden(message) });
  if (code === 404) return new HookError('NOT_FOUND', text, { cause: error });
  // A webhook answers with the code that it likes.
  const isPolicy = /admission webhook|ValidatingAdmissionPolicy/.test(message);
  return new HookError('API_REFUSED', text, {
    cause: error,
    ...(isPolicy && { hint: admissionHint(message) }),
  });
}

/** RBAC names the missing verb itself; admission plugins and quotas speak in their own words. */
function hintForForbidden(message: string): string {
  const missing = /User "([^"]+)" cannot (\S+) resource "([^"]+)".*?(?:in the namespace "([^"]+)")?$/.exec(
    message,
  );
  if (missing !== null) {
    const [, user = '', verb, resource, namespace] = missing;
    if (NO_PERMISSION.test(user)) {
      const account = user.slice(user.lastIndexOf(':') + 1);
      return `ARC's chart gives the account ${account} to runners without a Kubernetes mode: ${CHART_MODE_HINT}`;
    }
    const role = `Role${namespace === undefined ? '' : ` in the namespace "${namespace}"`} that is bound to ${user}`;
    return `Add the verb "${verb}" on "${resource}" to the ${role}.`;
  }
  if (saysNoRight(message))
    return `Add the verb "create" on "pods/exec" to the Role that is bound to the service account of the runner pod. From Kubernetes ${EXEC_NEEDS_CREATE_FROM} on, every exec needs it.`;
  return admissionHint(message);
}

/**
 * Whether an exec lacks `create`: the API server, which has let its GET pass, then refuses the pod and says neither verb nor
 * resource. It only appends what RBAC could not read.
 */
function saysNoRight(message: string): boolean {
  return /^pods "[^"]*" is forbidden: *(?:RBAC: .*)?$/s.test(message);
}
