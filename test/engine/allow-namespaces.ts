import { readFileSync } from 'node:fs';

/** Settings of kernels and distributions that keep users from namespaces, and the value that does so. */
const SWITCHES = [
  { name: 'user.max_user_namespaces', off: '0', on: '15000' },
  { name: 'kernel.unprivileged_userns_clone', off: '0', on: '1' },
  // Ubuntu since 23.10: namespaces can be made, but give no right to mount.
  { name: 'kernel.apparmor_restrict_unprivileged_userns', off: '1', on: '0' },
];

export interface Machine {
  platform: string;
  isRoot: boolean;
  /** The value of a sysctl; undefined where there is none of that name. */
  sysctl: (name: string) => string | undefined;
}

const THIS_MACHINE: Machine = {
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  sysctl: (name) => {
    try {
      return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').trim();
    } catch {
      return undefined;
    }
  },
};

/** What a person can do so that processes get mount namespaces on this machine: the end of a sentence. */
export function howToAllowNamespaces({ platform, isRoot, sysctl }: Machine = THIS_MACHINE): string {
  if (platform !== 'linux') return 'use Linux, such as a privileged container';
  const commands = SWITCHES.filter(({ name, off }) => sysctl(name) === off).map(
    ({ name, on }) => `sudo sysctl -w ${name}=${on}`,
  );
  if (commands.length > 0 && !isRoot)
    return `run it as root, or allow user namespaces: ${commands.join('; ')}`;
  return isRoot ? 'give this container more rights, as docker run --privileged does' : 'run it as root';
}
