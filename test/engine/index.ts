export { ARC_RULES, type Account, type Rule } from './accounts.js';
export { howToAllowNamespaces } from './allow-namespaces.js';
export { detectSandbox, LocalEngine, type EngineOptions } from './engine.js';
export type { Faults } from './faults.js';
export type { Image } from './images.js';
export type { RequestRecord } from './server.js';
export { Sandbox } from './sandbox.js';
export { ApiError } from './status.js';
