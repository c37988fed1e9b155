import { type Fault, HOOK, TESTS } from '../fault.js';

/** Of docker's options. */
export const OPTIONS: readonly Fault[] = [
  {
    name: 'a privileged option is ignored without a word',
    file: `${HOOK}/options/read.ts`,
    from: "option.kind === 'refused' ? read.refused : read.unused",
    to: 'read.unused',
    test: {
      file: `${TESTS}/options/read.test.ts`,
      title:
        'leaves out what would reach the node, with one warning that names it, the container and the reason',
    },
  },
  {
    name: 'a limit of options reserves as much',
    file: `${HOOK}/options/container.ts`,
    from: "...(cpus > 0 && { cpu: '0' }),",
    to: '',
    test: {
      file: `${TESTS}/options/job-options.test.ts`,
      title: 'puts --cpus 1.5 of the job container into the pod',
    },
  },
  {
    name: 'a workflow sets a kernel parameter that nobody has allowed',
    file: `${HOOK}/options/table.ts`,
    from: "(value, { kernelParameters }) => void kernelParameters.push(value),\n    { kind: 'guarded' },",
    to: '(value, { kernelParameters }) => void kernelParameters.push(value),',
    test: {
      file: `${TESTS}/commands/more-than-allowed.test.ts`,
      title: 'does not get it: a kernel parameter',
    },
  },
  {
    name: '--user root wins over runAsNonRoot of the template',
    file: `${HOOK}/options/template-first.ts`,
    from: '!(nonRoot && runAsUser === 0)',
    to: 'true',
    test: {
      file: `${TESTS}/options/template-first.test.ts`,
      title: 'lets runAsNonRoot of the pod win over --user root',
    },
  },
  {
    name: 'the value of a bad --env is shown',
    file: `${HOOK}/options/read.ts`,
    from: "option.hidden ? ''",
    to: "option.hidden === undefined ? ''",
    test: {
      file: `${TESTS}/options/read.test.ts`,
      title: 'shows no value of a variable, a label or a health command',
    },
  },
  {
    name: 'the kubelet expands a health command',
    file: `${HOOK}/options/health.ts`,
    from: 'literal(command)',
    to: 'command',
    test: {
      file: `${TESTS}/options/job-options.test.ts`,
      title: 'puts --health-cmd "redis-cli -a $PASSWORD ping" of a service into the pod',
    },
  },
  {
    name: 'a workflow gets a capability that nobody has allowed',
    file: `${HOOK}/options/read.ts`,
    from: "option.kind === 'guarded' && !isAllowed",
    to: "option.kind !== 'guarded' && !isAllowed",
    test: {
      file: `${TESTS}/options/read.test.ts`,
      title: 'gives the rights that nothing names, and refuses others',
    },
  },
  {
    name: 'a container that asks for nothing has no maximum',
    file: `${HOOK}/options/policy.ts`,
    from: 'asked === undefined || asked === 0 || asked > most ? most : asked',
    to: 'asked === undefined || asked === 0 ? (asked ?? 0) : Math.min(asked, most)',
    test: {
      file: `${TESTS}/options/read.test.ts`,
      title: 'keeps a container that asks for nothing within the maxima',
    },
  },
  {
    name: 'a workflow gets the rights of root where pods are restricted',
    file: `${HOOK}/options/policy.ts`,
    from: '(!restricted || written === RESTRICTED)',
    to: '(written !== RESTRICTED || !restricted)',
    test: {
      file: `${TESTS}/pod/security.test.ts`,
      title: 'is met whatever options ask for, and each of them is named',
    },
  },
  {
    name: 'a workflow gets more GPUs than the maximum',
    file: `${HOOK}/options/policy.ts`,
    from: 'Math.min(asked, maxGpus ?? asked)',
    to: 'asked',
    test: {
      file: `${TESTS}/options/job-options.test.ts`,
      title: 'puts --gpus 8 of a service into the pod',
    },
  },
  {
    name: 'a folder in memory hides what steps need of the hook',
    file: `${HOOK}/options/container.ts`,
    from: 'if (covered !== undefined) {',
    to: 'if (covered === mountPath) {',
    test: {
      file: `${TESTS}/options/job-options.test.ts`,
      title: 'puts --tmpfs /__podhooks/steps of the job container into the pod',
    },
  },
];
