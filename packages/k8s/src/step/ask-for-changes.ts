/** Waits for the answer, and reports it as a result file; `blocks` of `blockBytes` at most. */
export function answerLines(index: number, blockBytes: number): string {
  return `_ph_await
if [ -f "$_ph_dir.back" ]; then
_ph_report 'file ${index}'
read -r _ph_w < "$_ph_dir.back"
if [ "$_ph_w" = same ]; then printf 'same\\n' >&2; else
dd bs=${blockBytes} count=${Math.ceil(LARGEST_ANSWER_BYTES / blockBytes)} if="$_ph_dir.back" >&2 2> /dev/null
fi
fi`;
}

/** The agent gives less, even if all entries are links with the longest targets (INLINE_BYTES); the hook takes 4 MiB. */
const LARGEST_ANSWER_BYTES = 3 * 1024 * 1024;
