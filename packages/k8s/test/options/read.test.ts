import { expect } from 'chai';
import fc from 'fast-check';
import { readOptions } from '../../src/options/read.js';
import { OPTIONS } from '../../src/options/table.js';
import { tellOptions } from '../../src/options/tell.js';

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
    '--network-alias: it is no host name: the container is reached as my-db; got "my_db"',
  '--network-alias ___': '--network-alias: it cannot be a host name; got "___"',
  '--cpu 1': '--cpu is no option of docker create; did you mean --cpus?',
  '--frobnicate 1': '--frobnicate is no option of docker create',
  '--init redis-cli ping': '2 words belong to no option: put values with blanks between quotes',
  redis: 'one word belongs to no option: put values with blanks between quotes',
};

describe('readOptions', () => {
  for (const [text, fault] of Object.entries(FAULTS))
    it(`says what is wrong with ${text}`, () => expect(faultsOf(text)).to.deep.equal([fault]));

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
    const { warnings, lines } = tellOptions('service redis', readOptions(text, 'service'));
    expect(lines).to.deep.equal([]);
    expect(warnings).to.have.length(1);
    expect(warnings[0])
      .to.match(
        /^Options of service redis: --privileged is not used\. It gives the container rights on the node/,
      )
      .and.contain('--cap-add is not used')
      .and.contain('--volume is not used. Use `volumes:` of the workflow')
      .and.contain('--mount is not used')
      .and.not.contain('SYS_ADMIN');
  });

  it('tells of harmless options without an effect in a line, each once', () => {
    const { warnings, lines } = tellOptions(
      'the job container',
      readOptions('--init --gpus all --ulimit a=1 --ulimit b=2 --entrypoint /bin/sh', 'job'),
    );
    expect(warnings).to.deep.equal([]);
    expect(lines).to.deep.equal([
      'Options of the job container that have no effect: --init --gpus --ulimit --entrypoint',
    ]);
  });

  it('shows no value of a variable, a label or a health command', () => {
    const text =
      '-e s3cret -e=s3cret --label =s3cret --health-cmd s3cret --health-interval 1 --env-file s3cret';
    const { warnings, lines } = tellOptions('service redis', readOptions(text, 'service'));
    expect(warnings.join()).to.contain('-e: expected NAME=value');
    expect([...warnings, ...lines].join()).to.not.contain('s3cret');
  });

  it('reads any text without an exception, and 200 options in one warning', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readOptions(text, 'service')));
    const names = OPTIONS.map(({ names: [name = ''] }) => name);
    const many = Array.from({ length: 200 }, (_, index) => `${names[index % names.length] ?? ''}=x`).join(
      ' ',
    );
    expect(tellOptions('service redis', readOptions(many, 'service')).warnings).to.have.length(1);
  });

  it('knows each name once', () => {
    const names = OPTIONS.flatMap((option) => option.names);
    expect(new Set(names).size).to.equal(names.length);
  });
});
