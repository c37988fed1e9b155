import { WORK_MOUNT } from '../model/paths.js';
import { AGENT_STATE, TAR } from './agent.js';
import { MANIFEST } from './format.js';

/** Sends an archive to the hook: `$1` is the step's id, `$2` the name it goes on behind, in the escapes of printf's %b. */
export const BULK = `
export LC_ALL=C
in=${AGENT_STATE}/$1
[[ -d $in ]] || exit 3
list=$in/list first=(-C "$in" ${MANIFEST})
if [[ -n $2 ]]; then
  printf -v name %b "$2"
  # A line feed in a pattern would part two of them. A name with \\1 in its place may be found first: then more comes again.
  at=$(tr '\\0\\n' '\\n\\1' < "$list" | grep -anxF -m 1 -e "\${name//$'\\n'/$'\\1'}" | cut -d : -f 1)
  if [[ -n $at ]]; then
    first=() list=$in/rest.$$
    tail -z -n "+$((at + 1))" "$in/list" > "$list"
  fi
fi
# What an earlier connection has left behind waits for a reader that is gone.
[[ ! -s $in/pid ]] || kill -KILL -- "-$(< "$in/pid")" 2> /dev/null
printf '%s\\n' $$ > "$in/pid"
rm -f "$in/pipe"
mkfifo "$in/pipe"
sha256sum < "$in/pipe" > "$in/sum" &
${TAR} \\
  "\${first[@]}" -C ${WORK_MOUNT} --null -T "$list" 2> /dev/null | tee "$in/pipe"
wait
cut -d ' ' -f 1 "$in/sum" >&2
read -r -t 60 word && [[ $word = ok ]] && : > "$in/done"
`;
