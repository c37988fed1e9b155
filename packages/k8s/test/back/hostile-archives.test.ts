import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { expect } from 'chai';
import { BadArchive } from '../../src/back/tar-reader.js';
import { type RawEntry, rawEntry, rawTar } from '../support/raw-tar.js';
import { ReceivingBed } from '../support/receiving-bed.js';

const MEBIBYTE = 2 ** 20;
const link = (name: string, target: string): RawEntry => ({ name, type: '2', target });
const file = (name: string, content = 'x'): RawEntry => ({ name, content });
const rows = (...list: string[]): RawEntry =>
  file('podhooks-manifest', list.map((row) => `${row}\0`).join(''));

/** What an archive tries, its entries, and what is said of it; entries that are ordinary are in `arrives`. */
const ATTEMPTS: readonly {
  what: string;
  entries: readonly RawEntry[];
  said: RegExp | undefined;
  arrives?: string;
}[] = [
  { what: 'a name that climbs out', entries: [file('../outside/secret')], said: /leads elsewhere/ },
  {
    what: 'a name that climbs out from the workspace',
    entries: [file('repo/../../outside/new')],
    said: /leads elsewhere/,
  },
  {
    what: 'a name that climbs and comes back',
    entries: [file('repo/../_actions/o/r/v1/main.js')],
    said: /leads elsewhere/,
  },
  { what: 'an absolute name', entries: [file('/tmp/podhooks-escaped')], said: /leads elsewhere/ },
  { what: 'an empty name', entries: [file('')], said: /leads elsewhere/ },
  { what: 'a name of dots', entries: [file('repo/.')], said: /leads elsewhere/ },
  { what: 'a name with two slashes', entries: [file('repo//x')], said: /leads elsewhere/ },
  {
    what: 'a prefix that climbs out',
    entries: [{ ...file('secret'), prefix: '../outside' }],
    said: /leads elsewhere/,
  },
  { what: 'a file for the work folder itself', entries: [file('.')], said: /leads elsewhere/ },
  { what: 'a file for the workspace root', entries: [file('repo')], said: /place of a folder of the runner/ },
  {
    what: 'a link for the temporary folder',
    entries: [link('_temp', 'repo')],
    said: /place of a folder of the runner/,
  },
  { what: 'an action', entries: [file('_actions/o/r/v1/main.js')], said: /outside of the workspace/ },
  { what: 'a tool', entries: [file('_tool/node')], said: /outside of the workspace/ },
  { what: 'an update of the runner', entries: [file('_update/x')], said: /outside of the workspace/ },
  {
    what: 'the mapping of workspaces',
    entries: [file('_PipelineMapping/x')],
    said: /outside of the workspace/,
  },
  { what: "another job's workspace", entries: [file('other/other/file')], said: /outside of the workspace/ },
  { what: 'a file command', entries: [file('_temp/_runner_file_commands/env')], said: /the runner's own/ },
  { what: 'a response', entries: [file('_temp/_runner_hook_responses/r')], said: /the runner's own/ },
  { what: "the hook's own notes", entries: [file('_temp/_podhooks/sent')], said: /the runner's own/ },
  { what: 'the event', entries: [file('./_temp/_github_workflow/event.json')], said: /the runner's own/ },
  {
    what: 'a link for the folder of file commands',
    entries: [link('_temp/_runner_file_commands', '../repo')],
    said: /the runner's own/,
  },
  {
    what: 'a link that leads out',
    entries: [link('repo/out', '../../outside')],
    said: /leads out of the workspace/,
  },
  {
    what: 'an absolute link',
    entries: [link('repo/out', '/etc/passwd')],
    said: /leads out of the workspace/,
  },
  {
    what: 'a link to actions',
    entries: [link('repo/out', '/__w/_actions')],
    said: /leads out of the workspace/,
  },
  {
    what: 'an absolute link that climbs',
    entries: [link('repo/out', '/__w/repo/../../etc')],
    said: /leads out of the workspace/,
  },
  {
    what: 'a link that climbs behind a name',
    entries: [link('repo/p/q/a', 'b/../../x')],
    said: /leads out of the workspace/,
  },
  { what: 'a link without a target', entries: [link('repo/out', '')], said: /leads out of the workspace/ },
  {
    what: 'a file through a link of the same archive',
    entries: [link('repo/way', 'repo'), file('repo/way/new')],
    said: undefined,
    arrives: 'repo/way/new',
  },
  {
    what: 'a file through a refused link',
    entries: [link('repo/way', '../../outside'), file('repo/way/secret')],
    said: /leads out of the workspace/,
    arrives: 'repo/way/secret',
  },
  {
    what: 'a hard link',
    entries: [{ name: 'repo/hard', type: '1', target: '../outside/secret' }],
    said: /a hard link/,
  },
  {
    what: 'a hard link to a file command',
    entries: [{ name: 'repo/hard', type: '1', target: '_temp/_runner_file_commands/env' }],
    said: /a hard link/,
  },
  { what: 'a character device', entries: [{ name: 'repo/null', type: '3' }], said: /a device/ },
  { what: 'a block device', entries: [{ name: 'repo/disk', type: '4' }], said: /a device/ },
  { what: 'a pipe', entries: [{ name: 'repo/pipe', type: '6' }], said: /a pipe/ },
  { what: 'a sparse file', entries: [{ name: 'repo/sparse', type: 'S' }], said: /a sparse file/ },
  {
    what: 'a name by an extended header',
    entries: [{ name: 'repo/pax', type: 'x', content: '26 path=../outside/secret\n' }, file('repo/ok')],
    said: /unknown kind "x"/,
    arrives: 'repo/ok',
  },
  {
    what: 'a global header',
    entries: [{ name: 'repo/pax', type: 'g', content: '26 path=../outside/secret\n' }, file('repo/ok')],
    said: /unknown kind "g"/,
    arrives: 'repo/ok',
  },
  {
    what: 'a file larger than the budget',
    entries: [{ ...file('repo/big'), content: Buffer.alloc(2 * MEBIBYTE) }],
    said: /files\.back\.budgetMb/,
  },
  { what: 'a name of 300 bytes', entries: [file(`repo/${'n'.repeat(300)}`)], said: /too long/ },
  { what: 'a path of 1,000 folders', entries: [file(`repo/${'d/'.repeat(1000)}x`)], said: /too deep/ },
  { what: 'a list that empties _temp', entries: [rows('0 ./_temp')], said: undefined },
  { what: 'a list that empties the work folder', entries: [rows('0 .', '0 ..', '0 /')], said: undefined },
  {
    what: 'a list that removes a file command',
    entries: [rows('- ./_temp/_runner_file_commands', '- _temp/_podhooks', '0 _temp/_runner_file_commands')],
    said: undefined,
  },
  {
    what: 'a list that removes a root',
    entries: [rows('- ./_temp', '- ../outside', '- _actions')],
    said: undefined,
  },
];

describe('an archive from the pod', () => {
  let bed: ReceivingBed;
  beforeEach(() => (bed = new ReceivingBed()));
  afterEach(() => bed.close());

  for (const { what, entries, said, arrives } of ATTEMPTS)
    it(`with ${what} changes nothing but the workspace, and this is said`, () => {
      const before = bed.others();
      const lines = bed.receiveEntries([...entries, file('repo/repo/last')]);
      expect(bed.others()).to.equal(before);
      expect(existsSync('/tmp/podhooks-escaped')).to.equal(false);
      if (said === undefined) expect(lines).to.deep.equal([]);
      else expect(lines.join('\n')).to.match(said);
      if (arrives !== undefined) expect(readFileSync(bed.path(`_work/${arrives}`), 'utf8')).to.equal('x');
      expect(existsSync(bed.path('_work/repo/repo/last')), 'what comes behind it').to.equal(true);
    });

  it('does not write through a link that an earlier one has left', () => {
    symlinkSync(bed.path('outside'), bed.path('_work/repo/way'));
    const before = bed.others();
    bed.receiveEntries([file('repo/way/secret', 'new')]);
    expect(bed.others()).to.equal(before);
    expect(readFileSync(bed.path('_work/repo/way/secret'), 'utf8')).to.equal('new');
  });

  it('does not write through a link to a file', () => {
    symlinkSync(bed.path('outside/secret'), bed.path('_work/repo/name'));
    const before = bed.others();
    bed.receiveEntries([file('repo/name', 'new')]);
    expect(bed.others()).to.equal(before);
  });

  it('leaves the root of the workspace alone where it is a link of the administrator', () => {
    mkdirSync(bed.path('disk'));
    symlinkSync(bed.path('disk'), bed.path('_work/linked'));
    const lines = bed.receive(rawTar([file('linked/x')]), 512, { repository: 'linked' });
    expect(lines.join()).to.match(/ELOOP|ENOTDIR/);
    expect(readdirSync(bed.path('disk'))).to.deep.equal([]);
  });

  it('does not remove through a link', () => {
    symlinkSync(bed.path('outside'), bed.path('_work/repo/way'));
    const before = bed.others();
    bed.receiveEntries([rows('0 ./repo/way', '- ./repo/way/secret', '0 ./repo', '1 ./repo/repo')]);
    expect(bed.others()).to.equal(before);
    expect(readdirSync(bed.path('_work/repo'))).to.deep.equal(['repo']);
  });

  it('gives no setuid bits', () => {
    bed.receiveEntries([{ ...file('repo/su'), mode: 0o6755 }]);
    expect(statSync(bed.path('_work/repo/su')).mode & 0o7777).to.equal(0o755);
  });

  it('stops at its number of entries', () => {
    const entries = Array.from({ length: 50 }, (_, index) => file(`repo/many/${index}`));
    const lines = bed.receive(rawTar(entries), 700, { maxEntries: 10 });
    expect(readdirSync(bed.path('_work/repo/many'))).to.have.length(10);
    expect(lines.join()).to.match(/and 35 more: there are too many/);
  });

  it('brings names that are not UTF-8, and all other bytes', () => {
    const name = `repo/\xff\xfe -"'\n\x01`;
    expect(bed.receiveEntries([file(name)])).to.deep.equal([]);
    const [found] = readdirSync(bed.path('_work/repo'), { encoding: 'latin1' }).filter(
      (child) => child !== 'repo',
    );
    expect(found).to.equal(name.slice('repo/'.length));
  });

  const damaged: readonly [string, Buffer, RegExp][] = [
    [
      'with a damaged header',
      rawTar([{ ...file('repo/x'), damage: (header) => header.fill('9', 0, 4) }]),
      /header is damaged/,
    ],
    ['that ends early', rawEntry(file('repo/x', 'y'.repeat(2000))).subarray(0, 1000), /ends early/],
    ['without its end', rawEntry(file('repo/x')), /ends early/],
    ['with a size that is no number', rawTar([{ ...file('repo/x'), size: 'zzzzzzzzzzz' }]), /number/],
    [
      'with a size beyond all numbers',
      rawTar([{ ...file('repo/x'), size: '\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff' }]),
      /number/,
    ],
    [
      'with a name of megabytes',
      rawTar([{ name: '././@LongLink', type: 'L', content: Buffer.alloc(MEBIBYTE, 'n') }]),
      /name of 1048576 bytes/,
    ],
    [
      'with an entry behind its end',
      Buffer.concat([Buffer.alloc(512), rawTar([file('repo/x')])]),
      /follows the end/,
    ],
    [
      'with a list that is no list',
      rawTar([{ ...rows(), content: Buffer.alloc(MEBIBYTE, 'n') }]),
      /list of changes is invalid/,
    ],
  ];
  for (const [what, archive, why] of damaged)
    it(`${what} is refused, and leaves no part of a file`, () => {
      const before = bed.others();
      expect(() => bed.receive(archive, 100)).to.throw(BadArchive, why);
      expect(bed.others()).to.equal(before);
      expect(execFileSync('find', [bed.work, '-name', '*.part'], { encoding: 'utf8' })).to.equal('');
    });
});
