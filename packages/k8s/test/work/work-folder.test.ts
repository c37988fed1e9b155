import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { ConnectionError } from '../../src/cluster/api-error.js';
import { LeftOut } from '../../src/back/left-out.js';
import { hasFiles, itemsOf, packItems } from '../../src/work/pack.js';
import { sendWorkFolder } from '../../src/work/send-work-folder.js';
import { FakeCluster, refusal } from '../support/fake-cluster.js';
import { hookRejection, rejection } from '../support/rejection.js';
import { settled } from '../support/settled.js';
import { type Fault, ShellSession } from '../support/shell-session.js';
import { SHELLS } from '../support/shells.js';
import { StepBed } from '../support/step-bed.js';

const never = new AbortController().signal;

describe('sendWorkFolder', () => {
  let work: string;
  let bed: StepBed;
  let cluster: FakeCluster;
  let retryMs: number;
  let warnings: string[];
  beforeEach(() => {
    warnings = [];
    retryMs = 60_000;
    const [shell] = SHELLS;
    if (shell === undefined) throw new Error('no shell');
    bed = new StepBed(shell, { '/__w': 'w', '/tmp/podhooks-transfer': 'transfer' });
    mkdirSync(bed.path('w'));
    work = mkdtempSync(join(tmpdir(), 'podhooks-work-'));
    cluster = new FakeCluster();
    cluster.execs = [works()];
  });
  afterEach(() => {
    bed.close();
    rmSync(work, { recursive: true });
  });

  /** The helper, whose work folder is `w` in the bed. */
  const works =
    (fault: Fault = {}): FakeCluster['execs'][number] =>
    (handlers, command) =>
      new ShellSession(
        bed,
        handlers,
        fault,
        command.map((word) => bed.local(word)),
      );
  const fails =
    (error: Error): FakeCluster['execs'][number] =>
    () => {
      throw error;
    };
  const put = (name: string, content: string | Buffer = name, mode = 0o644) => {
    mkdirSync(dirname(join(work, name)), { recursive: true });
    writeFileSync(join(work, name), content);
    chmodSync(join(work, name), mode);
  };
  const send = (existing: string[] = [], names = [''], signal = never) =>
    sendWorkFolder(
      { cluster, pod: 'job-pod', work, names, existing, warn: (text) => warnings.push(text), retryMs },
      signal,
    );
  const arrived = () => readdirSync(bed.path('w'), { recursive: true }).map(String).sort();
  const target = (name: string) => join(bed.path('w'), name);

  it('brings files, links, times and odd names, open to every user', async () => {
    const long = `${'long/'.repeat(30)}${'n'.repeat(120)}`;
    const odd = " it's ü\n$x";
    put('src/run.sh', '#!/bin/sh', 0o700);
    put('src/empty', '');
    put('src/large', Buffer.alloc(300_000, 'é'), 0o600);
    put(long);
    put(odd);
    symlinkSync('run.sh', join(work, 'src/link'));
    symlinkSync('/nowhere', join(work, 'src/broken'));
    mkdirSync(join(work, 'src/void'));
    utimesSync(join(work, 'src/run.sh'), 1_600_000_000, 1_600_000_000);

    await send();
    expect(readFileSync(target('src/large'))).to.deep.equal(Buffer.alloc(300_000, 'é'));
    expect(readFileSync(target('src/empty'), 'utf8')).to.equal('');
    for (const name of [long, odd]) expect(readFileSync(target(name), 'utf8')).to.equal(name);
    expect(readlinkSync(target('src/link'))).to.equal('run.sh');
    expect(readlinkSync(target('src/broken'))).to.equal('/nowhere');
    expect(statSync(target('src/void')).isDirectory()).to.equal(true);
    expect(statSync(target('src/run.sh')).mtimeMs).to.equal(1_600_000_000_000);
    expect(statSync(target('src/run.sh')).mode & 0o777).to.equal(0o777);
    expect(statSync(target('src/large')).mode & 0o777).to.equal(0o666);
    expect(statSync(target('src')).mode & 0o777).to.equal(0o777);
    expect(cluster.requests).to.have.length(1);
  });

  it("leaves out the runner's own folders", async () => {
    for (const name of [
      '_temp/_runner_hook_responses/a',
      '_temp/_runner_file_commands/b',
      '_update/c',
      '_PipelineMapping/d',
      '_temp/keep',
      'src/_update/keep',
    ])
      put(name);
    await send();
    expect(arrived()).to.deep.equal(['_temp', '_temp/keep', 'src', 'src/_update', 'src/_update/keep']);
  });

  it('leaves out names and links that are not UTF-8, and says so once', async () => {
    const odd = (name: string) => Buffer.concat([Buffer.from(join(work, name)), Buffer.of(0xff)]);
    put('src/plain');
    put('src/\ufffd');
    put('src/lone/x');
    writeFileSync(odd('src/'), '');
    writeFileSync(odd('src/lone/'), '');
    mkdirSync(odd('src/folder'));
    symlinkSync(Buffer.of(0xff), join(work, 'src/link'));
    expect(await send().catch(String)).to.equal(undefined);
    expect(arrived()).to.deep.equal(['src', 'src/lone', 'src/lone/x', 'src/plain', 'src/\ufffd']);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain('src/folder').and.contain('src/link').and.contain('is not UTF-8');
  });

  it('brings an action that is a link to nowhere as the link that it is', async () => {
    put('_actions/o/other/v1/action.yml');
    mkdirSync(join(work, '_actions/o/r'), { recursive: true });
    symlinkSync('/nowhere/at-all', join(work, '_actions/o/r/v1'));
    await send();
    expect(readlinkSync(target('_actions/o/r/v1'))).to.equal('/nowhere/at-all');
    expect(readFileSync(target('_actions/o/other/v1/action.yml'), 'utf8')).to.contain('action.yml');
  });

  it('brings an action itself where the runner has a link into its cache', async () => {
    put('cache/node_modules/x');
    mkdirSync(join(work, '_actions/o/r'), { recursive: true });
    symlinkSync(join(work, 'cache'), join(work, '_actions/o/r/v1'));
    await send();
    expect(lstatSync(target('_actions/o/r/v1')).isDirectory()).to.equal(true);
    expect(readFileSync(target('_actions/o/r/v1/node_modules/x'), 'utf8')).to.equal('cache/node_modules/x');
  });

  it('leaves alone empty folders that the pod has anyway', async () => {
    mkdirSync(join(work, '_tool'));
    mkdirSync(join(work, 'other'));
    put('file');
    await send(['_tool']);
    expect(arrived()).to.deep.equal(['file', 'other']);
  });

  it('brings one folder of it by its name', async () => {
    put('_actions/o/r/v1/index.js');
    put('_actions/o/r/v2/index.js');
    await send([], ['_actions/o/r/v1']);
    expect(arrived().filter((name) => name.endsWith('.js'))).to.deep.equal(['_actions/o/r/v1/index.js']);
  });

  it('asks for nothing when there is no file', async () => {
    mkdirSync(join(work, '_temp/_github_home'), { recursive: true });
    put('_update/own');
    await send();
    expect(cluster.requests).to.deep.equal([]);
  });

  it('begins again when the helper does not run yet, and when the connection is cut', async () => {
    put('large', Buffer.alloc(200_000, 'x'));
    cluster.execs = [
      fails(refusal(500, 'container not found ("podhooks")')),
      works({ afterInputBytes: 70_000 }),
      works(),
    ];
    await send();
    expect(readFileSync(target('large'))).to.have.length(200_000);
    expect(cluster.requests).to.have.length(3);
  });

  it('goes on behind what is in place when the connection is cut, time and again', async () => {
    const names = Array.from({ length: 14 }, (_, index) => `many/${index}`);
    for (const name of names) put(name, randomBytes(1 << 20));
    let written = 0;
    const counting: FakeCluster['execs'][number] = (handlers, command) => {
      const session = works({ afterInputBytes: 7 << 20 })(handlers, command);
      const write = session.write.bind(session);
      session.write = (data) => {
        written += data.length;
        return write(data);
      };
      return session;
    };
    cluster.execs = [counting];
    retryMs = 3_000;
    expect(await settled(send().catch(String))).to.equal(undefined);
    for (const name of names)
      expect(readFileSync(target(name)).equals(readFileSync(join(work, name))), name).to.equal(true);
    expect(cluster.requests.length).to.be.above(1);
    expect(written / (14 << 20)).to.be.below(2.2);
  });

  it('sends a part again that was damaged on its way', async () => {
    put('file', Buffer.alloc(100_000, 'x'));
    const damaging: FakeCluster['execs'][number] = (handlers, command) => {
      const session = works()(handlers, command);
      const write = session.write.bind(session);
      session.write = (data) => {
        if (Buffer.isBuffer(data) && data.length > 50_000) data[60_000] = 0;
        return write(data);
      };
      return session;
    };
    cluster.execs = [damaging, works()];
    await settled(send());
    expect(readFileSync(target('file')).equals(Buffer.alloc(100_000, 'x'))).to.equal(true);
  });

  it('leaves alone what the pod has where it is told to', async () => {
    put('_temp/new', 'new');
    put('_temp/old', 'of the runner');
    mkdirSync(bed.path('w/_temp'));
    writeFileSync(target('_temp/old'), 'of the pod');
    const names = ['_temp/new', '_temp/old', '_temp/missing'];
    const tarOptions = ['--skip-old-files'];
    const warn = () => undefined;
    await sendWorkFolder(
      { cluster, pod: 'job-pod', work, names, existing: [], tarOptions, warn, retryMs },
      never,
    );
    expect(readFileSync(target('_temp/new'), 'utf8')).to.equal('new');
    expect(readFileSync(target('_temp/old'), 'utf8')).to.equal('of the pod');
  });

  it('outlasts an API server that is away for a moment', async () => {
    put('file');
    const away = fails(new ConnectionError('exec', 'connect ECONNREFUSED'));
    cluster.execs = [away, away, away, away, works()];
    await send();
    expect(arrived()).to.deep.equal(['file']);
  });

  it('gives up after the time that is set, when every connection is cut', async () => {
    put('file');
    retryMs = 300;
    cluster.execs = [works({ afterInputBytes: 10 })];
    await hookRejection('FILES_LOST', send());
    cluster.execs = [fails(new ConnectionError('exec', 'reset'))];
    expect((await hookRejection('FILES_LOST', send())).message).to.contain('reset');
  });

  it('gives up after the time that is set, when the helper does not run', async () => {
    put('file');
    retryMs = 300;
    cluster.execs = [fails(refusal(500, 'container not found ("podhooks")'))];
    expect((await rejection(Error, send())).message).to.contain('container not found');
  });

  it('does not wait for a pod that is gone', async () => {
    put('file');
    cluster.execs = [fails(refusal(404, 'pods "job-pod" not found'))];
    expect((await rejection(Error, send())).message).to.contain('not found');
    expect(cluster.requests).to.have.length(1);
  });

  it('does not hope for a right that is missing', async () => {
    put('file');
    cluster.execs = [fails(refusal(403, 'forbidden'))];
    expect((await rejection(Error, send())).message).to.contain('forbidden');
    expect(cluster.requests).to.have.length(1);
  });

  it('says what tar says when it fails', async () => {
    put('file');
    rmSync(bed.path('w'), { recursive: true });
    const error = await hookRejection('FILES_LOST', send());
    expect(error.message).to.match(/exit code \d+: .*w/);
    mkdirSync(bed.path('w'));
  });

  it('ends when it is cancelled', async () => {
    put('file');
    cluster.execs = [fails(refusal(500, 'container not found'))];
    const controller = new AbortController();
    const sending = rejection(Error, send([], [''], controller.signal));
    controller.abort();
    expect((await sending).name).to.equal('AbortError');
  });

  it('ends when it is cancelled while its connection is being made', async () => {
    put('file');
    const controller = new AbortController();
    let closed = false;
    cluster.execs = [
      () => {
        controller.abort();
        return {
          write: () => Promise.resolve(),
          endInput: () => undefined,
          close: () => (closed = true),
          done: new Promise(() => undefined),
        };
      },
    ];
    const error = await rejection(Error, send([], [''], controller.signal));
    expect(error.name).to.equal('AbortError');
    expect(closed).to.equal(true);
  });

  it('keeps little in memory', async () => {
    execFileSync('truncate', ['-s', '300M', join(work, 'sparse')]);
    const before = process.memoryUsage().arrayBuffers;
    let sent = 0;
    let most = 0;
    const session = {
      write: (data: Buffer | string) => {
        sent += data.length;
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
        return Promise.resolve();
      },
      endInput: () => undefined,
      close: () => undefined,
      done: Promise.resolve({ exitCode: 0 }),
    };
    cluster.execs = [() => session];
    await send();
    expect(sent).to.be.greaterThan(300 * 1024 * 1024);
    // What has been sent is garbage that V8 leaves lying for a while.
    expect(most).to.be.lessThan(128 * 1024 * 1024);
  });
});

