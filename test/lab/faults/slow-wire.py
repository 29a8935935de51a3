"""Makes the wire between a host and the switch slow: each frame waits SECONDS each way, and is lost with PROBABILITY.

Usage: slow-wire.py PORT SECONDS PROBABILITY, in the switch's network namespace; ends, and mends, when stdin is closed,
and says how many frames it has lost.
For kernels without netem: the host's port leaves the bridge, a pair of virtual ports takes its place there, and this
carries the frames between the two.
"""

import heapq
import random
import select
import socket
import subprocess
import sys
import time

port, seconds, probability = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
SOL_PACKET, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 263, 15, 23
ETH_P_ALL = 3
INNER, OUTER = "slow-in", "slow-out"


def ip(*words):
    subprocess.run(["ip", "link", *words], check=True)


def tap(name):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    # A frame comes with a header that says what the sender left to its network card: checksum, segmentation.
    wire.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
    wire.bind((name, ETH_P_ALL))
    return wire


def carry(ends):
    waiting, count, lost = [], 0, 0
    while True:
        pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select.select([sys.stdin, *ends], [], [], pause)
        if sys.stdin in ready:
            print("lost %d of %d frames" % (lost, lost + count), flush=True)
            return
        for end in ready:
            frame = end.recv(1 << 17)
            if random.random() < probability:
                lost += 1
                continue
            count += 1
            heapq.heappush(waiting, (time.monotonic() + seconds, count, ends[end], frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, end, frame = heapq.heappop(waiting)
            try:
                end.send(frame)
            except OSError:
                pass  # the other side is being taken down: lost, as on any wire


ip("add", OUTER, "type", "veth", "peer", "name", INNER)
ip("set", port, "nomaster")
ip("set", OUTER, "master", "switch0", "up")
ip("set", INNER, "up")
# Promiscuous: the frames are for the host behind the port, not for the port.
ip("set", INNER, "promisc", "on")
ip("set", port, "promisc", "on")
try:
    host, switch = tap(port), tap(INNER)
    print("slow", flush=True)
    carry({host: switch, switch: host})
finally:
    ip("del", OUTER)
    ip("set", port, "promisc", "off")
    ip("set", port, "master", "switch0")
