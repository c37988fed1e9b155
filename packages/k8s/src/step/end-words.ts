import { randomBytes } from 'node:crypto';

/**
 * The words for an exit code's two hexadecimal digits, unguessable and new for each step. The recorder prints one of each;
 * a process that rewrites the log afterwards knows these two and none of the others, so it cannot name another exit code.
 */
export interface EndWords {
  readonly high: readonly string[];
  readonly low: readonly string[];
}

const DIGITS = 16;
const WORD_BYTES = 6;
const WORD_LETTERS = 2 * WORD_BYTES;

export function endWords(): EndWords {
  const letters = randomBytes(2 * DIGITS * WORD_BYTES).toString('hex');
  const word = (at: number) => letters.slice(at * WORD_LETTERS, (at + 1) * WORD_LETTERS);
  return {
    high: Array.from({ length: DIGITS }, (_, digit) => word(digit)),
    low: Array.from({ length: DIGITS }, (_, digit) => word(DIGITS + digit)),
  };
}

/** Lines of sh that give the words to the recorder, in variables that are not exported. */
export function endWordLines({ high, low }: EndWords): string {
  return `_ph_high='${high.join(' ')}'\n_ph_low='${low.join(' ')}'\n`;
}

/** The exit code of which these are the two words; undefined for anything else. */
export function exitCodeOf(text: string, { high, low }: EndWords): number | undefined {
  const [first, second] = [high.indexOf(text.slice(0, WORD_LETTERS)), low.indexOf(text.slice(WORD_LETTERS))];
  return first === -1 || second === -1 ? undefined : first * DIGITS + second;
}
