# What the scripts for an RGW user share; remote-job.ts sends it after common.py.
ENOENT = 2


def radosgw_admin(verb, *options, **how):
    # Without these two, radosgw-admin waits forever for a monitor or an OSD that is down.
    bounds = ["--client-mount-timeout=5", "--rados-osd-op-timeout=5"]
    return run(job["radosgwAdmin"], verb.split() + list(options) + bounds, **how)


def uid():
    return "--uid=" + job["uid"]


def stored_or_none():
    """The user as Ceph keeps it, or None if there is none. Holds its secret keys: never print it."""
    code, out = radosgw_admin("metadata get", "user:" + job["uid"], allow=(ENOENT,))
    return parsed(out, "radosgw-admin metadata get") if code == 0 else None


def stored():
    document = stored_or_none()
    if document is None:
        raise Failure("RGW user %s no longer exists. Run `pulumi up` again: it creates the user." % job["uid"])
    return document


def refuse_secondary_zone(document):
    """Of the commands that write, `metadata put` alone does not ask whether this is the zone that others copy from."""
    # A user that is there is not made again, and one of another name is not changed by it either.
    name = "x" if document["data"]["display_name"] != "x" else "y"
    radosgw_admin("user create", uid(), "--display-name=" + name, "--gen-secret", allow=(EEXIST,))


def store(document, is_new=False, allow=()):
    if not is_new:  # else `user create` has just worked here
        refuse_secondary_zone(document)
    # Not `key create` and `key rm`: these take keys as arguments, which every user of the host can read.
    put = json.dumps(document, ensure_ascii=False)  # Ceph does not understand escaped surrogate pairs
    code, _ = radosgw_admin("metadata put", "user:" + job["uid"], stdin=put, allow=(EEXIST,) + allow)
    if code == EEXIST:
        raise Failure(
            "The access key declared for RGW user %s belongs to another user (`radosgw-admin user info"
            " --access-key=KEY` shows which). Declare another key, or remove this one from that user. If you changed"
            " the uid, the old user still has this key and owns its buckets: change the uid back, or declare new keys"
            " and a new bucket."
            % job["uid"]
        )
    return code

