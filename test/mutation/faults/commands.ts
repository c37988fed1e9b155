import { type Fault, HOOK, TESTS } from '../fault.js';

/** Of the four commands, and of their protocol. */
export const COMMANDS: readonly Fault[] = [
  {
    name: 'file commands of a failed step are lost',
    file: `${HOOK}/commands/run-script-step.ts`,
    from: 'await exchange?.finish(files)',
    to: "await exchange?.finish(end! === 'no working directory' || end!.exitCode > 0 ? undefined : files)",
    test: {
      file: `${TESTS}/commands/run-script-step.test.ts`,
      title: "runs the runner's script in the pod and brings its file commands back",
    },
  },
  {
    name: 'clean-up leaves the pods',
    file: `${HOOK}/commands/cleanup-job.ts`,
    from: "...pods.map(({ metadata }) => cluster.delete('pods', metadata?.name ?? '', signal)),",
    to: '',
    test: {
      file: `${TESTS}/commands/cleanup-job.test.ts`,
      title: "removes the runner's pods and secrets, without knowing of any job",
    },
  },
  {
    name: 'clean-up leaves the secrets',
    file: `${HOOK}/commands/cleanup-job.ts`,
    from: "...secrets.map(({ metadata }) => cluster.delete('secrets', metadata?.name ?? '', signal)),",
    to: '',
    test: {
      file: `${TESTS}/commands/cleanup-job.test.ts`,
      title: "removes the runner's pods and secrets, without knowing of any job",
    },
  },
  {
    name: 'a prepare_job that fails leaves its pod',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: 'await removeAll(context, AbortSignal.timeout(CLEAN_UP_MS))',
    to: 'await Promise.resolve()',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'removes what it has made when the pod cannot start',
    },
  },
  {
    name: 'services come in another order',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: 'const services = args.services.map((service, index) => ({',
    to: 'const services = args.services.toReversed().map((service, index) => ({',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'answers with the state, the container, and the services in the order of the request',
    },
  },
  {
    name: 'the template is ignored',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: 'const job = await withTemplate(built, built.services, context);',
    to: 'const job = built;',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'merges the template into the pod that it makes',
    },
  },
  {
    name: 'the response is appended to what the file holds',
    file: 'packages/hooklib/src/response.ts',
    from: 'constants.O_TRUNC | constants',
    to: 'constants.O_APPEND | constants',
    test: {
      file: 'packages/hooklib/test/response.test.ts',
      title: 'replaces what the file holds, and leaves one document after two calls',
    },
  },
  {
    name: 'an environment that is too large is refused when the pod exists',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: 'checkEnvironment(environment);',
    to: 'await createObjects(job, context);\n  checkEnvironment(environment);',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'refuses an environment that no step could be started with before it creates a pod',
    },
  },
  {
    name: 'the pod of a docker action stays',
    file: `${HOOK}/commands/run-container-step.ts`,
    from: 'await remove(own, context);',
    to: 'await Promise.resolve(remove);',
    test: {
      file: `${TESTS}/commands/run-container-step.test.ts`,
      title: 'makes secret and pod, passes on the output, gives the exit code and removes both',
    },
  },
  {
    name: 'a misspelt variable is passed over in silence',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: 'for (const text of unknownVariables(settings.variables)) out.warning(text);',
    to: 'void unknownVariables;',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'warns of a variable that looks like a setting and is none',
    },
  },
  {
    name: 'an input with millions of faults makes a message of megabytes',
    file: 'packages/hooklib/src/reader.ts',
    from: 'const DESCRIBED = 20;',
    to: 'const DESCRIBED = 1e9;',
    test: {
      file: 'packages/hooklib/test/input-faults.test.ts',
      title: 'lists 20 of them and counts the others',
    },
  },
  {
    name: "a state that a step has written is taken for the job's",
    file: `${HOOK}/commands/job-state.ts`,
    from: '!timingSafeEqual(seen, expected)',
    to: '!timingSafeEqual(seen, seen)',
    test: {
      file: `${TESTS}/commands/job-state.test.ts`,
      title: 'is refused when a step has changed its job pod',
    },
  },
  {
    name: 'the state of an earlier job is good for this one',
    file: `${HOOK}/commands/job-secrets.ts`,
    from: 'key: randomBytes(KEY_BYTES)',
    to: 'key: Buffer.alloc(KEY_BYTES, randomBytes.name)',
    test: {
      file: `${TESTS}/commands/job-state.test.ts`,
      title: 'is refused when it is of an earlier job of the same runner',
    },
  },
  {
    name: "a step does not get the job container's variables",
    file: `${HOOK}/commands/run-script-step.ts`,
    from: '{ ...job.environment, ...args.environmentVariables }',
    to: 'args.environmentVariables',
    test: {
      file: `${TESTS}/commands/run-script-step.test.ts`,
      title: "gives the step the job container's variables, and its own win",
    },
  },
  {
    name: "a step's own key is taken for the job's",
    file: `${HOOK}/commands/job-secrets.ts`,
    from: 'if (second !== undefined) return',
    to: "if (second?.file === '') return",
    test: {
      file: `${TESTS}/commands/job-state.test.ts`,
      title: 'is refused when a step has put a key of its own into the other place',
    },
  },
  {
    name: 'a state of another runner is taken',
    file: `${HOOK}/commands/job-state.ts`,
    from: "value['runner'] !== runner",
    to: "runner === ''",
    test: {
      file: `${TESTS}/commands/job-state.test.ts`,
      title: 'is refused when it was signed for another runner',
    },
  },
  {
    name: 'steps have /github/home for HOME where the image is to say it',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: "(imageHome ? ['HOME'] : [])",
    to: "(imageHome ? [''] : [])",
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: "gives steps the runner's HOME, or leaves them that of the image",
    },
  },
  {
    name: 'a hook goes on with the job of another version',
    file: `${HOOK}/commands/job-state.ts`,
    from: 'if (version !== VERSION) throw replaced(version);',
    to: '',
    test: {
      file: `${TESTS}/commands/job-state.test.ts`,
      title: 'is refused when podhooks 99.1.0-rc.1 has signed it, and the error names both versions',
    },
  },
  {
    name: 'a service runs an image that is not allowed',
    file: `${HOOK}/commands/prepare-job.ts`,
    from: '  for (const [index, service] of services.entries())\n    requireAllowedImage',
    to: '  for (const [index, service] of services.slice(1).entries())\n    requireAllowedImage',
    test: {
      file: `${TESTS}/commands/prepare-job.test.ts`,
      title: 'creates nothing for a service whose image is not allowed',
    },
  },
  {
    name: 'a failed service is not named when the job ends',
    file: `${HOOK}/commands/cleanup-job.ts`,
    from: 'pods.flatMap(failedServices)',
    to: 'pods.slice(pods.length).flatMap(failedServices)',
    test: {
      file: `${TESTS}/commands/cleanup-job.test.ts`,
      title: 'tells of a service that has failed, however late, and of no other container',
    },
  },
  {
    name: 'a cancelled docker action is waited for longer than the runner waits',
    file: `${HOOK}/commands/run-container-step.ts`,
    from: 'const CANCELLING_MS = 3_500;',
    to: 'const CANCELLING_MS = 70_000;',
    test: {
      file: `${TESTS}/commands/run-container-step.test.ts`,
      title: 'gives up on a cancelled action whose pod does not go',
    },
  },
  {
    name: 'a step goes to the cache of the runner, not to that of the administrator',
    file: `${HOOK}/commands/run-script-step.ts`,
    from: '!Object.hasOwn(environmentSet, name)',
    to: 'true',
    test: {
      file: `${TESTS}/commands/run-script-step.test.ts`,
      title: 'leaves the variables of the administrator as the job container has them',
    },
  },
  {
    name: 'the log of a failed service is gone with its pod',
    file: `${HOOK}/commands/service-logs.ts`,
    from: "servicesLogs === 'always' || hasFailed(status)",
    to: "servicesLogs === 'always' && hasFailed(status)",
    test: {
      file: `${TESTS}/commands/cleanup-job.test.ts`,
      title: 'shows the log of services at the end, before their pod is gone: on-failure',
    },
  },
  {
    name: 'a link in the place of the timings file is followed',
    file: `${HOOK}/commands/record-timings.ts`,
    from: 'O_CREAT | O_NOFOLLOW | O_NONBLOCK,',
    to: 'O_CREAT | O_NONBLOCK,',
    test: { file: `${TESTS}/commands/timings.test.ts`, title: 'follow no link that a step has put there' },
  },
  {
    name: 'the pod is read for timings that nobody wants',
    file: `${HOOK}/commands/report-timings.ts`,
    from: 'if (!isSlow && settings.timingsFile === undefined) return;',
    to: '',
    test: {
      file: `${TESTS}/commands/timings.test.ts`,
      title: 'are not told, nor asked for, of one that did not',
    },
  },
  {
    name: 'a Dockerfile uses images that are not allowed',
    file: `${HOOK}/commands/dockerfile-action.ts`,
    from: 'requireAllowedImage(image, `line ${line} of ${title}`, imagesAllow);',
    to: 'void image;',
    test: {
      file: `${TESTS}/commands/dockerfile-action.test.ts`,
      title: 'uses no image that is not allowed, in any stage',
    },
  },
];
