import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { COMMANDS } from '../../src/cli/commands.js';
import { VERSION } from '../../src/version.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const HOOK = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const example = (name: string) => fileURLToPath(new URL(`../../../../examples/${name}`, import.meta.url));

function start(file: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], {
    input: '',
    env: {},
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('cli.js', () => {
  it('prints its version and its help', () => {
    expect(start(CLI, '--version')).to.deep.equal({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
    const { status, stdout } = start(CLI, '--help');
    expect(status).to.equal(0);
    for (const { name } of COMMANDS) expect(stdout).to.contain(`  ${name} `);
  });

  for (const [title, args, words] of [
    ['no command', [], 'lint [--json] [--server] FILE'],
    ['a command that there is not', ['docter'], 'lint [--json] [--server] FILE'],
    ['an option that there is not', ['role', '--yes'], 'podhooks role [--messages]'],
    ['lint without a file', ['lint'], 'FILE... is missing'],
    ['more than it takes', ['role', 'now'], 'role: now is too much'],
    ['a shell that there is not', ['completion', 'fish'], 'bash and zsh'],
  ] as const)
    it(`ends with 2 for ${title}, and says how it is used`, () => {
      const { status, stderr } = start(CLI, ...args);
      expect(status).to.equal(2);
      expect(stderr).to.contain(words);
    });

  for (const { name } of COMMANDS)
    it(`prints the help of ${name}`, () => {
      const { status, stdout } = start(CLI, name, '--help');
      expect(status).to.equal(0);
      expect(stdout).to.match(new RegExp(`^podhooks ${name}\\b[^]*--help +print this help`));
    });

  for (const [line, words] of [
    ['cli.js ren', 'render'],
    ['node cli.js doctor --j', '--json'],
    ['cli.js lint --', '--json --server --help'],
  ] as const)
    it(`completes ${line}`, () => {
      const script = `${start(CLI, 'completion', 'bash').stdout}
COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _podhooks; echo "\${COMPREPLY[*]}"`;
      expect(spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim()).to.contain(words);
    });

  it('finds no fault in the examples', () => {
    const { status, stdout } = start(CLI, 'lint', example('templates'));
    expect(status, stdout).to.equal(0);
    expect(stdout).to.match(/templates: a pod template without a fault\n$/);
  });

  it('ends with 1 where it finds a fault', () => {
    const { status, stdout } = start(CLI, 'lint', example('arc-values-volume.yaml'));
    expect(status).to.equal(1);
    expect(stdout).to.contain('× ');
  });

  it('prints a Role that Kubernetes can read', () => {
    const { status, stdout } = start(CLI, 'role');
    expect(status).to.equal(0);
    expect(load(stdout)).to.have.nested.property('rules[0].verbs').that.includes('create');
    expect(stdout).to.not.contain('events');
    expect(start(CLI, 'role', '--messages').stdout).to.contain('resources: [events]');
  });

  it('says as JSON what doctor finds outside of a pod', () => {
    const { status, stdout } = start(CLI, 'doctor', '--json');
    expect(status).to.equal(1);
    const checks = JSON.parse(stdout) as { name: string; status: string; help?: string }[];
    expect(checks.find(({ name }) => name === 'Kubernetes API')).to.include({
      status: 'failed',
      help: 'docs/troubleshooting.md#api_unauthorized',
    });
  });
});

describe('index.js', () => {
  it('prints its version', () => {
    expect(start(HOOK, '--version').stdout).to.equal(`${VERSION}\n`);
  });
});
