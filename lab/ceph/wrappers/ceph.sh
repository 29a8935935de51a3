#!/bin/sh
# What `sudo ceph` runs for the lab's ceph-admin: looking, and the settings of a Ceph with one disk.
# Its cephx user may do no more than that either; this only says so in plain words.
set -u
real=/usr/bin/ceph
keyring=/etc/ceph/ceph.client.pooladmin.keyring
audit=/var/log/admin-commands.log

log() { # outcome, verb, subject
  printf '%s\tceph\t%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$1" "$2" \
    "$(printf %s "$3" | tr '[:cntrl:]' '?' | cut -c1-200)" >>"$audit"
}
refuse() {
  log refused - -
  printf 'ceph: refused: %s (this is the wrapper %s)\n' "$1" "$0" >&2
  exit 77
}

command='' words=0 left=$#
while [ "$left" -gt 0 ]; do
  word=$1
  shift
  left=$((left - 1))
  case $word in
    --connect-timeout | --format | -f)
      [ "$left" -gt 0 ] || refuse "$word needs a value"
      [ "$word" = -f ] && word=--format
      word=$word=$1
      shift
      left=$((left - 1))
      ;;
  esac
  case $word in
    --connect-timeout=* | --format=* | --sticky | --yes-i-really-mean-it) ;;
    -*) refuse "option ${word%%=*}" ;;
    *)
      words=$((words + 1))
      command="$command${command:+ }$word"
      ;;
  esac
  set -- "$@" "$word"
done

case "$words $command" in
  "1 status" | "1 health" | "2 health detail" | "2 osd stat" | "3 osd pool ls" | "4 osd pool ls detail" | \
    "4 config get mon mon_allow_pool_size_one" | "4 config get mon osd_pool_default_size" | \
    "4 config get mon osd_pool_default_min_size")
    verb=$command subject=-
    ;;
  "5 config set global mon_allow_pool_size_one true" | "5 config set global mon_allow_pool_size_one false" | \
    "5 config set global osd_pool_default_size "[0-9] | "5 config set global osd_pool_default_min_size "[0-9])
    verb="config set" subject=${command#config set global }
    ;;
  "6 osd pool set "*" size "[1-9] | "6 osd pool set "*" min_size "[1-9])
    verb="osd pool set" subject=${command#osd pool set }
    ;;
  "3 health mute POOL_NO_REDUNDANCY" | "3 health mute TOO_FEW_OSDS")
    verb="health mute" subject=${command#health mute }
    ;;
  *) refuse "command $command" ;;
esac

log run "$verb" "$subject" || exit 70
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root \
  timeout --kill-after=2 60 "$real" --name=client.pooladmin --keyring="$keyring" "$@"
