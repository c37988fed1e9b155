import { expect } from 'chai';
import fc from 'fast-check';
import type { Role } from '../../src/options/option.js';
import type { OptionsPolicy } from '../../src/options/policy.js';
import { readOptions as read } from '../../src/options/read.js';
import { OPTIONS } from '../../src/options/table.js';
import { optionMessages } from '../../src/options/messages.js';
import { NO_POLICY } from '../support/options-policy.js';

const readOptions = (text: string, role: Role, policy: Partial<OptionsPolicy> = {}) =>
  read(text, role, { ...NO_POLICY, ...policy });
const faultsOf = (text: string, role: 'job' | 'service' = 'service') => readOptions(text, role).faults;

const FAULTS: Readonly<Record<string, string>> = {
  '--cpus abc': '--cpus: expected a number of CPUs, such as 1.5; got "abc"',
  '--cpus=-1': '--cpus: expected a number of CPUs, such as 1.5; got "-1"',
  '--memory 4q': '--memory: expected a size such as 512m or 2g; got "4q"',
  '-m4q': '-m: expected a size such as 512m or 2g; got "4q"',
  '--memory': '--memory has no value',
  '--memory 1g --memory-reservation 2g': '--memory-reservation is larger than --memory, and is not used',
  '--health-cmd x --health-interval 5':
    '--health-interval: expected a duration with its unit, such as 10s; got "5"',
  '--health-interval 5s':
    'the health options do nothing without --health-cmd: Kubernetes does not run the health check of an image',
  '--health-cmd "redis-cli ping': 'the quote " at character 14 is never closed, so that none of them is used',
  '--gpus 1': '--gpus is not used: ACTIONS_RUNNER_HOOK_OPTIONS_GPU_RESOURCE does not say what a GPU is here',
  '--gpus device=0': '--gpus: expected a number or all; got "device=0"',
  '--storage-opt 10g': '--storage-opt: expected size=<size>, such as size=10g; got "10g"',
  '--pull sometimes': '--pull: expected always, missing or never; got "sometimes"',
  '--label podhooks.preset=toString':
    '--label podhooks.preset: there is no preset "toString"; ACTIONS_RUNNER_HOOK_PRESETS has none',
  '--user node':
    '--user: expected numbers, such as 1001 or 1001:121, or root: Kubernetes does not look up the names of users in the image; got "node"',
  '--user 1:2:3':
    '--user: expected numbers, such as 1001 or 1001:121, or root: Kubernetes does not look up the names of users in the image; got "1:2:3"',
  '--add-host db:host-gateway':
    '--add-host: expected NAME:ADDRESS, where the address is an IP address: there is no host-gateway in a pod; got "db:host-gateway"',
  '--dns 256.1.1.1': '--dns: expected an IP address; got "256.1.1.1"',
  '--tmpfs run': '--tmpfs: expected an absolute path, such as /run or /run:size=64m; got "run"',
  '--env TOKEN': '--env: expected NAME=value',
  '--network-alias my_db':
    '--network-alias: it is not a host name: the container is reached as my-db; got "my_db"',
  '--network-alias ___': '--network-alias: it cannot be a host name; got "___"',
  '--cpu 1': '--cpu is not an option of docker create; did you mean --cpus?',
  '--frobnicate 1': '--frobnicate is not an option of docker create',
  '--init redis-cli ping': '2 words belong to no option: put values with blanks between quotes',
  redis: 'one word belongs to no option: put values with blanks between quotes',
};

