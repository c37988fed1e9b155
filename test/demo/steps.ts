import type { Mode } from '../runner/arc.js';
import type { Pod } from '../runner/kubernetes-types.js';
import type { ActionStep, HookCall, HookResult, Stage } from '../runner/runner.js';
import { identityArrived } from './identity.js';

/** What can be seen of a step beside its log. */
export interface Sight {
  line: string;
  /** What is not as it must be. */
  fault?: string;
}

/** A step of the demo's workflow, and what must come of it. */
export interface DemoStep {
  /** As GitHub shows it. */
  name: string;
  call: HookCall;
  exitCode: number;
  /** As in the workflow's `continue-on-error`. */
  continueOnError?: true;
  /** All lines of the log, but for those of ours in "Initialize containers". */
  log?: readonly string[];
  /** What else must be so; a word for what is not. */
  check?: (result: HookResult) => string | undefined;
  /** What must be seen of the hook's pods after the step. */
  look?: (pods: readonly Pod[]) => Sight;
  /** All that the step prints, too long to show. The hook's connection is cut while it travels. */
  cutOutput?: string;
}

export const ACTION_PATH = 'octo-org/greet/v1';
export const ACTION_FILE = 'greet.mjs';

const ACTION: ActionStep = {
  path: ACTION_PATH,
  pre: ACTION_FILE,
  main: ACTION_FILE,
  post: ACTION_FILE,
  inputs: { name: 'Mona' },
};
const action = (stage: Stage): HookCall => ({ kind: 'action', step: { ...ACTION, stage } });
const run = (script: string, shell?: string): HookCall => ({
  kind: 'run',
  step: { run: script, ...(shell !== undefined && { shell }) },
});

/** A conversation with redis in plain bash: the service answers on localhost. */
const ping = (port: number) =>
  `exec 3<> /dev/tcp/localhost/${port}; echo PING >&3; read -r answer <&3; echo "redis says \${answer%?}"`;

export const CLEANUP: DemoStep = {
  name: 'Stop containers',
  call: { kind: 'cleanupJob' },
  exitCode: 0,
  log: [],
};

export interface Surroundings {
  /** Where the service redis:7 listens. */
  redisPort: number;
  /** Version of the externals' node20. */
  node: string;
}

const LINES = 200_000;
const NUMBERS = Array.from({ length: LINES }, (_, index) => `${index + 1}\n`).join('');

/** A whole job, in order. */
export const wholeJob = ({ redisPort, node }: Surroundings, mode: Mode): readonly DemoStep[] => [
  {
    name: 'Initialize containers',
    call: {
      kind: 'prepareJob',
      job: {
        container: { image: 'debian:12', env: { LEVEL: 'demo' } },
        services: [{ image: 'redis:7', ports: [`${redisPort}:${redisPort}`] }],
      },
    },
    exitCode: 0,
    check: ({ response }) =>
      response?.context?.services?.[0]?.ports[redisPort] === String(redisPort)
        ? undefined
        : `the service has no port ${redisPort}`,
    look: identityArrived(mode),
  },
  {
    name: 'Pre octo-org/greet@v1',
    call: action('pre'),
    exitCode: 0,
    log: [`pre: Node ${node.replace(/\..*/, '')} from the runner's externals`],
  },
  {
    name: 'Run octo-org/greet@v1',
    call: action('main'),
    exitCode: 0,
    log: ['▾ main: greeting Mona', '  the event of refs/heads/main is here'],
    check: ({ outputs }) =>
      outputs['greeting'] === 'Hello, Mona!' ? undefined : 'the action did not set its output',
  },
  {
    name: 'Run with the default shell',
    call: run('. /etc/os-release\necho "in $ID $VERSION_ID, LEVEL=$LEVEL"\npwd'),
    exitCode: 0,
    log: ['in debian 12, LEVEL=demo', '/__w/hello-world/hello-world'],
  },
  {
    name: 'Run with bash, against the service',
    call: run(ping(redisPort), 'bash'),
    exitCode: 0,
    log: ['redis says +PONG'],
  },
  {
    name: 'Print 1.3 MB over a connection that is cut',
    call: run(`seq ${LINES}`),
    exitCode: 0,
    cutOutput: NUMBERS,
  },
  {
    name: 'Hand something on',
    call: run('echo "colour=green" >> "$GITHUB_OUTPUT"\necho "FROM_BEFORE=it works" >> "$GITHUB_ENV"'),
    exitCode: 0,
    log: [],
    check: ({ outputs }) => (outputs['colour'] === 'green' ? undefined : 'the step did not set its output'),
  },
  {
    name: 'Use what was handed on',
    call: run('echo "FROM_BEFORE: $FROM_BEFORE"'),
    exitCode: 0,
    log: ['FROM_BEFORE: it works'],
  },
  {
    name: 'Fail with 3 (continue-on-error)',
    call: run('echo "::error file=app.js,line=7::the test of the demo fails"\nexit 3'),
    exitCode: 3,
    continueOnError: true,
    log: ['Error: the test of the demo fails', 'Error: Process completed with exit code 3.'],
  },
  {
    name: 'Post octo-org/greet@v1',
    call: action('post'),
    exitCode: 0,
    log: ['post: knows what main saved'],
  },
  CLEANUP,
];
