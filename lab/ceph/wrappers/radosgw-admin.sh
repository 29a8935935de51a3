#!/bin/sh
# What `sudo radosgw-admin` runs for the lab's ceph-admin: S3 users, their keys and quotas, and nothing else.
# Options are let through by name: Ceph takes any of its settings as an option of any command, e.g. a keyring or
# a log file to write to as root.
# One door is wider than its name: `metadata put user:` can give a user any right within RGW. It is the one way to
# set a key that no command line shows.
set -u
program=radosgw-admin
real=/usr/bin/radosgw-admin
client=rgwadmin

takes_value() {
  case $1 in
    --uid | --display-name | --email | --max-buckets | --access-key | --key-type | --quota-scope | --max-size | \
      --max-objects | --format | --client-mount-timeout | --rados-osd-op-timeout | --rados-mon-op-timeout) ;;
    *) return 1 ;;
  esac
}

group='' verb='' entry='' uid='' words=0
check() {
  case $1 in
    --uid=*) uid=${1#*=} ;;
    --display-name=* | --email=* | --max-buckets=* | --access-key=* | --key-type=* | --quota-scope=*) ;;
    --max-size=* | --max-objects=* | --format=*) ;;
    --client-mount-timeout=* | --rados-osd-op-timeout=* | --rados-mon-op-timeout=*) ;;
    --gen-access-key | --gen-secret) ;;
    --secret | --secret=* | --secret-key | --secret-key=*)
      refuse "every user of this host can read a secret on a command line; use metadata put user:UID with JSON on stdin"
      ;;
    -*) refuse "option ${1%%=*}" ;;
    *)
      words=$((words + 1))
      case $words in
        1) group=$1 ;;
        2) verb=$1 ;;
        3) entry=$1 ;;
        *) refuse "more than three words" ;;
      esac
      ;;
  esac
}

decide() {
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
  verb="$group $verb"
}
