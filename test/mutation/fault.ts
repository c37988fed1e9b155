/** A deliberate fault in the hook, and the test that has to see it. */
export interface Fault {
  /** What users would suffer. */
  name: string;
  /** Source file, from the root of the repository. */
  file: string;
  /** Text that stands exactly once in the file, and what takes its place. */
  from: string;
  to: string;
  test: { file: string; title: string };
}

export const HOOK = 'packages/k8s/src';
export const TESTS = 'packages/k8s/test';
