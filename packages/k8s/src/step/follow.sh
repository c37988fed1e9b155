# shellcheck shell=sh disable=SC2154
# Follows a step's log from a place on, after a connection was lost. It reports `unstarted` if the
# step never began; creating its folder keeps it from beginning later. The mark in there is for the
# next follower: this one's answer may be lost, too.

trap '' INT TERM HUP QUIT PIPE
if [ ! -d "$_ph_dir" ] && mkdir -m 700 "$_ph_dir" 2> /dev/null && printf '' > "$_ph_dir/unstarted" || [ -e "$_ph_dir/unstarted" ]; then
  _ph_report unstarted
  exit 0
fi
if read -r _ph_old < "$_ph_dir/follower"; then
  for _ph_stat in /proc/[0-9]*/stat; do
    read -r _ph_line < "$_ph_stat" || continue
    # shellcheck disable=SC2086 # its words
    set -- ${_ph_line##*) }
    [ "$2" != "$_ph_old" ] || kill -KILL "${_ph_line%% *}"
  done
  kill -KILL "$_ph_old"
fi 2> /dev/null
# The supervisor may still be writing the step's files.
_ph_n=0 _ph_recorder=
until read -r _ph_recorder < "$_ph_dir/recorder"; do
  if read -r _ph_parent < "$_ph_dir/main"; then _ph_gone "$_ph_parent" && break; else _ph_n=$((_ph_n + 1)); fi
  [ $_ph_n -lt 5 ] || break
  sleep 0.5 || sleep 1 || break
done 2> /dev/null
_ph_n=$_ph_segment _ph_parent=
exec 5<&0
[ -r "$_ph_dir/log.$_ph_n" ] || { _ph_report lost; exit 1; }
exec 3< "$_ph_dir/log.$_ph_n"
for _ph_file in "$_ph_dir"/log.*; do [ "${_ph_file##*.}" -ge "$_ph_n" ] || rm -f "$_ph_file"; done
[ "$_ph_offset" = 0 ] || tail -c +$((_ph_offset + 1)) <&3
_ph_report begun
{
  printf '.\n'
  _ph_over || _ph_tick .
  sleep 0.1 || sleep 1
  if [ -e "$_ph_dir/ended" ]; then printf 'e\n'; else printf 'l\n'; fi
} 2> /dev/null 3<&- 5<&- | _ph_follow
