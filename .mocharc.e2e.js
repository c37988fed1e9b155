import { unlessNamed } from './scripts/test-files.mjs';

export default {
  import: ['tsx/esm'],
  spec: unlessNamed(['test/e2e/**/*.test.ts']),
  // A test of some seconds, on a node that is very busy.
  timeout: 300000,
  exit: true,
  'forbid-only': true,
  'forbid-pending': true,
};
