import { quote } from './quote.js';
import { HOOK_FOLDER, writeFileLine } from './script.js';
import { TOOLS } from './supervisor.js';
import { WATCH } from './shell-texts.js';

export interface Inspection {
  /** Made if missing, writable for any user. */
  folders: readonly string[];
  /** The inspection waits until one of these files is there; in an image of Alpine it asks for more by a line in a pipe. */
  externals: Readonly<Record<'ready' | 'alpine' | 'alpineReady' | 'failed', string>>;
}

/** What is known of a job container before its first step. */
export interface InspectionReport {
  isAlpine: boolean;
  /** Programs that steps need and that the image does not have. */
  missing: string[];
  /** Why the runner's externals did not arrive; empty if they did. */
  externalsFault: string;
  /** The inspection itself failed: what the shell printed. */
  diagnostic: string;
}

/** For people: `kubectl exec POD -- sh /__podhooks/watch`. docs/adr/0014. */
const WATCH_FILE = `${HOOK_FOLDER}/watch`;

const GLIBC =
  '/lib/libc.so.6 /lib64/libc.so.6 /usr/lib/libc.so.6 /usr/lib64/libc.so.6 /lib/*-linux-gnu*/libc.so.6 /usr/lib/*-linux-gnu*/libc.so.6';

/**
 * The one exec of prepare_job in the job container: creates there what steps and people need, and finds out about the image.
 *
 * `isAlpine` decides which node the runner starts, so it asks for the libc: an image is taken for Alpine if it says so
 * (gcompat puts glibc's names beside musl there), or if it has musl's loader and no glibc.
 */
export function inspectionScript({ folders, externals }: Inspection): string {
  return `umask 077
${writeFileLine({ path: WATCH_FILE, content: Buffer.from(WATCH) })} || exit 1
umask 0
${folders.length === 0 ? '' : `mkdir -p ${folders.map(quote).join(' ')} || exit 1`}
for _ph_tool in ${TOOLS.join(' ')}; do
  command -v $_ph_tool > /dev/null || printf 'missing %s\\n' $_ph_tool
done
_ph_exists() { for _ph_file; do [ -e "$_ph_file" ] && return 0; done; return 1; }
if [ -e /etc/alpine-release ] || { _ph_exists /lib/ld-musl-*.so.1 && ! _ph_exists ${GLIBC}; }; then
  echo alpine
  _ph_alpine=${quote(externals.alpine)} _ph_ready=${quote(externals.alpineReady)}
else
  _ph_alpine= _ph_ready=${quote(externals.ready)}
fi
while ! _ph_exists "$_ph_ready" ${quote(externals.failed)}; do
  # For both ways, which waits for nobody; not before there is a pipe, as this would create a file.
  [ ! -p "$_ph_alpine" ] || printf '\\n' 1<> "$_ph_alpine"
  sleep 0.02 || sleep 1 || exit 1
done
[ ! -e ${quote(externals.failed)} ] || { printf 'externals '; cat ${quote(externals.failed)}; }
echo inspected
exit 0
`;
}

export function readInspection(stdout: string, stderr: string): InspectionReport {
  const lines = stdout.split('\n');
  return {
    isAlpine: lines.includes('alpine'),
    missing: lines.flatMap((line) => (line.startsWith('missing ') ? [line.slice('missing '.length)] : [])),
    externalsFault: lines.find((line) => line.startsWith('externals '))?.slice('externals '.length) ?? '',
    diagnostic: lines.includes('inspected') ? '' : stderr.trim() || 'no answer',
  };
}
