import type { Pod } from '../../src/model/kubernetes.js';
import { JobOptions } from '../../src/options/job-options.js';
import type { Preset } from '../../src/options/effects.js';
import type { OptionsPolicy } from '../../src/options/policy.js';
import { NO_POLICY } from '../support/options-policy.js';
import { hookContainer } from '../support/containers.js';

/** What each option does where it is allowed. */
export const LARGE: Preset = {
  resources: { requests: { cpu: '8' }, limits: { memory: '32Gi' } },
  nodeSelector: { pool: 'large' },
  tolerations: [{ key: 'large', operator: 'Exists' }],
};
const POLICY: OptionsPolicy = {
  ...NO_POLICY,
  allow: ['--privileged', '--cap-add=*', '--platform=linux/*', '--group-add=*', '--sysctl=*'],
  gpuResource: 'nvidia.com/gpu',
  maxGpus: 4,
  presets: { large: LARGE },
};

/** The pod of a job container and two services, with these options. */
export function made(job: string | null, redis: string | null = null, postgres: string | null = null) {
  const container = hookContainer({ createOptions: job, environmentVariables: { SET: 'by env' } });
  const services = [redis, postgres].map((createOptions) => hookContainer({ createOptions }));
  const names = ['redis', 'postgres'];
  const options = new JobOptions(container, services, names, POLICY);
  const containers = ['job', ...names].map((name) =>
    options.applyTo({ name, volumeMounts: [{ name: 'work', mountPath: '/__w' }] }),
  );
  const pod: Pod = options.applyToPod({ spec: { containers, volumes: [{ name: 'work', emptyDir: {} }] } });
  const [first, second] = containers;
  return { options, pod, spec: pod.spec, job: first, redis: second, container, ...options.messages() };
}

export interface Case {
  job?: string;
  service?: string;
  seen: (pod: ReturnType<typeof made>) => unknown;
  is: unknown;
}

const shared = (options: string, seen: Case['seen'], is: unknown): Case[] => [
  { job: options, seen, is },
  { service: options, seen, is },
];

