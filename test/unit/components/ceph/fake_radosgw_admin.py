# A stand-in for radosgw-admin: users in a JSON file, exit codes and messages as seen from 18.2.7. It also records
# every command line, so that tests can show what was, and what was not, on one.
import json
import sys

path, argv = sys.argv[1], sys.argv[2:]
with open(path, encoding="utf-8") as file:
    state = json.load(file)
state["calls"].append(" ".join(argv))


def option(name):
    return next((word[len(name) + 3 :] for word in argv if word.startswith("--%s=" % name)), None)


def finish(code, stderr="", stdout=None):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(state, file)
    sys.stderr.write(stderr)
    sys.stdout.write("" if stdout is None else json.dumps(stdout))
    sys.exit(code)


def as_ceph_keeps(data):
    """Ceph reads a subuser as what is behind the first colon, knows a right by its exact name, and has none else."""
    rights = ("read", "write", "read-write", "full-control")
    behind = lambda text: data["user_id"] + "".join(text.partition(":")[1:])
    data["keys"] = [dict(key, user=behind(key["user"])) for key in data["keys"]]
    data["subusers"] = [
        {"id": behind(each["id"]), "permissions": each["permissions"] if each["permissions"] in rights else "<none>"}
        for each in data.get("subusers", [])
    ]
    return data


uid = option("uid") or next((word[len("user:") :] for word in argv if word.startswith("user:")), None)
user = state["users"].get(uid)
verb = " ".join(argv[:2])

if state.get("breaks"):
    finish(state["breaks"]["exitCode"], state["breaks"]["stderr"])
elif state.get("isSecondaryZone") and verb in ("user create", "user enable", "user rm"):
    said = "Please run the command on master zone. Performing this operation on non-master zone leads to inconsistent"
    finish(22, said + " metadata between zones\nAre you sure you want to go ahead? (requires --yes-i-really-mean-it)\n")
elif verb == "user info" and "madeMeanwhile" in state:
    state["users"][uid] = state.pop("madeMeanwhile")
    finish(22, "could not fetch user info: no user info saved")
elif verb == "user info":
    finish(0, stdout=user) if user else finish(22, "could not fetch user info: no user info saved")
elif verb == "user create":
    if user and user["display_name"] == option("display-name"):
        user["keys"].append({"user": uid, "access_key": option("access-key"), "secret_key": "generated-by-rgw"})
        finish(0, stdout=user)
    if user:
        finish(17, "could not create user: unable to create user, user: %s exists" % uid)
    state["users"][uid] = {
        "user_id": uid,
        "display_name": option("display-name"),
        "max_buckets": int(option("max-buckets")),
        "suspended": 0,
        "keys": [{"user": uid, "access_key": option("access-key") or "GENERATED", "secret_key": "generated-by-rgw"}],
        "subusers": [],
        "user_quota": {"enabled": False, "max_size": -1, "max_objects": -1},
        "caps": [],
        "op_mask": "read, write, delete",
        "placement_tags": [],
    }
    finish(0, stdout=state["users"][uid])
elif verb == "user enable":
    user["suspended"] = 0
    state["enabledBuckets"] = state["buckets"].get(uid, [])
    finish(0, stdout=user)
elif verb == "user rm":
    finish(0 if state["users"].pop(uid, None) else 2)
elif verb == "bucket list":
    finish(0, stdout=state["buckets"].get(uid, []))
elif verb == "metadata get":
    mtime = "2026-11-22T19:47:39.863256Z"
    finish(0, stdout={"key": "user:" + uid, "mtime": mtime, "data": user}) if user else finish(2, "ERROR: can't get key")
elif verb == "metadata put":
    data = json.loads(sys.stdin.buffer.read().decode("utf-8"))["data"]
    others = [other for name, other in state["users"].items() if name != uid]
    taken = {key["access_key"] for other in others for key in other["keys"]}
    if taken & {key["access_key"] for key in data["keys"]}:
        finish(17, "ERROR: can't put key: (17) File exists")
    state["users"][uid] = as_ceph_keeps(data)
    finish(0)
else:
    finish(22, "ERROR: Unknown command: " + verb)
