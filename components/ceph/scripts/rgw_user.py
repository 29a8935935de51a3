# Brings one RGW user to what the job declares, or takes it away; see rgw-user.ts.
import hashlib


def exists():
    code, _ = radosgw_admin("user info", uid(), allow=(EINVAL,))
    return code == 0


def leaves_other_keys():
    return job["otherKeys"] == "leave"


def declared_quota():
    size, objects = job["quota"].get("maxSizeBytes"), job["quota"].get("maxObjects")
    if size is None and objects is None:
        return {"enabled": False}
    return {"enabled": True, "max_size": -1 if size is None else size, "max_objects": -1 if objects is None else objects}


def is_declared_key(key):
    return (
        key["access_key"] == job["accessKeyId"]
        and key["secret_key"] == job["secretAccessKey"]
        and key.get("active", True)
    )


def placeholder_key():
    """The key of a user who is just being made. Its secret is Ceph's own, and nobody has it."""
    return "unfinished-" + hashlib.sha256(job["uid"].encode("utf-8")).hexdigest()[:20]


def keys_in_use(data):
    """Undeclared keys that somebody may be using: not that of a run that was broken off while it made the user."""
    return [key for key in other_keys(data) if key["access_key"] != placeholder_key()]


def declared_keys(data, exact):
    """The declared key: the stored entry if it is right, since newer versions keep more fields in it; others if asked."""
    right = [key for key in data["keys"] if is_declared_key(key)][:1]
    new = {"user": data["user_id"], "access_key": job["accessKeyId"], "secret_key": job["secretAccessKey"]}
    if exact:
        return right or [new]
    others = keys_in_use(data)
    if right:
        return [key for key in data["keys"] if key in right or key in others]
    return others + [new]


def correct(data, exact):
    """Brings the stored user to what is declared, says what had to change, and leaves the rest of it alone."""
    changed = []

    def bring(what, holder, field, value):
        if holder.get(field) != value:
            holder[field] = value
            if what not in changed:
                changed.append(what)

    bring("display name", data, "display_name", job["displayName"])
    bring("max buckets", data, "max_buckets", job["maxBuckets"])
    bring("suspended", data, "suspended", 0)
    bring("keys", data, "keys", declared_keys(data, exact))
    for field, value in sorted(declared_quota().items()):
        bring("quota", data["user_quota"], field, value)
    return changed


def create():
    options = [uid(), "--display-name=" + job["displayName"], "--max-buckets=%d" % job["maxBuckets"]]
    # Another run may have been quicker: then the user is there, and is corrected like any other.
    code, _ = radosgw_admin(
        "user create", *options, "--access-key=" + placeholder_key(), "--gen-secret", allow=(EEXIST,)
    )
    return code == 0


def refuse_keys_in_use():
    if job["existingKeys"] == "revoke":
        return
    count = len(keys_in_use(stored()["data"]))
    if count:
        raise Failure(
            "RGW user %s was there before, with undeclared keys (%d), and whoever uses them would lose access; nothing"
            " was changed. Declare the one that is in use (`pulumi config set --secret cnpg-rgw:accessKeyId`, and"
            " cnpg-rgw:secretAccessKey), or let them end: existingKeys `revoke` (`pulumi config set --path"
            " cnpg-rgw:rgwUser.existingKeys revoke`)." % (job["uid"], count)
        )


def bring_to_declared(exact):
    document = stored()
    changed = correct(document["data"], exact)
    if "suspended" in changed:
        # Ceph suspended the user's buckets along with the user, and only this brings them back.
        radosgw_admin("user enable", uid())
        document = stored()
        correct(document["data"], exact)
    if changed:
        store(document)
        left = correct(stored()["data"], exact)
        if left:
            raise Failure("RGW user %s was written, but these did not take: %s." % (job["uid"], ", ".join(left)))
    return "changed: " + ", ".join(changed) if changed else "unchanged"


def apply():
    created = not exists() and create()
    try:
        result = bring_to_declared(exact=created or not leaves_other_keys())
    except Failure:
        if created:
            radosgw_admin("user rm", uid(), allow=range(256))
        raise
    return "created" if created else result


def adopt():
    """The first time that this stack meets the user."""
    if exists():
        refuse_keys_in_use()
    return apply()


def inspect():
    document = stored_or_none()
    if document is None:
        return inspection(["absent"], 0, document)
    others = len(keys_in_use(document["data"]))
    return inspection(correct(document["data"], exact=not leaves_other_keys()), others, document)


def revoke():
    document = stored()
    keys = document["data"]["keys"]
    # Left are keys of an update that was broken off before it revoked them: of this stack, too.
    document["data"]["keys"] = [] if leaves_other_keys() else other_keys(document["data"])
    if document["data"]["keys"] != keys:
        store(document)
    return "kept: RGW user %s and its buckets stay, its key is revoked" % job["uid"]


def remove():
    _, out = radosgw_admin("bucket list", uid())
    buckets = parsed(out, "radosgw-admin bucket list")
    if buckets:
        more = ", and %d more" % (len(buckets) - 10) if len(buckets) > 10 else ""
        raise Failure(
            "RGW user %s still owns %s%s, so it is not removed. Delete the buckets first, or keep the user (the stack's"
            " `pulumi config set cnpg-rgw:protectBucket true`, or onDelete: keep of RgwUser) and run `pulumi up` before"
            " you destroy again: then the user and its buckets stay, and only its key is revoked."
            % (job["uid"], ", ".join("bucket %s" % name for name in buckets[:10]), more)
        )
    # Never --purge-data: it deletes even objects under a retention lock.
    code, _ = radosgw_admin("user rm", uid(), allow=(EEXIST,))
    if code == EEXIST:
        raise Failure("RGW user %s got a bucket while it was being removed, so it stays. Try again." % job["uid"])
    return "removed"


def is_taken_over():
    """A user with other keys than the declared one has been declared again since, or by somebody else."""
    keys = [key["access_key"] for key in stored()["data"]["keys"]]
    return bool(keys) and job["accessKeyId"] not in keys


def delete():
    if not exists():
        return "absent"
    if is_taken_over():
        return "left alone: RGW user %s has other keys by now" % job["uid"]
    return revoke() if job["onDelete"] == "keep" else remove()


main({"adopt": adopt, "apply": apply, "inspect": inspect, "delete": delete})
