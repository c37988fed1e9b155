import { WORK_MOUNT } from '../model/paths.js';

/** The digest of a part is not that of what came. */
export const DAMAGED = 4;

/**
 * Unpacks archives into the work folder, one after the other; in the helper, with bash and the tools of GNU. `part` begins one.
 * It comes in frames, a line with their size before each; `0` ends it, and its SHA-256 follows. The line `end` ends it all, as
 * not every server passes on the end of the input.
 *
 * Prints how many parts are in place, at first and after each, so that after a lost connection only the rest need come. `$1` is
 * the id of the transfer, `$2` the number that the hook knows of; then come options of tar. What an earlier connection has
 * brought is still put in place; if it says nothing, it must not write later.
 */
export const RECEIVE_PARTS = `
set -o pipefail
umask 0
state=/tmp/podhooks-transfer-$1 count=$2 known=
shift 2
if [[ -s $state ]]; then
  pid=$(< "$state")
  for ((turns = 0; turns < 40; turns++)); do kill -0 -- "-$pid" 2> /dev/null || break; sleep 0.05; done
  kill -KILL -- "-$pid" 2> /dev/null
fi
printf '%s\\n' $$ > "$state"
[[ ! -s $state.count ]] || known=$(< "$state.count")
((\${known:-0} <= count)) || count=$known
frames() {
  local bytes
  while read -r bytes && [[ $bytes != 0 ]]; do head -c "$bytes"; done
}
echo $count
while read -r word && [[ $word = part ]]; do
  sum=$({ frames | tee /dev/fd/3 | tar -x -p "$@" -f - -C ${WORK_MOUNT} >&2; } 3>&1 | sha256sum) || exit
  read -r digest
  [[ $sum = "$digest  -" ]] || exit ${DAMAGED}
  echo $((++count)) > "$state.count"
  echo $count
done
[[ $word != end ]] || rm -f "$state" "$state.count"
`;
