import { unlessNamed } from './scripts/test-files.mjs';

export default {
  import: ['tsx/esm'],
  spec: unlessNamed(['test/e2e/**/*.test.ts']),
  timeout: 120000,
  exit: true,
  'forbid-only': true,
  'forbid-pending': true,
};
