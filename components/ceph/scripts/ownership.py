# Which stacks use an RGW user, and which of its keys are theirs; remote-job.ts sends it after radosgw_admin.py.
#
# Each stack leaves a mark among the user's placement tags. Ceph keeps these as they are, gives them back and copies
# them to other zones. It compares them with the tags of placement targets, and one that no target has changes nothing.
import hashlib

MARK = "cnpg-rgw"
SUBUSER = "drill"  # with a key that can only read: rgw_read_only_key.py gives it one
READ_ONLY = "drill"  # such a key in a mark, beside those that are `made` or `found`


def digest(access_key):
    return hashlib.sha256(access_key.encode("utf-8")).hexdigest()[:16]


def digest_of(key):
    return digest(key["access_key"])


def marks(data):
    """By the id of each stack: its name, whether it made the user, and its keys: `made` by it, `found` there, or of the subuser."""
    found = {}
    for tag in data.get("placement_tags") or []:
        name, _, rest = tag.partition(":")
        parts = rest.split(":")
        if name != MARK or len(parts) < 3:
            continue
        keys = dict(reversed(part.split("-", 1)) for part in parts[3:] if "-" in part)
        found[parts[0]] = {"stack": parts[1], "made": parts[2] == "made", "keys": keys}
    return found


def written(owner, mark):
    keys = ["%s-%s" % (origin, key) for key, origin in sorted(mark["keys"].items())]
    return ":".join([MARK, owner, mark["stack"], "made" if mark["made"] else "found"] + keys)


def put_mark(data, owner, mark):
    """Puts a stack's mark in place of the one it had; None takes it away. Tags of others stay as they are."""
    tags = [tag for tag in data.get("placement_tags") or [] if not tag.startswith("%s:%s:" % (MARK, owner))]
    data["placement_tags"] = tags + ([written(owner, mark)] if mark else [])


def owner_id(data):
    """The id of the stack that this is about. A job that does not say means the only stack with the declared key."""
    given = job["owner"]["id"]
    if given is not None:
        return given
    having = [owner for owner, mark in sorted(marks(data).items()) if digest(job["accessKeyId"]) in mark["keys"]]
    return having[0] if len(having) == 1 else ""


def marked_keys(data):
    mark = marks(data).get(owner_id(data))
    return mark["keys"] if mark else {}


def own_keys(data):
    """Those of the user itself: a key of the subuser comes and ends by itself."""
    return {key: origin for key, origin in marked_keys(data).items() if origin != READ_ONLY}


def subusers(data):
    return data.get("subusers") or []


def subuser_id(data):
    return "%s:%s" % (data["user_id"], SUBUSER)


def drop_unused_subuser(data):
    """The subuser ends with its last key; one with other rights is not this program's."""
    name = subuser_id(data)
    if not any(key["user"] == name for key in data["keys"] + (data.get("swift_keys") or [])):
        ours = {"id": name, "permissions": "read"}
        data["subusers"] = [subuser for subuser in subusers(data) if subuser != ours]


def other_marks(data):
    own = owner_id(data)
    return [mark for owner, mark in sorted(marks(data).items()) if owner != own]


def keys_of_others(data):
    return {key for mark in other_marks(data) for key in mark["keys"]}


def placeholder_key():
    """The key of a user who is just being created. Ceph makes its secret, and no one ever has it."""
    return "unfinished-" + hashlib.sha256(job["uid"].encode("utf-8")).hexdigest()[:20]


def is_declared_key(key):
    return (
        key["access_key"] == job["accessKeyId"]
        and key["secret_key"] == job["secretAccessKey"]
        and key.get("active", True)
    )


def nobodys_keys(data):
    """Keys that no stack has marked, and somebody may be using: a person, or a stack from before there were marks."""
    marked = keys_of_others(data) | set(marked_keys(data))
    return [
        key
        for key in data["keys"]
        if digest_of(key) not in marked and not is_declared_key(key) and key["access_key"] != placeholder_key()
    ]


def old_keys(data):
    """Keys beside the declared one that this stack may end: its own, and nobody's where it is told so."""
    kept = keys_of_others(data)
    own = own_keys(data)
    nobodys = nobodys_keys(data) if job["existingKeys"] == "revoke" else []
    return [
        key
        for key in data["keys"]
        if key["access_key"] != job["accessKeyId"]
        and digest_of(key) not in kept
        and (digest_of(key) in own or key in nobodys or key["access_key"] == placeholder_key())
    ]


def refused_operations(data):
    """What the user's op mask keeps it from doing."""
    mask = data.get("op_mask", "read, write, delete")
    return [word for word in ("read", "write", "delete") if word not in mask]


def inspection(differs, document):
    """What the program is told when it only looks: no key, and when the user was last written."""
    data = document["data"] if document else {"keys": []}
    return json.dumps(
        {
            "differs": differs,
            "otherKeys": len(nobodys_keys(data)),
            "oldKeys": len(old_keys(data)),
            "isOwn": owner_id(data) in marks(data),
            "owners": [mark["stack"] for mark in other_marks(data)],
            "refuses": refused_operations(data),
            "writtenAt": document.get("mtime", "") if document else "",
        }
    )
