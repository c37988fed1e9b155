import { expect } from 'chai';
import fc from 'fast-check';
import { RESULT_LIMIT_BYTES } from '../../src/step/script.js';
import { StepReport } from '../../src/step/report.js';

const CHANNEL = '33333333-4444';
const MARKER = `\x1epodhooks ${CHANNEL} `;
const DONE = `${MARKER}done\n`;

function read(...chunks: (string | Buffer)[]) {
  const report = new StepReport(CHANNEL, 3);
  for (const chunk of chunks)
    report.take(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : Buffer.from(chunk));
  const { begun, unstarted, done, lost, unwritten, diagnostic, oversized } = report;
  const files = [...report.files].map(([index, content]) => [index, content.toString('latin1')]);
  return { begun, unstarted, done, lost, unwritten, diagnostic, files, oversized: [...oversized] };
}

const NOTHING = read();

describe('StepReport', () => {
  const REPORTS: readonly [title: string, text: string, expected: Partial<typeof NOTHING>][] = [
    ['nothing', '', {}],
    ['a step that began', `${MARKER}begun\n${MARKER}beat\n`, { begun: true }],
    ['the end', DONE, { done: true }],
    ['half of a word', `${MARKER}don`, {}],
    ['a step that never began', `${MARKER}unstarted\n`, { unstarted: true }],
    ['a supervisor that was killed', `${MARKER}lost\n`, { lost: true }],
    ['a file that could not be written', `${MARKER}unwritten 3\n`, { unwritten: 3 }],
    ['a log that could not be written', `${MARKER}unwritten \n`, { unwritten: 'log' }],
    [
      'files',
      `${MARKER}file 0\nA=1\n${MARKER}file 2\n${DONE}`,
      {
        done: true,
        files: [
          [0, 'A=1\n'],
          [2, ''],
        ],
      },
    ],
    ['binary files', `${MARKER}file 1\n\0\xff\n\n${DONE}`, { done: true, files: [[1, '\0\xff\n\n']] }],
    ['a file that has not ended yet', `${MARKER}file 0\nA=`, {}],
    [
      'what looks like a marker within a file',
      `${MARKER}file 0\n\x1epodhooks other done\n${DONE}`,
      { done: true, files: [[0, '\x1epodhooks other done\n']] },
    ],
    ['what the shell prints', 'sh: cat: not found\n', { diagnostic: 'sh: cat: not found' }],
    ['what the shell prints before the end', `sh: oh\n${DONE}`, { diagnostic: 'sh: oh', done: true }],
    ['no more than 2,000 bytes of what the shell prints', 'x'.repeat(3000), { diagnostic: 'x'.repeat(2000) }],
  ];
  for (const [title, text, expected] of REPORTS)
    it(`reads ${title}`, () => expect(read(text)).to.deep.equal({ ...NOTHING, ...expected }));

  it('reads the same however the connection splits it', () => {
    const text = Buffer.from(`sh: oh\n${MARKER}begun\n${MARKER}file 1\nA=\x1epod\n${DONE}`, 'latin1');
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        const chunks = places.slice(1).map((place, index) => text.subarray(places[index], place));
        expect(read(...chunks)).to.deep.equal(read(text));
      }),
    );
  });

  it('keeps no more of a result file than the limit, and tells that there was more', () => {
    const { files, oversized, done } = read(
      `${MARKER}file 0\n`,
      Buffer.alloc(RESULT_LIMIT_BYTES + 1, 'a'),
      `${MARKER}file 1\n`,
      Buffer.alloc(RESULT_LIMIT_BYTES, 'b'),
      DONE,
    );
    expect(files.map(([, content]) => String(content).length)).to.deep.equal([
      RESULT_LIMIT_BYTES,
      RESULT_LIMIT_BYTES,
    ]);
    expect(oversized).to.deep.equal([0]);
    expect(done).to.equal(true);
  });

  it('keeps no result file that was not asked for, as a process that knows the channel may make up any number', () => {
    const { files, done } = read(`${MARKER}file 0\nA\n${MARKER}file 3\nB\n${MARKER}file x\nC\n`, DONE);
    expect(files).to.deep.equal([[0, 'A\n']]);
    expect(done).to.equal(true);
  });

  it('keeps nothing of a flood that other processes write to the channel, byte by byte or at once', () => {
    const report = new StepReport(CHANNEL, 3);
    const before = process.memoryUsage();
    const flood = Buffer.alloc(1024 * 1024, MARKER.slice(0, -1));
    for (let mebibyte = 0; mebibyte < 300; mebibyte++) report.take(flood);
    for (let byte = 0; byte < 300_000; byte++) report.take(flood.subarray(byte, byte + 1));
    // One buffer for all: the garbage of a test is not what is counted.
    const lines = Buffer.alloc(64 * 1024, '\n');
    for (let time = 0; time < 1000; time++) report.take(lines);
    report.take(Buffer.from(DONE));
    expect(report.done).to.equal(true);
    expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).to.be.below(32 * 2 ** 20);
  });
});
