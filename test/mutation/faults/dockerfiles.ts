import { type Fault, HOOK, TESTS } from '../fault.js';

/** Of actions that are a Dockerfile. */
export const DOCKERFILES: readonly Fault[] = [
  {
    name: 'an action starts although a RUN of its Dockerfile has failed',
    file: `${HOOK}/dockerfile/carry-out.sh`,
    from: '  [ "$_ph_code" = 0 ] || _ph_fail "$_ph_code"',
    to: '  :',
    test: {
      file: `${TESTS}/dockerfile/carry-out.test.ts`,
      title: 'ends with a RUN that fails, and says which, and how',
    },
  },
  {
    name: 'what a build prints is taken for commands of the runner',
    file: `${HOOK}/dockerfile/carry-out.sh`,
    from: '::group::Building %s\\n::stop-commands::%s\\n',
    to: '::group::Building %s\\n%s\\n',
    test: {
      file: `${TESTS}/dockerfile/carry-out.test.ts`,
      title: 'shows what it does in a group, and gives no command of it to the runner',
    },
  },
  {
    name: 'after a build whose last line has no end, the runner ignores the commands of the action',
    file: `${HOOK}/dockerfile/carry-out.sh`,
    from: "printf '\\n::%s::\\n::endgroup::\\n'",
    to: "printf '::%s::\\n::endgroup::\\n'",
    test: {
      file: `${TESTS}/dockerfile/carry-out.test.ts`,
      title: 'gives commands to the runner again behind output without a line feed',
    },
  },
  {
    name: 'COPY reads files outside of the folder of the Dockerfile',
    file: `${HOOK}/dockerfile/context-files.ts`,
    from: "if (path === '..' || path.startsWith('../'))",
    to: 'if (path === "/")',
    test: { file: `${TESTS}/dockerfile/plan.test.ts`, title: 'refuses COPY out of the context, by its line' },
  },
];
