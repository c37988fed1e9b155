import { expect } from 'chai';
import fc from 'fast-check';
import { endWords, exitCodeOf } from '../../src/step/end-words.js';
import { StepOutput } from '../../src/step/output.js';

const NONCE = '11111111-2222';
const MARKER = `\x1epodhooks ${NONCE} `;
const ENDS = endWords();
/** How the recorder writes an exit code. */
const end = (exitCode: number) => `${ENDS.high[exitCode >> 4] ?? ''}${ENDS.low[exitCode & 15] ?? ''}\n`;

/** Feeds these pieces of a log; what comes out, and how it ended. */
function read(...pieces: (Buffer | string)[]) {
  const output = new StepOutput(NONCE, ENDS);
  const bytes = Buffer.concat(pieces.map((piece) => output.take(Buffer.from(piece))));
  return { text: bytes.toString('latin1'), end: output.end, offset: output.passed };
}

describe('StepOutput', () => {
  it('finds the end wherever the connection has split it', () => {
    const log = Buffer.from(`out\nput${MARKER}${end(42)}`);
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
    const output = new StepOutput(NONCE, ENDS);
    const lent = Buffer.from(`out${MARKER.slice(0, 20)}`);
    expect(output.take(lent).toString()).to.equal('out');
    lent.fill('?');
    expect(output.take(Buffer.from(`${MARKER.slice(20)}${end(3)}`))).to.have.length(0);
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
        expect(read(...pieces.map((piece) => Buffer.from(piece)), `${MARKER}${end(0)}`)).to.deep.equal({
          text: whole.toString('latin1'),
          end: { exitCode: 0 },
          offset: whole.length,
        });
      }),
    );
  });

  it('passes on at once what cannot be the marker', () => {
    const output = new StepOutput(NONCE, ENDS);
    expect(output.take(Buffer.from('waiting...')).toString()).to.equal('waiting...');
    expect(output.take(Buffer.from('\x1epodhooks 9')).toString()).to.equal('\x1epodhooks 9');
  });

  const ENDINGS: readonly [line: string, end: StepOutput['end']][] = [
    [end(0), { exitCode: 0 }],
    [end(255), { exitCode: 255 }],
    ['cwd\n', 'no working directory'],
    [end(13).trim(), undefined],
    ['', undefined],
  ];
  for (const [line, expected] of ENDINGS)
    it(`reads the end of a step as ${JSON.stringify(expected)} from ${line.length} bytes`, () => {
      expect(read(`x${MARKER}${line}`)).to.deep.equal({ text: 'x', end: expected, offset: 1 });
    });

  it('drops what comes behind the end', () => {
    expect(read(`a${MARKER}${end(1)}b`, 'c', `${MARKER}${end(2)}`)).to.deep.equal({
      text: 'a',
      end: { exitCode: 1 },
      offset: 1,
    });
  });

  it('goes on from its offset when a connection was lost within the marker', () => {
    const log = Buffer.from(`all${MARKER}${end(3)}`);
    for (let cut = 0; cut < log.length; cut++) {
      const output = new StepOutput(NONCE, ENDS);
      const before = output.take(log.subarray(0, cut));
      output.restart();
      const after = output.take(log.subarray(output.position.offset));
      expect(`${before.toString()}${after.toString()}`).to.equal('all');
      expect(output.end).to.deep.equal({ exitCode: 3 });
    }
  });

  const FORGED: readonly [title: string, text: string][] = [
    ['a plain exit code', '0\n'],
    ['no number', 'zero\n'],
    ['nothing', '\n'],
    ['words in the wrong order', `${ENDS.low[0] ?? ''}${ENDS.high[0] ?? ''}\n`],
    ['half of the words', `${ENDS.high[0] ?? ''}\n`],
    ['more than words', `${end(0).trim()}0\n`],
    ['words without an end', 'x'.repeat(200)],
  ];
  for (const [title, text] of FORGED)
    it(`takes ${title} behind the marker for a forgery, not for an end`, () => {
      const output = new StepOutput(NONCE, ENDS);
      output.take(Buffer.from(`a${MARKER}${text}`));
      expect(output.end).to.equal(undefined);
      expect(output.forged).to.equal(true);
    });

  it('gives each exit code words of its own, and none of another step', () => {
    const others = endWords();
    for (let exitCode = 0; exitCode < 256; exitCode++) {
      expect(exitCodeOf(end(exitCode).trim(), ENDS)).to.equal(exitCode);
      expect(exitCodeOf(end(exitCode).trim(), others)).to.equal(undefined);
    }
  });
});
