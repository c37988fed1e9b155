/** One example of the strategic merge. The specs are whole pods, so that an API server takes them, too. */
export interface MergeCase {
  readonly title: string;
  readonly base: object;
  readonly patch: object;
  readonly merged: object;
  /** Why the API server gives something else, where that is by design. */
  readonly differs?: string;
}

const job = { name: 'job', image: 'node:22' };
const redis = { name: 'redis', image: 'redis:7' };
const spec = (members: object) => ({ spec: { containers: [job], ...members } });
const inJob = (members: object) => ({ spec: { containers: [{ ...job, ...members }] } });
const patchJob = (members: object) => ({ spec: { containers: [{ name: 'job', ...members }] } });
const withClaims = (members: object) => ({
  spec: {
    containers: [{ ...job, ...members }],
    volumes: ['a', 'b'].map((name) => ({ name, persistentVolumeClaim: { claimName: name } })),
  },
});
const secret = (name: string) => ({ name });
const gpu = { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' };
const spot = { key: 'spot', operator: 'Exists', effect: 'NoSchedule' };
const cache = { name: 'cache', emptyDir: {} };
const cacheMount = { name: 'cache', mountPath: '/cache' };
const spread = (topologyKey: string, whenUnsatisfiable: string, maxSkew: number) => ({
  topologyKey,
  whenUnsatisfiable,
  maxSkew,
});
const dns = (protocol: string, name: string) => ({ containerPort: 53, protocol, name });
const term = (values: string[]) => ({
  matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values }],
});
const nodes = (values: string[]) => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term(values)] } },
  },
});
const key = { secretKeyRef: { name: 'token', key: 'value' } };

