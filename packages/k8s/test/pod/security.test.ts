import { expect } from 'chai';
import { inheritDefaults } from '../../src/merge/inherit.js';
import type { Container, Pod } from '../../src/model/kubernetes.js';
import { jobPod } from '../../src/pod/job-pod.js';
import type { PodSecurity } from '../../src/pod/security.js';
import { readRunnerPod } from '../../src/pod/runner-pod.js';
import { stepPod } from '../../src/pod/step-pod.js';
import { containerStep, hookContainer, prepareJobArgs } from '../support/containers.js';
import { NO_POLICY, NO_RULES } from '../support/options-policy.js';
import { ephemeral, runnerPod, WORK } from '../support/runner-pods.js';

const PLAIN = NO_RULES.security;
const RESTRICTED: PodSecurity = { ...PLAIN, restricted: true };

function optionsFor(security: PodSecurity, runner: Pod) {
  return {
    runner: readRunnerPod(runner, { claimName: undefined, work: WORK }),
    inheriting: inheritDefaults,
    id: '1a2b3',
    provenance: { labels: {}, annotations: {} },
    volumesAllow: [],
    policy: { ...NO_POLICY, restricted: security.restricted, allow: ['--privileged', '--cap-add=*'] },
    rules: { ...NO_RULES, security },
    sameNode: undefined,
    maxSeconds: undefined,
  };
}

function jobOf(security: PodSecurity, createOptions: string | null = null, runner: Pod = runnerPod()) {
  const args = prepareJobArgs('v02');
  const container = args.container && { ...args.container, createOptions };
  const services = [hookContainer({ image: 'redis:7', createOptions })];
  const options = { ...optionsFor(security, runner), helperImage: undefined };
  return jobPod({ ...options, args: { ...args, container, services } });
}

function actionOf(security: PodSecurity, runner: Pod): Pod {
  const { args } = containerStep('v12');
  const copying = { helperImage: undefined, gateSeconds: 600, filesBack: undefined };
  return stepPod({ ...optionsFor(security, runner), args, work: WORK, jobPod: undefined, copying }).pod;
}

/** What the Pod Security level `restricted` has against a container (kubernetes.io/docs/concepts/security). */
function faultsOf({ spec }: Pod, { securityContext: own = {} }: Container): string[] {
  const all = { ...spec?.securityContext, ...own };
  return [
    ...(all.runAsNonRoot === true ? [] : ['may be root']),
    ...(all.runAsUser === 0 ? ['is root'] : []),
    ...(all.seccompProfile?.type === 'RuntimeDefault' ? [] : ['no seccomp profile']),
    ...(own.allowPrivilegeEscalation === false ? [] : ['may gain rights']),
    ...(own.capabilities?.drop?.includes('ALL') ? [] : ['has capabilities']),
    ...(own.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE'),
    ...(own.privileged ? ['privileged'] : []),
  ];
}

const allFaults = (pod: Pod): string[] =>
  (pod.spec?.containers ?? []).flatMap((container) => faultsOf(pod, container));

describe('Pod Security restricted', () => {
  const RUNNERS: readonly [mode: string, runner: Pod][] = [
    ['volume', runnerPod(ephemeral('ReadWriteMany'))],
    ['novolume', runnerPod()],
  ];
  for (const [mode, runner] of RUNNERS)
    it(`is met by every container of a job and of a docker action in ${mode} mode`, () => {
      const options = '--user 1000 --cap-drop NET_RAW --read-only';
      expect(allFaults(jobOf(RESTRICTED, options, runner).pod)).to.deep.equal([]);
      expect(allFaults(actionOf(RESTRICTED, runner))).to.deep.equal([]);
    });

  it('is met whatever options ask for, and each of them is named', () => {
    const asked = '--user root --privileged --cap-add SYS_ADMIN --cap-add NET_BIND_SERVICE --cap-drop KILL';
    const job = jobOf(RESTRICTED, asked);
    expect(allFaults(job.pod)).to.deep.equal([]);
    expect(job.warnings).to.have.length(2);
    for (const warning of job.warnings)
      expect(warning)
        .to.contain('--user: root is not used, as ACTIONS_RUNNER_HOOK_POD_SECURITY is restricted')
        .and.contain('--privileged is not used')
        .and.contain('--cap-add is not used');
    const [, container] = job.pod.spec?.containers ?? [];
    expect(container?.securityContext?.capabilities).to.deep.equal({
      add: ['NET_BIND_SERVICE'],
      drop: ['ALL'],
    });
  });

  it('is not asked for unless it is set: containers run as their images say', () => {
    const { spec } = jobOf(PLAIN).pod;
    expect(spec?.securityContext).to.equal(undefined);
    expect(spec?.containers.slice(1).map(({ securityContext }) => securityContext)).to.deep.equal([
      undefined,
      undefined,
    ]);
    expect(jobOf(PLAIN, '--privileged --user root').pod.spec?.containers[1]?.securityContext).to.deep.equal({
      privileged: true,
      runAsUser: 0,
    });
  });

  it('keeps the group that is inherited from the runner pod', () => {
    const runner = runnerPod(ephemeral('ReadWriteMany'));
    const withGroup = {
      ...runner,
      spec: { containers: [], ...runner.spec, securityContext: { fsGroup: 123 } },
    };
    expect(jobOf(RESTRICTED, null, withGroup).pod.spec?.securityContext).to.deep.equal({
      fsGroup: 123,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
  });
});

describe('the user of the settings', () => {
  const usersOf = ({ spec }: Pod) =>
    spec?.containers.map(({ name, securityContext }) => `${name} ${securityContext?.runAsUser}`);

  it('is that of every container whose options name none, but never of the helper', () => {
    const security = { ...PLAIN, runAsUser: 2000 };
    expect(usersOf(jobOf(security).pod)).to.deep.equal(['podhooks 1001', 'job 2000', 'redis 2000']);
    expect(usersOf(actionOf(security, runnerPod()))).to.deep.equal(['podhooks 1001', 'job 2000']);
    expect(usersOf(jobOf(security, '--user 3000').pod)).to.deep.equal([
      'podhooks 1001',
      'job 3000',
      'redis 3000',
    ]);
  });
});

describe('user namespaces', () => {
  it('are asked for where they are set', () => {
    for (const userNamespaces of [true, false]) {
      const security = { ...PLAIN, userNamespaces };
      const expected = userNamespaces ? false : undefined;
      expect(jobOf(security).pod.spec?.hostUsers).to.equal(expected);
      expect(actionOf(security, runnerPod()).spec?.hostUsers).to.equal(expected);
    }
  });
});
