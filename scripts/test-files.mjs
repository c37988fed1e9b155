/**
 * The test files of a mocha configuration, for a run that names none. Mocha adds those of the configuration to what the
 * command line names: `npx mocha --spec FILE` would run everything.
 */
export const unlessNamed = (files) =>
  process.argv.slice(2).some((argument) => argument.startsWith('--spec') || argument.endsWith('.test.ts'))
    ? []
    : files;
