import tseslint from 'typescript-eslint';

/** One direction: index -> commands -> {pod, step, files, cluster} -> hooklib (docs/adr/0001). */
const layer = (files, forbidden) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: forbidden.map(([group, message]) => ({ regex: group, message })) },
    ],
  },
});
const IO = '^(node:)?(fs|fs/promises|net|tls|http|https|child_process|os|process|timers.*)$';

export default tseslint.config(
  { ignores: ['**/dist', '**/types', 'coverage', '**/node_modules', '.nx'] },
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
  layer(['packages/hooklib/src/**'], [['@kubernetes|/k8s', 'hooklib knows nothing of Kubernetes']]),
  layer(
    ['packages/k8s/src/pod/**', 'packages/k8s/src/step/**'],
    [
      [IO, 'pod and step texts are pure: no I/O'],
      ['/(commands|cluster|files|settings)/', 'pod and step know only hooklib and each other'],
    ],
  ),
  layer(
    ['packages/k8s/src/cluster/**', 'packages/k8s/src/files/**'],
    [['/(commands|settings)/', 'cluster and files know no command and read no settings']],
  ),
  {
    files: ['packages/k8s/src/**'],
    ignores: ['packages/k8s/src/settings/**', 'packages/k8s/src/index.ts'],
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
