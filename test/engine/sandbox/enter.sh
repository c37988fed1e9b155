# Becomes the command. Arguments: WORKDIR USER SEARCH-PATH COUNT, then COUNT times NAME=VALUE, then the command.
# Reports on descriptor 3 either `started PID` or `failed REASON`. The environment goes through `env`, since the
# shell would lose names that are no identifiers.
workdir=$1 user=$2 search=$3 count=$4
shift 4
env=$(command -v env) setpriv=$(command -v setpriv)
mkdir -p "$workdir" 2> /dev/null
cd "$workdir" || { echo "failed cannot enter $workdir" >&3; exit 128; }
eval "program=\${$((count + 1))-}"
if [ -z "$program" ]; then echo "failed args must not be empty" >&3; exit 128; fi
PATH=$search
case $program in
  */*) [ -e "$program" ] || why="stat $program: no such file or directory"
       [ ! -e "$program" ] || [ -x "$program" ] || why="permission denied" ;;
  *) command -v -- "$program" > /dev/null || why="executable file not found in \$PATH" ;;
esac
if [ -n "${why-}" ]; then
  echo "failed unable to start container process: exec: \"$program\": $why" >&3
  exit 128
fi
echo "started ${pid-}" >&3
exec 3>&-
if [ -n "$user" ]; then exec "$setpriv" "--reuid=${user%:*}" "--regid=${user#*:}" --clear-groups "$env" -i "$@"; fi
exec "$env" -i "$@"
