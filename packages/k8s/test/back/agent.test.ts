import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentBed } from '../support/agent-bed.js';
import { settled } from '../support/settled.js';

/** As the step's user writes it: the agent looks back a little further than to its last scan. */
const PAST_THE_MARGIN_MS = 100;

describe('the agent', () => {
  let pod: AgentBed;
  beforeEach(() => (pod = new AgentBed()));
  afterEach(() => pod.close());

  const expectSame = () => {
    expect(pod.tree('_work/repo')).to.equal(pod.tree('w/repo'));
    expect(pod.tree('_work/_temp')).to.equal(pod.tree('w/_temp'));
  };
  /** A first scan, so that the next one looks for changes only. */
  const begun = async (script: string) => {
    pod.inPod(script);
    await sleep(PAST_THE_MARGIN_MS);
    const result = await pod.step();
    expectSame();
    return result;
  };

  it('brings all that is there after the first step', async () => {
    await begun(`cd repo/repo; mkdir -p a/b empty ./'-odd
name'; echo x > a/b/x; chmod 755 a/b/x; ln -s a/b link; ln -s nowhere dangling; echo y > ./'-odd
name/ y'; touch -d @1600000000 a/b/x empty a; echo t > ../../_temp/t`);
  });

  it("says that nothing has changed, but for the runner's own script", async () => {
    await begun('echo x > repo/repo/x');
    pod.inPod(
      'echo true > _temp/01234567-89ab-4cde-8f01-23456789abcd.sh; mkdir -p _temp/_runner_file_commands; echo > _temp/_runner_file_commands/env',
    );
    expect((await pod.step()).kind).to.equal('same');
    await sleep(PAST_THE_MARGIN_MS);
    pod.inPod('rm _temp/*.sh');
    expect((await pod.step()).kind).to.equal('same');
  });

  const CHANGES: readonly [string, string, string][] = [
    ['content', 'echo old > x; echo keep > y', 'echo new > x'],
    [
      'content of the same size and time',
      'echo old > x; touch -d @1600000000 x',
      'echo new > x; touch -d @1600000000 x',
    ],
    ['a mode', 'echo x > x', 'chmod 711 x'],
    ['the mode of a folder', 'mkdir d; echo x > d/x', 'chmod 711 d'],
    ['a time', 'echo x > x', 'touch -d @1500000000 x'],
    ['a removed file', 'echo x > x; echo y > y', 'rm x'],
    ['a removed folder', 'mkdir -p d/e/f; echo x > d/e/f/x', 'rm -r d'],
    ['a renamed file', 'echo x > x', 'mv x y'],
    ['a renamed folder', 'mkdir -p d/e/f; echo x > d/e/f/x', 'mv d g'],
    [
      'a folder in the place of another',
      'mkdir -p a/in b/in; echo a > a/in/a; echo b > b/in/b',
      'rm -r a; mv b a',
    ],
    [
      'two folders that change their names',
      'mkdir -p a/in b/in; echo a > a/in/a; echo b > b/in/b',
      'mv a c; mv b a; mv c b',
    ],
    ['a folder moved into a new one', 'mkdir -p a/in; echo a > a/in/a', 'mkdir -p n/m; mv a n/m/'],
    ['a file in the place of a folder', 'mkdir -p a/in; echo a > a/in/a', 'rm -r a; echo file > a'],
    ['a folder in the place of a file', 'echo file > a', 'rm a; mkdir a; echo a > a/x'],
    ['a link in the place of a folder', 'mkdir a b; echo x > a/x', 'rm -r a; ln -s b a'],
    ['another target of a link', 'ln -s a l', 'ln -sfn b l'],
    ['a second name of a file', 'echo x > x', 'ln x y'],
    ['a file of the temporary folder', 'echo x > ../../_temp/x', 'rm ../../_temp/x; echo y > ../../_temp/y'],
    ['a new file of the temporary folder', ':', 'echo y > ../../_temp/y'],
    [
      'a folder of the temporary folder',
      'mkdir -p ../../_temp/d/e; echo x > ../../_temp/d/e/x',
      'mv ../../_temp/d ../../_temp/f',
    ],
    [
      'names with blanks and ends of lines',
      'mkdir "a b"; echo x > "a b/ x"',
      'mv "a b" "c\nd"; echo y > "c\nd/-n"',
    ],
    [
      'a folder that comes out of an excluded one',
      'mkdir -p node_modules/x/y; echo x > node_modules/x/y/z; rm -rf ../../hidden; mv node_modules ../../hidden',
      'mv ../../hidden/x x',
    ],
  ];
  for (const [what, before, change] of CHANGES)
    it(`finds ${what}`, async () => {
      await begun(`cd repo/repo; echo kept > kept; ${before}`);
      pod.inPod(`cd repo/repo; ${change}`);
      const { names } = await pod.step();
      expectSame();
      expect(names).to.not.include('./repo/repo/kept');
    });

  it('leaves out what is excluded, and keeps it on neither side from being', async () => {
    pod.inPod(
      'cd repo/repo; mkdir -p node_modules/x .git/objects/00 sub/node_modules; echo x | tee node_modules/x/x .git/objects/00/o .git/HEAD sub/node_modules/y > sub/z',
    );
    const { names } = await pod.step();
    expect(names).to.deep.equal([
      './repo/repo/',
      './repo/repo/.git/',
      './repo/repo/.git/HEAD',
      './repo/repo/sub/',
      './repo/repo/sub/z',
    ]);
  });

  it('names pipes and what it may not read', async function () {
    if (process.geteuid?.() === 0) pod.inPod('mkfifo repo/repo/pipe');
    else pod.inPod('mkfifo repo/repo/pipe; echo x > repo/repo/secret; chmod 0 repo/repo/secret');
    const { leftOut } = await pod.step();
    expect(leftOut).to.include('./repo/repo/pipe: it is a pipe, a socket or a device');
    if (process.geteuid?.() !== 0) expect(leftOut).to.have.length(2);
  });

  it('brings much as bulk, and again only when it was not taken', async () => {
    pod.inPod(
      'cd repo/repo; for i in $(seq 30); do mkdir d$i; for j in $(seq 40); do head -c 2000 /dev/urandom > d$i/$j; done; done',
    );
    const { id, answer } = await pod.request();
    expect(answer.toString()).to.equal(`bulk ${id}\n`);
    const archive = pod.bulk(id, '', '');
    pod.receive(archive);
    expectSame();
    await sleep(PAST_THE_MARGIN_MS);
    pod.inPod('rm -r _temp; mkdir _temp; rm -r repo/repo/d7');
    await sleep(PAST_THE_MARGIN_MS);
    const again = await pod.step();
    expect(again.kind).to.equal('bulk');
    expect(again.names).to.have.length(29 * 41 + 1);
    expectSame();
    expect((await pod.step()).kind).to.equal('same');
  });

  it('goes on behind a name', async () => {
    pod.inPod('cd repo/repo; for j in $(seq 10 40); do head -c 50000 /dev/urandom > $j; done');
    const { id } = await pod.request();
    const whole = pod.receive(pod.bulk(id, '', '')).names;
    const rest = pod.receive(pod.bulk(id, String.raw`\x2e/repo/repo/20`, 'ok\n')).names;
    expect(rest).to.deep.equal(whole.slice(whole.indexOf('./repo/repo/20') + 1));
    expectSame();
  });

  it('goes on behind a name with line feeds in it, whose lines are names of their own', async () => {
    const last = './repo/repo/5\n./repo/repo/1';
    pod.inPod(
      String.raw`cd repo/repo; folder=$(printf '5\n.'); mkdir -p "$folder/repo/repo"
      for name in 1 2 "$folder/repo/repo/1" "$folder/repo/repo/2" 7; do head -c 400000 /dev/urandom > "$name"; done`,
    );
    const { id } = await pod.request();
    const whole = pod.receive(pod.bulk(id, '', '')).names;
    // As tar writes it.
    const shown = String.raw`./repo/repo/5\n./repo/repo/1`;
    expect(whole).to.include(shown);
    const escaped = [...Buffer.from(last)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
    const rest = pod.receive(pod.bulk(id, escaped, 'ok\n')).names;
    expect(rest).to.deep.equal(whole.slice(whole.indexOf(shown) + 1));
    expectSame();
  });

  it('sends again what was not taken, with all that is new', async () => {
    await begun(
      'cd repo/repo; mkdir -p a/in; echo x > x; echo in > a/in/x; echo y > y; echo t > ../../_temp/t',
    );
    pod.inPod('cd repo/repo; mv a b; rm x ../../_temp/t; echo new > z');
    const { id } = await pod.request();
    await sleep(PAST_THE_MARGIN_MS);
    pod.inPod('cd repo/repo; mv b c; rm y');
    await pod.step();
    expectSame();
    expect(readFileSync(pod.answerPath(id)).length).to.be.greaterThan(0);
  });

  it('answers a step once', async () => {
    await begun('echo x > repo/repo/x');
    pod.inPod('echo y > repo/repo/y');
    const { id, answer } = await pod.request();
    expect((await pod.request(id)).answer).to.deep.equal(answer);
  });

  it('writes through no link, and into no pipe, that a job has put into its way', async () => {
    await begun('echo x > repo/repo/x');
    const id = '01234567-89ab-4cde-8f01-23456789abcd';
    writeFileSync(pod.bed.path('own'), 'own');
    symlinkSync(pod.bed.path('own'), `${pod.answerPath(id)}.taken`);
    const { answer } = await pod.request(id);
    expect(answer.toString()).to.equal('same\n');
    expect(readFileSync(pod.bed.path('own'), 'utf8')).to.equal('own');
  });

  it('answers in the place of what a job has put there meanwhile', async () => {
    const id = '01234567-89ab-4cde-8f01-23456789abcd';
    for (const plant of ['ln -s /__podhooks/own', 'mkfifo']) {
      pod.close();
      pod = new AgentBed({}, { find: `[ ! -e /__podhooks/plant ] || ${plant} /__podhooks/${id}.back` });
      await begun('echo x > repo/repo/x');
      writeFileSync(`${pod.bed.hookFolder}/own`, 'own');
      writeFileSync(`${pod.bed.hookFolder}/plant`, '');
      const { answer } = await settled(pod.request(id));
      expect(answer.toString(), plant).to.equal('same\n');
      expect(readFileSync(`${pod.bed.hookFolder}/own`, 'utf8')).to.equal('own');
    }
  });

  it('starts one program for a step that has changed nothing', async () => {
    pod.close();
    const note = (name: string) => `[ ! -e /__podhooks/count ] || echo ${name} >> /__podhooks/count`;
    const names = ['find', 'mv', 'grep', 'sort', 'cut', 'tr', 'head', 'rm', 'cat'];
    pod = new AgentBed({}, Object.fromEntries(names.map((name) => [name, note(name)])));
    await begun('echo x > repo/repo/x');
    await pod.step();
    writeFileSync(`${pod.bed.hookFolder}/count`, '');
    pod.inPod('echo true > _temp/01234567-89ab-4cde-8f01-23456789abcd.sh');
    expect((await pod.step()).kind).to.equal('same');
    expect(readFileSync(`${pod.bed.hookFolder}/count`, 'utf8')).to.equal('find\n');
  });

  it('takes no other words for a request', async () => {
    await begun('echo x > repo/repo/x');
    writeFileSync(`${pod.bed.hookFolder}/back`, `../../x\n${'y'.repeat(5000)}\n$(touch /tmp/podhooks-ran)\n`);
    expect((await pod.step()).kind).to.equal('same');
    expect(pod.bed.remains()).to.deep.equal(['back']);
  });

  it('goes through no link in the place of the workspace', async () => {
    pod.inPod('rm -r repo');
    mkdirSync(pod.bed.path('secret'));
    writeFileSync(pod.bed.path('secret/x'), '');
    symlinkSync(pod.bed.path('secret'), pod.bed.path('w/repo'));
    expect((await pod.step()).names).to.deep.equal([]);
  });

  it('takes small files first when not all of them fit', async () => {
    pod.close();
    pod = new AgentBed({ maxBytes: 10_000 });
    pod.inPod(
      'cd repo/repo; head -c 9000 /dev/zero > middle; head -c 20000 /dev/zero > large; echo x > small; mkdir d; ln -s d l',
    );
    const { names, leftOut } = await pod.step();
    expect(names).to.have.members([
      './repo/repo/',
      './repo/repo/d/',
      './repo/repo/l',
      './repo/repo/middle',
      './repo/repo/small',
    ]);
    expect(leftOut).to.deep.equal([
      './repo/repo/large: the step changed more than files.back.budgetMb allows',
    ]);
  });

  it('costs no time of the processor while no step ends', async () => {
    await begun('echo x > repo/repo/x');
    const used = () =>
      readFileSync(`/proc/${pod.pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ').slice(11, 15).join(' ');
    const before = used();
    await sleep(1_000);
    expect(used()).to.equal(before);
  });
});
