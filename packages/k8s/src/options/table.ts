import { type Option, option, type Role, type Working } from './option.js';
import { REFUSED, WITHOUT_EFFECT } from './left-out.js';
import { GUARDED, SIZE_OPTIONS } from './size-options.js';
import { PRESET_LABEL } from './effects.js';
import {
  address,
  capability,
  duration,
  flag,
  group,
  hostName,
  kernelParameter,
  pullPolicy,
  user,
} from './values.js';

const SERVICE: readonly Role[] = ['service'];

const text = (value: string): string | undefined => (value === '' ? undefined : value);
const pair = (value: string): readonly [string, string] | undefined => {
  const [, key, rest] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
  return key === undefined || rest === undefined ? undefined : [key, rest];
};

const annotation = (key: string): string =>
  `options.podhooks.dev/${key
    .replaceAll(/[^\w.-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')}`;

function host(value: string): { name: string; ip: string } | undefined {
  const [, given = '', at = ''] = /^([^:=]+)[:=](.+)$/.exec(value) ?? [];
  const [name, ip] = [hostName(given), address(at)];
  return name === undefined || ip === undefined ? undefined : { name, ip };
}

const healthTime = (name: string, about: string, key: 'interval' | 'timeout' | 'startPeriod'): Working =>
  option(
    [name],
    about,
    'a duration with its unit, such as 10s',
    duration,
    (value, { health }) => void (health[key] = value),
    { roles: SERVICE },
  );

const retries = (value: string): number | undefined => (/^\d{1,6}$/.test(value) ? Number(value) : undefined);

const WORKING: readonly Working[] = [
  ...SIZE_OPTIONS,
  option(
    ['--user', '-u'],
    'User and group of the container, as numbers or `root`. A user or `runAsNonRoot` of the pod template wins.',
    'numbers, such as 1001 or 1001:121, or root: Kubernetes does not look up the names of users in the image',
    user,
    (value, effects) => void (effects.user = value),
  ),
  option(
    ['--workdir', '-w'],
    'Working directory of a service. Steps of the job have one of their own.',
    'an absolute path',
    (value) => (value.startsWith('/') ? value : undefined),
    (value, effects) => void (effects.workingDir = value),
    { roles: SERVICE },
  ),
  option(
    ['--env', '-e'],
    'A variable. It is kept in a secret, as those of `env:` are, which win.',
    'NAME=value',
    pair,
    ([name, value], { environment }) => void (environment[name] = value),
    { hidden: true },
  ),
  option(
    ['--label', '-l'],
    'An annotation of the pod, `options.podhooks.dev/<key>`: labels of a pod may give it rights. `podhooks.preset` chooses a size of ACTIONS_RUNNER_HOOK_PRESETS.',
    'key=value',
    (value) => pair(value.includes('=') ? value : `${value}=`),
    ([key, value], effects) => {
      const { annotations } = effects;
      if (key === PRESET_LABEL) {
        effects.presetName = value;
        return undefined;
      }
      if (annotation(key).endsWith('/')) return 'its key holds no letter';
      annotations[annotation(key)] = value;
      return undefined;
    },
    { hidden: true },
  ),
  option(
    ['--hostname', '-h'],
    'Host name of the pod for the job container; a further name for a service.',
    'a name',
    text,
    (value, effects) => {
      const fault = effects.addName(value);
      effects.hostname = effects.names.at(-1)?.split('.')[0];
      return fault;
    },
  ),
  option(
    ['--network-alias', '--net-alias'],
    'A name by which the job and its services reach the service.',
    'a name',
    text,
    (value, effects) => effects.addName(value),
    { roles: SERVICE },
  ),
  option(
    ['--name'],
    'A name by which the job and its services reach the service.',
    'a name',
    text,
    (value, effects) => effects.addName(value),
    { roles: SERVICE },
  ),
  option(
    ['--add-host'],
    'A line in `/etc/hosts` of all containers of the job.',
    'NAME:ADDRESS, where the address is an IP address: there is no host-gateway in a pod',
    host,
    (value, { hosts }) => void hosts.push(value),
  ),
  option(
    ['--dns'],
    "A further name server behind the cluster's, for all containers of the job.",
    'an IP address',
    address,
    (value, { nameservers }) => void nameservers.push(value),
  ),
  option(
    ['--dns-search'],
    'A further search domain, for all containers of the job.',
    'a domain',
    hostName,
    (value, { searches }) => void searches.push(value),
  ),
  option(
    ['--dns-option', '--dns-opt'],
    'An option of the resolver, for all containers of the job.',
    'a name, or name:value',
    text,
    (value, { resolver }) => {
      const [name = '', setting] = value.split(':', 2);
      resolver.push({ name, ...(setting !== undefined && { value: setting }) });
    },
  ),
  option(
    ['--entrypoint'],
    'What a service starts. `entrypoint:` of the workflow wins; the job container always waits for its steps.',
    'a command',
    text,
    (value, effects) => void (effects.entrypoint = value),
    { roles: SERVICE },
  ),
  option(
    ['--read-only'],
    'The file system of the image is read-only.',
    'true or false',
    flag,
    (value, effects) => void (effects.readOnly = value),
    { isFlag: true },
  ),
  option(
    ['--pull'],
    'When the image is pulled. ACTIONS_RUNNER_HOOK_IMAGES_PULL_POLICY wins.',
    'always, missing or never',
    pullPolicy,
    (value, effects) => void (effects.pullPolicy = value),
  ),
  option(
    ['--cap-drop'],
    'A capability that the container does not have; `ALL` for all.',
    'the name of a capability',
    capability,
    (value, { droppedCapabilities }) => void droppedCapabilities.push(value),
  ),
  option(
    ['--cap-add'],
    `A further capability. ${GUARDED}`,
    'the name of a capability',
    capability,
    (value, { addedCapabilities }) => void addedCapabilities.push(value),
    { kind: 'guarded' },
  ),
  option(
    ['--group-add'],
    `A further group, for all containers of the job. ${GUARDED}`,
    'a number: Kubernetes does not look up the names of groups in the image',
    group,
    (value, { groups }) => void groups.push(value),
    { kind: 'guarded' },
  ),
  option(
    ['--sysctl'],
    `A kernel parameter of the pod; of two values, the job container's counts. ${GUARDED}`,
    'name=value, such as net.core.somaxconn=1024',
    kernelParameter,
    (value, { kernelParameters }) => void kernelParameters.push(value),
    { kind: 'guarded' },
  ),
  option(
    ['--privileged'],
    `All rights on the node. ${GUARDED}`,
    'true or false',
    flag,
    (value, effects) => void (effects.privileged = value),
    { kind: 'guarded', isFlag: true },
  ),
  option(
    ['--health-cmd'],
    'A shell command. The job starts when it has succeeded once; until then it runs every second.',
    'a command',
    text,
    (value, { health }) => void (health.command = value),
    { roles: SERVICE, hidden: true },
  ),
  healthTime(
    '--health-interval',
    'Counts for how long is waited: start period + retries × (interval + timeout).',
    'interval',
  ),
  healthTime('--health-timeout', 'Time that the health command has.', 'timeout'),
  healthTime('--health-start-period', 'Further time until the service has to be healthy.', 'startPeriod'),
  option(
    ['--health-retries'],
    'Failures until the service is unhealthy, and the job fails.',
    'a number',
    retries,
    (value, { health }) => void (health.retries = value),
    { roles: SERVICE },
  ),
];

/** Every option of `docker create`, with what it does here. */
export const OPTIONS: readonly Option[] = [...WORKING, ...WITHOUT_EFFECT, ...REFUSED];
