export interface Cause {
  reason: string;
  message: string;
  field?: string;
}

export interface Details {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: Cause[];
}

/** A refusal of the API server: carries the Status document that a client gets. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: Details,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }

  get body(): object {
    const { message, reason, details, code } = this;
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason };
    return { ...status, ...(details && { details }), code };
  }
}

export const badRequest = (message: string) => new ApiError(400, 'BadRequest', message);
export const unauthorized = () => new ApiError(401, 'Unauthorized', 'Unauthorized');
export const noSuchPath = () =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
export const noSuchMethod = () =>
  new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
export const notFound = (kind: string, name: string) =>
  new ApiError(404, 'NotFound', `${kind} "${name}" not found`, { name, kind });
export const alreadyExists = (kind: string, name: string) =>
  new ApiError(409, 'AlreadyExists', `${kind} "${name}" already exists`, { name, kind });
export const forbidden = (kind: string, name: string, why: string) =>
  new ApiError(403, 'Forbidden', `${kind} "${name}" is forbidden: ${why}`, { name, kind });

/** All faults of an object at once, in the words of the server. */
export function invalid(kind: string, name: string, causes: Cause[]): ApiError {
  const lines = causes.map((cause) => `${cause.field ?? ''}: ${cause.message}`);
  const text = lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
  const details = { ...(name !== '' && { name }), kind, causes };
  return new ApiError(422, 'Invalid', `${kind} "${name}" is invalid: ${text}`, details);
}
