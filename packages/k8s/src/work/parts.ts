import type { Item } from './pack.js';

/** What a transfer that is cut may have to send again, but for a larger file: that is a part of its own. */
const PART_BYTES = 4 * 1024 * 1024;
const PART_ITEMS = 2_000;
const HEADER_BYTES = 512;

/** Items in groups of a bounded size, each of which becomes an archive. */
export function* partsOf(items: Iterable<Item>): Generator<Item[]> {
  let part: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = HEADER_BYTES + (item.header.size ?? 0);
    if (part.length > 0 && (bytes + size > PART_BYTES || part.length === PART_ITEMS)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(item);
    bytes += size;
  }
  if (part.length > 0) yield part;
}
