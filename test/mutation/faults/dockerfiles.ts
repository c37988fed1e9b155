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
    name: 'the name of an ARG is run by the shell',
    file: `${HOOK}/dockerfile/stage.ts`,
    from: 'if (!NAME.test(name)) throw',
    to: "if (name === '') throw",
    test: { file: `${TESTS}/dockerfile/plan.test.ts`, title: 'keeps the text of a name out of the shell' },
  },
  {
    name: 'a Dockerfile whose variables double with each line takes up the memory of the runner',
    file: `${HOOK}/dockerfile/variables.ts`,
    from: 'const MAX_LENGTH = 128 * 1024;',
    to: 'const MAX_LENGTH = 128 * 1024 ** 2;',
    test: {
      file: `${TESTS}/dockerfile/plan.test.ts`,
      title:
        'refuses variables that ARG doubles with each line, before they take up the memory of the runner',
    },
  },
  {
    name: 'a .dockerignore makes an action with thousands of files too large for its pod',
    file: `${HOOK}/dockerfile/context-files.ts`,
    from: 'if (this.isWhole(path)) return',
    to: 'if (this.ignored.isEmpty) return',
    test: {
      file: `${TESTS}/dockerfile/plan.test.ts`,
      title:
        'copies a folder whole of which .dockerignore leaves nothing out, and a link in others as a link',
    },
  },
  {
    name: 'links of an action with a .dockerignore are replaced by what they lead to',
    file: `${HOOK}/dockerfile/carry-out.sh`,
    from: '  cp -Rp "$1" "$_ph_new/$2" || _ph_fail 1',
    to: '  cp -RpH "$1" "$_ph_new/$2" || _ph_fail 1',
    test: {
      file: `${TESTS}/dockerfile/carry-out.test.ts`,
      title: 'copies a link in a folder as a link, also where .dockerignore leaves out what is beside it',
    },
  },
  {
    name: 'COPY reads files outside of the folder of the Dockerfile',
    file: `${HOOK}/dockerfile/context-files.ts`,
    from: "if (path === '..' || path.startsWith('../'))",
    to: 'if (path === "/")',
    test: { file: `${TESTS}/dockerfile/plan.test.ts`, title: 'refuses COPY out of the context, by its line' },
  },
  {
    name: 'the error of a build that is killed is none to the runner',
    file: `${HOOK}/commands/build-log.ts`,
    from: "if (this.state !== 'building') return;",
    to: "if (this.state !== 'built') return;",
    test: {
      file: `${TESTS}/commands/build-log.test.ts`,
      title: 'gives commands back to the runner where a build is killed (7 bytes at once)',
    },
  },
  {
    name: 'a Dockerfile is not built again although a file that it copies has changed',
    file: `${HOOK}/dockerfile/keep.sh`,
    from: '  [ "$(cat "$_ph_kept/$_ph_key.state")" = "$(cat "$_ph_lists/state")" ] || return 1',
    to: '  :',
    test: {
      file: `${TESTS}/dockerfile/keep.test.ts`,
      title: 'is built again when a file of the context has changed',
    },
  },
  {
    name: 'files that a Dockerfile removes are there in its second use',
    file: `${HOOK}/dockerfile/keep.sh`,
    from: '-r rm -rf --',
    to: '-r :',
    test: {
      file: `${TESTS}/dockerfile/keep.test.ts`,
      title: 'is the same in the next use, without its instructions',
    },
  },
  {
    name: 'what a Dockerfile writes to a volume is missing in its second use',
    file: `${HOOK}/dockerfile/keep.sh`,
    from: 'ro,* | *" $_ph_point "*)',
    to: '*)',
    test: {
      file: `${TESTS}/dockerfile/keep.test.ts`,
      title: 'is not kept where instructions may have written to a volume',
    },
  },
  {
    name: 'half of an archive of what was built is unpacked',
    file: `${HOOK}/dockerfile/keep.sh`,
    from: '  _ph_tool tar -t -P -f "$_ph_kept/$_ph_key.tar" > /dev/null',
    to: '  :',
    test: { file: `${TESTS}/dockerfile/keep.test.ts`, title: 'is built again when what was kept is damaged' },
  },
  {
    name: 'a step fails because what it has built cannot be kept',
    file: `${HOOK}/work/kept-build.ts`,
    from: 'this.context.out.debug(`${what} failed: ${String(error)}`);',
    to: 'throw error;',
    test: {
      file: `${TESTS}/work/kept-build.test.ts`,
      title: 'fails no step where it cannot be moved, and is not taken for kept',
    },
  },
  {
    name: 'a stage that ran out of memory holds the step until its log is given up',
    file: `${HOOK}/follow/watch-stages.ts`,
    from: "if (actionEnd(seen)?.kind === 'lost') killed.abort();",
    to: '',
    test: {
      file: `${TESTS}/follow/follow-action.test.ts`,
      title: 'ends soon when a stage was killed, which the log does not tell',
    },
  },
  {
    name: 'of an image that cannot be pulled, the line of the Dockerfile is that of another image',
    file: `${HOOK}/commands/dockerfile-action.ts`,
    from: 'const container = number === last ? JOB_CONTAINER : stageName(number);',
    to: 'const container = number === last ? stageName(0) : JOB_CONTAINER;',
    test: {
      file: `${TESTS}/commands/dockerfile-action.test.ts`,
      title: 'names the line of an image that keeps its pod from starting, and leaves other failures alone',
    },
  },
  {
    name: 'files of a docker action are lost when a busy node cuts the end of an archive off',
    file: `${HOOK}/back/pod-copy.ts`,
    from: 'const COPY_ATTEMPTS = 3;',
    to: 'const COPY_ATTEMPTS = 1;',
    test: {
      file: `${TESTS}/work/copied-action.test.ts`,
      title: 'are sent again when their end is lost on the way, and lost when it always is',
    },
  },
  {
    name: 'an archive that is cut between two files passes for a whole one',
    file: `${HOOK}/back/pod-copy.ts`,
    from: 'from.totalBytes === undefined || from.totalBytes !== to.totalBytes',
    to: 'false',
    test: {
      file: `${TESTS}/work/copied-action.test.ts`,
      title: 'are sent again when all that the receiver has seen is a shorter archive',
    },
  },
];
