import { createHash } from 'node:crypto';

const LONGEST = 63;
const HASH_LENGTH = 8;

/** The nearest valid value of a label: 63 letters, digits, `-`, `_` and `.`, starting and ending with the former. */
export function labelValue(text: string): string {
  return trimEnd(
    text
      .replace(/[^\w.-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, LONGEST),
  );
}

/** As labelValue, with a hash of the text where that had to be changed: what differs must not be selected as one. */
export function distinctLabelValue(text: string): string {
  const value = labelValue(text);
  if (value === text) return value;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
  const stem = trimEnd(value.slice(0, LONGEST - HASH_LENGTH - 1));
  return stem === '' ? hash : `${stem}-${hash}`;
}

const trimEnd = (text: string): string => text.replace(/[^A-Za-z0-9]+$/, '');
