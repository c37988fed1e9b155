# shellcheck shell=sh disable=SC2034,SC2154
# Its variables are set and read by the text that stands around it (script.ts).
#
# Carries out a stage of a Dockerfile in a container of its base image: functions that the text behind this calls in the
# order of the instructions. Needed of the image: a POSIX shell, cat, cp, env, id, mkdir, rm; chown, chmod, mv, sleep and tar
# where an instruction asks for what they do.
#
# - _ph_number is the stage's, _ph_stage its name; _ph_last is empty in all stages but the action's.
# - The stages of a pod share an emptyDir. There, each has a folder: `log`, what others copy, at last `done` or `failed`.
# - A stage that fails ends with 0: only the action's container ends the step, when it has shown why.
# - No variable of ours is exported: a RUN has those of the base image, and of the Dockerfile.
_ph_stages=/__podhooks/stages
_ph_new=$_ph_stages/new.$_ph_number
_ph_cwd=$(pwd)
_ph_uid=$(id -u 2> /dev/null) || _ph_uid=0
_ph_user='' _ph_how='' _ph_line=0

_ph_begin() {
  _ph_line=$1
  printf '[line %s] %s\n' "$1" "$2"
}

# Ends the build with exit code $1; $2 says why where the output does not.
_ph_fail() {
  [ -z "$2" ] || printf '%s\n' "$2"
  _ph_report "$_ph_line $1${2:+ $2}"
}
_ph_report() {
  if [ -z "$_ph_last" ]; then
    printf '%s\n' "$1" > "$_ph_stages/$_ph_number/failed"
    exit 0
  fi
  _ph_close
  printf 'podhooks: %s\n' "$1" > /dev/termination-log
  exit 1
}
# What a build prints is no command to the runner.
_ph_open() {
  printf '::group::Building %s\n::stop-commands::%s\n' "$1" "$_ph_token"
}
# The line feed is for a program that ends its output without one: the runner reads the token at the start of a line only.
_ph_close() {
  printf '\n::%s::\n::endgroup::\n' "$_ph_token"
}

# User and group of `user[:group]`, with the user's home, and its name if it has one.
_ph_ids() {
  _ph_u=${1%%:*} _ph_g='' _ph_name='' _ph_home=/
  case $1 in *:*) _ph_g=${1#*:} ;; esac
  if [ -r /etc/passwd ]; then
    while IFS=: read -r _ph_1 _ph_2 _ph_3 _ph_4 _ph_5 _ph_6 _ph_7 || [ -n "$_ph_1" ]; do
      if [ "$_ph_1" = "$_ph_u" ] || [ "$_ph_3" = "$_ph_u" ]; then
        _ph_name=$_ph_1 _ph_u=$_ph_3 _ph_home=$_ph_6
        [ -n "$_ph_g" ] || _ph_g=$_ph_4
        break
      fi
      _ph_1=''
    done < /etc/passwd
  fi
  case $_ph_u in '' | *[!0-9]*) _ph_fail 1 "There is no user $_ph_u in /etc/passwd." ;; esac
  [ -n "$_ph_g" ] || _ph_g=0
  _ph_gid
}
_ph_gid() {
  case $_ph_g in *[!0-9]*) ;; *) return ;; esac
  if [ -r /etc/group ]; then
    while IFS=: read -r _ph_1 _ph_2 _ph_3 _ph_4 || [ -n "$_ph_1" ]; do
      [ "$_ph_1" != "$_ph_g" ] || _ph_g=$_ph_3
      _ph_1=''
    done < /etc/group
  fi
  case $_ph_g in *[!0-9]*) _ph_fail 1 "There is no group $_ph_g in /etc/group." ;; esac
}

