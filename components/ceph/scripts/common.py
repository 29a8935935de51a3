# What the scripts for a Ceph host share. remote-job.ts sends this file and one of the others as one program.
#
# The job arrives on stdin, so that no key is ever part of a command line. Python 3.6, standard library only:
# that is what every Ceph host has, since the ceph command itself is written in it.
import json
import re
import shlex
import signal
import subprocess
import sys

CALL_SECONDS = 40
TOTAL_SECONDS = 120
# Exit codes of radosgw-admin are errno values; the shell's and sudo's are not.
EIO, EACCES, EEXIST, EINVAL, ETIMEDOUT = 5, 13, 17, 22, 110
NOT_EXECUTABLE, NOT_FOUND = 126, 127
REFUSED = 77  # by a wrapper of ceph-host/install.py

# Ceph's log lines begin with a time, a thread and a level.
LOG_PREFIX = re.compile(r"^\d{4}-\d\d-\d\dT\S+ [0-9a-f]+ +-?\d+ ")

job = globals()["job"]  # set by the bootstrap command


class Failure(Exception):
    """One sentence for the user: what failed, and what to do."""


def cleaned(raw):
    """What a command said, short enough for an error: no keys, no timestamps, no noise about missing plugins."""
    lines = [LOG_PREFIX.sub("", line).strip() for line in raw[:65536].decode("utf-8", "replace").splitlines()]
    said = " | ".join(line for line in lines if line and "compressor" not in line)
    for field in ("secretAccessKey", "accessKeyId"):
        if job.get(field):
            said = said.replace(job[field], "[secret]")
    return said if len(said) <= 400 else said[:400] + " ..."


def reason(code, said):
    """Why a command failed and what to do about it, from its exit code and stderr."""
    if "sudo: a password" in said or "sudo: a terminal" in said or "not allowed to execute" in said:
        return "sudo refused it; set up this account with ceph-host/install.py (docs/ceph-setup.md)"
    if code == REFUSED and ": refused: " in said:
        return "this account may not do that there"
    if "on master zone" in said or "on primary zone" in said:
        return (
            "this host belongs to a secondary zone, and users can be changed in the master zone only; set the stack's"
            " cephHost to a host of the master zone: this zone copies the user from there"
        )
    if code in (NOT_EXECUTABLE, NOT_FOUND):
        return "there is no such command on this host; configure a command that works there"
    if code == EACCES or any(word in said for word in ("keyring", "ermission denied", "auth_bad_method")):
        return "Ceph refused its credentials; use sudo if it needs root, else check its keyring and the keyring's caps"
    if code == 1 and ("fetch mon config" in said or "imed out" in said or "connecting to cluster" in said):
        return "no Ceph monitor answered within 5 s; check `ceph -s` and the mon daemons"
    # A command that waits for an OSD may crash after it has reported the timeout (errno 110).
    if code in (EIO, ETIMEDOUT) or "(110)" in said or "r=-110" in said:
        return "no OSD answered within 5 s: it is down, or the cluster is full; check `ceph osd tree` and `ceph df`"
    if code < 0 or code in (134, 139):
        return "it crashed, as it does when the cluster is full; check `ceph df` and `ceph health detail`"
    return "exit code %d" % code


def run(command, words, stdin="", allow=()):
    """Runs a command with a deadline; returns its exit code and stdout. Codes not in `allow` end the script."""
    what = "`%s` failed on the Ceph host: " % " ".join([command] + [word for word in words if not word.startswith("--")])
    try:
        process = subprocess.Popen(
            [word.encode("utf-8") for word in shlex.split(command) + words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise Failure(what + reason(NOT_FOUND, "") + " (%s)." % error.strerror)
    try:
        out, err = process.communicate(stdin.encode("utf-8"), timeout=CALL_SECONDS)
    except subprocess.TimeoutExpired:
        try:
            process.terminate()
        except OSError:
            pass  # sudo's process is root's: it ends by the limits of the command that it runs
        raise Failure(what + "still running after %d s, as when the cluster is full; check `ceph -s`." % CALL_SECONDS)
    code = process.returncode
    if code != 0 and code not in allow:
        said = cleaned(err)
        raise Failure(what + reason(code, said) + (". It said: " + said if said else "."))
    return code, out


def parsed(raw, what):
    try:
        return json.loads(raw.decode("utf-8"))
    except ValueError:
        raise Failure("`%s` printed something that is not JSON." % what)


def late(_signal, _frame):
    raise Failure("not done within %d s; check `ceph -s`: are the monitors and OSDs up?" % TOTAL_SECONDS)


def main(operations):
    signal.signal(signal.SIGALRM, late)
    signal.alarm(TOTAL_SECONDS)
    try:
        print(operations[job["op"]]())
    except Failure as failure:
        sys.exit(str(failure))
