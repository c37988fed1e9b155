import tseslint from 'typescript-eslint';
import { oneDirection } from './scripts/wings.mjs';

const IO = '^(node:)?(fs|fs/promises|net|tls|http|https|child_process|os|process|timers.*)$';

export default tseslint.config(
  { ignores: ['**/dist', '**/types', 'coverage', '**/node_modules', '.nx', 'examples/kustomize/index.js'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['packages/hooklib/src/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '@kubernetes|/k8s', message: 'hooklib knows nothing of Kubernetes' }] },
      ],
    },
  },
  {
    files: ['packages/k8s/src/**'],
    plugins: { podhooks: { rules: { 'one-direction': oneDirection } } },
    rules: { 'podhooks/one-direction': 'error' },
  },
  {
    files: ['pod', 'options', 'dockerfile', 'template', 'merge', 'step', 'model', 'yaml'].map(
      (wing) => `packages/k8s/src/${wing}/**`,
    ),
    // In the bundle their texts are constants.
    ignores: ['packages/k8s/src/{step,dockerfile}/shell-texts.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: IO, message: 'this part is pure: no I/O' }] }],
    },
  },
  {
    files: ['packages/k8s/src/**'],
    ignores: ['packages/k8s/src/settings/**', 'packages/k8s/src/index.ts', 'packages/k8s/src/cli/cli.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'settings/ is the only reader of the environment' },
      ],
    },
  },
  {
    files: ['test/**', 'packages/*/test/**'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
    },
  },
);