describe('readOptions', () => {
  for (const [text, fault] of Object.entries(FAULTS))
    it(`says what is wrong with ${text}`, () => expect(faultsOf(text)).to.deep.equal([fault]));

  for (const text of [
    `-${'t'.repeat(100_000)}`,
    `--cpus ${'1'.repeat(100_000)}x`,
    `--health-interval ${'1'.repeat(100_000)}x`,
    `--memory ${'1'.repeat(100_000)}x`,
    `--dns ${':'.repeat(100_000)}`,
  ])
    // With an expression that tries every part, each of them takes longer than a test may.
    it(`reads ${text.slice(0, 30)}… to its end`, () => {
      expect(faultsOf(text).join('\n').length).to.be.lessThan(200);
    });

  for (const text of ['-m 1g', '-m1g', '-m=1g', '--memory 1024M', '--memory=1gib', '-itm 1g'])
    it(`reads ${text}`, () => {
      const { effects, faults } = readOptions(text, 'job');
      expect(faults).to.deep.equal([]);
      expect(effects.memory).to.equal(1024 ** 3);
    });

  it('takes the last of several values', () => {
    expect(readOptions('--cpus 1 --cpus 2', 'job').effects.cpus).to.equal(2000);
  });

  it('leaves out what would reach the node, with one warning that names it, the container and the reason', () => {
    const text =
      '--privileged --cap-add SYS_ADMIN --cap-add=ALL --device /dev/kvm -v /:/host --pid host --network host --ipc=host --security-opt seccomp=unconfined --mount type=bind,src=/,dst=/h';
    const { warnings, lines } = optionMessages('service redis', readOptions(text, 'service'));
    expect(lines).to.deep.equal([]);
    expect(warnings).to.have.length(1);
    expect(warnings[0])
      .to.match(
        /^Options of service redis: --privileged is not used\. All rights on the node\. Needs a pod template, or ACTIONS_RUNNER_HOOK_OPTIONS_ALLOW\./,
      )
      .and.contain('--cap-add is not used')
      .and.contain('--volume is not used. Use `volumes:` of the workflow')
      .and.contain('--mount is not used')
      .and.not.contain('SYS_ADMIN');
  });

  describe('within what the administrator allows', () => {
    const asked = '--privileged --cap-add NET_ADMIN --cap-add=SYS_ADMIN';
    const names = ({ refused }: ReturnType<typeof read>) => refused.map(({ names: [name] }) => name);

    for (const [allow, isPrivileged, capabilities] of [
      [[], false, []],
      [['--privileged'], true, []],
      [['--cap-add=NET_*'], false, ['NET_ADMIN']],
      [['--cap-add=*', '--privileged'], true, ['NET_ADMIN', 'SYS_ADMIN']],
      [['--cap-add', 'NET_ADMIN'], false, []],
    ] as const)
      it(`gives the rights that ${allow.join(' ') || 'nothing'} names, and refuses others`, () => {
        const made = readOptions(asked, 'job', { allow });
        expect([made.effects.privileged, made.effects.addedCapabilities]).to.deep.equal([
          isPrivileged,
          capabilities,
        ]);
        expect(names(made)).to.deep.equal([
          ...(isPrivileged ? [] : ['--privileged']),
          ...(capabilities.length === 2 ? [] : ['--cap-add']),
        ]);
      });

    const MAXIMA = { maxCpus: 2000, maxMemory: 2 ** 30 };
    for (const [text, cpus, memory, faults] of [
      ['', 2000, 2 ** 30, []],
      ['"', 2000, 2 ** 30, ['the quote " at character 1 is never closed, so that none of them is used']],
      ['--cpus 1 -m 512m', 1000, 2 ** 29, []],
      ['--cpus 2 -m 1g --memory-reservation 1g', 2000, 2 ** 30, []],
      [
        '--cpus 2.001',
        2000,
        2 ** 30,
        ['--cpus: 2.001 is above ACTIONS_RUNNER_HOOK_OPTIONS_MAX_CPUS, so 2 is used'],
      ],
      ['--cpus 0', 2000, 2 ** 30, ['--cpus: 0 is above ACTIONS_RUNNER_HOOK_OPTIONS_MAX_CPUS, so 2 is used']],
      [
        '--memory 1t --memory-reservation 2g',
        2000,
        2 ** 30,
        [
          '--memory: 1024Gi is above ACTIONS_RUNNER_HOOK_OPTIONS_MAX_MEMORY_MB, so 1Gi is used',
          '--memory-reservation: 2Gi is above ACTIONS_RUNNER_HOOK_OPTIONS_MAX_MEMORY_MB',
        ],
      ],
    ] as const)
      it(`keeps ${text || 'a container that asks for nothing'} within the maxima`, () => {
        const made = readOptions(text, 'job', MAXIMA);
        expect([made.effects.cpus, made.effects.memory]).to.deep.equal([cpus, memory]);
        expect(made.effects.memoryReservation ?? 0).to.be.at.most(MAXIMA.maxMemory);
        expect(made.faults).to.deep.equal(faults);
      });

    it('gives no container more, whatever the options', () => {
      const option = fc.constantFrom(
        '--cpus',
        '--memory',
        '-m',
        '--memory-reservation',
        '--privileged',
        '--cap-add',
      );
      const value = fc.constantFrom(
        '',
        '=0',
        ' 0',
        ' 9',
        '=99999g',
        ' 1k',
        ' -1',
        '=true',
        ' ALL',
        ' "',
        ' 1e9',
      );
      fc.assert(
        fc.property(fc.array(fc.tuple(option, value), { maxLength: 6 }), (asked) => {
          const text = asked.map((each) => each.join('')).join(' ');
          const { effects } = readOptions(text, 'job', MAXIMA);
          expect(effects.cpus).to.be.within(1, MAXIMA.maxCpus);
          expect(effects.memory).to.be.within(1, MAXIMA.maxMemory);
          expect(effects.memoryReservation ?? 0).to.be.at.most(MAXIMA.maxMemory);
          expect([effects.privileged, effects.addedCapabilities]).to.deep.equal([false, []]);
        }),
        { numRuns: 2_000 },
      );
    });
  });

  it('tells of harmless options without an effect in a line, each once', () => {
    const { warnings, lines } = optionMessages(
      'the job container',
      readOptions('--init --pids-limit 9 --ulimit a=1 --ulimit b=2 --entrypoint /bin/sh', 'job'),
    );
    expect(warnings).to.deep.equal([]);
    expect(lines).to.deep.equal([
      'Options of the job container that have no effect: --init --pids-limit --ulimit --entrypoint',
    ]);
  });

  it('shows no value of a variable, a label or a health command', () => {
    const text =
      '-e s3cret -e=s3cret --label =s3cret --health-cmd s3cret --health-interval 1 --env-file s3cret';
    const { warnings, lines } = optionMessages('service redis', readOptions(text, 'service'));
    expect(warnings.join()).to.contain('-e: expected NAME=value');
    expect([...warnings, ...lines].join()).to.not.contain('s3cret');
  });

  it('reads any text without an exception, and 200 options in one warning', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readOptions(text, 'service')));
    const names = OPTIONS.map(({ names: [name = ''] }) => name);
    const many = Array.from({ length: 200 }, (_, index) => `${names[index % names.length] ?? ''}=x`).join(
      ' ',
    );
    expect(optionMessages('service redis', readOptions(many, 'service')).warnings).to.have.length(1);
  });

  it('knows each name once', () => {
    const names = OPTIONS.flatMap((option) => option.names);
    expect(new Set(names).size).to.equal(names.length);
  });
});
