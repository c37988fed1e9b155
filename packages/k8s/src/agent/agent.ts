import { PROTECTED } from './placing.js';
import { MANIFEST, MOST_ENTRIES } from './format.js';
import { quote } from '../step/quote.js';
import { HOOK_FOLDER } from '../step/script.js';
import { WORK_MOUNT } from '../model/paths.js';

/** A pipe on which the supervisor of a step asks the agent, by the step's id, for what has changed. */
export const REQUESTS = `${HOOK_FOLDER}/back`;

/** In the helper's own file system, where the job's processes reach nothing. */
export const AGENT_STATE = '/tmp/podhooks-agent';

/** More than this does not travel in the step's report. */
export const INLINE_BYTES = 1024 * 1024;

export interface AgentOptions {
  /** Folder of the work folder that holds the workspace. */
  repository: string;
  /** Of file content, for each step. */
  maxBytes: number;
  /** Ends of paths that stay in the pod: `node_modules`, `.git/objects`. */
  exclude: readonly string[];
}

/** No padding behind the end; only what the list names; a file with two names twice. */
export const TAR =
  'tar -c -b 1 --format=gnu --no-recursion --hard-dereference --ignore-failed-read --owner=0 --group=0 --numeric-owner';

/** The command of a shell that runs the agent. */
export function agentCommand({ repository, maxBytes, exclude }: AgentOptions): string {
  return ['bash', '-c', AGENT, 'agent', repository, `${maxBytes}`, ...exclude].map(quote).join(' ');
}

/**
 * Looks for changes in the work folder when a step has ended. Runs in the helper, with bash, GNU find and GNU tar of the
 * runner's image; while no step ends it sleeps in `read`.
 *
 * - The answer to a request is `<id>.back` in the hook's folder: `same`, or `inline` and an archive, or `bulk`: then the
 *   hook fetches the archive by BULK. The first entry of an archive is the manifest: what changed folders hold now (`0
 *   folder`, `1 entry`), what is gone (`- name`), what is left out (`! count reason example`).
 * - What has changed shows by its ctime, which no program can set back. A scan looks back to the beginning of the one before,
 *   and a little further, as the kernel's clock for files is coarse. Renaming a folder leaves what is in it as it was: a
 *   folder whose path and inode are not known together is sent whole.
 * - A scan counts only when its answer was taken: the hook removes `<id>.back`, or says `ok` to BULK. Until then the
 *   next scan looks back as far as that one, so nothing is lost with an answer.
 * - The hook's folder belongs to the job, too: what is written there is new, under a name that nobody can guess, and then renamed.
 */
