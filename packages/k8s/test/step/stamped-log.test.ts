import { expect } from 'chai';
import fc from 'fast-check';
import { StampedLog } from '../../src/step/stamped-log.js';

const stamp = (second: number, nanos = 0, zone = 'Z') =>
  `2026-01-01T00:00:${String(second).padStart(2, '0')}.${String(nanos).padStart(9, '0')}${zone}`;

/** One reading, in pieces of a length. */
function read(log: StampedLog, text: string | Buffer, size = 1_000): string {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(log.take(bytes.subarray(at, at + size)));
  return Buffer.concat(pieces).toString('latin1');
}

describe('the log of a container with its stamps', () => {
  const LINES = `${stamp(1)} one\n${stamp(2)} \n${stamp(2, 1)} a\rb\r\n${stamp(3)} two words\n${stamp(4)} tail`;

  for (const size of [1, 2, 7, 31, 1_000])
    it(`is the output without them, in pieces of ${size} bytes`, () => {
      expect(read(new StampedLog(), LINES, size)).to.equal('one\n\na\rb\r\ntwo words\ntail');
    });

  it('may hold bytes that are no UTF-8, NUL, lines that look like stamps, and very long ones', () => {
    const output = Buffer.concat([
      Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
      Buffer.from(`${stamp(9)} said\n${'x'.repeat(40_000)}\n`),
    ]);
    const [first = '', second = '', third = ''] = output.toString('latin1').split('\n');
    const stamped = [first, second, third].map((line, index) => `${stamp(index)} ${line}\n`).join('');
    expect(read(new StampedLog(), Buffer.from(stamped, 'latin1'), 1_000)).to.equal(output.toString('latin1'));
  });

  it('goes on after a lost connection amid a line, a stamp, or between two lines', () => {
    for (let cut = 0; cut <= LINES.length; cut++) {
      const log = new StampedLog();
      const before = read(log, LINES.slice(0, cut));
      log.restart();
      expect(before + read(log, LINES), `cut at ${cut}`).to.equal(read(new StampedLog(), LINES));
      expect(log.hasGap).to.equal(false);
    }
  });

  it('asks for no time before it has read any', () => {
    const log = new StampedLog();
    expect(log.since).to.equal(undefined);
    read(log, LINES);
    expect(log.since).to.equal(stamp(4));
  });

  it('tells lines of one and the same time apart by their number', () => {
    const log = new StampedLog();
    const same = ['a', 'b', 'c', 'd'].map((text) => `${stamp(5)} ${text}\n`);
    expect(read(log, same.slice(0, 2).join(''))).to.equal('a\nb\n');
    log.restart();
    expect(read(log, same.join(''))).to.equal('c\nd\n');
    log.restart();
    expect(read(log, `${same.join('')}${stamp(6)} e\n`)).to.equal('e\n');
  });

  it('passes over the end of a long line that began before the time that was asked for', () => {
    const log = new StampedLog();
    expect(read(log, `${stamp(1)} xxxyyy\n${stamp(2, 5)} next\n`)).to.equal('xxxyyy\nnext\n');
    log.restart();
    expect(read(log, `${stamp(2, 1)} yyy\n${stamp(2, 5)} next\n${stamp(3)} last\n`)).to.equal('last\n');
  });

  it('compares times of a node that has an offset', () => {
    const log = new StampedLog();
    read(log, `${stamp(1, 7, '+01:00')} one\n`);
    expect(log.since).to.equal(stamp(1, 7, '+01:00'));
    log.restart();
    const before = '2025-12-31T23:00:01.000000006Z';
    expect(read(log, `${before} zero\n${stamp(1, 7, '+01:00')} one\n${stamp(2)} two\n`)).to.equal('two\n');
  });

  it('notices that the last line is gone, as the kubelet keeps the end of a long log only', () => {
    const log = new StampedLog();
    read(log, `${stamp(1)} one\n`);
    log.restart();
    expect(read(log, `${stamp(1, 1)} three\n`)).to.equal('three\n');
    expect(log.hasGap).to.equal(true);
  });

  it('keeps words of the kubelet, which have no stamp, out of the output', () => {
    const log = new StampedLog();
    const words = 'unable to retrieve container logs for containerd://1234';
    expect(read(log, `${stamp(1)} one\n${words}`, 5)).to.equal('one\n');
    expect(log.words).to.equal(words);
    expect(log.passed).to.equal(4);
  });

  it('does not take the end of an older line, which has no stamp, for words of the kubelet', () => {
    const log = new StampedLog();
    read(log, `${stamp(1)} long line\n${stamp(2)} tail`);
    log.restart();
    expect(read(log, `line\n${stamp(2)} tail`, 5)).to.equal('');
    expect(log.words).to.equal('');
  });

  it('is whole after any cuts, whatever it holds and whenever it was written', () => {
    const line = fc.record({
      text: fc.string({ maxLength: 40, unit: fc.constantFrom('a', ' ', '\r', '2', '-', ':', 'Z', 'é') }),
      pause: fc.constantFrom(0, 0, 1, 400_000_000, 1_000_000_000),
    });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 30 }),
        fc.boolean(),
        fc.array(fc.nat(2_000), { maxLength: 6 }),
        fc.integer({ min: 1, max: 50 }),
        (lines, open, cuts, size) => {
          let time = 0;
          const written = lines.map(({ text, pause }, index) => {
            time += pause;
            const end = open && index === lines.length - 1 ? '' : '\n';
            return { time, text: `${text}${end}` };
          });
          /** As the kubelet: what has been written from the whole second of a time on. */
          const since = (stamp: string | undefined) =>
            Buffer.from(
              written
                .filter(
                  ({ time }) =>
                    stamp === undefined || Math.floor(time / 1e9) >= Number(/:(\d\d)\./.exec(stamp)?.[1]),
                )
                .map(({ time, text }) => `${stampOf(time)} ${text}`)
                .join(''),
            );
          const log = new StampedLog();
          let output = '';
          for (const cut of [...cuts, Infinity]) {
            output += read(log, since(log.since).subarray(0, cut), size);
            log.restart();
          }
          const expected = Buffer.from(written.map(({ text }) => text).join(''));
          expect(output).to.equal(expected.toString('latin1'));
          expect(log.passed).to.equal(expected.length);
          expect(log.hasGap).to.equal(false);
        },
      ),
    );
  });
});

const stampOf = (time: number) => stamp(Math.floor(time / 1e9), time % 1e9);
