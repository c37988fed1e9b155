import type { LeftOut } from './option.js';

function leftOut(kind: LeftOut['kind'], about: string, options: string, isFlag?: true): LeftOut[] {
  return options
    .split(' ')
    .map((names) => ({ kind, about, names: names.split(','), ...(isFlag !== undefined && { isFlag }) }));
}

const refused = (about: string, options: string, isFlag?: true) => leftOut('refused', about, options, isFlag);
const without = (about: string, options: string, isFlag?: true) =>
  leftOut('without effect', about, options, isFlag);

const PRIVILEGE = 'It gives the container rights on the node, which only the pod template may do.';
const NAMESPACE =
  'It takes the container out of its pod or into the node, which only the pod template may do.';

/** What would let a workflow reach beyond its pod. */
export const REFUSED: readonly LeftOut[] = [
  ...refused(PRIVILEGE, '--device --device-cgroup-rule --security-opt --runtime --cgroup-parent'),
  ...refused(NAMESPACE, '--network,--net --pid --ipc --uts --userns --cgroupns'),
  ...refused('Use `volumes:` of the workflow, which is checked.', '--volume,-v --mount --volumes-from'),
  ...refused(
    'It reads a file of the runner. Use `env:` of the workflow.',
    '--env-file --label-file --cidfile',
  ),
];

/** What has no meaning in a pod, or no field in Kubernetes. */
export const WITHOUT_EFFECT: readonly LeftOut[] = [
  ...without('Orphaned processes end with their pod.', '--init', true),
  ...without(
    'The hook starts containers, and deletes them after the job.',
    '--rm --interactive,-i --tty,-t --detach,-d --quiet,-q --sig-proxy',
    true,
  ),
  ...without(
    'The hook starts containers, and deletes them after the job.',
    '--attach,-a --restart --stop-signal --stop-timeout --detach-keys',
  ),
  ...without('Use `ports:` of the workflow: containers of a job share one address.', '--publish,-p --expose'),
  ...without(
    'Use `ports:` of the workflow: containers of a job share one address.',
    '--publish-all,-P',
    true,
  ),
  ...without(
    'The cluster gives the pod its address.',
    '--ip --ip6 --link-local-ip --mac-address --domainname',
  ),
  ...without('Containers of a job reach each other by their names.', '--link'),
  ...without(
    'Kubernetes has no such bound for a container; see `--cpus` and `--memory`.',
    '--cpu-shares,-c --cpu-period --cpu-quota --cpu-rt-period --cpu-rt-runtime --cpu-count --cpu-percent --cpuset-cpus --cpuset-mems --memory-swap --memory-swappiness --kernel-memory --pids-limit --blkio-weight --blkio-weight-device --device-read-bps --device-read-iops --device-write-bps --device-write-iops --io-maxbandwidth --io-maxiops --oom-score-adj --ulimit',
  ),
  ...without('Kubernetes has no such setting.', '--oom-kill-disable --disable-content-trust', true),
  ...without(
    'The node or the pod template decides.',
    '--isolation --log-driver --log-opt --volume-driver --annotation',
  ),
  ...without('The health command runs every second until it succeeds.', '--health-start-interval'),
  ...without(
    'Nothing runs the health check of an image: Kubernetes does not read it.',
    '--no-healthcheck',
    true,
  ),
];
