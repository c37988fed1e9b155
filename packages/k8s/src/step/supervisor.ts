/**
 * The step supervisor: POSIX sh, run by one exec in the job container, which reads it from standard input.
 *
 * A connection is never the truth about a step: the log in the pod is. What a step prints goes through a pipe to a
 * writer, which appends it to the log; behind it comes the end marker with the exit code. A follower copies the log to
 * the exec's output. When the connection is lost, another exec follows the same log from the byte that was reached.
 *
 *     step --pipe--> writer --> log --> follower --> stdout of the exec
 *     ticker, recorder, writer --wakes------^
 *
 * - A pipeline, not `&`: asynchronous lists start with SIGINT ignored for good.
 * - The step's stdout is a pipe, not the log itself: `> /dev/stdout` in a script would truncate a file.
 * - Everything here ignores INT and TERM, so that signals to the whole process group reach only the step.
 * - Nobody waits for processes that the step left behind. They hold the pipe open, so the writer's end (`e`) may never
 *   come: at the second tick after the step's own end (`y`) the follower stops waiting for it.
 * - Only the follower and the main shell hold the exec's own stdout and stderr: else the exec would not end. So `exec`
 *   changes descriptors where it must hold: of what braces redirect, shells keep a copy.
 * - The ticker slows down with time, so that silent hours cost next to nothing.
 * - Nothing has an effect before the last line: a script that arrives in part does nothing at all. The `mkdir` there is
 *   the claim: whoever makes the directory decides whether the step runs (see `followScript`).
 *
 * Needs mkdir, cat and sleep. Variables and functions begin with `_ph_`, and none is exported.
 */
export const SUPERVISOR = `
_ph_mine() {
  read -r _ph_pid _ph_rest < /proc/self/stat
  printf '%s ' "$_ph_pid" >> "$_ph_dir/own"
}
_ph_tick() {
  _ph_mine
  _ph_n=0 _ph_t=0.05 _ph_w=.
  while sleep $_ph_t || { _ph_t=1; sleep 1; }; do
    printf '%s\\n' $_ph_w || return
    _ph_n=$((_ph_n + 1))
    case $_ph_t-$_ph_n in 0.05-40) _ph_t=0.1 ;; 0.1-100) _ph_t=0.25 ;; 0.25-300) _ph_t=0.5 ;; esac
    [ ! -e "$_ph_dir/ended" ] || _ph_t=0.1 _ph_w=y
  done
}
_ph_record() {
  _ph_mine
  (
    # In here, since mksh would say "Killed" to where it has redirected the whole group to.
    exec < /dev/null 2>&1 4>&-
    trap - INT TERM HUP QUIT PIPE
    read -r _ph_pid _ph_rest < /proc/self/stat
    printf '%s\\n' "$_ph_pid" > "$_ph_dir/step"
    _ph_step
  )
  _ph_code=$?
  [ ! -e "$_ph_dir/nocwd" ] || _ph_code=cwd
  printf '\\036podhooks %s %s\\n' "$_ph_nonce" "$_ph_code"
  : > "$_ph_dir/ended"
}
_ph_follow() {
  _ph_mine
  printf '%s\\n' "$_ph_pid" > "$_ph_dir/follower"
  while read -r _ph_w; do
    cat <&3
    case $_ph_w in e | y) break ;; esac
  done
  _ph_results >&2
  [ "$_ph_w" = e ] || kill -KILL $$
}
_ph_run() {
  trap '' INT TERM HUP QUIT PIPE
  mkdir -m 700 "$_ph_dir" || exit 1
  _ph_files
  printf '%s\\n' $$ > "$_ph_dir/main"
  printf '%s ' $$ > "$_ph_dir/own"
  : > "$_ph_dir/log"
  exec 3< "$_ph_dir/log"
  {
    exec 4>&1 2> /dev/null 3<&-
    _ph_mine
    _ph_tick &
    _ph_record | { _ph_mine; cat >> "$_ph_dir/log"; printf 'e\\n' >&4; }
  } | _ph_follow
}
`;
