import { unlessNamed } from './scripts/test-files.mjs';

export default {
  import: ['tsx/esm'],
  spec: unlessNamed(['packages/*/test/**/*.test.ts', 'test/*.test.ts', 'test/{hook,runner}/**/*.test.ts']),
  timeout: 120000,
  'forbid-only': true,
  'forbid-pending': true,
};
