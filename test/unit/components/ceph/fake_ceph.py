# A stand-in for ceph: a cluster in a JSON file, with options in the monitor's database and in its ceph.conf, which wins.
# It also records every command that changes something.
import json
import sys

path = sys.argv[1]
words = [word for word in sys.argv[2:] if not word.startswith("--")]
with open(path, encoding="utf-8") as file:
    state = json.load(file)


def answer(value):
    print(value if isinstance(value, str) else json.dumps(value))


def change():
    state["changes"].append(" ".join(words))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(state, file)


verb = " ".join(words[:2])
if words == ["status"]:
    answer({"quorum_names": ["a"], "health": {"mutes": state["mutes"]}})
elif verb == "osd stat":
    answer({"num_osds": state["osds"]})
elif verb == "config get":
    answer(state["database_of_mon"].get(words[3], state["database"].get(words[3], "3")))
elif verb == "config show":
    known = {**state["database"], **state["conf"]}
    answer(known.get(words[3], "3"))
elif verb == "config set":
    state["database"][words[3]] = words[4]
    change()
elif words == ["osd", "pool", "ls", "detail"]:
    answer(state["pools"])
elif words[:3] == ["osd", "pool", "set"]:
    pool = next(each for each in state["pools"] if each["pool_name"] == words[3])
    pool[words[4]] = int(words[5])
    change()
elif verb == "health mute":
    state["mutes"].append({"code": words[2], "sticky": True})
    change()
else:
    sys.exit("unknown command: " + " ".join(words))
