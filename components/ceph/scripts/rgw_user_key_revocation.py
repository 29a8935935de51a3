# Ends the keys of a stack but the declared one; see rgw-user-key-revocation.ts.
import time


def stored_with_declared_key():
    document = stored()
    keys = document["data"]["keys"]
    if not any(key["access_key"] == job["accessKeyId"] and key.get("active", True) for key in keys):
        raise Failure(
            "RGW user %s does not have the declared key, so its other keys were not revoked. Run `pulumi up` again: it"
            " sets the declared key first." % job["uid"]
        )
    return document


def apply():
    if not has_old_keys(stored_with_declared_key()["data"]):
        return "unchanged"
    # A client that read the old key a moment ago may still be using it.
    signal.alarm(TOTAL_SECONDS + job["afterSeconds"])
    time.sleep(job["afterSeconds"])
    document = stored_with_declared_key()
    data = document["data"]
    ended = old_keys(data)
    forget_old_keys(data)
    data["keys"] = [key for key in data["keys"] if key not in ended]
    store(document)
    return "revoked: %d" % len(ended)


def has_old_keys(data):
    there = {digest_of(key) for key in data["keys"]} - {digest(job["accessKeyId"])}
    return bool(old_keys(data)) or any(key in there for key in own_keys(data))


def forget_old_keys(data):
    """A key that another stack uses as well is left for that stack to revoke."""
    owner = owner_id(data)
    mark = marks(data).get(owner)
    if mark:
        declared = digest(job["accessKeyId"])
        kept = [(key, origin) for key, origin in mark["keys"].items() if key == declared or origin == READ_ONLY]
        mark["keys"] = dict(kept)
        put_mark(data, owner, mark)


def inspect():
    return inspection([], stored_or_none())


main({"apply": apply, "inspect": inspect})
