"""What a row of the program must say about a socket that the test holds in its hand."""

import os
import socket

import live
import procnet
import sockets
from live import equal, true

FAMILIES = {socket.AF_INET: "inet", socket.AF_INET6: "inet6"}
ANY = {socket.AF_INET: ("0.0.0.0", 0), socket.AF_INET6: ("::", 0)}
FROM_PROC = {"recvq", "sendq", "src", "sport", "dst", "dport", "state", "family"}
NAMESPACE = os.stat("/proc/thread-self/ns/net").st_ino


def holder(pid, fd):
    """One entry of `owners`: process, thread name, executable, descriptor."""
    with open(f"/proc/{pid}/comm") as file:
        comm = file.read().rstrip("\n")
    exe = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    return {"pid": pid, "comm": comm, "exe": exe, "fd": fd}


def only(found, what):
    equal(len(found), 1, f"rows for {what} in {found}")
    return found[0]


def row_in(rows, one):
    number = sockets.inode(one)
    return only([row for row in rows if row.get("inode") == number], f"inode {number}")


def same(row, **expected):
    """The row has these values; None where it must not have the key."""
    equal({key: row.get(key) for key in expected}, expected, "row")


def row_of(one, *arguments, proto="tcp"):
    """The program's row for this socket."""
    found = [
        row
        for row in live.rows(*arguments)
        if row.get("inode") == sockets.inode(one) and row["proto"] == proto
    ]
    return only(found, f"inode {sockets.inode(one)}")


def row_between(local, peer, *arguments, proto="tcp"):
    """The program's row for the socket between two ports, which no process holds."""
    found = [
        row
        for row in live.rows(*arguments)
        if (row["proto"], row["sport"], row["dport"]) == (proto, local, peer)
    ]
    return only(found, f"{local} to {peer}")


def peer_of(one):
    try:
        return one.getpeername()
    except OSError:
        return ANY[one.family]


def identity(row, one, proto, state, source="diag", peer=None):
    """Everything about who the socket is, as the kernel tells its owner."""
    local, remote = one.getsockname(), peer or peer_of(one)
    expected = {
        "proto": proto, "family": FAMILIES[one.family], "state": state,
        "src": local[0].split("%")[0], "sport": local[1],
        "dst": remote[0].split("%")[0], "dport": remote[1],
        "inode": sockets.inode(one), "uid": os.fstat(one.fileno()).st_uid,
        "netns": NAMESPACE, "source": source, "owner": "exact",
        "owners": [holder(os.getpid(), one.fileno())],
    }  # fmt: skip
    if source == "diag":
        expected["cookie"] = sockets.cookie(one)
    equal({key: row.get(key) for key in expected}, expected, f"{proto} {state}")


def agrees_with_proc(one, *arguments, proto="tcp"):
    """The row, taken while /proc/net said the same before and after it."""

    def sample():
        return only(procnet.find(proto=proto, inode=sockets.inode(one)), "/proc/net")

    proc, row = live.steady(sample, lambda: row_of(one, *arguments, proto=proto))
    listening = proc["state"] == "LISTEN"  # /proc/net does not tell the backlog
    keys = FROM_PROC - {"sendq"} if listening else FROM_PROC
    equal({key: row.get(key) for key in keys}, {key: proc[key] for key in keys}, "/proc/net")
    return row


def nobody(row):
    """Unknown is absent, never 0."""
    wrong = [key for key in ("uid", "user", "inode") if key in row]
    equal(wrong, [], f"keys that nobody can know in {row}")
    true(not row.get("owners"), f"no owners in {row}")
    equal(row["owner"], "none", "owner")
