#!/usr/bin/env python3
"""Records tests/data: what the running kernel answers about sockets that are made here.

    unshare -n tests/capture.py tests/data

It must be root in a network namespace of its own, which holds nothing but what is made here. The
tests use the recorded files; this says how they came to be, and makes them again.

NAME.nlmsg holds the netlink messages of one dump, one after another, up to NLMSG_DONE.
NAME.made says what was made: one line per socket, with what its owner knows of it from outside
the dump (what it was bound to, fstat, getsockopt). NAME.proc is the text of a file in /proc/net.
"""

import fcntl
import os
import socket
import struct
import sys
import time

PORT_ID = 4242  # of our netlink socket
SEQUENCE = 7
AF_INET, AF_INET6 = socket.AF_INET, socket.AF_INET6
SOCK_DIAG_BY_FAMILY, TCPDIAG_GETSOCK = 20, 18
BYTECODE, PROTOCOL = 1, 3
IPPROTO_MPTCP = 262
SO_COOKIE, SO_MEMINFO = 57, 55
IDENTITY = struct.pack(">HH", 0, 0) + bytes(36) + b"\xff" * 8
ALL_STATES = 0xFFFFFFFF
CGROUP_MOUNTS = ("/sys/fs/cgroup/unified", "/sys/fs/cgroup")


def loopback_up():
    with socket.socket(AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, 0x8914, struct.pack("16sH14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


def dump(message_type, body):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4) as netlink:
        netlink.bind((PORT_ID, 0))
        header = struct.pack("=IHHII", 16 + len(body), message_type, 0x301, SEQUENCE, 0)
        netlink.send(header + body)
        answer = b""
        while True:
            received = netlink.recv(32768)
            at = 0
            while at < len(received):
                length, kind = struct.unpack_from("=IH", received, at)
                answer += received[at : at + length] + bytes(-length % 4)
                at += length + -length % 4
                if kind == 3:  # NLMSG_DONE
                    return answer


def legacy(extensions, states=ALL_STATES):
    body = struct.pack("=BBBB", AF_INET, 0, 0, extensions) + IDENTITY
    return dump(TCPDIAG_GETSOCK, body + struct.pack("=II", states, 0))


def by_family(family, protocol, extensions=0xFF, sport=0):
    identity = struct.pack(">H", sport) + IDENTITY[2:]
    fixed = struct.pack("=BBBBI", family, min(protocol, 254), extensions, 0, ALL_STATES)
    wide = struct.pack("=HHI", 8, PROTOCOL, protocol) if protocol > 255 else b""
    return dump(SOCK_DIAG_BY_FAMILY, fixed + identity + wide)


def number(one, level, option):
    return struct.unpack("=I", one.getsockopt(level, option, 4))[0]


def cookie(one):
    return struct.unpack("=Q", one.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8))[0]


def cgroup():
    """The inode of our directory in the version 2 hierarchy, or None."""
    with open("/proc/self/cgroup", encoding="ascii") as lines:
        paths = [line.rstrip("\n")[3:] for line in lines if line.startswith("0::")]
    for mount in CGROUP_MOUNTS:
        if paths and os.path.exists(f"{mount}/cgroup.procs"):
            return os.stat(mount + paths[0]).st_ino
    return None


class Made:
    """The lines of one NAME.made file. None becomes "-": it must not be known."""

    def __init__(self):
        self.lines = []

    def add(self, family, state, local, peer, **values):
        fields = [f"{name}={'-' if value is None else value}" for name, value in values.items()]
        ends = f"{local[0]} {local[1]} {peer[0]} {peer[1]}"
        family = "inet6" if family == AF_INET6 else "inet"
        self.lines.append(" ".join([family, state, ends, *fields]) + "\n")

    def add_socket(self, one, state, peer=None, **values):
        """A socket that a process holds: it tells about itself."""
        any_address = "::" if one.family == AF_INET6 else "0.0.0.0"
        memory = struct.unpack("=9I", one.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36))
        status = os.fstat(one.fileno())
        known = {"uid": status.st_uid, "inode": status.st_ino, "cookie": cookie(one),
                 "mark": number(one, socket.SOL_SOCKET, socket.SO_MARK), "cgroup": cgroup(),
                 "rcvbuf": memory[1], "sndbuf": memory[3], "drops": memory[8]}  # fmt: skip
        if one.family == AF_INET6 and state in ("LISTEN", "UNCONN"):
            known["v6only"] = number(one, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
        self.add(one.family, state, one.getsockname(), peer or (any_address, 0), **known | values)

    def write(self, name):
        with open(f"{name}.made", "w", encoding="ascii") as file:
            file.writelines(self.lines)


def tcp_values(one):
    info = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 280)
    algorithm = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16)
    return {
        "algorithm": algorithm.split(b"\0")[0].decode("ascii"),
        "info": len(info),
        "snd_mss": struct.unpack_from("=I", info, 16)[0],
        "segs_in": struct.unpack_from("=I", info, 140)[0],
        "bytes_received": struct.unpack_from("=Q", info, 128)[0],
    }


