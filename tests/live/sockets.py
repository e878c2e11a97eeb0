"""How to make a socket of every kind, on loopback, with no privilege unless said.

A socket lives as long as the caller keeps the object. Every recipe returns when the kernel
shows the state asked for.
"""

import contextlib
import os
import select
import socket
import struct
import subprocess
import types

import procnet
from live import until

TCP_DEFER_ACCEPT = socket.TCP_DEFER_ACCEPT
SO_COOKIE = 57
SO_MEMINFO = 55
IPPROTO_UDPLITE = 136
IPPROTO_MPTCP = 262
LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


# What the kernel tells the owner of a socket.


def port(one):
    return one.getsockname()[1]


def inode(one):
    return os.fstat(one.fileno()).st_ino


def cookie(one):
    return f"{struct.unpack('=Q', one.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8))[0]:x}"


def memory(one):
    """The nine values of SO_MEMINFO, under the names that the program gives them."""
    names = "rmem_alloc rcvbuf wmem_alloc sndbuf fwd_alloc wmem_queued optmem backlog_mem drops"
    packed = one.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36)
    return dict(zip(names.split(), struct.unpack("=9I", packed), strict=True))


def tcp_info(one):
    """Part of struct tcp_info, under the names that the program gives it."""
    packed = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 280)
    words = {"rto_us": 8, "snd_mss": 16, "unacked": 24, "pmtu": 60, "rtt_us": 68,
             "rttvar_us": 72, "cwnd": 80, "total_retrans": 100, "segs_out": 136,
             "segs_in": 140, "snd_wnd": 228}  # fmt: skip
    longs = {"bytes_acked": 120, "bytes_received": 128, "bytes_sent": 200}
    kinds = [(words, "=I", 4), (longs, "=Q", 8)]
    return {
        name: struct.unpack_from(kind, packed, offset)[0]
        for offsets, kind, size in kinds
        for name, offset in offsets.items()
        if offset + size <= len(packed)
    }


def state(one, proto="tcp"):
    found = procnet.find(proto=proto, inode=inode(one))
    return found[0]["state"] if found else None


def reaches(one, name):
    until(lambda: state(one) == name, name)
    return one


def orphan_reaches(local, peer, name):
    """The same for a socket that no process holds: it is known by its two ports."""
    until(lambda: procnet.find(sport=local, dport=peer, state=name, inode=None), name)


# TCP.


def listener(family=socket.AF_INET, host=None, at=0, backlog=16, v6only=None, protocol=0, **option):
    one = socket.socket(family, socket.SOCK_STREAM, protocol)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if v6only is not None:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    for name, value in option.items():
        one.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
    one.bind((LOOPBACK[family] if host is None else host, at))
    one.listen(backlog)
    return one


def pair(small=False, family=socket.AF_INET, protocol=0):
    """A listener, a client and the accepted socket; small buffers are quick to fill."""
    buffers = {"SO_RCVBUF": 4096} if small else {}
    door = listener(family, protocol=protocol, **buffers)
    client = socket.socket(family, socket.SOCK_STREAM, protocol)
    if small:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
    client.connect(door.getsockname())
    accepted = door.accept()[0]
    if small:
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
    return types.SimpleNamespace(door=door, client=client, accepted=accepted)


def fill(one):
    """Send until the peer's window is shut and the persist timer runs."""
    one.setblocking(False)

    def full():
        with contextlib.suppress(BlockingIOError):
            while True:
                one.send(bytes(4096))
        return procnet.find(proto="tcp", inode=inode(one))[0]["timer"] == "persist"

    until(full, "a shut window")


def syn_sent():
    """A listener whose accept queue is full: two clients are in, the others knock in vain."""
    door = listener(backlog=1)
    clients = [socket.socket() for _ in range(5)]
    for one in clients:
        one.setblocking(False)
        one.connect_ex(door.getsockname())
    until(lambda: [state(one) for one in clients].count("SYN-SENT") == 3, "three SYN-SENT")
    until(lambda: procnet.find(proto="tcp", inode=inode(door))[0]["recvq"] == 2, "two waiting")
    until(lambda: memory(door)["drops"] > 0, "a refused client")
    knocking = [one for one in clients if state(one) == "SYN-SENT"]
    return types.SimpleNamespace(door=door, clients=clients, knocking=knocking)


def syn_recv(family=socket.AF_INET):
    """The listener waits for data before it believes in the client, who sends none."""
    door = listener(family)
    door.setsockopt(socket.IPPROTO_TCP, TCP_DEFER_ACCEPT, 30)
    client = socket.create_connection(door.getsockname()[:2])
    orphan_reaches(port(door), port(client), "SYN-RECV")
    return types.SimpleNamespace(door=door, client=client)


