# Says what the account that logs in may do as root on its Ceph host; changes nothing. See host-rights.ts.
import ast
import json
import os
import re
import shlex
import subprocess

job = globals()["job"]  # set by the bootstrap command


def listed():
    try:
        done = subprocess.run(
            ["sudo", "-n", "-l"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ, LC_ALL="C"),
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return [line.strip() for line in lines if line.startswith("    (")][:50]


def users(rules):
    """The RGW users that a wrapper of ceph-host/install.py is for; None where there is none."""
    for path in re.findall(r"/usr/local/lib/cnpg-rgw/[\w-]+/radosgw-admin\b", "\n".join(rules)):
        try:
            with open(path, encoding="utf-8") as file:
                known = re.search(r"^UIDS = (.*)$", file.read(), re.M)
        except OSError:
            continue
        return [uid.decode("utf-8", "replace") for uid in ast.literal_eval(known.group(1))]
    return None


# A list of rules is asked for only where sudo is used: of others it may be reported as an incident.
uses_sudo = any(os.path.basename(word) == "sudo" for word in shlex.split(job["command"]))
rules = listed() if uses_sudo and os.geteuid() != 0 else []
print(json.dumps({"isRoot": os.geteuid() == 0, "usesSudo": uses_sudo, "rules": rules, "uids": users(rules)}))