/** What each option that works does to the pod. */
export const CASES: Readonly<Record<string, readonly Case[]>> = {
  '--cpus': [
    {
      job: '--cpus 1.5',
      seen: ({ job }) => job?.resources,
      is: { limits: { cpu: '1500m' }, requests: { cpu: '0' } },
    },
    { service: '--cpus 0', seen: ({ redis }) => redis?.resources, is: undefined },
  ],
  '--memory': [
    {
      service: '-m 1g --cpus 2',
      seen: ({ redis }) => redis?.resources,
      is: { limits: { cpu: '2000m', memory: '1Gi' }, requests: { cpu: '0', memory: '0' } },
    },
  ],
  '--storage-opt': shared('--storage-opt size=10g', ({ job, redis }) => job?.resources ?? redis?.resources, {
    limits: { 'ephemeral-storage': '10Gi' },
    requests: { 'ephemeral-storage': '0' },
  }),
  '--gpus': [
    ...shared('--gpus 2', ({ job, redis }) => job?.resources ?? redis?.resources, {
      limits: { 'nvidia.com/gpu': '2' },
    }),
    { job: '--gpus all', seen: ({ job }) => job?.resources, is: { limits: { 'nvidia.com/gpu': '4' } } },
    {
      service: '--gpus 8',
      seen: ({ redis, warnings }) => [redis?.resources, warnings.length],
      is: [{ limits: { 'nvidia.com/gpu': '4' } }, 1],
    },
  ],
  '--platform': shared('--platform linux/arm64/v8', ({ spec }) => spec?.nodeSelector, {
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'arm64',
  }),
  '--memory-reservation': [
    {
      job: '--memory 1g --memory-reservation 512m',
      seen: ({ job }) => job?.resources,
      is: { limits: { memory: '1Gi' }, requests: { memory: '512Mi' } },
    },
    {
      job: '--memory-reservation 1000b',
      seen: ({ job }) => job?.resources,
      is: { requests: { memory: '1000' } },
    },
  ],
  '--shm-size': [
    {
      job: '--shm-size=256m',
      seen: ({ job, spec }) => [job?.volumeMounts?.at(-1), spec?.volumes?.at(-1)],
      is: [
        { name: 'memory-0-job', mountPath: '/dev/shm' },
        { name: 'memory-0-job', emptyDir: { medium: 'Memory', sizeLimit: '256Mi' } },
      ],
    },
  ],
  '--tmpfs': [
    {
      service: '--tmpfs /var/lib/mysql:rw,size=1g --tmpfs /run/',
      seen: ({ redis, spec }) => [redis?.volumeMounts?.slice(1), spec?.volumes?.slice(1)],
      is: [
        [
          { name: 'memory-0-redis', mountPath: '/var/lib/mysql' },
          { name: 'memory-1-redis', mountPath: '/run' },
        ],
        [
          { name: 'memory-0-redis', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
          { name: 'memory-1-redis', emptyDir: { medium: 'Memory' } },
        ],
      ],
    },
    ...['/__podhooks/steps', '/a/../__e', '/__w/_temp/', '/x/..'].map((path): Case => ({
      job: `--tmpfs ${path}`,
      seen: ({ job, warnings }) => [job?.volumeMounts?.length, warnings[0]?.includes(' would cover /__')],
      is: [1, true],
    })),
    {
      job: '--tmpfs /__w',
      seen: ({ job, warnings }) => [job?.volumeMounts?.length, warnings],
      is: [
        1,
        [
          'Options of the job container: /__w is mounted already. The job goes on without. docs/options.md has every option.',
        ],
      ],
    },
  ],
  '--user': [
    {
      job: '--user 1001:121',
      seen: ({ job }) => job?.securityContext,
      is: { runAsUser: 1001, runAsGroup: 121 },
    },
    { service: '-u root', seen: ({ redis }) => redis?.securityContext, is: { runAsUser: 0 } },
  ],
  '--workdir': [{ service: '-w /data', seen: ({ redis }) => redis?.workingDir, is: '/data' }],
  '--env': [
    {
      job: '-e A=1=2 --env SET=by-option --env=B=',
      seen: ({ options, container }) => options.environment('job', container),
      is: { A: '1=2', B: '', SET: 'by env' },
    },
    {
      service: '-e A=s3cret',
      seen: ({ options, pod }) => [
        options.environment('redis', hookContainer()),
        JSON.stringify(pod).includes('s3cret'),
      ],
      is: [{ A: 's3cret' }, false],
    },
  ],
  '--label': shared(
    '--label com.example/a=b -l flag',
    ({ pod }) => [pod.metadata?.annotations, pod.metadata?.labels],
    [{ 'options.podhooks.dev/com.example-a': 'b', 'options.podhooks.dev/flag': '' }, undefined],
  ),
  '--hostname': [
    {
      job: '--hostname localhost',
      seen: ({ spec, warnings }) => [spec?.hostname, warnings.length],
      is: [undefined, 1],
    },
    {
      job: '--hostname Builder.example.com',
      seen: ({ spec }) => [spec?.hostname, spec?.hostAliases?.[0]?.hostnames],
      is: ['builder', ['redis', 'postgres']],
    },
    {
      service: '-h cache',
      seen: ({ spec }) => [spec?.hostname, spec?.hostAliases?.[0]?.hostnames],
      is: [undefined, ['redis', 'postgres', 'cache']],
    },
  ],
  '--network-alias': [
    {
      service: '--network-alias db --network-alias postgres',
      seen: ({ spec, warnings }) => [spec?.hostAliases, warnings],
      is: [
        [{ ip: '127.0.0.1', hostnames: ['redis', 'postgres', 'db'] }],
        ['The name postgres of service redis is that of service postgres already.'],
      ],
    },
  ],
  '--name': [
    {
      service: '--name cache_1',
      seen: ({ spec }) => spec?.hostAliases?.[0]?.hostnames,
      is: ['redis', 'postgres', 'cache-1'],
    },
  ],
  '--add-host': shared(
    '--add-host a:10.0.0.1 --add-host b=10.0.0.1 --add-host c:[fd00::1] --add-host redis:10.0.0.9',
    ({ spec }) => spec?.hostAliases?.slice(1),
    [
      { ip: '10.0.0.1', hostnames: ['a', 'b'] },
      { ip: 'fd00::1', hostnames: ['c'] },
    ],
  ),
  '--dns': shared(
    '--dns 10.0.0.1 --dns 10.0.0.2 --dns fd00::1 --dns 10.0.0.4',
    ({ spec }) => spec?.dnsConfig,
    { nameservers: ['10.0.0.1', '10.0.0.2', 'fd00::1'] },
  ),
  '--dns-search': shared('--dns-search corp.example', ({ spec }) => spec?.dnsConfig, {
    searches: ['corp.example'],
  }),
  '--dns-option': shared('--dns-option ndots:2 --dns-opt rotate', ({ spec }) => spec?.dnsConfig, {
    options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }],
  }),
  '--entrypoint': [
    { service: '--entrypoint /bin/$sh', seen: ({ redis }) => redis?.command, is: ['/bin/$$sh'] },
  ],
  '--read-only': [
    { job: '--read-only', seen: ({ job }) => job?.securityContext, is: { readOnlyRootFilesystem: true } },
    { service: '--read-only=false', seen: ({ redis }) => redis?.securityContext, is: undefined },
  ],
  '--pull': (
    [
      ['always', 'Always'],
      ['missing', 'IfNotPresent'],
      ['never', 'Never'],
    ] as const
  ).flatMap(([word, policy]) =>
    shared(`--pull ${word}`, ({ job, redis }) => job?.imagePullPolicy ?? redis?.imagePullPolicy, policy),
  ),
  '--cap-drop': shared(
    '--cap-drop ALL --cap-drop CAP_net_raw',
    ({ job, redis }) => job?.securityContext ?? redis?.securityContext,
    { capabilities: { drop: ['ALL', 'NET_RAW'] } },
  ),
  '--cap-add': [
    {
      job: '--cap-add net_admin',
      seen: ({ job }) => job?.securityContext,
      is: { capabilities: { add: ['NET_ADMIN'] } },
    },
  ],
  '--group-add': [
    {
      job: '--group-add 1001 --group-add=44',
      service: '--group-add 44',
      seen: ({ spec }) => spec?.securityContext,
      is: { supplementalGroups: [1001, 44] },
    },
    {
      job: '--group-add video',
      seen: ({ spec, warnings }) => [spec?.securityContext, warnings[0]?.includes('expected a number')],
      is: [undefined, true],
    },
  ],
  '--sysctl': [
    {
      job: '--sysctl net.ipv4.ip_unprivileged_port_start=0 --sysctl kernel.shm_rmid_forced=1',
      service: '--sysctl net.ipv4.ip_unprivileged_port_start=80',
      seen: ({ spec }) => spec?.securityContext,
      // One kernel parameter has one value in a pod: the job container's.
      is: {
        sysctls: [
          { name: 'net.ipv4.ip_unprivileged_port_start', value: '0' },
          { name: 'kernel.shm_rmid_forced', value: '1' },
        ],
      },
    },
    {
      job: '--sysctl kernel.shm_rmid_forced',
      seen: ({ spec, warnings }) => [spec?.securityContext, warnings[0]?.includes('expected name=value')],
      is: [undefined, true],
    },
  ],
  '--privileged': [
    { service: '--privileged', seen: ({ redis }) => redis?.securityContext, is: { privileged: true } },
    { job: '--privileged=false', seen: ({ job }) => job?.securityContext, is: undefined },
  ],
  '--health-cmd': [
    {
      service: '--health-cmd "redis-cli -a $PASSWORD ping"',
      seen: ({ redis, options }) => [redis?.startupProbe, options.healthChecks()],
      is: [
        {
          exec: { command: ['/bin/sh', '-c', 'redis-cli -a $$PASSWORD ping'] },
          periodSeconds: 1,
          timeoutSeconds: 30,
          failureThreshold: 2 ** 31 - 1,
        },
        [{ container: 'redis', withinMs: 180_000 }],
      ],
    },
  ],
  '--health-interval': [healthWithin('--health-interval 10s', 60_000)],
  '--health-timeout': [healthWithin('--health-interval 10s --health-timeout 1.5s', 34_500)],
  '--health-start-period': [healthWithin('--health-interval 10s --health-start-period 1m', 120_000)],
  '--health-retries': [healthWithin('--health-interval 10s --health-timeout 5s --health-retries 5', 75_000)],
};

function healthWithin(options: string, withinMs: number): Case {
  return {
    service: `--health-cmd x ${options}`,
    seen: ({ options: made }) => made.healthChecks(),
    is: [{ container: 'redis', withinMs }],
  };
}
