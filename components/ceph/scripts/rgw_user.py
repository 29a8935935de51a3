# Brings one RGW user to what the job declares, or takes it away; see rgw-user.ts.
import copy


def exists():
    code, _ = radosgw_admin("user info", uid(), allow=(EINVAL,))
    return code == 0


def declared_quota():
    size, objects = job["quota"].get("maxSizeBytes"), job["quota"].get("maxObjects")
    if size is None and objects is None:
        return {"enabled": False}
    return {"enabled": True, "max_size": -1 if size is None else size, "max_objects": -1 if objects is None else objects}


def declared_keys(data, is_new):
    """The declared key: the stored entry if it is right, since newer versions keep more fields in it; and others."""
    right = [key for key in data["keys"] if is_declared_key(key)][:1]
    declared = right or [
        {"user": data["user_id"], "access_key": job["accessKeyId"], "secret_key": job["secretAccessKey"]}
    ]
    if is_new:
        return declared
    ended = old_keys(data) if job["otherKeys"] == "revoke" else []
    left = [
        key
        for key in data["keys"]
        if key in right
        or (key["access_key"] not in (job["accessKeyId"], placeholder_key()) and key not in ended)
    ]
    return left if right else left + declared


def first_mark(data):
    """Of a user that was there before its mark. A key that only this stack can have generated tells whose it is."""
    has_key = any(is_declared_key(key) for key in data["keys"])
    is_ours = has_key and job["keysAreGenerated"]
    is_unfinished = [key["access_key"] for key in data["keys"]] == [placeholder_key()]
    keys = {digest(job["accessKeyId"]): "made" if is_ours else "found"} if has_key else {}
    return {"made": is_ours or is_unfinished, "keys": keys}


def wanted_mark(before, keys, is_new):
    """The stack's mark, once the user has these keys."""
    mark = marks(before).get(job["owner"]["id"]) or ({"made": True, "keys": {}} if is_new else first_mark(before))
    there = {digest_of(key) for key in keys}
    own = {key: origin for key, origin in mark["keys"].items() if key in there}
    declared = digest(job["accessKeyId"])
    if not any(is_declared_key(key) for key in before["keys"]):
        own[declared] = "made"
    own.setdefault(declared, "found")
    return {"stack": job["owner"]["stack"], "made": mark["made"], "keys": own}


def correct(data, is_new=False):
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
    take_over(data, changed)
    before = copy.deepcopy(data)
    bring("keys", data, "keys", declared_keys(data, is_new))
    mark_as_own(data, before, is_new, changed)
    for field, value in sorted(declared_quota().items()):
        bring("quota", data["user_quota"], field, value)
    return changed


def take_over(data, changed):
    for owner, mark in marks(data).items():
        if mark["stack"] == job["takeOverFrom"] and owner != job["owner"]["id"]:
            put_mark(data, owner, None)
            changed[:] = [what for what in changed if what != "owner"] + ["owner"]


def mark_as_own(data, before, is_new, changed):
    owner = job["owner"]["id"]
    if not owner:
        return  # in a preview that is yet to make the id
    mark = marks(before).get(owner)
    wanted = wanted_mark(before, data["keys"], is_new)
    there = {digest_of(key) for key in data["keys"]}
    # A key that is gone may stay in the mark until there is something else to write.
    if mark:
        mark["keys"] = {key: origin for key, origin in mark["keys"].items() if key in there}
    if mark != wanted:
        put_mark(data, owner, wanted)
        # Other keys bring another mark along.
        if "keys" not in changed and "owner" not in changed:
            changed.append("owner")


def create():
    options = [uid(), "--display-name=" + job["displayName"], "--max-buckets=%d" % job["maxBuckets"]]
    # Another run may have been quicker: then the user is there, and is corrected like any other. To one of the same
    # display name Ceph adds the key, as if it had made the user.
    code, _ = radosgw_admin(
        "user create", *options, "--access-key=" + placeholder_key(), "--gen-secret", allow=(EEXIST,)
    )
    return code == 0 and [key["access_key"] for key in stored()["data"]["keys"]] == [placeholder_key()]


def own_instead():
    stack = "".join(c if c in "abcdefghijklmnopqrstuvwxyz0123456789-" else "-" for c in stack_name().lower())
    return (
        "give this stack its own user and bucket (`pulumi config set --path cnpg-rgw:rgwUser.uid cnpg-backup-%s`"
        " and `pulumi config set cnpg-rgw:bucket cnpg-backups-%s`)" % (stack, stack)
    )


def stack_name():
    return job["owner"]["stack"].split("/")[-1]


def refuse_user_of_others(data):
    others = [mark["stack"] for mark in other_marks(data) if mark["stack"] != job["takeOverFrom"]]
    if others:
        raise Failure(
            "RGW user %s belongs to stack %s. Nothing was changed. Do not share it: %s. Only if that stack is gone for"
            " good, take the user over: `pulumi config set --path cnpg-rgw:rgwUser.takeOverFrom %s`."
            % (job["uid"], " and stack ".join(others), own_instead(), others[0])
        )


