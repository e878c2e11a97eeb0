"""How to make a socket that is not one over IP: UNIX, packet and netlink, in any form.

A socket lives as long as the caller keeps the object.
"""

import contextlib
import ctypes
import fcntl
import os
import resource
import socket
import struct
import tempfile

import live
import procnet

TYPES = procnet.UNIX_TYPES
ETH_P_ALL, ETH_P_IP = 0x0003, 0x0800
DEVICE = "lo"
NETLINK_NAMES = {0: "rtnl", 2: "usersock", 15: "uevent", 16: "genl"}
SOL_PACKET, SOL_NETLINK = 263, 270
SIOCINQ, SIOCOUTQ = 0x541B, 0x5411


# UNIX.


@contextlib.contextmanager
def folder(where=None):
    """A directory of its own, which is also the current one; yields its path as bytes."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory(dir=where) as path:
        os.chdir(path)
        try:
            yield os.fsencode(path)
        finally:
            os.chdir(before)


def bound(name, kind=socket.SOCK_STREAM):
    """Bound to exactly these bytes; Python itself refuses 108 of them."""
    one = socket.socket(socket.AF_UNIX, kind)
    packed = struct.pack("=H", socket.AF_UNIX) + name
    if live.libc.bind(one.fileno(), packed, len(packed)) != 0:
        raise OSError(ctypes.get_errno(), f"bind {name!r}")
    return one


def door(name, kind=socket.SOCK_STREAM, backlog=16):
    one = bound(name, kind)
    one.listen(backlog)
    return one


def client(name, kind=socket.SOCK_STREAM, own=None):
    one = socket.socket(socket.AF_UNIX, kind)
    if own is not None:
        one.bind(own)
    one.connect(name)
    return one


def waiting(one):
    """What SIOCINQ and SIOCOUTQ tell the owner: bytes to be read, memory of what was sent."""
    packed = (fcntl.ioctl(one, request, bytes(4)) for request in (SIOCINQ, SIOCOUTQ))
    return tuple(struct.unpack("=i", number)[0] for number in packed)


def allow_descriptors(count):
    """Raises the limit for this process; skips the test if that is not allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise live.Skip("too few descriptors allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))


def allow_backlog(count):
    try:
        with open("/proc/sys/net/core/somaxconn", "w") as file:
            file.write(str(count))
    except OSError as error:
        raise live.Skip(f"net.core.somaxconn: {error}") from error


# Packet.


def packet(kind=socket.SOCK_RAW, ethertype=ETH_P_ALL, device=None):
    """Needs CAP_NET_RAW, which the namespace's creator has."""
    one = socket.socket(socket.AF_PACKET, kind, socket.htons(ethertype))
    if device:
        one.bind((device, ethertype))
    return one


def ring(one, option, sizes):
    """A ring of block_size, block_nr, frame_size, frame_nr."""
    one.setsockopt(SOL_PACKET, option, struct.pack("=4I", *sizes))


def join(one, kind, device, address=b""):
    PACKET_ADD_MEMBERSHIP = 1
    index = socket.if_nametoindex(device)
    packed = struct.pack("=iHH8s", index, kind, len(address), address)
    one.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, packed)


def attach_filter(one, *instructions):
    """Classic BPF: each instruction is (code, jt, jf, k)."""
    SO_ATTACH_FILTER = 26
    code = b"".join(struct.pack("=HBBI", *each) for each in instructions)
    kept = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(instructions), ctypes.addressof(kept))
    one.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def packet_kinds():
    """Each with its protocol, ethertype and device, and the local address in the text."""
    SOCK_PACKET = 10
    return [
        (packet(), "p_raw", "3", None, "*:*"),
        (packet(device=DEVICE), "p_raw", "3", DEVICE, f"*:{DEVICE}"),
        (packet(ethertype=ETH_P_IP), "p_raw", "800", None, "ip:*"),
        (packet(socket.SOCK_DGRAM, 0x88B5, DEVICE), "p_dgr", "88b5", DEVICE,
         f"0x88b5:{DEVICE}"),
        (packet(socket.SOCK_DGRAM, 0), "p_dgr", "0", None, None),
        (packet(SOCK_PACKET), "p_raw", "3", None, "*:*"),
    ]  # fmt: skip


# Netlink.


def netlink(protocol=socket.NETLINK_ROUTE, kind=socket.SOCK_RAW, groups=()):
    NETLINK_ADD_MEMBERSHIP = 1
    one = socket.socket(socket.AF_NETLINK, kind, protocol)
    one.bind((0, 0))
    for group in groups:
        one.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
    return one


def netlink_kinds():
    return [
        netlink(),
        netlink(socket.NETLINK_ROUTE, socket.SOCK_DGRAM, (1, 5, 33)),
        netlink(2, groups=(1, 32)),
        netlink(15, groups=(1,)),
        netlink(16),
    ]


def is_programs_own(row):
    """The program talks to sock_diag itself, and lists that too."""
    TCPDIAG = ("tcpdiag", 4)
    return row.get("netlink_protocol", row.get("protocol")) in TCPDIAG and row["sport"] != 0
