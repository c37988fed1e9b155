import { expect } from 'chai';
import fc from 'fast-check';
import { FrameReader, maskedFrame, OPCODE, type Opcode, ProtocolError } from '../../src/wire/frames.js';

/** Of a client's frame, as a server reads it: RFC 6455 §5.2. */
function unmasked(frame: Buffer): { opcode: number; fin: boolean; masked: boolean; payload: Buffer } {
  const code = frame.readUInt8(1) & 0x7f;
  const start = code < 126 ? 2 : code === 126 ? 4 : 10;
  const length = code < 126 ? code : code === 126 ? frame.readUInt16BE(2) : Number(frame.readBigUInt64BE(2));
  const mask = frame.subarray(start, start + 4);
  const payload = Buffer.from(frame.subarray(start + 4)).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  expect(payload).to.have.length(length);
  const [first = 0, second = 0] = frame;
  return {
    opcode: first & 0x0f,
    fin: first >= 0x80,
    masked: second >= 0x80,
    payload: Buffer.from(payload),
  };
}

/** A server's frame. `form`: how its length is written; the shortest is not asked of anybody who reads. */
function frameOf(opcode: number, payload: Buffer | string, fin = true, form?: 16 | 64): Buffer {
  const bytes = Buffer.from(payload);
  const header = Buffer.alloc(10);
  header.writeUInt8((fin ? 0x80 : 0) | opcode);
  if (form === 64 || bytes.length > 0xffff) {
    header.writeUInt8(127, 1);
    header.writeBigUInt64BE(BigInt(bytes.length), 2);
    return Buffer.concat([header, bytes]);
  }
  if (form === undefined && bytes.length < 126) {
    header.writeUInt8(bytes.length, 1);
    return Buffer.concat([header.subarray(0, 2), bytes]);
  }
  header.writeUInt8(126, 1);
  header.writeUInt16BE(bytes.length, 2);
  return Buffer.concat([header.subarray(0, 4), bytes]);
}

/** What a reader makes of these pieces: messages, control frames, and what it refused. */
function read(...pieces: Buffer[]) {
  const messages: string[][] = [];
  const controls: [Opcode, string][] = [];
  const reader = new FrameReader({
    onPart: (bytes, first) => {
      if (first) messages.push([]);
      messages.at(-1)?.push(bytes.toString('latin1'));
    },
    onControl: (opcode, payload) => void controls.push([opcode, payload.toString('latin1')]),
  });
  let refused: string | undefined;
  try {
    for (const piece of pieces) {
      // A reader keeps nothing of what it was given.
      const lent = Buffer.from(piece);
      reader.take(lent);
      lent.fill('?');
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    refused = error.message;
  }
  return { messages: messages.map((parts) => parts.join('')), controls, refused };
}

describe('frames', () => {
  it('of a client hold their payload, masked, whatever its length', () => {
    for (const length of [0, 1, 2, 3, 4, 5, 125, 126, 127, 128, 129, 32_769, 65_535, 65_536, 70_001]) {
      const payload = Buffer.alloc(length, 'payload ');
      const frame = maskedFrame(OPCODE.binary, payload.subarray(0, 3), payload.subarray(3));
      expect(unmasked(frame)).to.deep.equal({ opcode: 2, fin: true, masked: true, payload });
    }
  });

  it('of a client have a mask each', () => {
    const frames = Array.from({ length: 20 }, () =>
      maskedFrame(OPCODE.ping, Buffer.alloc(8)).toString('hex'),
    );
    expect(new Set(frames).size).to.be.greaterThan(15);
  });

  it('are read however they are split and interleaved', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 65_530, max: 65_540 }).map((length) => Buffer.alloc(length, 'large ')),
    );
    const control = fc.record({
      opcode: fc.constantFrom(OPCODE.ping, OPCODE.pong, OPCODE.close),
      payload: fc.uint8Array({ maxLength: 125 }),
    });
    const form = fc.constantFrom<(16 | 64 | undefined)[]>(undefined, 16, 64);
    const fragment = fc.record({ payload, form, between: fc.array(control, { maxLength: 2 }) });
    const message = fc.array(fragment, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 5 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
        (messages, cuts) => {
          const frames = messages.flatMap((fragments) =>
            fragments.flatMap(({ payload, form, between }, index) => [
              frameOf(index === 0 ? 2 : 0, Buffer.from(payload), index === fragments.length - 1, form),
              ...between.map(({ opcode, payload }) => frameOf(opcode, Buffer.from(payload))),
            ]),
          );
          const stream = Buffer.concat(frames);
          const places = [
            0,
            ...cuts.map((cut) => Math.floor(cut * stream.length)).sort((a, b) => a - b),
            stream.length,
          ];
          const pieces = places.slice(1).map((end, index) => stream.subarray(places[index], end));
          const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
          expect(read(...pieces)).to.deep.equal({
            messages: messages.map((fragments) => fragments.map(({ payload }) => text(payload)).join('')),
            controls: messages.flatMap((fragments) =>
              fragments.flatMap(({ between }) =>
                between.map(({ opcode, payload }) => [opcode, text(payload)]),
              ),
            ),
            refused: undefined,
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are read byte by byte', () => {
    const stream = Buffer.concat([
      frameOf(2, 'abc', false),
      frameOf(9, 'ping'),
      frameOf(0, ''),
      frameOf(2, ''),
      frameOf(1, 'x'.repeat(200), true, 64),
    ]);
    const { messages, controls } = read(...Array.from(stream, (byte) => Buffer.of(byte)));
    expect(messages).to.deep.equal(['abc', '', 'x'.repeat(200)]);
    expect(controls).to.deep.equal([[9, 'ping']]);
  });

  it('are passed on as they come, before they are complete', () => {
    expect(read(frameOf(2, 'x'.repeat(100_000)).subarray(0, 50_000)).messages).to.deep.equal([
      'x'.repeat(49_990),
    ]);
  });

  for (const [what, frames, refusal] of [
    ['an extension', [Buffer.of(0xc2, 0)], 'a frame uses an extension that nobody asked for'],
    ['a mask', [Buffer.of(0x82, 0x80, 1, 2, 3, 4)], 'a frame of the server is masked'],
    ['an unknown kind', [Buffer.of(0x83, 0)], 'a frame has the unknown opcode 3'],
    ['a ping in two frames', [Buffer.of(0x09, 0)], 'a control frame is split or too long'],
    ['a ping of 126 bytes', [frameOf(9, 'x'.repeat(126))], 'a control frame is split or too long'],
    ['a rest of nothing', [frameOf(0, 'x')], 'a message goes on that has not begun'],
    [
      'a message in another',
      [frameOf(2, 'a', false), frameOf(2, 'b')],
      'a message begins inside another one',
    ],
    [
      'more than there can be',
      [Buffer.concat([Buffer.of(0x82, 127), Buffer.alloc(8, 0xff)])],
      'a frame of 18446744073709552000 bytes',
    ],
  ] as const)
    it(`refuse ${what}`, () => {
      expect(read(...frames).refused).to.equal(refusal);
    });
});
