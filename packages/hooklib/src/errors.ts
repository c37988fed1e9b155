/**
 * Every way in which a hook can fail. Closed on purpose: a new kind of failure is a decision,
 * and the troubleshooting page has one row for each code.
 */
export type HookErrorCode =
  | 'INPUT_INVALID'
  | 'SETTINGS_INVALID'
  | 'RESPONSE_NOT_WRITTEN'
  | 'TEMPLATE_INVALID'
  | 'API_UNREACHABLE'
  | 'API_MALFORMED'
  | 'API_UNAUTHORIZED'
  | 'API_FORBIDDEN'
  | 'API_REFUSED'
  | 'NOT_FOUND'
  | 'POD_FAILED'
  | 'POD_TIMEOUT'
  | 'STEP_LOST'
  | 'STEP_INVALID'
  | 'BUILD_FAILED'
  | 'FILES_LOST'
  | 'CANCELLED'
  | 'UNSUPPORTED';

export interface HookErrorOptions {
  /** One sentence that says what the reader can do. */
  hint?: string;
  cause?: unknown;
}

/** A failure that is told to the user: `message` names the object and what was seen, `hint` what to do. */
export class HookError extends Error {
  readonly code: HookErrorCode;
  readonly hint: string | undefined;

  constructor(code: HookErrorCode, message: string, options: HookErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HookError';
    this.code = code;
    this.hint = options.hint;
  }
}
