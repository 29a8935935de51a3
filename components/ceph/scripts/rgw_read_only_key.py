# Gives the subuser `drill` of an RGW user a key that can only read, or ends it; see rgw-read-only-key.ts.
import copy
import time


def is_declared(key, data):
    return is_declared_key(key) and key["user"] == subuser_id(data)


def refuse_other_use(data):
    """A subuser with more rights would make this a key that writes; a key of another use would be lost to that."""
    for subuser in subusers(data):
        if subuser["id"] == subuser_id(data) and subuser["permissions"] != "read":
            raise Failure(
                "RGW user %s has a subuser %s already, with permissions %s, so it gets no key that can only read."
                " If nothing uses that subuser: `radosgw-admin subuser modify --uid=UID --subuser=%s --access=read`"
                " on the Ceph host, then run `pulumi up` again. If something does: give keys of your own for the"
                " restore drills (cnpg-rgw:drillAccessKeyId, cnpg-rgw:drillSecretAccessKey)."
                % (job["uid"], SUBUSER, subuser["permissions"], SUBUSER)
            )
    for key in data["keys"]:
        is_ours = marked_keys(data).get(digest_of(key)) == READ_ONLY
        if key["access_key"] == job["accessKeyId"] and not is_ours and not is_declared(key, data):
            raise Failure(
                "The access key declared as one of RGW user %s that can only read is in use there already. Declare"
                " another." % job["uid"]
            )


def grant(data):
    """Brings the subuser and its key to what is declared; whether something had to change."""
    refuse_other_use(data)
    before = copy.deepcopy(data)
    mark = marks(data).get(owner_id(data))
    if mark is None:
        raise Failure(
            "RGW user %s has no mark of this stack. Run `pulumi up` again: it marks the user first." % job["uid"]
        )
    if not any(subuser["id"] == subuser_id(data) for subuser in subusers(data)):
        data["subusers"] = subusers(data) + [{"id": subuser_id(data), "permissions": "read"}]
    if not any(is_declared(key, data) for key in data["keys"]):
        declared = {
            "user": subuser_id(data),
            "access_key": job["accessKeyId"],
            "secret_key": job["secretAccessKey"],
        }
        others = [key for key in data["keys"] if key["access_key"] != job["accessKeyId"]]
        data["keys"] = others + [declared]
    declared = digest(job["accessKeyId"])
    if mark["keys"].get(declared) != READ_ONLY:
        mark["keys"][declared] = READ_ONLY
        put_mark(data, owner_id(data), mark)
    return data != before


def apply():
    document = stored()
    if not grant(document["data"]):
        return "unchanged"
    # A host that was set up before there was this key allows no subuser. That is to be mended, and stops nothing else.
    if store(document, allow=(REFUSED,)) == REFUSED:
        return "refused"
    if grant(stored()["data"]):
        raise Failure("RGW user %s was written, but its key that can only read did not take." % job["uid"])
    return "changed"


def inspect():
    document = stored_or_none()
    if document is None:
        return inspection(["absent"], None)
    return inspection(["drill key"] if grant(copy.deepcopy(document["data"])) else [], document)


def has_successor(data):
    """Whether the stack has given the subuser another key, which those who use this one have by now."""
    there = {digest_of(key) for key in data["keys"]} - {digest(job["accessKeyId"])}
    return any(origin == READ_ONLY and key in there for key, origin in marked_keys(data).items())


def delete():
    document = stored_or_none()
    if document is None:
        return "absent"
    if marked_keys(document["data"]).get(digest(job["accessKeyId"])) != READ_ONLY:
        return "left alone: the key is not this stack's by now"
    if has_successor(document["data"]):
        # A drill that runs reads its Secret again every few seconds.
        time.sleep(job["afterSeconds"])
        document = stored()
    end(document["data"])
    store(document)
    return "ended"


def end(data):
    owner = owner_id(data)
    name = subuser_id(data)
    data["keys"] = [key for key in data["keys"] if key["access_key"] != job["accessKeyId"] or key["user"] != name]
    drop_unused_subuser(data)
    mark = marks(data).get(owner)
    if mark:
        mark["keys"].pop(digest(job["accessKeyId"]), None)
        put_mark(data, owner, mark)


main({"apply": apply, "inspect": inspect, "delete": delete})