export const MERGE_CASES: readonly MergeCase[] = [
  {
    title: 'an empty patch changes nothing',
    base: spec({ tolerations: [gpu] }),
    patch: {},
    merged: spec({ tolerations: [gpu] }),
  },
  {
    title: 'labels are merged key by key',
    base: { metadata: { labels: { a: '1', b: '1' } }, ...spec({}) },
    patch: { metadata: { labels: { b: '2', c: '2' } } },
    merged: { metadata: { labels: { a: '1', b: '2', c: '2' } }, ...spec({}) },
  },
  {
    title: 'null deletes a label',
    base: { metadata: { labels: { a: '1', b: '1' } }, ...spec({}) },
    patch: { metadata: { labels: { a: null } } },
    merged: { metadata: { labels: { b: '1' } }, ...spec({}) },
  },
  {
    title: 'null deletes a whole map',
    base: { metadata: { annotations: { a: '1' } }, ...spec({}) },
    patch: { metadata: { annotations: null } },
    merged: { metadata: {}, ...spec({}) },
  },
  {
    title: '$patch: replace in a map replaces it',
    base: { metadata: { annotations: { a: '1' } }, ...spec({}) },
    patch: { metadata: { annotations: { $patch: 'replace', b: '2' } } },
    merged: { metadata: { annotations: { b: '2' } }, ...spec({}) },
  },
  {
    title: '$patch: delete in a map deletes it',
    base: { metadata: { annotations: { a: '1' } }, ...spec({}) },
    patch: { metadata: { annotations: { $patch: 'delete' } } },
    merged: { metadata: {}, ...spec({}) },
  },
  {
    title: 'finalizers are a set',
    base: { metadata: { finalizers: ['example.com/a'] }, ...spec({}) },
    patch: { metadata: { finalizers: ['example.com/a', 'example.com/b'] } },
    merged: { metadata: { finalizers: ['example.com/a', 'example.com/b'] }, ...spec({}) },
  },
  {
    title: 'a scalar is replaced',
    base: spec({ terminationGracePeriodSeconds: 30 }),
    patch: { spec: { terminationGracePeriodSeconds: 5 } },
    merged: spec({ terminationGracePeriodSeconds: 5 }),
  },
  {
    title: 'null deletes a scalar',
    base: spec({ priorityClassName: 'high', hostname: 'job' }),
    patch: { spec: { hostname: null } },
    merged: spec({ priorityClassName: 'high' }),
  },
  {
    title: 'security contexts are merged member by member',
    base: spec({ securityContext: { fsGroup: 1001 } }),
    patch: { spec: { securityContext: { runAsUser: 1000 } } },
    merged: spec({ securityContext: { fsGroup: 1001, runAsUser: 1000 } }),
  },
  {
    title: '$patch: replace replaces a security context',
    base: spec({ securityContext: { fsGroup: 1001 } }),
    patch: { spec: { securityContext: { $patch: 'replace', runAsUser: 1000 } } },
    merged: spec({ securityContext: { runAsUser: 1000 } }),
  },
  {
    title: 'node selectors are merged',
    base: spec({ nodeSelector: { disk: 'ssd' } }),
    patch: { spec: { nodeSelector: { pool: 'ci' } } },
    merged: spec({ nodeSelector: { disk: 'ssd', pool: 'ci' } }),
  },
  {
    title: 'tolerations are replaced whole',
    base: spec({ tolerations: [gpu] }),
    patch: { spec: { tolerations: [spot] } },
    merged: spec({ tolerations: [spot] }),
  },
  {
    title: 'an empty list empties a list without a key',
    base: spec({ tolerations: [gpu] }),
    patch: { spec: { tolerations: [] } },
    merged: spec({ tolerations: [] }),
  },
  {
    title: 'affinity maps are merged and their terms replaced',
    base: spec(nodes(['amd64'])),
    patch: { spec: nodes(['arm64']) },
    merged: spec(nodes(['arm64'])),
  },
  {
    title: 'pull secrets are a union by name',
    base: spec({ imagePullSecrets: [secret('a'), secret('b')] }),
    patch: { spec: { imagePullSecrets: [secret('b'), secret('c')] } },
    merged: spec({ imagePullSecrets: [secret('a'), secret('b'), secret('c')] }),
  },
  {
    title: 'a pull secret is deleted by name',
    base: spec({ imagePullSecrets: [secret('a'), secret('b')] }),
    patch: { spec: { imagePullSecrets: [{ name: 'a', $patch: 'delete' }] } },
    merged: spec({ imagePullSecrets: [secret('b')] }),
  },
  {
    title: 'a lone $patch: replace element replaces a keyed list',
    base: spec({ imagePullSecrets: [secret('a'), secret('b')] }),
    patch: { spec: { imagePullSecrets: [{ $patch: 'replace' }, secret('c')] } },
    merged: spec({ imagePullSecrets: [secret('c')] }),
  },
  {
    title: 'host aliases are merged by address and their names replaced',
    base: spec({ hostAliases: [{ ip: '10.0.0.1', hostnames: ['a'] }] }),
    patch: {
      spec: {
        hostAliases: [
          { ip: '10.0.0.1', hostnames: ['b'] },
          { ip: '10.0.0.2', hostnames: ['c'] },
        ],
      },
    },
    merged: spec({
      hostAliases: [
        { ip: '10.0.0.1', hostnames: ['b'] },
        { ip: '10.0.0.2', hostnames: ['c'] },
      ],
    }),
  },
  {
    title: 'a topology constraint is patched by its key and effect',
    base: spec({ topologySpreadConstraints: [spread('zone', 'DoNotSchedule', 1)] }),
    patch: { spec: { topologySpreadConstraints: [spread('zone', 'DoNotSchedule', 3)] } },
    merged: spec({ topologySpreadConstraints: [spread('zone', 'DoNotSchedule', 3)] }),
  },
  {
    title: 'topology constraints of one key but another effect are two',
    base: spec({ topologySpreadConstraints: [spread('zone', 'DoNotSchedule', 1)] }),
    patch: { spec: { topologySpreadConstraints: [spread('zone', 'ScheduleAnyway', 3)] } },
    merged: spec({
      topologySpreadConstraints: [spread('zone', 'DoNotSchedule', 1), spread('zone', 'ScheduleAnyway', 3)],
    }),
    differs: 'the server knows the topology key alone',
  },
  {
    title: 'containers are merged by name, new ones come last',
    base: { spec: { containers: [job, redis] } },
    patch: {
      spec: {
        containers: [
          { name: 'dind', image: 'docker:27-dind' },
          { name: 'redis', tty: true },
        ],
      },
    },
    merged: {
      spec: { containers: [job, { ...redis, tty: true }, { name: 'dind', image: 'docker:27-dind' }] },
    },
  },
  {
    title: 'a container is deleted by name',
    base: { spec: { containers: [job, redis] } },
    patch: { spec: { containers: [{ name: 'redis', $patch: 'delete' }] } },
    merged: { spec: { containers: [job] } },
  },
  {
    title: 'a container is replaced by name',
    base: { spec: { containers: [{ ...job, tty: true }, redis] } },
    patch: { spec: { containers: [{ name: 'job', image: 'alpine:3', $patch: 'replace' }] } },
    merged: { spec: { containers: [{ name: 'job', image: 'alpine:3' }, redis] } },
    differs: 'the server drops the element and replaces the list with the others',
  },
  {
    title: 'init containers are merged by name',
    base: spec({ initContainers: [{ name: 'a', image: 'busybox:1' }] }),
    patch: {
      spec: {
        initContainers: [
          { name: 'a', command: ['true'] },
          { name: 'b', image: 'busybox:1' },
        ],
      },
    },
    merged: spec({
      initContainers: [
        { name: 'a', image: 'busybox:1', command: ['true'] },
        { name: 'b', image: 'busybox:1' },
      ],
    }),
  },
  {
    title: 'variables are merged by name and keep their order',
    base: inJob({
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '$(A)' },
      ],
    }),
    patch: patchJob({
      env: [
        { name: 'C', value: '3' },
        { name: 'A', value: '2' },
      ],
    }),
    merged: inJob({
      env: [
        { name: 'A', value: '2' },
        { name: 'B', value: '$(A)' },
        { name: 'C', value: '3' },
      ],
    }),
  },
  {
    title: 'a variable is deleted by name',
    base: inJob({ env: [{ name: 'A', value: '1' }, { name: 'B' }] }),
    patch: patchJob({ env: [{ name: 'A', $patch: 'delete' }] }),
    merged: inJob({ env: [{ name: 'B' }] }),
  },
  {
    title: 'a variable from a secret replaces one with a value',
    base: inJob({ env: [{ name: 'A', value: '1' }] }),
    patch: patchJob({ env: [{ name: 'A', valueFrom: key }] }),
    merged: inJob({ env: [{ name: 'A', valueFrom: key }] }),
    differs: 'the server merges value and valueFrom, and then refuses both together',
  },
  {
    title: 'sources of variables are replaced whole',
    base: inJob({ envFrom: [{ secretRef: { name: 'a' } }] }),
    patch: patchJob({ envFrom: [{ configMapRef: { name: 'b' } }] }),
    merged: inJob({ envFrom: [{ configMapRef: { name: 'b' } }] }),
  },
  {
    title: 'commands and arguments are replaced whole',
    base: inJob({ command: ['tail', '-f'], args: ['/dev/null'] }),
    patch: patchJob({ args: ['a', 'b'] }),
    merged: inJob({ command: ['tail', '-f'], args: ['a', 'b'] }),
  },
  {
    title: 'requests and limits are merged resource by resource',
    base: inJob({ resources: { requests: { cpu: '1', memory: '1Gi' } } }),
    patch: patchJob({ resources: { requests: { cpu: '2' }, limits: { memory: '2Gi' } } }),
    merged: inJob({ resources: { requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '2Gi' } } }),
  },
  {
    title: 'null deletes one resource',
    base: inJob({ resources: { requests: { cpu: '1', memory: '1Gi' } } }),
    patch: patchJob({ resources: { requests: { memory: null } } }),
    merged: inJob({ resources: { requests: { cpu: '1' } } }),
  },
  {
    title: 'ports of one number and another protocol are two',
    base: inJob({ ports: [dns('TCP', 'dns')] }),
    patch: patchJob({ ports: [dns('UDP', 'dns-udp')] }),
    merged: inJob({ ports: [dns('TCP', 'dns'), dns('UDP', 'dns-udp')] }),
    differs: 'the server knows a port by its number alone',
  },
  {
    title: 'a port without a protocol is a TCP port',
    base: inJob({ ports: [{ containerPort: 80 }] }),
    patch: patchJob({ ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] }),
    merged: inJob({ ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] }),
  },
  {
    title: 'mounts are merged by path',
    base: {
      spec: {
        containers: [{ ...job, volumeMounts: [cacheMount] }],
        volumes: [cache, { ...cache, name: 'other' }],
      },
    },
    patch: patchJob({
      volumeMounts: [
        { mountPath: '/cache', name: 'other' },
        { mountPath: '/more', name: 'cache', readOnly: true },
      ],
    }),
    merged: {
      spec: {
        containers: [
          {
            ...job,
            volumeMounts: [
              { mountPath: '/cache', name: 'other' },
              { mountPath: '/more', name: 'cache', readOnly: true },
            ],
          },
        ],
        volumes: [cache, { ...cache, name: 'other' }],
      },
    },
  },
  {
    title: 'a mount is deleted by path',
    base: { spec: { containers: [{ ...job, volumeMounts: [cacheMount] }], volumes: [cache] } },
    patch: patchJob({ volumeMounts: [{ mountPath: '/cache', $patch: 'delete' }] }),
    merged: { spec: { containers: [{ ...job, volumeMounts: [] }], volumes: [cache] } },
  },
  {
    title: 'volumes of other names are added',
    base: spec({ volumes: [cache] }),
    patch: { spec: { volumes: [{ name: 'tmp', emptyDir: { medium: 'Memory' } }] } },
    merged: spec({ volumes: [cache, { name: 'tmp', emptyDir: { medium: 'Memory' } }] }),
  },
  {
    title: 'a volume of the same name is replaced whole',
    base: spec({ volumes: [cache] }),
    patch: { spec: { volumes: [{ name: 'cache', hostPath: { path: '/var/cache' } }] } },
    merged: spec({ volumes: [{ name: 'cache', hostPath: { path: '/var/cache' } }] }),
    differs: 'the server merges both sources, unless $retainKeys is given, and then refuses the volume',
  },
  {
    title: 'block devices are merged by path',
    base: withClaims({ volumeDevices: [{ devicePath: '/dev/a', name: 'a' }] }),
    patch: patchJob({
      volumeDevices: [
        { devicePath: '/dev/a', name: 'b' },
        { devicePath: '/dev/c', name: 'a' },
      ],
    }),
    merged: withClaims({
      volumeDevices: [
        { devicePath: '/dev/a', name: 'b' },
        { devicePath: '/dev/c', name: 'a' },
      ],
    }),
  },
  {
    title: 'capabilities are merged and their lists replaced',
    base: inJob({ securityContext: { capabilities: { drop: ['ALL'], add: ['CHOWN'] } } }),
    patch: patchJob({ securityContext: { capabilities: { add: ['NET_ADMIN'] } } }),
    merged: inJob({ securityContext: { capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } } }),
  },
  {
    title: 'null in something new leaves nothing behind',
    base: spec({}),
    patch: {
      spec: {
        securityContext: { runAsUser: null, fsGroup: 1 },
        dnsConfig: { searches: ['a'], options: null },
      },
    },
    merged: spec({ securityContext: { fsGroup: 1 }, dnsConfig: { searches: ['a'] } }),
  },
  {
    title: 'probes are merged member by member',
    base: inJob({ readinessProbe: { exec: { command: ['true'] }, periodSeconds: 5 } }),
    patch: patchJob({ readinessProbe: { periodSeconds: 1, exec: { command: ['false'] } } }),
    merged: inJob({ readinessProbe: { exec: { command: ['false'] }, periodSeconds: 1 } }),
  },
];
