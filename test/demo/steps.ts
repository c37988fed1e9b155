import type { ActionStep, HookCall, HookResult, Stage } from '../runner/runner.js';

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
const PING =
  'exec 3<> /dev/tcp/localhost/6379; echo PING >&3; read -r answer <&3; echo "redis says ${answer%?}"';

/** The whole job, in order. */
export const STEPS: readonly DemoStep[] = [
  {
    name: 'Initialize containers',
    call: {
      kind: 'prepareJob',
      job: {
        container: { image: 'debian:12', env: { LEVEL: 'demo' } },
        services: [{ image: 'redis:7', ports: ['6379:6379'] }],
      },
    },
    exitCode: 0,
    check: ({ response }) =>
      response?.context?.services?.[0]?.ports['6379'] === '6379' ? undefined : 'the service has no port 6379',
  },
  {
    name: 'Pre octo-org/greet@v1',
    call: action('pre'),
    exitCode: 0,
    log: ["pre: Node v20 from the runner's externals"],
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
    call: run(PING, 'bash'),
    exitCode: 0,
    log: ['redis says +PONG'],
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
  { name: 'Stop containers', call: { kind: 'cleanupJob' }, exitCode: 0, log: [] },
];
