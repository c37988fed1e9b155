import { WORK_MOUNT } from '../model/paths.js';

/** Where what was built lies, below the work folder: only files, which their folder's owner can delete whoever wrote them. */
export const KEPT_NAME = '_temp/_podhooks/kept';
/** The same in each container of an action's pod. */
export const KEPT = `${WORK_MOUNT}/${KEPT_NAME}`;
/** The last thing that PUT_TOOLS writes. */
export const TOOLS_READY = 'ready';
/** In the job pod, where its steps reach nothing. */
const STORE = '/tmp/podhooks-kept';

const TOOLS = 'find tar sort comm cut head xargs sha256sum';

/** Puts programs that dockerfile/keep.sh calls into KEPT, with their libraries: so they run in any image. */
export const PUT_TOOLS = `
set -eu
umask 0
mkdir -p ${KEPT}
cd ${KEPT}
[[ ! -e ${TOOLS_READY} ]] || exit 0
for name in ${TOOLS}; do
  file=$(command -v "$name")
  cp -L "$file" "tool-$name"
  ldd "$file"
done | while read -r name arrow path _; do
  [[ $arrow = '=>' ]] || path=$name
  case $path in
    */ld-*) cp -L "$path" loader ;;
    /*) cp -L "$path" "\${path##*/}" ;;
  esac
done
[[ -e loader ]]
: > ${TOOLS_READY}
`;

const filesOf = (key: string) => `${key}.gone ${key}.state ${key}.tar`;

/** Prints an archive of what a build has left; in the helper of its pod. Fails where it has left nothing. */
export function sendBuilt(key: string): string {
  return `cd ${KEPT} && [[ -e ${key}.tar ]] && exec tar -c -f - ${filesOf(key)}`;
}

export function storeBuilt(): string {
  return `mkdir -p ${STORE} && exec tar -x -f - -C ${STORE}`;
}

/** The way back, into another action's pod, where no half of it may be taken for the whole. */
export function sendStored(key: string): string {
  return `exec tar -c -f - -C ${STORE} ${filesOf(key)}`;
}

export function receiveStored(): string {
  return `umask 0; mkdir -p ${KEPT}/part && tar -x -f - -C ${KEPT}/part && mv ${KEPT}/part/* ${KEPT}`;
}