# Finds out how a program becomes the user $1; an empty one is the user of the container.
_ph_become() {
  [ "$1" != "$_ph_user" ] || return 0
  _ph_user=$1
  _ph_ids "$1"
  _ph_how=''
  [ "$_ph_u" != "$_ph_uid" ] || return 0
  [ "$_ph_uid" = 0 ] || _ph_fail 1 "The container runs as user $_ph_uid, not as root, and so cannot become user $1."
  if setpriv --reuid=0 --regid=0 --clear-groups true 2> /dev/null; then
    _ph_how=setpriv _ph_groups=--init-groups
    [ -n "$_ph_name" ] || _ph_groups=--clear-groups
  elif chroot --userspec=0:0 --skip-chdir / true 2> /dev/null; then
    _ph_how=chroot
  elif su -m -s /bin/sh root -c : 2> /dev/null; then
    # It knows names only.
    _ph_how=su _ph_name=podhooks-$_ph_u-$_ph_g
    grep -q "^$_ph_name:" /etc/passwd || printf '%s:x:%s:%s::%s:/bin/sh\n' "$_ph_name" "$_ph_u" "$_ph_g" "$_ph_home" >> /etc/passwd
  else
    _ph_fail 1 "The base image has no program that becomes user $1: setpriv, chroot of GNU coreutils, or su of busybox."
  fi
}
_ph_exec() {
  # shellcheck disable=SC2016
  case $_ph_how in
    setpriv) exec setpriv --reuid="$_ph_u" --regid="$_ph_g" "$_ph_groups" -- "$@" ;;
    chroot) exec chroot --userspec="$_ph_u:$_ph_g" --skip-chdir / "$@" ;;
    su) exec su -m -s /bin/sh "$_ph_name" -c 'exec "$@"' su "$@" ;;
    *) exec "$@" ;;
  esac
}

# RUN: user, folder, arguments of env.
_ph_run() {
  _ph_become "$1"
  _ph_dir=$2
  shift 2
  [ -z "$_ph_user" ] || set -- HOME="$_ph_home" "$@"
  (cd "$_ph_dir" && _ph_exec env "$@") < /dev/null
  _ph_code=$?
  [ "$_ph_code" = 0 ] || _ph_fail "$_ph_code"
}

# Creates a folder with those above it; they belong to user $2 where one is given.
_ph_folder() {
  [ ! -d "$1" ] || return 0
  _ph_first=$1
  case $1 in /*) ;; *) _ph_fail 1 "$1 is no absolute path." ;; esac
  while _ph_up=${_ph_first%/*} && [ -n "$_ph_up" ] && [ ! -e "$_ph_up" ]; do _ph_first=$_ph_up; done
  mkdir -p "$1" || _ph_fail 1
  [ -z "$2" ] || _ph_own "$2" "$_ph_first"
}
# A number without a group is the group's, too.
_ph_own() {
  [ "$_ph_uid" = 0 ] || return 0
  case $1 in
    :*) _ph_u=0 _ph_g=${1#:} && _ph_gid ;;
    *:* | *[!0-9]*) _ph_ids "$1" ;;
    *) _ph_u=$1 _ph_g=$1 ;;
  esac
  # The next _ph_become has to look again.
  _ph_user=''
  chown -Rh "$_ph_u:$_ph_g" "$2" || _ph_fail 1
}

# COPY collects what it takes in a folder first. _ph_count is 1 where that is a single file, _ph_one.
_ph_collect() {
  rm -rf "$_ph_new"
  mkdir -p "$_ph_new" || _ph_fail 1
  _ph_one='' _ph_count=0
}
_ph_file() {
  cp -RpH "$1" "$_ph_new/$2" || _ph_fail 1
  _ph_one=$2 _ph_count=$((_ph_count + 1))
}
_ph_member() {
  cp -Rp "$1" "$_ph_new/$2" || _ph_fail 1
  _ph_count=2
}
_ph_subfolder() {
  mkdir -p "$_ph_new/$1" || _ph_fail 1
  _ph_count=2
}
_ph_content() {
  cp -Rp "$1/." "$_ph_new/$2" || _ph_fail 1
  _ph_count=2
}
_ph_text() {
  printf '%s' "$2" > "$_ph_new/$1" || _ph_fail 1
  _ph_one=$1 _ph_count=$((_ph_count + 1))
}
_ph_unpack() {
  tar "-x${2}f" "$1" -C "$_ph_new" || _ph_fail 1
  _ph_count=2
}
_ph_from() {
  for _ph_each in "$_ph_stages/$1/$2"/* "$_ph_stages/$1/$2"/.[!.]* "$_ph_stages/$1/$2"/..?*; do
    if [ -d "$_ph_each" ]; then
      _ph_content "$_ph_each" .
    elif [ -e "$_ph_each" ] || [ -L "$_ph_each" ]; then
      _ph_file "$_ph_each" "${_ph_each##*/}"
    fi
  done
}
# Target, owner, mode; the last two may be empty.
_ph_place() {
  [ -z "$3" ] || chmod -R "$3" "$_ph_new" || _ph_fail 1
  _ph_own "${2:-0:0}" "$_ph_new"
  chmod 700 "$_ph_new"
  if [ "$_ph_count" = 1 ] && [ "${1%/}" = "$1" ] && [ ! -d "$1" ]; then
    _ph_folder "${1%/*}/" "$2"
    _ph_put "$_ph_new/$_ph_one" "$1"
  else
    _ph_folder "${1%/}/" "$2"
    _ph_put "$_ph_new" "${1%/}"
  fi
  rm -rf "$_ph_new"
}
# Folders are merged with those that are there, through links to them.
_ph_put() {
  if [ -d "$1" ] && [ ! -L "$1" ] && [ -d "$2/" ]; then
    for _ph_each in "$1"/* "$1"/.[!.]* "$1"/..?*; do
      if [ -e "$_ph_each" ] || [ -L "$_ph_each" ]; then _ph_put "$_ph_each" "$2/${_ph_each##*/}"; fi
    done
  else
    rm -f "$2" 2> /dev/null
    cp -Rp "$1" "$2" || _ph_fail 1
  fi
}

