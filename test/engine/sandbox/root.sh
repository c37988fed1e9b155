# Builds the root of a container and makes it this process's own. It runs as process 1 of new mount and
# process namespaces. Arguments: DIRECTORY COUNT, then COUNT times SOURCE TARGET ro|rw, then those of enter.sh.
set -e
directory=$1 mounts=$2
shift 2
# /proc is still that of the machine: this is the process's id as the engine knows it.
read -r pid _ < /proc/self/stat
mount -t tmpfs -o mode=755 none "$directory"
cd "$directory"
mkdir root
# Reads fall through to this machine's files, writes go to memory and end with the container.
layer() {
  mkdir -p "root$1" "upper$1" "work$1"
  mount -t overlay overlay -o "lowerdir=$1,upperdir=$directory/upper$1,workdir=$directory/work$1$2" "root$1" 2> /dev/null
}
if ! layer / ''; then
  # Without real root the kernel refuses to stack on a root that holds locked mounts, but takes its parts.
  mount --bind root root # pivot_root wants a mount
  for path in /*; do
    if [ -L "$path" ]; then cp -P "$path" root; continue; fi
    case $path in /proc | /sys | /dev | /run | /tmp) mkdir "root$path"; continue ;; esac
    [ -d "$path" ] && { layer "$path" ,userxattr || mount --rbind "$path" "root$path"; }
  done
fi
mount -t proc proc root/proc
mount -t tmpfs -o mode=755 none root/dev
for node in null zero full random urandom tty; do
  : > "root/dev/$node"
  mount --bind "/dev/$node" "root/dev/$node"
done
mkdir -m 1777 root/dev/shm
# What this machine keeps there concerns no container.
mount -t tmpfs -o mode=755 none root/run
mount -t tmpfs -o mode=1777 none root/tmp
ln -s /proc/self/fd root/dev/fd
ln -s fd/0 root/dev/stdin
ln -s fd/1 root/dev/stdout
ln -s fd/2 root/dev/stderr
cd root
mkdir .machine
pivot_root . .machine
cd /
# Only now do links on the way to a target (/var/run -> /run) lead into the container and not out of it.
while [ "$mounts" -gt 0 ]; do
  source=/.machine$1 target=$2 mode=$3
  shift 3
  mounts=$((mounts - 1))
  if [ -d "$source" ]; then
    mkdir -p "$target"
  else
    mkdir -p "${target%/*}/"
    [ -e "$target" ] || : > "$target"
  fi
  mount --bind "$source" "$target"
  [ "$mode" = rw ] || mount -o remount,bind,ro "$target"
done
umount -l /.machine
rmdir /.machine
set +e
