import { expect } from 'chai';
import { howToAllowNamespaces } from './engine/allow-namespaces.js';

describe('howToAllowNamespaces', () => {
  const user = { platform: 'linux', isRoot: false };
  for (const [machine, sysctls, words] of [
    [
      'where users may have none',
      { 'user.max_user_namespaces': '0' },
      'sudo sysctl -w user.max_user_namespaces=15000',
    ],
    [
      "where Debian's switch is off",
      { 'kernel.unprivileged_userns_clone': '0' },
      'sudo sysctl -w kernel.unprivileged_userns_clone=1',
    ],
    [
      "where Ubuntu's AppArmor forbids them",
      { 'kernel.apparmor_restrict_unprivileged_userns': '1', 'user.max_user_namespaces': '96529' },
      'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    ],
  ] as const)
    it(`names the command ${machine}`, () => {
      const sysctl = (name: string) => new Map<string, string>(Object.entries(sysctls)).get(name);
      expect(howToAllowNamespaces({ ...user, sysctl })).to.equal(
        `run it as root, or allow user namespaces: ${words}`,
      );
    });

  it('knows no more than root where no switch is known', () => {
    expect(howToAllowNamespaces({ ...user, sysctl: () => undefined })).to.equal('run it as root');
  });

  it('sends root in a container for more rights', () => {
    const machine = { platform: 'linux', isRoot: true, sysctl: () => '0' };
    expect(howToAllowNamespaces(machine)).to.contain('docker run --privileged');
  });

  it('wants Linux', () => {
    const machine = { platform: 'darwin', isRoot: false, sysctl: () => undefined };
    expect(howToAllowNamespaces(machine)).to.match(/^use Linux/);
  });
});
