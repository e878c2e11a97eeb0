"""/proc/net, read independently of the program: what the kernel says there, as dictionaries.

Absent here too: inode and uid where the kernel has no socket to speak of (inode 0).
"""

import socket
import struct

STATES = (
    "", "ESTAB", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT",
    "UNCONN", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING",
)  # fmt: skip
TIMERS = {1: "on", 2: "keepalive", 3: "timewait", 4: "persist"}
PROTOCOLS = ("tcp", "udp", "udplite", "raw")


def address(text):
    """The words of the address are printed in the byte order of the host."""
    words = [text[i : i + 8] for i in range(0, len(text), 8)]
    packed = b"".join(struct.pack("=I", int(word, 16)) for word in words)
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, packed)


def endpoint(text):
    host, port = text.split(":")
    return address(host), int(port, 16)


def row(proto, family, line):
    word = line.split()
    src, sport = endpoint(word[1])
    dst, dport = endpoint(word[2])
    wqueue, rqueue = (int(part, 16) for part in word[4].split(":"))
    inode = int(word[9])
    answer = {
        "proto": proto, "family": family, "state": STATES[int(word[3], 16)],
        "src": src, "sport": sport, "dst": dst, "dport": dport,
        "recvq": rqueue, "sendq": wqueue,
        "timer": TIMERS.get(int(word[5].split(":")[0], 16)),
        "inode": inode or None, "uid": int(word[7]) if inode else None,
    }  # fmt: skip
    if proto != "tcp":
        answer["drops"] = int(word[12])
    return answer


def table(proto, family):
    suffix = "6" if family == "inet6" else ""
    try:
        with open(f"/proc/thread-self/net/{proto}{suffix}") as file:
            lines = file.readlines()[1:]
    except FileNotFoundError:
        return []
    return [row(proto, family, line) for line in lines]


def sockets(*protocols):
    names = protocols or PROTOCOLS
    return [one for name in names for family in ("inet", "inet6") for one in table(name, family)]


def find(**wanted):
    """The sockets that have all these values."""
    proto = wanted.get("proto")
    known = sockets(proto) if proto else sockets()
    return [one for one in known if all(one[key] == value for key, value in wanted.items())]
