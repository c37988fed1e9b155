# shellcheck shell=sh disable=SC2015,SC2030,SC2031,SC2034,SC2154
# Its variables are set and read by the texts that stand around it (script.ts).
#
# The step supervisor: POSIX sh, run by one exec in the job container, which reads it from standard input.
#
# A connection is never the truth about a step: the log in the pod is. What a step prints goes through a pipe to a
# writer, which appends it to the log; behind it comes the end marker with the exit code. A follower copies the log to
# the exec's output. When the connection is lost, another exec follows the same log from the byte that was reached.
#
#     step --pipe--> writer --> log.0, log.1 ... --> follower --> stdout of the exec
#     ticker, writer --wakes-------------------------^
#     hook (stdin of the exec) --has passed on--> forgetter, which removes segments
#
# - The log is bounded: a segment holds what the writer got by 1,024 reads of up to 64 KiB. The follower says `next` when it
#   goes on to another one, and the hook says `: N` when it has passed on all that comes before segment N. With 1 GiB that
#   nobody has taken the writer stops, and so does the step, until somebody does.
# - A pipeline, not `&`: asynchronous lists start with SIGINT ignored for good.
# - The step's stdout is a pipe, not the log itself: `> /dev/stdout` in a script would truncate a file.
# - Everything here ignores INT and TERM, so that signals to the whole process group reach only the step.
# - Nobody waits for processes that the step left behind. They hold the pipe open, so the writer's end (`e`) may never
#   come: at the second tick after the step's own end (`y`) the follower stops waiting for it. Should the writer be so
#   late that the end marker is not in the log by then, the hook follows once more. What they print later is thrown away,
#   and does not block them.
# - Only the follower and the main shell hold the exec's own stdout and stderr: else the exec would not end. So `exec`
#   changes descriptors where it must hold: of what braces redirect, shells keep a copy.
# - The ticker slows down with time, so that silent hours cost next to nothing. Once a second it has the follower report a
#   sign of life (`beat`): whatever part of this is killed or stopped, the signs end, and the hook follows anew.
# - The exit code is told by words that only the recorder and the hook know (`EndWords`). The log is a file, which other
#   processes of the same user can rewrite, and the nonce stands in it: neither makes a word for another exit code.
# - The step is over when the recorder is gone, whether it left `ended` or was killed. A follower of a later exec reports
#   `lost` without `ended`: then the end marker in the log, if there is one, still counts.
# - Nothing has an effect before the last line: a script that arrives in part does nothing at all. The `mkdir` there is
#   the claim: whoever makes the directory decides whether the step runs (see `followScript`).
#
# Variables and functions begin with `_ph_`, and none is exported.