def fin_wait_1():
    made = pair(small=True)
    fill(made.client)
    made.client.shutdown(socket.SHUT_WR)
    reaches(made.client, "FIN-WAIT-1")
    return made


def fin_wait_1_orphan():
    made = pair(small=True)
    fill(made.client)
    made.ports = port(made.client), port(made.accepted)
    made.client.close()
    orphan_reaches(*made.ports, "FIN-WAIT-1")
    return made


def fin_wait_2():
    """The client has said goodbye, the other side (CLOSE-WAIT) has not."""
    made = pair()
    made.client.shutdown(socket.SHUT_WR)
    reaches(made.client, "FIN-WAIT-2")
    reaches(made.accepted, "CLOSE-WAIT")
    return made


def fin_wait_2_orphan():
    made = pair()
    made.ports = port(made.client), port(made.accepted)
    made.client.close()
    orphan_reaches(*made.ports, "FIN-WAIT-2")
    reaches(made.accepted, "CLOSE-WAIT")
    return made


def last_ack():
    made = pair(small=True)
    made.client.shutdown(socket.SHUT_WR)
    reaches(made.accepted, "CLOSE-WAIT")
    fill(made.accepted)
    made.accepted.shutdown(socket.SHUT_WR)
    reaches(made.accepted, "LAST-ACK")
    return made


def closing():
    made = fin_wait_1()
    made.accepted.shutdown(socket.SHUT_WR)
    reaches(made.client, "CLOSING")
    reaches(made.accepted, "FIN-WAIT-2")
    return made


def time_wait(family=socket.AF_INET):
    """Lasts 60 seconds."""
    made = pair(family=family)
    made.ports = port(made.client), port(made.accepted)
    made.cookie = cookie(made.client)
    made.client.close()
    reaches(made.accepted, "CLOSE-WAIT")
    made.accepted.close()
    orphan_reaches(*made.ports, "TIME-WAIT")
    return made


def bound_inactive(host="127.0.0.1"):
    one = socket.socket()
    one.bind((host, 0))
    return one


def closed_with_peer():
    """Reset by its peer, but still bound: neither open nor gone."""
    door = listener()
    client = socket.socket()
    # A port that the program chose is kept over a reset; one that the kernel chose is not.
    client.bind(("127.0.0.1", unused_port()))
    client.connect(door.getsockname())
    accepted = door.accept()[0]
    peer = client.getpeername()
    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    accepted.close()
    poll = select.poll()
    poll.register(client, 0)
    until(lambda: poll.poll(0), "a reset")
    return types.SimpleNamespace(door=door, client=client, peer=peer)


def unused_port():
    return port(bound_inactive())


def keepalive():
    made = pair()
    made.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    until(
        lambda: procnet.find(proto="tcp", inode=inode(made.client))[0]["timer"] == "keepalive",
        "a keepalive timer",
    )
    return made


def zero_window():
    made = pair(small=True)
    fill(made.client)
    return made


# Datagrams.


def datagram(family=socket.AF_INET, host=None, protocol=0, peer=None):
    one = socket.socket(family, socket.SOCK_DGRAM, protocol)
    one.bind((LOOPBACK[family] if host is None else host, 0))
    if peer:
        one.connect(peer)
    return one


def datagram_full():
    """20 datagrams for a buffer that holds fewer."""
    one = datagram()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(20):
        sender.sendto(bytes(500), one.getsockname())
    until(lambda: procnet.find(proto="udp", inode=inode(one))[0]["drops"] > 0, "drops")
    return one


def udplite():
    return datagram(protocol=IPPROTO_UDPLITE)


def raw(family=socket.AF_INET, protocol=socket.IPPROTO_ICMP):
    """Needs CAP_NET_RAW, which the namespace's creator has."""
    one = socket.socket(family, socket.SOCK_RAW, protocol)
    one.bind((LOOPBACK[family], 0))
    return one


# Interfaces.


@contextlib.contextmanager
def veth():
    """Two interfaces joined to each other; yields (name, its fe80:: address without scope)."""
    name = "lens0"
    subprocess.run(["ip", "link", "add", name, "type", "veth", "peer", "name", "lens1"], check=True)
    try:
        for one in (name, "lens1"):
            subprocess.run(["ip", "link", "set", one, "up"], check=True)
        yield name, until(lambda: link_local(name), "a link-local address")
    finally:
        subprocess.run(["ip", "link", "delete", name], check=True)


def link_local(name):
    """The address once it may be bound (no longer tentative)."""
    IFA_F_TENTATIVE = 0x40
    with open("/proc/thread-self/net/if_inet6") as file:
        for line in file:
            word, _, _, scope, flags, device = line.split()
            if device == name and scope == "20" and not int(flags, 16) & IFA_F_TENTATIVE:
                return socket.inet_ntop(socket.AF_INET6, bytes.fromhex(word))
    return None
