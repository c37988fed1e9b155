# shellcheck shell=sh disable=SC2154
# What the supervisor does at the end of a step without a shared work folder: asks the agent in the helper (agent/agent.ts)
# what has changed, and waits for the answer, a file beside the step's folder that is not empty. An agent that is gone or
# stopped, or a pipe that the job has replaced, costs a step a few seconds once; later steps of the job wait a moment only.
#
# The pipe is opened for both ways, which never waits for somebody at its other end; a full one would, so a shell of its own
# writes into it. Results are reported between question and answer.

_ph_ask() {
  _ph_pipe=${_ph_dir%/*}/back
  [ -p "$_ph_pipe" ] && [ ! -e "$_ph_dir.back" ] || return 0
  { printf '%s\n' "${_ph_dir##*/}" 1<> "$_ph_pipe"; } > /dev/null 2>&1 < /dev/null 3<&- 5<&- &
}
_ph_await() {
  [ -p "$_ph_pipe" ] || return 0
  _ph_nap=0.01 _ph_naps=0 _ph_most=400
  [ ! -e "$_ph_pipe.mute" ] || _ph_most=50
  until [ -s "$_ph_dir.back" ]; do
    if sleep $_ph_nap 2> /dev/null; then _ph_naps=$((_ph_naps + 1)); else _ph_nap=1; sleep 1 || return 0; fi
    [ $_ph_nap != 1 ] || _ph_naps=$((_ph_naps + 99))
    [ $((_ph_naps % 100)) != 0 ] || _ph_report beat
    [ ! -e "$_ph_dir.back.taken" ] || _ph_most=12000
    # An empty one gets its content at once, unless the volume is full.
    [ ! -e "$_ph_dir.back" ] || _ph_most=50
    [ $_ph_naps -lt $_ph_most ] || { [ -e "$_ph_dir.back.taken" ] || printf '' > "$_ph_pipe.mute"; return 0; } 2> /dev/null
  done
}
