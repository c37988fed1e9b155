#!/bin/sh
echo "entrypoint: $0"
echo "pwd=$(pwd) uid=$(id -u) gid=$(id -g) HOME=$HOME IMAGE_VARIABLE=$IMAGE_VARIABLE"
i=0
for arg; do echo "arg[$i]=$arg"; i=$((i + 1)); done
env | sort
[ -z "$GITHUB_OUTPUT" ] || echo "from-action=yes" >> "$GITHUB_OUTPUT"
exit "${EXIT_CODE:-0}"
