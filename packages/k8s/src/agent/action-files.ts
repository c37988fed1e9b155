import { HOOK_FOLDER } from '../step/script.js';
import { WORK_MOUNT } from '../model/paths.js';
import { AGENT_STATE, REQUESTS } from './agent.js';
import { PROTECTED } from './placing.js';

/** Written in the helper of a docker action's pod when all files have arrived: then its container may start. */
export const FILES_ARRIVED = `${HOOK_FOLDER}/files.arrived`;

/** In the helper's own file system, where the action reaches nothing. */
export const ACTION_STATE = '/tmp/podhooks-action';

/** Where files for the job pod wait until the job's user puts them in place. */
const staging = (id: string) => `${HOOK_FOLDER}/${id}.files`;

/**
 * What owner may, all may, as with all that is copied: the user of one container is not that of the other. Hard links, and
 * what the helper may not read, must not end the copy.
 */
const TAR =
  'tar -c --totals --format=gnu --mode=go=u --hard-dereference --ignore-failed-read --owner=0 --group=0 --numeric-owner';

/** `$1` is the id of a request to the agent; the answer, once it is there, stays the same. */
const ASK = `
ask() {
  local turns=0 mark=${HOOK_FOLDER}/$1.back
  until [[ -p ${REQUESTS} ]]; do sleep 0.02; ((++turns < 1500)) || return 1; done
  [[ -e $mark ]] || printf '%s\\n' "$1" 1<> ${REQUESTS}
  turns=0
  # An empty file gets its content at once, unless the disk is full.
  until [[ -s $mark ]]; do sleep 0.02; [[ ! -e $mark ]] || ((turns += 1000)); ((++turns < 30000)) || return 1; done
}`;

/** The work folder's entries of the job, each with the letter of its kind; arguments are roots, then options of find. */
const LIST = `
cd ${WORK_MOUNT} || exit
roots=()
for name in "\${names[@]}"; do [[ ! -d ./$name || -L ./$name ]] || roots+=("./$name"); done
list() {
  [[ \${#roots[@]} = 0 ]] || find "\${roots[@]}" '(' ${PROTECTED.map((name) => `-path './_temp/${name}'`).join(' -o ')} ')' -prune -o "$@" -printf '%y %p\\0' | sort -z
}`;

/**
 * Notes the state of the work folder, and lets the action's container start. `$1` is an id for the agent, empty without
 * one; folders follow. A connection may be lost on the way: who comes second waits for the first.
 */
export const OPEN_GATE = `
set -u
export LC_ALL=C
id=$1
shift
names=("$@")
if ! mkdir ${ACTION_STATE} 2> /dev/null; then
  for ((turns = 0; turns < 12000; turns++)); do [[ ! -e ${FILES_ARRIVED} ]] || exit 0; sleep 0.05; done
  exit 1
fi
${ASK}
${LIST}
if [[ -n $id ]]; then
  ask "$id" || { echo 'the agent did not answer' >&2; exit 1; }
  # Changes are counted from here.
  IFS=' ' read -r kind _ < ${HOOK_FOLDER}/$id.back
  [[ $kind != bulk ]] || : > ${AGENT_STATE}/$id/done
  rm -f ${HOOK_FOLDER}/$id.back
fi
list > ${ACTION_STATE}/before
: > ${ACTION_STATE}/mark
: > ${FILES_ARRIVED}
`;

/** Prints the agent's answer to the request `$1`. */
export const ASK_AGENT = `
${ASK}
ask "$1" && exec cat ${HOOK_FOLDER}/$1.back
`;

/** Ends with this if there is nothing to send. */
export const NOTHING_CHANGED = 3;

/**
 * Looks for what has changed since OPEN_GATE. What is gone, and what is about to be written anew, is removed by a script for
 * any POSIX shell: a file must not be written through a link, nor into a folder of its name.
 */
