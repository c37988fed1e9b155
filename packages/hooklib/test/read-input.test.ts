import { expect } from 'chai';
import { Readable } from 'node:stream';
import { readInput } from '../src/index.js';
import { hookRejectionOf } from './hook-error.js';

describe('readInput', () => {
  it('joins chunks, also where one ends within a character', async () => {
    const bytes = Buffer.from('{"a":"größer 🚀"}\n');
    const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
    expect(await readInput(Readable.from(single))).to.equal('{"a":"größer 🚀"}\n');
  });

  it('reads a stream that gives text', async () => {
    expect(await readInput(Readable.from(['ä', 'b']))).to.equal('äb');
  });

  it('reads nothing from an empty stream', async () => {
    expect(await readInput(Readable.from([]))).to.equal('');
  });

  it('accepts exactly as many bytes as the limit', async () => {
    expect(await readInput(Readable.from([Buffer.from('äb')]), 3)).to.equal('äb');
  });

  it('refuses one byte more, names the limit and stops reading', async () => {
    let given = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          given += 1;
          yield Buffer.from('secret--');
        }
      })(),
      { highWaterMark: 1 },
    );
    const error = await hookRejectionOf('INPUT_INVALID', readInput(endless, 80));
    expect(error.message).to.contain('80 bytes').and.not.contain('secret');
    expect(given).to.be.lessThan(20);
    expect(endless.destroyed).to.be.true;
  });

  it('refuses bytes that are not UTF-8', async () => {
    for (const bytes of [
      [0x22, 0xff],
      [0x22, 0xc3],
    ]) {
      const error = await hookRejectionOf('INPUT_INVALID', readInput(Readable.from([Buffer.from(bytes)])));
      expect(error.message).to.contain('not UTF-8');
    }
  });

  it('says why the stream could not be read', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('EIO: i/o error, read'));
      },
    });
    const error = await hookRejectionOf('INPUT_INVALID', readInput(broken));
    expect(error.message).to.contain('EIO');
    expect(error.cause).to.be.instanceOf(Error);
  });
});
