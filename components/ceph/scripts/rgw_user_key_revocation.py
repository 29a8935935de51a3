# Removes every key of an RGW user but the declared one; see rgw-user-key-revocation.ts.
import time


def has_declared_key(data):
    return any(key["access_key"] == job["accessKeyId"] and key.get("active", True) for key in data["keys"])


def stored_with_declared_key():
    document = stored()
    if not has_declared_key(document["data"]):
        raise Failure(
            "RGW user %s does not have the declared key, so its other keys are not revoked. Run `pulumi up` again: it"
            " gives the user its key first." % job["uid"]
        )
    return document


def apply():
    if not other_keys(stored_with_declared_key()["data"]):
        return "unchanged"
    # Whoever read the old key a moment ago may still be using it.
    signal.alarm(TOTAL_SECONDS + job["afterSeconds"])
    time.sleep(job["afterSeconds"])
    document = stored_with_declared_key()
    revoked = other_keys(document["data"])
    document["data"]["keys"] = [key for key in document["data"]["keys"] if key not in revoked]
    store(document)
    return "revoked: %d" % len(revoked)


def inspect():
    document = stored_or_none()
    others = len(other_keys(document["data"])) if document else 0
    return inspection([], others, document)


main({"apply": apply, "inspect": inspect})
