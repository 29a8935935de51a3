
# From here on all wrappers are alike. Above, each has said which `program` it stands for, the `client` that it asks
# Ceph as, and how to judge the words of a command line: takes_value, check and decide.
audit=/var/log/admin-commands.log

log() { # outcome, verb, subject
  printf '%s\t%s\t%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$program" "$1" "$2" \
    "$(printf %s "$3" | tr '[:cntrl:]' '?' | cut -c1-200)" >>"$audit"
}
refuse() {
  log refused - -
  printf '%s: refused: %s (this is the wrapper %s)\n' "$program" "$1" "$0" >&2
  exit 77
}

left=$#
while [ "$left" -gt 0 ]; do
  word=$1
  shift
  left=$((left - 1))
  if takes_value "$word"; then
    [ "$left" -gt 0 ] || refuse "$word needs a value"
    # In one word with its option, a value that looks like an option cannot be taken for one.
    word=$word=$1
    shift
    left=$((left - 1))
  fi
  check "$word"
  set -- "$@" "$word"
done

decide
log run "$verb" "$subject" || exit 70
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root \
  timeout --kill-after=2 60 "$real" --name="client.$client" --keyring="/etc/ceph/ceph.client.$client.keyring" "$@"
