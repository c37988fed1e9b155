import { expect } from 'chai';
import fc from 'fast-check';
import { readReport, StepOutput } from '../../src/step/output.js';

const NONCE = '11111111-2222';
const MARKER = `\x1epodhooks ${NONCE} `;

/** Feeds these pieces of a log; what comes out, and how it ended. */
function read(...pieces: (Buffer | string)[]) {
  const output = new StepOutput(NONCE);
  const bytes = Buffer.concat(pieces.map((piece) => output.take(Buffer.from(piece))));
  return { text: bytes.toString('latin1'), end: output.end, offset: output.passed };
}

describe('StepOutput', () => {
  it('finds the end wherever the connection has split it', () => {
    const log = Buffer.from(`out\nput${MARKER}42\n`);
    for (let first = 0; first <= log.length; first++)
      for (let second = first; second <= log.length; second++)
        expect(read(log.subarray(0, first), log.subarray(first, second), log.subarray(second))).to.deep.equal(
          {
            text: 'out\nput',
            end: { exitCode: 42 },
            offset: 7,
          },
        );
  });

  it('keeps nothing of the bytes that it is lent', () => {
    const output = new StepOutput(NONCE);
    const lent = Buffer.from(`out${MARKER.slice(0, 20)}`);
    expect(output.take(lent).toString()).to.equal('out');
    lent.fill('?');
    expect(output.take(Buffer.from(`${MARKER.slice(20)}3\n`))).to.have.length(0);
    expect(output.end).to.deep.equal({ exitCode: 3 });
  });

  it('gives any bytes as they are, however they come', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc
        .constantFrom('\x1e', '\x1epod', MARKER.slice(0, -1), '\x1epodhooks 11111111-2223 0\n')
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const whole = Buffer.concat(pieces);
        fc.pre(!whole.includes(MARKER));
        expect(read(...pieces.map((piece) => Buffer.from(piece)), `${MARKER}0\n`)).to.deep.equal({
          text: whole.toString('latin1'),
          end: { exitCode: 0 },
          offset: whole.length,
        });
      }),
    );
  });

  it('passes on at once what cannot be the marker', () => {
    const output = new StepOutput(NONCE);
    expect(output.take(Buffer.from('waiting...')).toString()).to.equal('waiting...');
    expect(output.take(Buffer.from('\x1epodhooks 9')).toString()).to.equal('\x1epodhooks 9');
  });

  const ENDS: readonly [line: string, end: StepOutput['end']][] = [
    ['0\n', { exitCode: 0 }],
    ['255\n', { exitCode: 255 }],
    ['cwd\n', 'no working directory'],
    ['13', undefined],
    ['', undefined],
  ];
  for (const [line, end] of ENDS)
    it(`reads the end of ${JSON.stringify(line)} as ${JSON.stringify(end)}`, () => {
      expect(read(`x${MARKER}${line}`)).to.deep.equal({ text: 'x', end, offset: 1 });
    });

  it('drops what comes behind the end', () => {
    expect(read(`a${MARKER}1\nb`, 'c', `${MARKER}2\n`)).to.deep.equal({
      text: 'a',
      end: { exitCode: 1 },
      offset: 1,
    });
  });

  it('goes on from its offset when a connection was lost within the marker', () => {
    const log = Buffer.from(`all${MARKER}3\n`);
    for (let cut = 0; cut < log.length; cut++) {
      const output = new StepOutput(NONCE);
      const before = output.take(log.subarray(0, cut));
      output.restart();
      const after = output.take(log.subarray(output.position.offset));
      expect(`${before.toString()}${after.toString()}`).to.equal('all');
      expect(output.end).to.deep.equal({ exitCode: 3 });
    }
  });
});

describe('readReport', () => {
  const done = `${MARKER}done\n`;
  const report = (text: string) => {
    const { files, ...rest } = readReport(Buffer.from(text, 'latin1'), NONCE);
    return { ...rest, files: [...files].map(([index, content]) => [index, content.toString('latin1')]) };
  };
  const nothing = { done: false, unstarted: false, words: '', files: [] };
  const REPORTS: readonly [title: string, text: string, report: object][] = [
    ['nothing', '', nothing],
    ['the end', done, { ...nothing, done: true }],
    ['half of a word', `${MARKER}don`, nothing],
    ['a step that never began', `${MARKER}unstarted\n`, { ...nothing, unstarted: true }],
    [
      'files',
      `${MARKER}file 0\nA=1\n${MARKER}file 2\n${done}`,
      {
        ...nothing,
        done: true,
        files: [
          [0, 'A=1\n'],
          [2, ''],
        ],
      },
    ],
    [
      'binary files',
      `${MARKER}file 1\n\0\xff\n\n${done}`,
      { ...nothing, done: true, files: [[1, '\0\xff\n\n']] },
    ],
    ['a file that has not ended yet', `${MARKER}file 0\nA=`, nothing],
    [
      'what looks like a marker within a file',
      `${MARKER}file 0\n\x1epodhooks other done\n${done}`,
      { ...nothing, done: true, files: [[0, '\x1epodhooks other done\n']] },
    ],
    ['words of the shell', 'sh: cat: not found\n', { ...nothing, words: 'sh: cat: not found' }],
    ['words before the end', `sh: oh\n${done}`, { ...nothing, words: 'sh: oh', done: true }],
    ['no more than 2,000 letters of words', 'x'.repeat(3000), { ...nothing, words: 'x'.repeat(2000) }],
  ];
  for (const [title, text, expected] of REPORTS)
    it(`reads ${title}`, () => {
      expect(report(text)).to.deep.equal(expected);
    });
});
