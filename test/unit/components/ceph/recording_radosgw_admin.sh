#!/bin/sh
# A stand-in for radosgw-admin that records what it is given: in the folder named by its first argument it adds the
# number of the other arguments and each of them, NUL behind all, to the file argv, and keeps a user: at first the
# one of the file new, with the access key of its making, then what is put by stdin.
# With --many before the folder, the words are those of many calls, each with its number before it.
if [ "$1" = --many ]; then
  folder=$2
  shift 2
  printf '%s\0' "$@" >>"$folder/argv"
  exit
fi
folder=$1
shift
printf '%s\0' "$#" "$@" >>"$folder/argv"
case "$1 $2" in
  "user info") exit 22 ;;
  "user create")
    for word in "$@"; do
      case $word in --access-key=*) key=${word#*=} ;; esac
    done
    exec sed "s/@access-key@/$key/" "$folder/new" >"$folder/user"
    ;;
  "metadata get") exec cat "$folder/user" ;;
  "metadata put") exec cat >"$folder/user" ;;
esac
