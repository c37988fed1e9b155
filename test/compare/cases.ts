import type { ContainerActionStep, JobContainers } from '../runner/runner.js';

/** A payload, and a template of the administrator, that both hooks get. */
export interface Case {
  name: string;
  job?: JobContainers;
  /** A container step after prepare_job. */
  action?: ContainerActionStep;
  /** What ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE names. */
  template?: object;
}

const image = 'debian:12';
const REDIS = { image: 'redis:7' };
const WORKSPACE = '/home/runner/_work/hello-world/hello-world';
const withTemplate = (spec: object, metadata?: object) => ({ ...(metadata && { metadata }), spec });
const JOB: JobContainers = { container: { image }, services: [REDIS] };
const ECHO: ContainerActionStep = { image, entrypoint: 'sh', args: ['-c', 'echo done'] };

export const CASES: readonly Case[] = [
  { name: 'minimal', job: { container: { image } } },
  { name: 'image with sh of busybox', job: { container: { image: 'alpine:3.20' } } },
  { name: 'image with a user of its own', job: { container: { image: 'testbed/action:1' } } },
  {
    name: 'variables',
    job: {
      container: { image, env: { LEVEL: 'debug', EMPTY: '', LINES: 'a\nb', CI: 'false', HOME: '/root' } },
    },
  },
  { name: 'ports', job: { container: { image, ports: ['80', '8080:81', '5353:53/udp'] } } },
  { name: 'folder of the workspace', job: { container: { image, volumes: [`${WORKSPACE}/data:/data`] } } },
  { name: 'options', job: { container: { image, options: '--memory 1g --cpus 2 --hostname me' } } },
  { name: 'credentials', job: { container: { image, credentials: { username: 'me', password: 'secret' } } } },
  { name: 'service', job: { container: { image }, services: [REDIS] } },
  { name: 'service without a job container', job: { container: null, services: [REDIS] } },
  {
    name: 'service with ports and variables',
    job: { container: { image }, services: [{ ...REDIS, ports: ['6379:6379'], env: { A: 'b', CI: 'no' } }] },
  },
  {
    name: 'service with credentials',
    job: {
      container: { image },
      services: [{ ...REDIS, credentials: { username: 'me', password: 'secret' } }],
    },
  },
  {
    name: 'service with entrypoint and command',
    job: {
      container: { image },
      services: [{ ...REDIS, entrypoint: 'redis-server', command: '--port 6380' }],
    },
  },
  {
    name: 'service with the socket of docker',
    job: {
      container: { image },
      services: [{ ...REDIS, volumes: ['/var/run/docker.sock:/var/run/docker.sock'] }],
    },
  },
  {
    name: 'two services',
    job: { container: { image }, services: [REDIS, { image: 'node:22', command: 'sleep 60' }] },
  },
  {
    name: 'two services of one image',
    job: { container: { image }, services: [REDIS, { ...REDIS, command: '--port 6380' }] },
  },
  { name: 'container step', job: { container: { image } }, action: ECHO },
  {
    name: 'container step with variables',
    job: { container: { image } },
    action: { ...ECHO, env: { A: 'b', CI: 'no' }, inputs: { who: 'me' } },
  },
  { name: 'container step without a job container', action: ECHO },
  {
    name: 'template: labels and annotations',
    job: JOB,
    action: ECHO,
    template: withTemplate({}, { labels: { team: 'ci' }, annotations: { 'example.com/a': 'b' } }),
  },
  {
    name: 'template: resources of the job',
    job: JOB,
    template: withTemplate({
      containers: [
        { name: '$job', resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '1Gi' } } },
      ],
    }),
  },
  {
    name: 'template: variables and mounts of the job',
    job: JOB,
    template: withTemplate({
      containers: [
        {
          name: '$job',
          env: [{ name: 'FROM_TEMPLATE', value: 'yes' }],
          volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
          ports: [{ containerPort: 9000 }],
        },
      ],
      volumes: [{ name: 'cache', emptyDir: {} }],
    }),
  },
  {
    name: 'template: command and working directory of the job',
    job: JOB,
    template: withTemplate({
      containers: [{ name: '$job', command: ['sleep'], args: ['600'], workingDir: '/tmp', tty: true }],
    }),
  },
  {
    name: 'template: security context of the job',
    job: JOB,
    template: withTemplate({
      containers: [{ name: '$job', securityContext: { privileged: true, runAsUser: 1001 } }],
    }),
  },
  {
    name: 'template: a service',
    job: JOB,
    template: withTemplate({
      containers: [
        { name: '$redis', env: [{ name: 'X', value: 'y' }], resources: { requests: { cpu: '10m' } } },
      ],
    }),
  },
  {
    name: 'template: another container',
    job: JOB,
    action: ECHO,
    template: withTemplate({
      containers: [{ name: 'proxy', image: 'busybox:1.36', command: ['sleep', '600'] }],
    }),
  },
  {
    name: 'template: init container',
    job: JOB,
    template: withTemplate({ initContainers: [{ name: 'first', image: 'busybox:1.36', command: ['true'] }] }),
  },
  {
    name: 'template: place and account of the pod',
    job: JOB,
    action: ECHO,
    template: withTemplate({
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ key: 'ci', operator: 'Exists' }],
      serviceAccountName: 'default',
      terminationGracePeriodSeconds: 5,
    }),
  },
  {
    name: 'template: security context and pull secrets of the pod',
    job: JOB,
    template: withTemplate({
      securityContext: { fsGroup: 2000, supplementalGroups: [3000] },
      imagePullSecrets: [{ name: 'own' }],
    }),
  },
  {
    name: 'template: network of the pod',
    job: JOB,
    template: withTemplate({
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['10.96.0.10'] },
      hostAliases: [{ ip: '10.1.1.1', hostnames: ['cache.test'] }],
    }),
  },
];