def bound(family, kind, address, port, uid, **options):
    one = socket.socket(family, kind, options.pop("protocol", 0))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if "v6only" in options:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, options.pop("v6only"))
    for name, value in options.items():
        one.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
    one.bind((address, port))
    os.fchown(one.fileno(), uid, uid)
    return one


def listener(family, address, port, uid, backlog, **options):
    one = bound(family, socket.SOCK_STREAM, address, port, uid, **options)
    one.listen(backlog)
    return one


def client(family, address, port, to, uid, algorithm=b"cubic"):
    one = bound(family, socket.SOCK_STREAM, address, port, uid)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, algorithm)
    one.connect(to)
    return one


def accept(door, uid):
    one = door.accept()[0]
    os.fchown(one.fileno(), uid, uid)
    return one


def copy_proc(directory, *names):
    for name in names:
        with open(f"/proc/thread-self/net/{name}", "rb") as file:
            text = file.read()
        with open(f"{directory}/{name}.proc", "wb") as file:
            file.write(text)


def save(directory, name, answer):
    with open(f"{directory}/{name}.nlmsg", "wb") as file:
        file.write(answer)


def record_tcp(directory):
    stream = socket.SOCK_STREAM
    door4 = listener(AF_INET, "127.0.0.1", 1001, 101, 7)
    dual = listener(AF_INET6, "::", 1002, 102, 5, v6only=0)
    only6 = listener(AF_INET6, "::1", 1003, 103, 6, v6only=1)
    slow = listener(AF_INET, "127.0.0.1", 1004, 104, 8)
    slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
    idle = bound(AF_INET, stream, "127.0.0.1", 1005, 105)
    idle6 = bound(AF_INET6, stream, "::1", 1006, 106)

    plain = client(AF_INET, "127.0.0.1", 2001, ("127.0.0.1", 1001), 201, b"bbr")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 0x21B2C3D4)
    plain_peer = accept(door4, 301)
    plain.send(b"hello")
    mapped = client(AF_INET, "127.0.0.1", 2002, ("127.0.0.1", 1002), 202)
    mapped_peer = accept(dual, 302)
    mapped.shutdown(socket.SHUT_WR)  # FIN-WAIT-2 with an owner
    wide = client(AF_INET6, "::1", 2003, ("::1", 1003), 203)
    wide.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    wide_peer = accept(only6, 303)
    gone = client(AF_INET, "127.0.0.1", 2004, ("127.0.0.1", 1001), 204)
    gone_cookie = cookie(gone)
    gone_peer = accept(door4, 304)
    gone.close()
    time.sleep(0.2)
    gone_peer.close()
    knocking = client(AF_INET, "127.0.0.1", 2005, ("127.0.0.1", 1004), 205)
    waiting = client(AF_INET6, "::1", 2006, ("::1", 1003), 206)  # not accepted
    half = client(AF_INET, "127.0.0.1", 2007, ("127.0.0.1", 1001), 207)
    half_cookie = cookie(half)
    half_peer = accept(door4, 307)
    half.close()  # FIN-WAIT-2 without an owner
    time.sleep(0.3)

    save(directory, "tcp-plain", legacy(0))
    save(directory, "tcp-all", legacy(0xFF))
    copy_proc(directory, "tcp", "tcp6")
    backlogs = {door4: 7, dual: 5, only6: 6, slow: 8}

    made = Made()
    for door, backlog in backlogs.items():
        made.add_socket(door, "LISTEN", recvq=1 if door is only6 else 0, sendq=backlog, shutdown=0)
    made.add_socket(idle, "UNCONN", recvq=0, sendq=0, shutdown=0)
    made.add_socket(idle6, "UNCONN", recvq=0, sendq=0, shutdown=0)
    for one, state, received, shutdown, timer in [
        (plain, "ESTAB", 0, 0, None), (plain_peer, "ESTAB", 5, 0, None),
        (mapped, "FIN-WAIT-2", 0, 2, None), (mapped_peer, "CLOSE-WAIT", 1, 1, None),
        (wide, "ESTAB", 0, 0, "keepalive"), (wide_peer, "ESTAB", 0, 0, None),
        (knocking, "ESTAB", 0, 0, None), (waiting, "ESTAB", 0, 0, None),
        (half_peer, "CLOSE-WAIT", 1, 1, None),
    ]:  # fmt: skip
        made.add_socket(one, state, one.getpeername(), recvq=received, sendq=0,
                        shutdown=shutdown, timer=timer, **tcp_values(one))  # fmt: skip
    minisock = {"uid": None, "inode": None, "recvq": 0, "sendq": 0}
    made.add(AF_INET, "TIME-WAIT", ("127.0.0.1", 2004), ("127.0.0.1", 1001),
             cookie=gone_cookie, timer="timewait", **minisock)  # fmt: skip
    made.add(AF_INET, "FIN-WAIT-2", ("127.0.0.1", 2007), ("127.0.0.1", 1001),
             cookie=half_cookie, timer="timewait", **minisock)  # fmt: skip
    # What nobody held yet while it was recorded tells its cookie now. Its child belongs to the
    # user of the listener, who owns it before anyone accepts it.
    accepted = only6.accept()[0]
    made.add(AF_INET6, "ESTAB", ("::1", 1003), ("::1", 2006), cookie=cookie(accepted),
             inode=None, uid=103, recvq=0, sendq=0, timer=None)  # fmt: skip
    knocking.send(b"x")
    accepted = slow.accept()[0]
    made.add(AF_INET, "SYN-RECV", ("127.0.0.1", 1004), ("127.0.0.1", 2005),
             cookie=cookie(accepted), timer="on", **minisock)  # fmt: skip
    made.write(f"{directory}/tcp")


