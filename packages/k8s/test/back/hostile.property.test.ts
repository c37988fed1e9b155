import { expect } from 'chai';
import fc from 'fast-check';
import { BadArchive } from '../../src/back/tar-reader.js';
import { type RawEntry, rawTar } from '../support/raw-tar.js';
import { ReceivingBed } from '../support/receiving-bed.js';

/** Each makes a tree and looks at all of it: most of them are for CI, and `npm run fuzz` does more. */
const RUNS = {
  numRuns: Number(process.env['PODHOOKS_FUZZ_RUNS'] ?? (process.env['CI'] === undefined ? 100 : 1_000)),
};

const part = fc.constantFrom(
  'repo',
  '_temp',
  '..',
  '.',
  '',
  'a',
  'b',
  'job',
  '_runner_file_commands',
  '_actions',
  'env',
  'outside',
  '\xff',
);
const path = fc
  .tuple(fc.constantFrom('', './', '/', 'repo/', '_temp/', 'repo/a/'), fc.array(part, { maxLength: 4 }))
  .map(([first, parts]) => first + parts.join('/'));
const entry: fc.Arbitrary<RawEntry> = fc.record(
  {
    name: path,
    type: fc.constantFrom('0', '0', '2', '2', '5', '1', '3', '6', 'S', 'x', 'L', 'K'),
    target: fc.oneof(path, fc.constant('/__w/repo/a')),
    content: fc.oneof(
      fc.constant(''),
      fc.string({ maxLength: 600 }),
      path.map((name) => `0 ${name}\0- ${name}\0`),
    ),
    mode: fc.nat(0o7777),
  },
  { requiredKeys: ['name'] },
);
const list = path.map((name): RawEntry => ({ name: 'podhooks-manifest', content: `0 ${name}\0- ${name}\0` }));
const archive = fc
  .tuple(fc.array(fc.oneof(entry, entry, list), { maxLength: 8 }), fc.option(fc.tuple(fc.nat(), fc.nat(255))))
  .map(([entries, damage]) => {
    const bytes = rawTar(entries);
    if (damage !== null) bytes[damage[0] % bytes.length] = damage[1];
    return bytes;
  });

describe('any archive from the pod', () => {
  it('changes nothing outside of the workspace and _temp, nor what the runner keeps there', function () {
    this.timeout(0);
    const bed = new ReceivingBed();
    try {
      const before = bed.others();
      const receive = (bytes: Buffer, pieceBytes: number) => {
        try {
          bed.receive(bytes, pieceBytes);
        } catch (error) {
          if (!(error instanceof BadArchive)) throw error;
        }
      };
      fc.assert(
        fc.property(
          fc.array(archive, { minLength: 1, maxLength: 3 }),
          fc.integer({ min: 1, max: 2000 }),
          (archives, pieceBytes) => {
            for (const bytes of archives) receive(bytes, pieceBytes);
            expect(bed.others()).to.equal(before);
          },
        ),
        RUNS,
      );
    } finally {
      bed.close();
    }
  });
});
