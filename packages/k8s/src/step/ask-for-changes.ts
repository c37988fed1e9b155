/** Asks, and reports the answer as a result file; `blocks` of `blockBytes` at most. */
export function answerLines(index: number, blockBytes: number): string {
  return `_ph_ask
if [ -f "$_ph_dir.back" ]; then
_ph_report 'file ${index}'
dd bs=${blockBytes} count=${Math.ceil(LARGEST_ANSWER_BYTES / blockBytes)} if="$_ph_dir.back" >&2 2> /dev/null
fi`;
}

/** The agent gives less, even if all entries are links with the longest targets (INLINE_BYTES); the hook takes 4 MiB. */
const LARGEST_ANSWER_BYTES = 3 * 1024 * 1024;