# Not from /proc/self/stat: shells read a line byte by byte.
_ph_self() {
  for _ph_pid in /proc/self/task/*; do _ph_pid=${_ph_pid##*/}; done
}
_ph_mine() {
  _ph_self
  printf '%s ' "$_ph_pid" >> "$_ph_dir/own"
}
_ph_pause() {
  sleep "$_ph_t" || { _ph_t=1 _ph_beat=1; sleep 1; } || return
  _ph_n=$((_ph_n + 1))
  case $_ph_t-$_ph_n in
    0.05-40) _ph_t=0.1 _ph_beat=10 ;;
    0.1-100) _ph_t=0.25 _ph_beat=4 ;;
    0.25-300) _ph_t=0.5 _ph_beat=2 ;;
  esac
}
_ph_gone() {
  # No process is 0; without a number this would be /proc/stat, which is always there.
  read -r _ph_stat < "/proc/${1:-0}/stat" || return 0
  case ${_ph_stat##*) } in Z* | X*) return 0 ;; esac
  return 1
}
_ph_over() {
  [ ! -e "$_ph_dir/full" ] || return 1
  [ ! -e "$_ph_dir/ended" ] || return 0
  [ -n "$_ph_recorder" ] || read -r _ph_recorder < "$_ph_dir/recorder" || _ph_gone "$_ph_parent" || return
  _ph_gone "$_ph_recorder"
}
_ph_tick() {
  _ph_n=0 _ph_t=0.05 _ph_beat=20 _ph_w=
  while _ph_pause; do
    if [ -n "$_ph_w" ]; then printf '%s\n' "$_ph_w"; return; fi
    if [ $((_ph_n % _ph_beat)) = 0 ]; then printf 'b\n'; else printf '.\n'; fi || return
    ! _ph_over || _ph_t=0.1 _ph_w=$1
  done
}
_ph_report() {
  printf '\036podhooks %s %s\n' "$_ph_channel" "$1" >&2
}
_ph_record() {
  _ph_mine
  printf '%s\n' "$_ph_pid" > "$_ph_dir/recorder"
  (
    # In here, since mksh would say "Killed" to where it has redirected the whole group to.
    exec < /dev/null 2>&1
    trap - INT TERM HUP QUIT PIPE
    _ph_self
    printf '%s\n' "$_ph_pid" > "$_ph_dir/step"
    _ph_step
  )
  _ph_code=$?
  # shellcheck disable=SC2086 # its words
  set -- $_ph_high
  shift $((_ph_code / 16))
  _ph_end=$1
  # shellcheck disable=SC2086 # its words
  set -- $_ph_low
  shift $((_ph_code % 16))
  _ph_end=$_ph_end$1
  [ ! -e "$_ph_dir/nocwd" ] || _ph_end=cwd
  printf '\036podhooks %s %s\n' "$_ph_nonce" "$_ph_end"
  : > "$_ph_dir/ended"
}
_ph_fill() {
  # Appends: the end marker comes behind what another process may have added, where the follower reads on.
  dd bs=65536 count="$_ph_reads" >> "$_ph_dir/log.$_ph_n" 2> "$_ph_dir/dd" || return
  # "N+M records in": full and partial reads. Fewer than it was to make: the end.
  while read -r _ph_w _ph_rest; do
    case $_ph_w in [0-9]*+*) [ $((${_ph_w%+*} + ${_ph_w#*+})) = "$_ph_reads" ]; return ;; esac
  done < "$_ph_dir/dd"
  return 1
}
_ph_full() {
  [ -e "$_ph_dir/log.$((_ph_n - 16))" ] || return
  du -sk "$_ph_dir" > "$_ph_dir/used"
  read -r _ph_w _ph_rest < "$_ph_dir/used"
  [ "$_ph_w" -gt "$_ph_kib" ]
}
_ph_write() {
  _ph_n=0 _ph_reads=1024 _ph_kib=1048576 _ph_last=
  while [ -z "$_ph_last" ] && _ph_fill; do
    # The end marker may still be in the pipe; what comes behind it is nobody's.
    [ ! -e "$_ph_dir/ended" ] || _ph_last=y
    _ph_n=$((_ph_n + 1))
    if _ph_full; then
      printf '' > "$_ph_dir/full"
      while _ph_full; do sleep 1; done
      rm -f "$_ph_dir/full"
    fi
  done
  [ -z "$_ph_last" ] || _ph_fill
  printf '%s\n' "${_ph_last:-e}"
  # Where the folder is, this is the end, or the volume is full: then the step must not go on.
  [ -z "$_ph_last" ] && [ -d "$_ph_dir" ] || cat > /dev/null
}
_ph_forget() {
  _ph_mine
  while read -r _ph_w _ph_upto; do
    while [ "$_ph_n" -lt "$_ph_upto" ]; do
      rm -f "$_ph_dir/log.$_ph_n"
      _ph_n=$((_ph_n + 1))
    done
  done
}
_ph_follow() {
  _ph_mine
  printf '%s\n' "$_ph_pid" > "$_ph_dir/follower"
  _ph_forgetter=
  while read -r _ph_w; do
    # A step that has printed nothing costs no `cat`; of a log that is gone only the descriptor tells.
    [ -e "$_ph_dir/log.$_ph_n" ] && [ ! -s "$_ph_dir/log.$_ph_n" ] || cat <&3
    while [ -e "$_ph_dir/log.$((_ph_n + 1))" ]; do
      cat <&3
      [ -n "$_ph_forgetter" ] || { _ph_forget <&5 > /dev/null 2>&1 & _ph_forgetter=$!; }
      _ph_n=$((_ph_n + 1))
      exec 3< "$_ph_dir/log.$_ph_n"
      printf '\036podhooks %s next\n' "$_ph_nonce"
      cat <&3
    done
    case $_ph_w in b) _ph_report beat ;; e | y | l) break ;; esac
  done
  [ -z "$_ph_forgetter" ] || { kill -KILL "$_ph_forgetter"; wait "$_ph_forgetter"; } 2> /dev/null
  _ph_results
  [ "$_ph_w" != l ] || { _ph_report lost; return; }
  _ph_report 'done'
  [ "$_ph_w" != e ] || return
  # The main shell waits for what the step left behind, so the text that finishes the step is read here.
  while read -r _ph_w _ph_rest; do
    case $_ph_w in rm) rm -rf "$_ph_dir" "$_ph_dir".back*; break ;; esac
  done <&5
  kill -KILL $$
}
_ph_run() {
  trap '' INT TERM HUP QUIT PIPE
  mkdir -m 700 "$_ph_dir" || exit 1
  # What does not arrive whole is never run. `: >` would end some shells.
  _ph_file=
  printf '%s\n' $$ > "$_ph_dir/main" && printf '%s ' $$ > "$_ph_dir/own" && printf '' > "$_ph_dir/log.0" && _ph_files || {
    rm -rf "$_ph_dir"
    _ph_report "unwritten $_ph_file"
    exit 1
  }
  _ph_report begun
  exec 3< "$_ph_dir/log.0" 5<&0
  _ph_n=0 _ph_recorder=
  # The step first: who comes later starts beside it.
  {
    exec 2> /dev/null 3<&- 5<&-
    _ph_record
  } | {
    exec 2> /dev/null 3<&- 5<&-
    _ph_mine
    _ph_parent=$_ph_pid
    # The step's pipe has one reader.
    { _ph_mine; _ph_tick y; } < /dev/null &
    _ph_write
  } | _ph_follow
}