def record_udp(directory):
    datagram = socket.SOCK_DGRAM
    small = bound(AF_INET, datagram, "127.0.0.1", 3001, 401, SO_RCVBUF=2048)
    sender = bound(AF_INET, datagram, "127.0.0.2", 3002, 402)
    sender.connect(("127.0.0.1", 3001))
    for _ in range(20):
        sender.send(bytes(500))
    dual = bound(AF_INET6, datagram, "::", 3003, 403, v6only=0)
    wide = bound(AF_INET6, datagram, "::1", 3004, 404, v6only=1)
    wide.connect(("::1", 3003))
    time.sleep(0.1)
    save(directory, "udp4", by_family(AF_INET, socket.IPPROTO_UDP))
    save(directory, "udp6", by_family(AF_INET6, socket.IPPROTO_UDP))
    copy_proc(directory, "udp", "udp6")
    queued = struct.unpack("=9I", small.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36))[0]
    made = Made()
    made.add_socket(small, "UNCONN", recvq=queued, sendq=0)
    made.add_socket(sender, "ESTAB", sender.getpeername(), recvq=0, sendq=0)
    made.write(f"{directory}/udp4")
    made = Made()
    made.add_socket(dual, "UNCONN", recvq=0, sendq=0)
    made.add_socket(wide, "ESTAB", wide.getpeername(), recvq=0, sendq=0)
    made.write(f"{directory}/udp6")


def record_raw(directory):
    one = bound(AF_INET, socket.SOCK_RAW, "127.0.0.1", 0, 501, protocol=89)
    wide = bound(AF_INET6, socket.SOCK_RAW, "::1", 0, 502, protocol=89)
    save(directory, "raw-absent", by_family(AF_INET, socket.IPPROTO_RAW))
    copy_proc(directory, "raw", "raw6")
    for name, family, held in [("raw", AF_INET, one), ("raw6", AF_INET6, wide)]:
        made = Made()
        status = os.fstat(held.fileno())
        local = (held.getsockname()[0], 89)
        made.add(family, "UNCONN", local, ("::" if family == AF_INET6 else "0.0.0.0", 0),
                 uid=status.st_uid, inode=status.st_ino, recvq=0, sendq=0, drops=0)  # fmt: skip
        made.write(f"{directory}/{name}")


def record_mptcp(directory):
    stream = socket.SOCK_STREAM
    door = listener(AF_INET, "127.0.0.1", 4001, 601, 9, protocol=IPPROTO_MPTCP)
    one = bound(AF_INET, stream, "127.0.0.1", 4002, 602, protocol=IPPROTO_MPTCP)
    one.connect(("127.0.0.1", 4001))
    peer = accept(door, 603)
    one.send(b"hello")
    time.sleep(0.2)
    save(directory, "mptcp", by_family(AF_INET, IPPROTO_MPTCP))
    save(directory, "subflow", by_family(AF_INET, socket.IPPROTO_TCP, sport=4002))
    made = Made()
    made.add_socket(door, "LISTEN", recvq=0, sendq=9)
    made.add_socket(one, "ESTAB", one.getpeername())
    made.add_socket(peer, "ESTAB", peer.getpeername())
    made.write(f"{directory}/mptcp")
    made = Made()
    status = os.fstat(one.fileno())
    # Of the same inode as the MPTCP socket, but a socket with a cookie of its own, and fchown()
    # does not reach it.
    made.add(AF_INET, "ESTAB", one.getsockname(), one.getpeername(), uid=os.getuid(),
             inode=status.st_ino, recvq=0, sendq=0, ulp="mptcp")  # fmt: skip
    made.write(f"{directory}/subflow")


def main():
    directory = sys.argv[1]
    if [name for _, name in socket.if_nameindex() if name != "lo"]:
        sys.exit("run me in a network namespace of my own: unshare -n")
    loopback_up()
    record_tcp(directory)
    record_udp(directory)
    record_raw(directory)
    record_mptcp(directory)


if __name__ == "__main__":
    main()
