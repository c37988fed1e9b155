# shellcheck shell=sh
# Shows what the running step prints, from what its log still holds to its end. It only reads, so it costs the step nothing;
# segments that the hook has passed on meanwhile are gone, and are left out.

_ph_dir=
for _ph_file in /__podhooks/*/main; do
  [ ! -e "$_ph_file" ] || [ -e "${_ph_file%/main}/ended" ] || _ph_dir=${_ph_file%/main}
done
[ -n "$_ph_dir" ] || { echo 'No step is running.' >&2; exit 1; }
_ph_next() {
  _ph_least=
  for _ph_file in "$_ph_dir"/log.*; do
    _ph_number=${_ph_file##*.}
    case $_ph_number in '*') return 1 ;; esac
    [ "$_ph_number" -gt "$_ph_n" ] || continue
    [ -n "$_ph_least" ] && [ "$_ph_number" -gt "$_ph_least" ] || _ph_least=$_ph_number
  done
  [ -n "$_ph_least" ]
}
_ph_n=-1 _ph_last=
exec 3< /dev/null
while :; do
  [ ! -e "$_ph_dir/ended" ] && [ -d "$_ph_dir" ] || _ph_last=y
  cat <&3
  while _ph_next; do
    # What was written until there was a next segment.
    cat <&3
    _ph_n=$_ph_least
    [ ! -r "$_ph_dir/log.$_ph_n" ] || exec 3< "$_ph_dir/log.$_ph_n"
    cat <&3
  done
  [ -z "$_ph_last" ] || exit 0
  sleep 0.5 || sleep 1 || exit
done
