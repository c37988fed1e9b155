# shellcheck shell=sh disable=SC2034,SC2154
# Keeps what the instructions of a Dockerfile have changed, for its next use in the job (docs/adr/0019).
#
# - Base images differ in what their find and tar can do. So the tools are those of the runner image, in _ph_kept.
# - _ph_key names the Dockerfile; empty where nothing is kept. _ph_known has the mounts that no instruction writes to.
# - Kept are $_ph_key.state (what it was built from), $_ph_key.gone (what was removed) and, last, $_ph_key.tar.
_ph_root=/
_ph_mounts=/proc/self/mountinfo
_ph_lists=$_ph_stages/lists
_ph_limit=536870912

_ph_tool() {
  _ph_program=$_ph_kept/tool-$1
  shift
  LC_ALL=C LD_PRELOAD='' "$_ph_kept/loader" --library-path "$_ph_kept" "$_ph_program" "$@"
}
_ph_why_not() {
  printf '%s\n' "$1" >&2
  return 1
}

# Lists the file system in $_ph_lists/$1: when each entry was changed, what it has in any container of its image, its path.
_ph_list() {
  (
    set --
    while read -r _ _ _ _ _ph_point _ph_options _; do
      case $_ph_point in
        /) continue ;;
        *\\* | *\** | *\?* | *\[*) _ph_why_not "the mount $_ph_point has a name that cannot be left out" || exit ;;
        /proc | /proc/* | /sys | /sys/* | /dev | /dev/* | /__podhooks/* | /github/*) ;;
        /etc/hosts | /etc/hostname | /etc/resolv.conf | /run/secrets/* | /var/run/secrets/*) ;;
        *)
          case "$_ph_options $_ph_known" in
            ro,* | *" $_ph_point "*) ;;
            *) _ph_why_not "$_ph_point is a volume, where instructions may have written" || exit ;;
          esac
          ;;
      esac
      set -- "$@" -path "$_ph_point" -o
    done < "$_ph_mounts"
    _ph_tool find "$_ph_root" '(' "$@" -path /__podhooks ')' -prune \
      -o -type f -printf '%C@ %i %n|%m %U %G %s %T@|%y %p\0' -o -printf '%C@ %i %n|%m %U %G|%y %p\0'
  ) > "$_ph_lists/$1.raw" && _ph_tool sort -z -T "$_ph_lists" "$_ph_lists/$1.raw" > "$_ph_lists/$1"
}

# One line for the base image and the files of the context, which are the arguments.
_ph_describe() {
  {
    _ph_tool cut -z -d '|' -f 2- "$_ph_lists/before" | _ph_tool sort -z -T "$_ph_lists"
    for _ph_each; do
      _ph_tool find -H "$_ph_each" -printf '%y %m %P %l\0' | _ph_tool sort -z
      _ph_tool find -H "$_ph_each" -type f -print0 | _ph_tool sort -z |
        LC_ALL=C _ph_tool xargs -0 -r "$_ph_kept/loader" --library-path "$_ph_kept" "$_ph_kept/tool-sha256sum"
    done
  } > "$_ph_lists/described" && _ph_tool sha256sum < "$_ph_lists/described" > "$_ph_lists/state"
}

# Whether the first use has left what it has built; then it is here. Arguments are the files of the context.
_ph_restore() {
  if _ph_can_restore "$@" 2> /dev/null; then
    _ph_line=0
    {
      _ph_tool xargs -0 -r rm -rf -- < "$_ph_kept/$_ph_key.gone" &&
        _ph_tool tar -x -P -p --numeric-owner --delay-directory-restore --xattrs '--xattrs-include=*' -f "$_ph_kept/$_ph_key.tar"
    } || {
      # Half of it is here: neither this container nor the next may go on with it.
      rm -f "$_ph_kept/$_ph_key.tar"
      _ph_fail 1 'What the first use of the action has built cannot be unpacked.'
    }
    echo 'Built by an earlier step of this job: its result is used again.'
    : > "$_ph_stages/restored"
    return 0
  fi
  : > "$_ph_stages/not-restored"
  return 1
}
_ph_can_restore() {
  if [ "$_ph_uid" != 0 ] || [ ! -e "$_ph_kept/ready" ] || ! mkdir -p "$_ph_lists"; then
    _ph_key=''
    return 1
  fi
  _ph_list before 2> "$_ph_lists/why" && _ph_describe "$@" || return 1
  [ -f "$_ph_kept/$_ph_key.tar" ] && [ -f "$_ph_kept/$_ph_key.gone" ] || return 1
  [ "$(cat "$_ph_kept/$_ph_key.state")" = "$(cat "$_ph_lists/state")" ] || return 1
  _ph_tool tar -t -P -f "$_ph_kept/$_ph_key.tar" > /dev/null
}

# In a stage: whether nobody needs it, as the action's container has what is kept.
_ph_needless() {
  [ -e "$_ph_kept/$_ph_key.tar" ] || return 1
  until [ -e "$_ph_stages/restored" ] || [ -e "$_ph_stages/not-restored" ]; do _ph_pause; done
  [ -e "$_ph_stages/restored" ]
}

# Keeps what has been built. What cannot be kept is built again.
_ph_keep() {
  [ -n "$_ph_key" ] || return 0
  if ! [ -s "$_ph_lists/why" ] && ! (umask 022 && _ph_store) 2> "$_ph_lists/why"; then
    rm -f "$_ph_kept/$_ph_key.$_ph_token".*
  fi
  [ ! -s "$_ph_lists/why" ] || printf 'Not kept for a later step: %s\n' "$(cat "$_ph_lists/why")"
}
_ph_store() {
  _ph_part=$_ph_kept/$_ph_key.$_ph_token
  _ph_list after || return
  for _ph_each in before after; do
    _ph_tool cut -z -d '|' -f 3- "$_ph_lists/$_ph_each" | _ph_tool sort -z -T "$_ph_lists" > "$_ph_lists/$_ph_each.names" || return
  done
  # What has become of another kind is removed as well.
  _ph_tool comm -z -23 "$_ph_lists/before.names" "$_ph_lists/after.names" | _ph_tool cut -z -c 3- > "$_ph_part.gone" || return
  _ph_tool comm -z -13 "$_ph_lists/before" "$_ph_lists/after" | _ph_tool cut -z -d '|' -f 3- | _ph_tool cut -z -c 3- |
    _ph_tool sort -z > "$_ph_lists/changed" || return
  {
    _ph_tool tar -c -P --no-recursion --format=posix --numeric-owner --xattrs '--xattrs-include=*' --xattrs-exclude=security.selinux \
      --null --no-unquote -T "$_ph_lists/changed" -f -
    echo $? > "$_ph_lists/code"
  } | _ph_tool head -c "$((_ph_limit + 1))" > "$_ph_part.tar" || return
  [ -z "$(_ph_tool find "$_ph_part.tar" -size "+${_ph_limit}c")" ] || _ph_why_not 'it is larger than 512 MiB' || return
  [ "$(cat "$_ph_lists/code")" = 0 ] || _ph_why_not 'tar failed' || return
  cat "$_ph_lists/state" > "$_ph_part.state" || return
  for _ph_each in gone state tar; do
    mv -f "$_ph_part.$_ph_each" "$_ph_kept/$_ph_key.$_ph_each" || return
  done
}
