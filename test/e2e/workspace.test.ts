import { expect } from 'chai';
import { NODE } from '../bench/bed.js';
import type { PodRunner } from '../runner/pod-runner.js';
import { HASH_FILES } from './hash-files.js';
import { log, MODES, type Mode, podRunner } from './support.js';

/** Makes files with names from 1 on, each of its own content. */
const files = (count: number, folder: string, ending: string) =>
  `mkdir -p ${folder} && for i in $(seq ${count}); do echo "${folder} $i" > ${folder}/$i${ending}; done`;

const CHECKOUT = `git init -q /tmp/origin && cd /tmp/origin
${files(1_000, 'lib', '.ts')}; ${files(50, 'cmd', '.go')}; echo lock > package-lock.json; echo sum > go.sum
mkdir -p .github/actions/composite .github/actions/js .github/actions/docker
echo 'runs: { using: composite, steps: [{ run: echo hi, shell: sh }] }' > .github/actions/composite/action.yml
echo 'console.log("from a local action")' > .github/actions/js/index.js
echo 'FROM alpine:3.20' > .github/actions/docker/Dockerfile
echo '{ "problemMatcher": [] }' > .github/matcher.json
git add . && git -c user.name=n -c user.email=e commit -qm one
cd "$GITHUB_WORKSPACE" && git clone -q /tmp/origin .`;
const BUILD = `${files(3_000, 'node_modules/package/dist', '.js')}; ${files(300, 'generated/deep', '.ts')}
echo more >> go.sum; git add generated go.sum; git -c user.name=n -c user.email=e commit -qm two
git rm -qr cmd; rm lib/1*.ts; mv generated made`;

const HASHES = new Map<Mode, string>();

for (const mode of MODES)
  describe(`a workspace that steps have filled, ${mode} mode`, () => {
    let runner: PodRunner;
    before(async () => {
      runner = await podRunner(mode);
      const prepared = await runner.prepareJob({ container: { image: 'debian:12' } });
      expect(prepared.exitCode, log(prepared)).to.equal(0);
      for (const run of [CHECKOUT, BUILD]) {
        const result = await runner.run({ run, shell: 'bash' });
        expect(log(result)).to.equal('\n[exit code 0]');
      }
    });
    after(() => runner.close());

    it('gives hashFiles on the runner what it is with a shared volume', async () => {
      const ends = ['/package-lock.json', '/go.sum', '.ts'];
      const command: [string, ...string[]] = [NODE, '-e', HASH_FILES, runner.folders.workspace, ...ends];
      const { stdout, stderr } = await runner.exec(command);
      HASHES.set(mode, stdout.toString());
      // 1,000 of lib without those that begin with 1, 300 that were moved, and two more.
      expect(stdout.toString(), stderr.toString()).to.match(/^1190 [0-9a-f]{64}\n$/);
      expect(stdout.toString()).to.equal(HASHES.get(MODES[0]));
    });

    it('has local actions of each kind where the runner looks for them, and they run', async () => {
      const folder = `${runner.folders.workspace}/.github/actions`;
      for (const file of ['composite/action.yml', 'docker/Dockerfile'])
        expect((await runner.readFile(`${folder}/${file}`)).toString(), file).to.not.equal('');
      const nested = await runner.run({ run: 'echo hi', composite: './.github/actions/composite' });
      expect(log(nested)).to.equal('hi\n\n[exit code 0]');
      const js = await runner.action({ path: './.github/actions/js', main: 'index.js' });
      expect(log(js)).to.equal('from a local action\n\n[exit code 0]');
    });

    it('has the problem matchers that steps add', async () => {
      const result = await runner.run({ run: 'echo "::add-matcher::.github/matcher.json"; exit 3' });
      expect(result).to.deep.include({ exitCode: 3, errors: [] });
    });
  });
