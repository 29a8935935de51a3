"""Runs commands in batches, those of a batch at once, and says how long all took and what they used.

Reads a job as JSON from stdin: {"batches": [[argv, ...], ...], "environment": {...}, "samples": false}.
Prints {"seconds", "cpuSeconds", "peakBytes", "failures": [...]}; peakBytes is 0 unless samples are asked for, since
taking them costs time: it is the largest sum of what the processes held at once, shared pages counted once (PSS).
"""

import json
import os
import resource
import subprocess
import sys
import threading
import time

job = json.load(sys.stdin)
environment = {**os.environ, **job.get("environment", {})}
failures = []
peak = 0
running = {}


def children():
    """The processes that the commands consist of now."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as stat:
                    parents[int(name)] = int(stat.read().rpartition(")")[2].split()[1])
            except OSError:
                pass
    found = set(running)
    while True:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def held(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as rollup:
            return sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
    except OSError:
        return 0


def sample(ended):
    global peak
    while not ended.wait(0.05):
        peak = max(peak, sum(held(pid) for pid in children()))


def run(batch):
    started = [
        subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for argv in batch
    ]
    running.update((process.pid, process) for process in started)
    for argv, process in zip(batch, started):
        _, errors = process.communicate()
        running.pop(process.pid)
        if process.returncode != 0:
            last = errors.decode(errors="replace").strip().splitlines()[-3:]
            failures.append(f"{argv[0]} exited with {process.returncode}: {' / '.join(last)}")


ended = threading.Event()
sampler = threading.Thread(target=sample, args=(ended,))
if job.get("samples"):
    sampler.start()
before = resource.getrusage(resource.RUSAGE_CHILDREN)
start = time.perf_counter()
for batch in job["batches"]:
    run(batch)
seconds = time.perf_counter() - start
after = resource.getrusage(resource.RUSAGE_CHILDREN)
ended.set()
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "peakBytes": peak, "failures": failures}))
