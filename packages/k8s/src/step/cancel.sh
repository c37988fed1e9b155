# shellcheck shell=sh disable=SC2154
# Ends a step, in an exec of its own: INT to the step's process group, TERM 3 s later, and 2 s after that KILL to whatever
# is left of its session, within the 7.5 s that the runner waits before its own SIGTERM (actions/runner, ProcessInvoker). The supervisor ignores INT and TERM and is spared the KILL: it still records the exit code.

# The text that starts the step may still be on its way.
_ph_n=0
while [ ! -s "$_ph_dir/step" ] && [ $_ph_n -lt 20 ]; do
  sleep 0.1 || { sleep 1; _ph_n=$((_ph_n + 9)); }
  _ph_n=$((_ph_n + 1))
done
read -r _ph_main < "$_ph_dir/main" && read -r _ph_step < "$_ph_dir/step" || exit 0
# one line that is still being written: the end of the file is no failure
read -r _ph_own < "$_ph_dir/own"
_ph_wait() {
  _ph_n=0
  while [ ! -e "$_ph_dir/ended" ] && [ $_ph_n -lt "$1" ]; do
    sleep 0.1 || { sleep 1; _ph_n=$((_ph_n + 9)); }
    _ph_n=$((_ph_n + 1))
  done
}
kill -s INT -- "-$_ph_main"
_ph_wait 30
[ -e "$_ph_dir/ended" ] || { kill -s TERM -- "-$_ph_main"; _ph_wait 20; }
# Again and again, since what is being killed may still be making children.
for _ph_round in 1 2 3; do
  for _ph_stat in /proc/[0-9]*/stat; do
    read -r _ph_line < "$_ph_stat" || continue
    _ph_pid=${_ph_line%% *}
    # state, parent, group, session; the name before them may hold anything
    # shellcheck disable=SC2086 # its words
    set -- ${_ph_line##*) }
    [ "$4" = "$_ph_main" ] || continue
    [ "$_ph_pid" = "$_ph_step" ] || case " $_ph_own " in *" $_ph_pid "* | *" $2 "*) continue ;; esac
    kill -s KILL "$_ph_pid"
  done
done 2> /dev/null
exit 0
