export { HookError } from './errors.js';
export type { HookErrorCode, HookErrorOptions } from './errors.js';
export type * from './protocol.js';