export const AGENT = `
set -u
export LC_ALL=C
umask 022
shopt -s nullglob dotglob
state=${AGENT_STATE}
repository=$1 budget=$2
shift 2
skip=(-path './_temp/????????-????-????-????-????????????.*')
for name in ${PROTECTED.join(' ')}; do skip+=(-o -path "./_temp/$name"); done
for name; do skip+=(-o -path "*/$name"); done
rows=('(' -type d -printf 'd %i %p\\0'
  -o -type f -readable -printf 'f %s %p\\0'
  -o -type l -printf 'l 0 %p\\0'
  -o -type f -printf 'u 0 %p\\0'
  -o -printf 's 0 %p\\0' ')')
closed=('(' -type d '(' ! -readable -o ! -executable ')' ')')
base= next= id= last= kind= ids=() kids=() known=()
dirs=$state/dirs.0 older=$state/dirs.1
rm -rf "$state"
mkdir -m 700 "$state" && mkfifo -m 666 "${REQUESTS}" || exit

taken() {
  case $kind in
    same) return 0 ;;
    inline) [[ ! -e ${HOOK_FOLDER}/$last.back ]] ;;
    bulk) [[ -e $state/$last/done ]] ;;
    *) return 1 ;;
  esac
}

# A builtin creates the file, for which it must not exist.
create() {
  local code file=$1
  shift
  set -o noclobber
  { "$@" > "$file"; } 2> /dev/null
  code=$?
  set +o noclobber
  return $code
}

# mv replaces whatever has its name.
answer() {
  local part=${HOOK_FOLDER}/.$RANDOM$RANDOM$RANDOM$RANDOM$RANDOM
  create "$part" "$@"
  mv -fT "$part" "$mark" || rm -f "$part"
}

# Most steps change nothing, and this costs no process. Who asks waits until the file is not empty: it is written at once.
answer_same() {
  # Not into a pipe of the job, which noclobber would open.
  [[ ! -e $mark && ! -L $mark ]] && create "$mark" printf 'same\\n' || answer printf 'same\\n'
}

# But for the time of \`_temp\`, where the runner's own script comes and goes.
unchanged() {
  local rows=()
  mapfile -d '' -n 2 -t rows < "$state/changed"
  [[ \${#gone[@]} = 0 && "\${rows[*]}" =~ ^('d '[0-9]+' ./_temp')?$ ]]
}

scan() {
  cd ${WORK_MOUNT} || return
  local name roots=() newer=()
  for name in "$repository" _temp; do [[ ! -d ./$name || -L ./$name ]] || roots+=("./$name"); done
  [[ -z $base ]] || newer=(-newerct "$base")
  : > "$dirs"
  : > "$state/changed"
  [[ \${#roots[@]} = 0 ]] || find "\${roots[@]}" '(' "\${skip[@]}" ')' -prune -o \\
    "\${closed[@]}" '(' "\${newer[@]}" -printf 'u 0 %p\\0' , -prune ')' -o \\
    '(' -type d -fprintf "$dirs" '%i %p\\0' , "\${newer[@]}" "\${rows[@]}" ')' > "$state/changed"
  kids=(./_temp/*)
  gone=()
  for name in "\${known[@]}"; do
    [[ -e $name || -L $name || $name = ./_temp/????????-????-????-????-????????????.* ]] || gone+=("$name")
  done
}

of() { grep -z "^$1 " "$state/changed"; }

# What is in folders that are new where they are.
add_renamed() {
  [[ -n $base ]] || return
  local name kept=/ fresh=() at
  while IFS= read -r -d '' name; do
    name=\${name#* }
    [[ $name/ = "$kept"/* ]] || { kept=$name; fresh+=("$name"); }
  done < <(of d | cut -z -c3- | sort -z | comm -z -13 <(sort -z "$older") - | sort -z -k2)
  for ((at = 0; at < \${#fresh[@]}; at += 1000)); do
    find "\${fresh[@]:at:1000}" -mindepth 1 '(' "\${skip[@]}" ')' -prune -o \\
      "\${closed[@]}" -printf 'u 0 %p\\0' -prune -o "\${rows[@]}"
  done > "$state/more"
  cat "$state/more" >> "$state/changed"
  sort -zu -o "$state/changed" "$state/changed"
}

tell() {
  local count
  count=$(tr -dc '\\0' < "$2" | wc -c)
  [[ $count = 0 ]] || { printf '! %d %s ' "$count" "$1"; head -z -n 1 "$2" | cut -z -d ' ' -f 3-; }
}

write_manifest() {
  local dirs=() at
  mapfile -d '' -t dirs < <(of d | cut -z -d ' ' -f 3- | grep -zvxF ./_temp)
  for ((at = 0; at < \${#dirs[@]}; at += 1000)); do
    find "\${dirs[@]:at:1000}" -maxdepth 1 -printf '%d %p\\0'
  done
  [[ \${#gone[@]} = 0 ]] || printf -- '- %s\\0' "\${gone[@]}"
  of u > "$state/out"
  tell unreadable "$state/out"
  of s > "$state/out"
  tell special "$state/out"
  tell budget "$state/over"
}

# Small files first: with them most of what a runner reads.
choose() {
  local keep
  of f | sort -zn -k2,2 > "$state/files"
  read -r keep count bytes < <(cut -z -d ' ' -f 2 "$state/files" | tr '\\0' '\\n' | awk -v budget="$budget" -v most=${MOST_ENTRIES} '
    { if (!over && NR <= most && sum + $1 <= budget) { keep++; sum += $1 } else over = 1 } END { printf "%d %d %.0f\\n", keep, NR, sum }')
  head -z -n "$keep" "$state/files" > "$state/kept"
  tail -z -n "+$((keep + 1))" "$state/files" > "$state/over"
}

archive() {
  ${TAR} \\
    -C "$1" ${MANIFEST} -C ${WORK_MOUNT} --null -T "$1/list"
}

inline() {
  printf 'inline\\n'
  archive "$state/$id"
}

prepare() {
  local count=0 bytes=0 in=$state/$id
  add_renamed
  choose
  mkdir "$in"
  write_manifest > "$in/${MANIFEST}"
  { cat "$state/kept"; of l; of d; } | cut -z -d ' ' -f 3- | grep -zvxF -e "./$repository" -e ./_temp | sort -zu > "$in/list"
  entries=$(tr -dc '\\0' < "$in/list" | wc -c)
  # An entry has a header and padding, and again for a name of more than 100 bytes.
  bytes=$((bytes + entries * 2048 + $(stat -c '2 * %s' "$in/${MANIFEST}" "$in/list" | paste -s -d +)))
  if [[ $bytes -lt ${INLINE_BYTES} ]]; then
    kind=inline
    answer inline
    rm -rf "$in"
  else
    kind=bulk
    answer printf 'bulk %s\\n' "$id"
    # Of steps that run at once, one may still be fetching.
    ids+=("$id")
    [[ \${#ids[@]} -lt 4 ]] || { rm -rf "$state/\${ids[0]}"; ids=("\${ids[@]:1}"); }
  fi
}

exec 3<> "${REQUESTS}"
while IFS= read -r -n 64 id <&3; do
  [[ $id =~ ^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ]] || continue
  mark=${HOOK_FOLDER}/$id.back
  [[ ! -e $mark && ! -L $mark ]] || continue
  [[ ! -e ${REQUESTS}.mute ]] || rm -f ${REQUESTS}.mute
  [[ -e $mark.taken || -L $mark.taken ]] || : > "$mark.taken"
  if taken; then
    base=$next
    name=$dirs dirs=$older older=$name
    known=("\${kids[@]}")
  fi
  now=$((\${EPOCHREALTIME/./} - 20000))
  printf -v next '@%d.%06d' $((now / 1000000)) $((now % 1000000))
  last=$id
  scan
  if unchanged; then
    kind=same
    answer_same
  else
    prepare
  fi
done
`;
