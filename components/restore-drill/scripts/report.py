# Where the result goes: one line of JSON in the log, in the pod's termination message and in the drill's ConfigMap.
import json
import os
from urllib.request import urlopen

from kubernetes import ApiError

RUNS_KEY = "runs.json"
# Kubernetes keeps 4096 bytes of a termination message.
MOST_BYTES = 3900


def line_of(result):
    return json.dumps(result, ensure_ascii=True, separators=(",", ":"))


def short_line(result):
    """As much as a termination message holds: without the checks' details, if need be."""
    line = line_of(result)
    if len(line) <= MOST_BYTES:
        return line
    checks = {name: {"result": check["result"], "detail": None} for name, check in result["checks"].items()}
    return line_of(dict(result, checks=checks, detail=(result["detail"] or "")[:1500] or None))


def terminate_with(result, path="/dev/termination-log"):
    try:
        with open(os.environ.get("TERMINATION_LOG", path), "w", encoding="ascii") as file:
            file.write(short_line(result))
    except OSError:
        pass  # the log has it


def runs_of(config_map):
    try:
        runs = json.loads((config_map.get("data") or {}).get(RUNS_KEY) or "[]")
        return runs if isinstance(runs, list) else []
    except ValueError:
        return []


def last_passed(config_map):
    """When the last run that passed was started; None if none of those that are kept did."""
    passed = [run.get("startedAt") for run in runs_of(config_map or {}) if run.get("result") == "passed"]
    return max(filter(None, passed), default=None)


def keep(api, namespace, name, result, most):
    """Puts the run in front of the others. Another writer's change in between is read and kept."""
    for _ in range(5):
        config_map = api.get("ConfigMap", namespace, name)
        if config_map is None:
            return "There is no ConfigMap %s to keep the result in: run `pulumi up`." % name
        others = [run for run in runs_of(config_map) if run.get("run") != result["run"]]
        data = dict(config_map.get("data") or {}, **{RUNS_KEY: json.dumps([result] + others[: most - 1])})
        try:
            api.replace("ConfigMap", namespace, name, dict(config_map, data=data))
            return None
        except ApiError as error:
            if error.status != 409:
                return "The result could not be kept: %s" % error
    return "The result could not be kept: another program keeps writing ConfigMap %s." % name


def beat(url):
    """Tells a watcher that a drill has passed. Its absence is the alarm, so a failure here fails no drill."""
    try:
        with urlopen(url, timeout=15):
            pass
    except Exception as error:
        return "The heartbeat URL did not take the call: %s." % type(error).__name__
    return None