describe('hasFiles', () => {
  it('knows a folder with files from one without', () => {
    const work = mkdtempSync(join(tmpdir(), 'podhooks-work-'));
    const choice = { work, names: [''], existing: [] };
    mkdirSync(join(work, 'a/b'), { recursive: true });
    expect(hasFiles(choice, new LeftOut())).to.equal(false);
    symlinkSync('x', join(work, 'a/b/link'));
    expect(hasFiles(choice, new LeftOut())).to.equal(true);
    rmSync(work, { recursive: true });
  });
});

describe('packItems', () => {
  let work: string;
  beforeEach(() => (work = mkdtempSync(join(tmpdir(), 'podhooks-work-'))));
  afterEach(() => rmSync(work, { recursive: true }));

  const list = async (change: () => void) => {
    const leftOut = new LeftOut();
    const items = [...itemsOf({ work, names: [''], existing: [] }, leftOut)];
    change();
    const pieces: Buffer[] = [];
    const packed = async () => {
      for await (const piece of packItems(items, leftOut)) pieces.push(piece);
    };
    expect(await packed().catch(String)).to.equal(undefined);
    const input = Buffer.concat(pieces);
    return { sizes: execFileSync('tar', ['-tvf', '-'], { input, encoding: 'utf8' }).split('\n'), leftOut };
  };

  it('copes with files that vanish, grow, shrink or are emptied after they were found', async () => {
    for (const name of ['gone', 'grown', 'shrunk']) writeFileSync(join(work, name), 'before');
    for (const name of ['large-gone', 'large-grown', 'large-shrunk', 'large-empty'])
      writeFileSync(join(work, name), Buffer.alloc(600_000));
    const { sizes, leftOut } = await list(() => {
      for (const name of ['gone', 'large-gone']) rmSync(join(work, name));
      for (const name of ['grown', 'large-grown']) appendFileSync(join(work, name), 'more');
      for (const [name, size] of [
        ['shrunk', 1],
        ['large-shrunk', 300_000],
        ['large-empty', 0],
      ] as const)
        truncateSync(join(work, name), size);
    });
    const found = sizes.flatMap((line) => /(\d+) \S+ \S+ (\S+)$/.exec(line)?.slice(1, 3).join(' ') ?? []);
    expect(found.sort()).to.deep.equal(
      ['10 grown', '600004 large-grown', '300000 large-shrunk', '0 large-empty', '1 shrunk'].sort(),
    );
    expect(leftOut.lines).to.deep.equal([]);
  });
});
