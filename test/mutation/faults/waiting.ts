import { type Fault, HOOK, TESTS } from '../fault.js';

/** Of waiting for pods, and of what is said of them. */
export const WAITING: readonly Fault[] = [
  {
    name: 'a pod of somebody else is taken for the own one',
    file: `${HOOK}/pods/own-objects.ts`,
    from: "return requireOwn('pod', await cluster.getPod(nameOf(pod), cancelled), pod, error);",
    to: 'return cluster.getPod(nameOf(pod), cancelled);',
    test: {
      file: `${TESTS}/pods/own-objects.test.ts`,
      title: 'uses no pod of the same name that another runner owns',
    },
  },
  {
    name: 'a pod that has failed is waited for',
    file: `${HOOK}/pods/status.ts`,
    from: "  if (phase === 'Failed' || phase === 'Succeeded')\n    return failed({",
    to: "  if (phase === 'Succeeded')\n    return failed({",
    test: { file: `${TESTS}/pods/status.test.ts`, title: 'fails for a node without room' },
  },
  {
    name: 'what prepare_job has begun goes on while it cleans up',
    file: `${HOOK}/ready/job-ready.ts`,
    from: '} finally {\n    waiting.abort();',
    to: '} finally {\n    void waiting;',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'names a helper that ends while files are sent, and cancels what is left',
    },
  },
  {
    name: 'prepare_job waits for a helper that has ended',
    file: `${HOOK}/ready/wait-for-pod.ts`,
    from: "if (state.kind === 'failed') throw await podFailure(JOB_POD",
    to: "if (state.kind === 'failed' && name === '') throw await podFailure(JOB_POD",
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'names a helper that ends while the job image is inspected',
    },
  },
  {
    name: "a secret that is another's is used",
    file: `${HOOK}/pods/own-objects.ts`,
    from: 'if (owner !== undefined && owner === ownerOf(asked) &&',
    to: "if (owner !== 'x' &&",
    test: {
      file: `${TESTS}/pods/own-objects.test.ts`,
      title: 'uses no secret of the same name that another runner owns',
    },
  },
  {
    name: "the API server's warnings annotate a user's run",
    file: `${HOOK}/pods/own-objects.ts`,
    from: 'out.debug(`the API server about',
    to: 'out.warning(`the API server about',
    test: {
      file: `${TESTS}/pods/own-objects.test.ts`,
      title: 'has the warnings of the server in the debug log, and annotates nothing',
    },
  },
  {
    name: "a pod that has taken the job pod's name is used",
    file: `${HOOK}/pods/require-job-pod.ts`,
    from: 'owner.name === name && (uid === undefined || owner.uid === uid)) return pod;',
    to: "name !== '') return pod;",
    test: {
      file: `${TESTS}/commands/run-container-step.test.ts`,
      title: 'takes no pod of the name for the job pod that is not its runner’s',
    },
  },
  {
    name: "a pod that has taken the job pod's name tells why a step is lost",
    file: `${HOOK}/pods/why-gone.ts`,
    from: 'name: requirePodName(settings),',
    to: "name: requirePodName(settings) && 'runner-2',",
    test: {
      file: `${TESTS}/follow/drive-step.test.ts`,
      title: 'believes nothing of a pod that has taken the name of the job pod',
    },
  },
  {
    name: 'what is about to happen is waited for at the usual pace',
    file: `${HOOK}/ready/pace.ts`,
    from: '    this.wake();\n',
    to: '',
    test: {
      file: `${TESTS}/ready/pace.test.ts`,
      title: 'wakes a wait, and goes on quickly, when something is about to happen',
    },
  },
  {
    name: 'nobody says that the pull secrets of the default account are not used',
    file: `${HOOK}/pods/why-not-pulled.ts`,
    from: 'account !== DEFAULT_ACCOUNT;',
    to: 'account === DEFAULT_ACCOUNT;',
    test: {
      file: `${TESTS}/pods/why-not-pulled.test.ts`,
      title: 'says that the pull secrets of the default account are not those of the pod',
    },
  },
  {
    name: 'a quota on limits refuses the pod for its helper',
    file: `${HOOK}/pods/pod-template.ts`,
    from: ': withHelperLimits(pod)',
    to: ': pod',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'gives the helper small limits of what the template limits the job to',
    },
  },
  {
    name: 'a job begins before its services are healthy',
    file: `${HOOK}/ready/wait-for-health.ts`,
    from: "return names === '' ? state :",
    to: 'return names.length >= 0 ? state :',
    test: {
      file: `${TESTS}/ready/wait-for-others.test.ts`,
      title: 'waits until a service is healthy',
    },
  },
  {
    name: 'an image without sh is told as any other failure',
    file: `${HOOK}/pods/failures.ts`,
    from: 'const NO_SHELL = /exec: "',
    to: 'const NO_SHELL = /none: "',
    test: {
      file: `${TESTS}/pods/failures.test.ts`,
      title: 'has waiting RunContainerError: exec: "sh": executable file not found in $PATH: fail',
    },
  },
  {
    name: 'the log of a container of the template is lost with its pod',
    file: `${HOOK}/pods/pod-template.ts`,
    from: 'withLogInStatus(settled.pod)',
    to: 'settled.pod',
    test: {
      file: `${TESTS}/pods/pod-template.test.ts`,
      title: 'has containers of the template leave the end of their log, too, unless they say otherwise',
    },
  },
  {
    name: 'a job begins although a probe of a sidecar has not succeeded',
    file: `${HOOK}/pods/readiness.ts`,
    from: 'status === undefined || status.ready ||',
    to: 'status === undefined || !status.ready ||',
    test: { file: `${TESTS}/pods/readiness.test.ts`, title: 'are waited for, and named: HTTP' },
  },
  {
    name: 'a volume that is missing is waited for to the end',
    file: `${HOOK}/pods/why-not-mounted.ts`,
    from: 'if (isNotFound(error)) return { absent',
    to: 'if (!isNotFound(error)) return { absent',
    test: {
      file: `${TESTS}/pods/why-not-mounted.test.ts`,
      title: 'names a ConfigMap that is not there',
    },
  },
  {
    name: 'a wait that took too long says nothing of what to do',
    file: `${HOOK}/ready/wait-for-pod.ts`,
    from: "hint = state.kind === 'waiting' ? state.hint : undefined;",
    to: '',
    test: { file: 'test/situations.test.ts', title: 'names object, cause and fix where no node has room' },
  },
  {
    name: 'the debug log shows the variables of a template',
    file: `${HOOK}/pods/pod-template.ts`,
    from: 'const pod = withLogInStatus(settled.pod);',
    to: 'const pod = withLogInStatus(settled.pod); out.debug(JSON.stringify(pod));',
    test: {
      file: 'test/situations.test.ts',
      title: 'shows no secret of payload, template, settings or environment, in debug mode neither',
    },
  },
  {
    name: 'an action that ends well is lost, since the kernel has killed one of its processes',
    file: `${HOOK}/pods/status.ts`,
    from: "end.reason === 'OOMKilled' && end.exitCode !== 0",
    to: "end.reason === 'OOMKilled'",
    test: {
      file: `${TESTS}/follow/action-end.test.ts`,
      title: 'is its exit code 0 although the kernel has killed one of its processes',
    },
  },
];