# RUN --mount: what was collected stands at $1 until _ph_unmount.
_ph_mount() {
  _ph_folder "${1%/*}/"
  [ ! -e "$1" ] || mv "$1" "$1.podhooks" || _ph_fail 1
  if [ "$_ph_count" = 1 ]; then cp -Rp "$_ph_new/$_ph_one" "$1"; else cp -Rp "$_ph_new" "$1"; fi || _ph_fail 1
}
_ph_unmount() {
  rm -rf "$1"
  [ ! -e "$1.podhooks" ] || mv "$1.podhooks" "$1" || _ph_fail 1
}

# Puts aside what others copy: number, line of the copy, and paths, which may have wildcards.
_ph_export() {
  _ph_aside=$_ph_stages/$_ph_number/$1 _ph_line=$2
  mkdir -p "$_ph_aside" || _ph_fail 1
  shift 2
  _ph_ifs=$IFS
  IFS=''
  for _ph_pattern; do
    # shellcheck disable=SC2086
    for _ph_each in $_ph_pattern; do
      [ -e "$_ph_each" ] || _ph_fail 1 "$_ph_each does not exist in $_ph_stage."
      cp -RpH "$_ph_each" "$_ph_aside/" || _ph_fail 1
    done
  done
  IFS=$_ph_ifs
}
_ph_done() {
  : > "$_ph_stages/$_ph_number/done"
  exit 0
}

# Waits for a stage, and fails with it; the action's stage shows what it prints.
_ph_await() {
  until [ -e "$_ph_stages/$1/log" ]; do _ph_pause; done
  exec 4< "$_ph_stages/$1/log"
  until [ -e "$_ph_stages/$1/done" ] || [ -e "$_ph_stages/$1/failed" ]; do
    [ -z "$_ph_last" ] || cat <&4
    _ph_pause
  done
  [ -z "$_ph_last" ] || cat <&4
  exec 4<&-
  [ ! -e "$_ph_stages/$1/failed" ] || { read -r _ph_why < "$_ph_stages/$1/failed" && _ph_report "$_ph_why"; }
}
_ph_pause() {
  sleep 0.1 2> /dev/null || sleep 1
}

# The entry point, before it is too late to say something about it.
_ph_check() {
  _ph_line=$1
  case $2 in
    */*) ;;
    *) return ;;
  esac
  [ -e "$2" ] || _ph_fail 127 "The entry point $2 does not exist."
  [ -x "$2" ] || _ph_fail 126 "The entry point $2 cannot be executed: RUN chmod +x $2, or COPY --chmod=755."
}
