#!/bin/sh
# What `sudo radosgw-admin` runs for the lab's ceph-admin: S3 users, their keys and quotas, and nothing else.
# Options are let through by name: Ceph takes any of its settings as an option of any command, e.g. a keyring or
# a log file to write to as root.
# One door is wider than its name: `metadata put user:` can give a user any right within RGW. It is the one way to
# set a key that no command line shows.
set -u
real=/usr/bin/radosgw-admin
keyring=/etc/ceph/ceph.client.rgwadmin.keyring
audit=/var/log/admin-commands.log

log() { # outcome, verb, subject
  printf '%s\tradosgw-admin\t%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$1" "$2" \
    "$(printf %s "$3" | tr '[:cntrl:]' '?' | cut -c1-200)" >>"$audit"
}
refuse() {
  log refused - -
  printf 'radosgw-admin: refused: %s (this is the wrapper %s)\n' "$1" "$0" >&2
  exit 77
}

group='' verb='' entry='' uid='' words=0 left=$#
while [ "$left" -gt 0 ]; do
  word=$1
  shift
  left=$((left - 1))
  case $word in
    --uid | --display-name | --email | --max-buckets | --access-key | --key-type | --quota-scope | --max-size | \
      --max-objects | --format | --client-mount-timeout | --rados-osd-op-timeout | --rados-mon-op-timeout)
      [ "$left" -gt 0 ] || refuse "$word needs a value"
      # In one word with its option, a value that looks like an option cannot be taken for one.
      word=$word=$1
      shift
      left=$((left - 1))
      ;;
    --secret | --secret=* | --secret-key | --secret-key=*)
      refuse "every user of this host can read a secret on a command line; use metadata put user:UID with JSON on stdin"
      ;;
  esac
  case $word in
    --uid=*) uid=${word#*=} ;;
    --display-name=* | --email=* | --max-buckets=* | --access-key=* | --key-type=* | --quota-scope=*) ;;
    --max-size=* | --max-objects=* | --format=*) ;;
    --client-mount-timeout=* | --rados-osd-op-timeout=* | --rados-mon-op-timeout=*) ;;
    --gen-access-key | --gen-secret) ;;
    -*) refuse "option ${word%%=*}" ;;
    *)
      words=$((words + 1))
      case $words in
        1) group=$word ;;
        2) verb=$word ;;
        3) entry=$word ;;
        *) refuse "more than three words" ;;
      esac
      ;;
  esac
  set -- "$@" "$word"
done

case "$words $group $verb" in
  "2 user create" | "2 user info" | "2 user modify" | "2 user rm" | "2 user enable" | "2 user suspend" | \
    "2 key create" | "2 key rm" | "2 quota set" | "2 quota enable" | "2 quota disable" | \
    "2 bucket list" | "2 bucket stats")
    [ -n "$uid" ] || refuse "$group $verb without --uid"
    subject=$uid
    ;;
  "3 metadata get" | "3 metadata put")
    subject=${entry#user:}
    [ "$entry" = "user:$subject" ] && [ -n "$subject" ] || refuse "$group $verb of anything but user:UID"
    ;;
  *) refuse "command $group $verb" ;;
esac

log run "$group $verb" "$subject" || exit 70
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
  timeout --kill-after=2 60 "$real" --name=client.rgwadmin --keyring="$keyring" "$@"