def refuse_keys_in_use(data):
    count = len(nobodys_keys(data))
    if count and job["existingKeys"] != "revoke":
        raise Failure(
            "RGW user %s already exists, with undeclared keys (%d) that may be in use. Nothing was changed. If another"
            " stack or a person uses them, %s. If this stack should continue the user's backups, declare the key in"
            " use (`pulumi config set --secret cnpg-rgw:accessKeyId`, and cnpg-rgw:secretAccessKey). Only if the keys"
            " are no longer in use, revoke them (`pulumi config set --path cnpg-rgw:rgwUser.existingKeys revoke`)."
            % (job["uid"], count, own_instead())
        )


def refuse_other_secret(data):
    """A new secret for a key cuts off everyone who has the old one."""
    taken = keys_of_others(data)
    for key in data["keys"]:
        is_changed = key["access_key"] == job["accessKeyId"] and not is_declared_key(key)
        if is_changed and digest_of(key) in taken:
            raise Failure(
                "The access key declared for RGW user %s belongs to stack %s, with another secret. Declare a key of"
                " this stack's own." % (job["uid"], other_marks(data)[0]["stack"])
            )


def bring_to_declared(is_new):
    document = stored()
    refuse_other_secret(document["data"])
    changed = correct(document["data"], is_new)
    if "suspended" in changed:
        # Ceph suspended the user's buckets along with the user, and only this brings them back.
        radosgw_admin("user enable", uid())
        document = stored()
        correct(document["data"], is_new)
    if changed:
        store(document, is_new)
        left = correct(stored()["data"])
        if left:
            raise Failure("Ceph accepted the changes to RGW user %s, but did not keep these: %s." % (job["uid"], ", ".join(left)))
    return "changed: " + ", ".join(changed) if changed else "unchanged"


def apply():
    return finished(not exists() and create())


def finished(created):
    try:
        result = bring_to_declared(created)
    except Failure:
        if created:
            radosgw_admin("user rm", uid(), allow=range(256))
        raise
    return "created" if created else result


def adopt():
    """The first time that this stack meets the user."""
    created = not exists() and create()
    if not created:
        data = stored()["data"]
        refuse_user_of_others(data)
        refuse_keys_in_use(data)
    return finished(created)


def inspect():
    document = stored_or_none()
    if document is None:
        return inspection(["absent"], None)
    corrected = copy.deepcopy(document)
    return inspection(correct(corrected["data"]), document)


def leave(document, left):
    """The user stays, with the keys that this stack did not make, and without its mark."""
    before = copy.deepcopy(document)
    document["data"]["keys"] = left
    if "subusers" in document["data"]:
        drop_unused_subuser(document["data"])
    put_mark(document["data"], job["owner"]["id"], None)
    if document != before:
        store(document)
    return "kept: RGW user %s and its buckets stay, keys of this stack are revoked" % job["uid"]


def remove():
    _, out = radosgw_admin("bucket list", uid())
    buckets = parsed(out, "radosgw-admin bucket list")
    if buckets:
        more = ", and %d more" % (len(buckets) - 10) if len(buckets) > 10 else ""
        raise Failure(
            "RGW user %s still owns %s%s, so it is not removed: buckets hold backups. To destroy the stack and keep"
            " them, run `pulumi config set cnpg-rgw:protectBucket true` (in a program of your own: onDelete `keep` of"
            " RgwUser), then `pulumi up`, then destroy again: the user and its buckets stay, and only its key is"
            " revoked. To delete this stack's backups for good, see `npm run remove-backups`."
            % (job["uid"], ", ".join("bucket %s" % name for name in buckets[:10]), more)
        )
    # Never --purge-data: it deletes even objects under a retention lock.
    code, _ = radosgw_admin("user rm", uid(), allow=(EEXIST,))
    if code == EEXIST:
        raise Failure("RGW user %s got a bucket while it was being removed, so it was kept. Try again." % job["uid"])
    return "removed"


def is_declared_anew(data, mark):
    """Whether the stack has given the user another key since, as a resource that takes the place of this one does."""
    there = {digest_of(key) for key in data["keys"]}
    own = [key for key, origin in mark["keys"].items() if origin != READ_ONLY]
    return digest(job["accessKeyId"]) not in there and any(key in there for key in own)


def delete():
    if not exists():
        return "absent"
    document = stored()
    data = document["data"]
    mark = marks(data).get(job["owner"]["id"])
    if mark is None and marks(data):
        return "left alone: RGW user %s now belongs to another stack" % job["uid"]
    mark = mark or first_mark(data)
    if is_declared_anew(data, mark):
        return "left alone: RGW user %s now has other keys" % job["uid"]
    taken = keys_of_others(data)
    made = {key for key, origin in mark["keys"].items() if origin in ("made", READ_ONLY)} - taken
    ended = [key for key in data["keys"] if digest_of(key) in made]
    left = [key for key in data["keys"] if key not in ended and key["access_key"] != placeholder_key()]
    if job["onDelete"] == "keep" or left or other_marks(data) or not mark["made"]:
        return leave(document, left)
    return remove()


main({"adopt": adopt, "apply": apply, "inspect": inspect, "delete": delete})