export const FIND_CHANGES = `
set -u
export LC_ALL=C
names=("$@")
${LIST}
cd ${ACTION_STATE} || exit
# Of one whose connection was lost, the next waits for the end.
exec 9> lock
flock 9
(cd ${WORK_MOUNT} && list) > after
comm -z -23 before after > gone
{ comm -z -13 before after; (cd ${WORK_MOUNT} && list -newercm ${ACTION_STATE}/mark); } | sort -zu | grep -z '^[fdl] ' > changed
[[ -s gone || -s changed ]] || exit ${NOTHING_CHANGED}
cut -z -c3- changed > names
quote="'"
count=0
{ cat gone; grep -zv '^d ' changed; } | cut -z -c3- | sort -zu | while IFS= read -r -d '' name; do
  ((count++ % 100)) || printf '\\nrm -rf --'
  printf " '%s'" "\${name//$quote/$quote\\\\$quote$quote}"
done > remove.sh
echo >> remove.sh
`;

/** Waits until `pump` says that all has come, or has left. */
const DISMISSED = 'read -r -t 60 _ || :';

/** Prints an archive of what FIND_CHANGES has found: its script, and the files in a folder of their own, whatever their names. */
export const SEND_CHANGES = `export LC_ALL=C; ${TAR} --no-recursion -f - --transform='flags=r;s,^\\./,files/,' -C ${ACTION_STATE} remove.sh -C ${WORK_MOUNT} --null -T ${ACTION_STATE}/names || exit; ${DISMISSED}`;

/** Prints an archive of folders of the work folder; in the helper of the job pod. */
export const SEND_FOLDERS = `
export LC_ALL=C
cd ${WORK_MOUNT} || exit
folders=()
for name; do [[ ! -d ./$name || -L ./$name ]] || folders+=("./$name"); done
[[ \${#folders[@]} != 0 ]] || folders=(-T /dev/null)
${TAR} -f - --anchored ${PROTECTED.map((name) => `--exclude='./_temp/${name}'`).join(' ')} "\${folders[@]}"
code=$?
# Something was written to meanwhile.
[[ $code -le 1 ]] || exit $code
${DISMISSED}
`;

/** Printed by ARE_LARGE. */
export const LARGE = 'large\n';

/** Looks whether folders of the work folder hold more than `$1` bytes; in the helper of the job pod. Of large ones it does not look at all. */
export const ARE_LARGE = `
most=$1
shift
cd ${WORK_MOUNT} || exit
for name; do [[ ! -d ./$name || -L ./$name ]] || find "./$name" -printf '%s\\n'; done |
  awk -v most="$most" '{ if ((sum += $1 + 512) > most) { print "large"; exit } }'
`;

/** Unpacks the archive of SEND_FOLDERS. */
export const RECEIVE_FOLDERS = `umask 0; export LC_ALL=C; exec tar -x -p --totals -f - -C ${WORK_MOUNT}`;

/** Unpacks the archive of SEND_CHANGES where `putChanges` looks for it. */
export function stageChanges(id: string): string {
  return `umask 0; rm -rf ${staging(id)} && mkdir ${staging(id)} && export LC_ALL=C && exec tar -x -p --totals -f - -C ${staging(id)}`;
}

/** Puts changes in place, in the job container: only the job's own user may write wherever steps have written. */
export function putChanges(id: string): string {
  return `umask 0
cd ${WORK_MOUNT} && . ${staging(id)}/remove.sh || exit
[ ! -d ${staging(id)}/files ] || exec cp -RPf ${staging(id)}/files/. .`;
}

export function unstage(id: string): string {
  return `rm -rf ${staging(id)}`;
}

/** What READ_FILES says of a path: a line each, of which the content follows in base64. */
export const FILE_MARKS = { content: '=', replaced: '@', missing: '!' } as const;

/** Prints files, no more of each than `$1` bytes. */
export const READ_FILES = `
limit=$1
shift
for path; do
  if [[ -L $path ]] || [[ -e $path && ! -f $path ]]; then printf '${FILE_MARKS.replaced}\\n'
  elif [[ ! -r $path ]]; then printf '${FILE_MARKS.missing}\\n'
  else printf '${FILE_MARKS.content}'; head -c "$limit" < "$path" | base64 -w 0; echo; fi
done
`;

/** Prints one file as it is, no more of it than `$1` bytes; nothing of what is no plain file. */
export const READ_FILE = '[[ -f $2 && ! -L $2 ]] && exec head -c "$1" < "$2"';
