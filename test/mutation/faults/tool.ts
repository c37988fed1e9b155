import { type Fault, HOOK, TESTS } from '../fault.js';

/** Of the command-line tool, and of texts. */
export const TOOL: readonly Fault[] = [
  {
    name: 'a template of thousands of documents holds prepare_job up',
    file: `${HOOK}/yaml/documents.ts`,
    from: 'if (documents.length > MAX_DOCUMENTS)',
    to: 'if (documents.length > text.length)',
    test: {
      file: `${TESTS}/yaml/hostile-yaml.property.test.ts`,
      title: 'with 20,000 documents is refused',
    },
  },
  {
    name: 'text of the cluster becomes a workflow command',
    file: `${HOOK}/inert.ts`,
    from: "    .replaceAll('##[', '## [')\n",
    to: '',
    test: { file: `${TESTS}/inert.test.ts`, title: 'shows what it has escaped' },
  },
  {
    name: 'a fault of the cluster is told as one of the workflow',
    file: `${HOOK}/failure.ts`,
    from: "STEP_LOST: 'infrastructure'",
    to: "STEP_LOST: 'workflow'",
    test: { file: `${TESTS}/failure.test.ts`, title: 'says of STEP_LOST that it is infrastructure' },
  },
  {
    name: 'nobody tells that the runner has stopped a step',
    file: `${HOOK}/failure.ts`,
    from: "&& command !== 'run_container_step'",
    to: '',
    test: {
      file: `${TESTS}/failure.test.ts`,
      title: 'says how long a run_container_step ran that the runner stopped',
    },
  },
  {
    name: 'doctor finds no fault in a Role that lacks a right',
    file: `${HOOK}/cli/check-rights.ts`,
    from: 'required.length === 0',
    to: 'required.length < 99',
    test: { file: `${TESTS}/cli/doctor.test.ts`, title: 'gives the rules that a Role lacks' },
  },
  {
    name: 'render shows the values of variables that a template sets',
    file: `${HOOK}/cli/annotated-yaml.ts`,
    from: "name === 'value' && each[0] !== now",
    to: "name === 'value' && now === undefined",
    test: { file: `${TESTS}/cli/render.test.ts`, title: 'shows no value that may be secret' },
  },
  {
    name: 'render names the wrong origin of what a template changes',
    file: `${HOOK}/cli/annotated-yaml.ts`,
    from: 'values.findLastIndex(',
    to: 'values.findIndex(',
    test: {
      file: `${TESTS}/cli/annotated-yaml.test.ts`,
      title: 'names the last stage that has changed a value',
    },
  },
  {
    name: 'doctor prints a Role with verbs that are not missing',
    file: `${HOOK}/cli/check-rights.ts`,
    from: 'answers[index] === false',
    to: "answers[index] === false || PERMISSIONS[index]?.verb === 'list'",
    test: { file: `${TESTS}/cli/doctor.test.ts`, title: 'gives the rules that a Role lacks' },
  },
  {
    name: 'doctor does not look whether the server takes the job pod',
    file: `${HOOK}/cli/check-job-pod.ts`,
    from: 'await dryRun(job, client, cluster)',
    to: '[]',
    test: {
      file: `${TESTS}/cli/doctor.test.ts`,
      title: 'gives the words and the hint of a server that does not take the pod of a job',
    },
  },
  {
    name: 'doctor does not see that the tools folder cannot be written',
    file: `${HOOK}/cli/check-runner.ts`,
    from: "join(work, '_tool'), ",
    to: '',
    test: {
      file: `${TESTS}/cli/check-runner.test.ts`,
      title: 'finds a folder of tools that is none, and leaves nothing in the others',
    },
  },
  {
    name: 'a version of Kubernetes counts as tested whose tests were cut off',
    file: 'test/compat/outcome.ts',
    from: '{ passes: 0, failures: 1 }',
    to: '{ passes: 0, failures: 0 }',
    test: { file: 'test/compat.test.ts', title: 'is a failure when the run was cut off before its totals' },
  },
  {
    name: 'the test cluster that is up is taken for another version',
    file: 'test/cluster/settings.sh',
    from: '[ "${K8S_UP_VERSION:-$K8S_VERSION}" = "$K8S_VERSION" ] ||',
    to: 'true ||',
    test: {
      file: 'test/cluster-versions.test.ts',
      title: 'is not taken for another one, which would end unasked',
    },
  },
];
