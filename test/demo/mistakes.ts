import type { JobContainers, Variables } from '../runner/runner.js';
import type { Pod } from '../runner/kubernetes-types.js';
import { CLEANUP, type DemoStep, type Sight } from './steps.js';

/** Of the hook itself, to tell it from the exit codes of steps. */
const HOOK_FAILED = 125;

/** A mistake that stops a job, and what the hook says of it. */
export interface Mistake {
  title: string;
  about: string;
  /** Whether the hook finds it only when a pod is there. */
  needsPod: boolean;
  env: Variables;
  files: Readonly<Record<string, string>>;
  steps: readonly DemoStep[];
}

/** On the runner; demos may run side by side. */
const TEMPLATE = `/tmp/podhooks-demo-${process.pid}/pod.yaml`;

const noPod = (pods: readonly Pod[]): Sight => ({
  line: pods.length === 0 ? 'No pod was created.' : `Created: ${pods.length} pods.`,
  ...(pods.length > 0 && { fault: 'a pod was created' }),
});

const failingJob = (job: JobContainers, words: readonly string[], more: Partial<DemoStep> = {}) => [
  {
    name: 'Initialize containers',
    call: { kind: 'prepareJob', job } as const,
    exitCode: HOOK_FAILED,
    check: ({ output }: { output: Buffer }) => {
      const missing = words.find((word) => !output.includes(word));
      return missing === undefined ? undefined : `the error does not say "${missing}"`;
    },
    ...more,
  },
  CLEANUP,
];

const TYPO: Mistake = {
  title: 'A typo in the pod template',
  about: 'found before a pod is created',
  needsPod: false,
  env: { ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE: TEMPLATE },
  files: {
    [TEMPLATE]: `spec:
  containers:
    - name: $job
      resuorces:
        limits: { memory: 1Gi }
`,
  },
  steps: failingJob(
    { container: { image: 'debian:12' } },
    ['pod.yaml:4', 'resuorces', 'did you mean resources?'],
    { look: noPod },
  ),
};

const FOLDER_OF_NODE: Mistake = {
  title: "A volume that is the node's",
  about: 'refused before a pod is created',
  needsPod: false,
  env: {},
  files: {},
  steps: failingJob({ container: { image: 'debian:12', volumes: ['/etc:/host-etc'] } }, ['/etc'], {
    look: noPod,
  }),
};

const MISSING_IMAGE: Mistake = {
  title: 'An image that does not exist',
  about: 'said at once, not after a timeout',
  needsPod: true,
  env: {},
  files: {},
  steps: failingJob({ container: { image: 'no/such-image:1' } }, [
    'the image no/such-image:1 of container job',
    'cannot be pulled',
    'Check that the image exists',
  ]),
};

export const MISTAKES: readonly Mistake[] = [TYPO, FOLDER_OF_NODE, MISSING_IMAGE];
