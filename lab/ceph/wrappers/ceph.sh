#!/bin/sh
# What `sudo ceph` runs for the lab's ceph-admin: looking, and the settings of a Ceph with one disk.
# Its cephx user may do no more than that either; this only says so in plain words.
set -u
program=ceph
real=/usr/bin/ceph
client=pooladmin

takes_value() {
  case $1 in
    --connect-timeout | --format) ;;
    *) return 1 ;;
  esac
}

command='' words=0
check() {
  case $1 in
    --connect-timeout=* | --format=* | --sticky | --yes-i-really-mean-it) ;;
    -*) refuse "option ${1%%=*}" ;;
    *)
      words=$((words + 1))
      command="$command${command:+ }$1"
      ;;
  esac
}

decide() {
  case "$words $command" in
    "1 status" | "1 health" | "2 health detail" | "2 osd stat" | "3 osd pool ls" | "4 osd pool ls detail" | \
      "4 config get mon mon_allow_pool_size_one" | "4 config get mon osd_pool_default_size" | \
      "4 config get mon osd_pool_default_min_size" | "4 config show mon.a mon_allow_pool_size_one" | \
      "4 config show mon.a osd_pool_default_size" | "4 config show mon.a osd_pool_default_min_size")
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
}
