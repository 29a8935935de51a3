# Makes a Ceph of one disk usable for RGW: one copy of everything; see single-disk.ts.
import time

# A monitor takes a setting up at once, and tells the manager with its next report.
SECONDS_TO_TAKE_UP = 15
DEFAULTS = {"mon_allow_pool_size_one": "true", "osd_pool_default_size": "1", "osd_pool_default_min_size": "1"}


def ceph(*words):
    _, out = run(job["ceph"], list(words) + ["--connect-timeout=5", "--format=json"])
    return out


def option(*words):
    _, out = run(job["ceph"], ["config"] + list(words) + ["--connect-timeout=5"])
    return out.decode("utf-8", "replace").strip()


def asked(*words):
    return parsed(ceph(*words), "ceph " + " ".join(words))


def refuse_if_redundancy_is_possible():
    osds = asked("osd", "stat")["num_osds"]
    if osds > 1:
        raise Failure(
            "This Ceph has %d OSDs, so it can keep more than one copy. Turn the single-disk settings off: they would"
            " throw that away. If you really want one copy, set the pools' sizes by hand." % osds
        )


def allow_one_copy():
    # Also for pools to come: RGW makes most of its pools when they are first written to.
    changed = [name for name, value in sorted(DEFAULTS.items()) if option("get", "mon", name) != value]
    for name in changed:
        ceph("config", "set", "global", name, DEFAULTS[name])
        refuse_if_overridden(name)
    require_in_force()
    return changed


def refuse_if_overridden(name):
    now = option("get", "mon", name)
    if now != DEFAULTS[name]:
        raise Failure(
            "`ceph config` has %s = %s for the monitors (mon), which overrides the global setting. Remove it with"
            " `ceph config rm mon %s`, and run `pulumi up` again." % (name, now, name)
        )


def require_in_force():
    """A monitor's ceph.conf wins over what `ceph config set` says, and Proxmox VE writes three copies into it."""
    monitors = ["mon." + name for name in asked("status")["quorum_names"]]
    deadline = time.monotonic() + SECONDS_TO_TAKE_UP
    for monitor in monitors:
        for name, value in sorted(DEFAULTS.items()):
            now = option("show", monitor, name)
            while now != value and time.monotonic() < deadline:
                time.sleep(1)
                now = option("show", monitor, name)
            if now != value:
                raise Failure(
                    "%s uses %s = %s, although `ceph config` says %s: a line in its ceph.conf overrides that. Pools"
                    " that RGW creates later would wait for disks that do not exist. In that file (Proxmox VE:"
                    " /etc/pve/ceph.conf), set it to %s or remove the line. Then restart the monitor (`systemctl"
                    " restart ceph-mon.target`) and run `pulumi up` again." % (monitor, name, now, value, value)
                )


def one_copy_per_pool():
    changed = []
    for pool in asked("osd", "pool", "ls", "detail"):
        if "rgw" not in pool["application_metadata"]:
            continue
        if pool["size"] != 1:
            ceph("osd", "pool", "set", pool["pool_name"], "size", "1", "--yes-i-really-mean-it")
        if pool["min_size"] != 1:
            ceph("osd", "pool", "set", pool["pool_name"], "min_size", "1")
        if pool["size"] != 1 or pool["min_size"] != 1:
            changed.append(pool["pool_name"])
    return changed


def mute_warnings():
    muted = [mute["code"] for mute in asked("status")["health"].get("mutes", []) if mute["sticky"]]
    changed = [code for code in ("POOL_NO_REDUNDANCY", "TOO_FEW_OSDS") if code not in muted]
    for code in changed:
        ceph("health", "mute", code, "--sticky")
    return changed


def apply():
    refuse_if_redundancy_is_possible()
    changed = allow_one_copy() + one_copy_per_pool() + mute_warnings()
    return "changed: " + ", ".join(changed) if changed else "unchanged"


main({"apply": apply})
