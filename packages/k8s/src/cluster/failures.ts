/** What a failed request or exec means for its caller: the only place that looks at status codes and at texts of a runtime. */
import { ApiError, CertificateError, ConnectionError, MalformedAnswerError } from './api-error.js';

export function isNotFound(error: unknown): boolean {
  return hasCode(error, 404);
}

export function isAlreadyExists(error: unknown): boolean {
  return hasCode(error, 409);
}

/** RBAC or admission refused the request. */
export function isForbidden(error: unknown): boolean {
  return hasCode(error, 403);
}

/** The API server refuses the account itself, or what it asks for: no retry changes that. */
export function isDenied(error: unknown): boolean {
  return hasCode(error, 401, 403);
}

/** The service account that the pod names does not exist: the admission plugin ServiceAccount answers with a plain Forbidden. */
export function isMissingAccount(error: unknown): boolean {
  return error instanceof ApiError && /service account .*not found/i.test(error.status.message);
}

/** runc and crun name the program; a kernel that lacks the program's interpreter says the same of the program. */
const NO_PROGRAM = /executable file (?:`[^`]*` )?not found|exec:? \S+: (?:.*: )?no such file or directory/i;

/** The image has no such program: the kubelet says so with code 500. */
export function lacksProgram(error: unknown): error is ApiError {
  return error instanceof ApiError && NO_PROGRAM.test(error.status.message);
}

/** The container does not run: the kubelet says so with code 500. */
function isNotRunning(error: ApiError): boolean {
  return error.status.message.includes('container not found');
}

/** A retry may succeed: throttling, an API server that restarts, a leader that changes, a proxy that answers in its place. */
export function isTransient(error: unknown): error is ApiError | ConnectionError | MalformedAnswerError {
  if (error instanceof MalformedAnswerError) return true;
  if (error instanceof ConnectionError) return !isCertificateFault(error);
  return hasCode(error, 408, 429, 500, 502, 503, 504) && !isNotRunning(error) && !lacksProgram(error);
}

/**
 * For an exec in a container that does not run yet: whatever the kubelet says of it, the pod's status knows better
 * whether it ever will. Only a refusal by the API server itself is final.
 */
export function mayStartLater(error: unknown): boolean {
  if (error instanceof ApiError) return !isDenied(error);
  return isTransient(error);
}

/** A retry meets the same certificate. */
function isCertificateFault({ cause }: ConnectionError): boolean {
  return cause instanceof CertificateError;
}

function hasCode(error: unknown, ...codes: readonly number[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.status.code);
}
