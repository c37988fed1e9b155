export { argumentsOf, splitCommandLine } from './command-line.js';
export { HookError } from './errors.js';
export type { HookErrorCode, HookErrorOptions } from './errors.js';
export { parseInput } from './input.js';
export type * from './protocol.js';
export { readInput } from './read-input.js';
export { writeResponse } from './response.js';
