"""/proc/net, read independently of the program: what the kernel says there, as dictionaries.

Absent here too: inode and uid where the kernel has no socket to speak of (inode 0).
"""

import re
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


# Families that are not IP.

UNIX_LINE = re.compile(
    rb"[0-9a-f]+: [0-9A-F]{8} [0-9A-F]{8} (?P<flags>[0-9A-F]{8}) (?P<type>[0-9A-F]{4}) "
    rb"(?P<state>[0-9A-F]{2}) +(?P<inode>[0-9]+)(?: (?P<name>.*))?"
)
UNIX_TYPES = {socket.SOCK_STREAM: "u_str", socket.SOCK_DGRAM: "u_dgr",
              socket.SOCK_SEQPACKET: "u_seq"}  # fmt: skip
LISTENING = 0x10000
UNIX_CONNECTED = (2, 3)


def unix_row(found):
    connected = int(found["state"], 16) in UNIX_CONNECTED
    listening = int(found["flags"], 16) & LISTENING
    return {
        "proto": UNIX_TYPES[int(found["type"], 16)],
        "state": "LISTEN" if listening else "ESTAB" if connected else "UNCONN",
        "inode": int(found["inode"]) or None,
        "name": found["name"] or b"",
    }


def unix():
    """The name is bytes, with "@" for every NUL; newlines in it stand there as they are."""
    with open("/proc/thread-self/net/unix", "rb") as file:
        lines = file.read().split(b"\n")[1:-1]
    rows = []
    for line in lines:
        found = UNIX_LINE.fullmatch(line)
        if found:
            rows.append(unix_row(found.groupdict()))
        else:
            rows[-1]["name"] += b"\n" + line
    return rows


def words(name):
    with open(f"/proc/thread-self/net/{name}") as file:
        return [line.split() for line in file][1:]


def packet():
    return [
        {"proto": "p_dgr" if word[2] == "2" else "p_raw", "ethertype": f"{int(word[3], 16):x}",
         "ifindex": int(word[4]) or None, "recvq": int(word[6]), "uid": int(word[7]),
         "inode": int(word[8])}
        for word in words("packet")
    ]  # fmt: skip


def netlink():
    """Of the groups it tells the first 32."""
    return [
        {"protocol": int(word[1]), "sport": int(word[2]),
         "groups": {bit + 1 for bit in range(32) if int(word[3], 16) >> bit & 1},
         "inode": int(word[9])}
        for word in words("netlink")
    ]  # fmt: skip
