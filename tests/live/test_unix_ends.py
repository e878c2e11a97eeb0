"""UNIX sockets: both ends of a connection, queues, memory, and who waits at a listener."""

import collections
import os
import socket

import families
import live
import procnet
import sockets
from expect import NAMESPACE, holder, only
from live import equal, test, true
from unix_rows import exact_name, find, json_name, row_of, told_name

PARTIAL = 3


def ends(one, other, name=None, **kinds):
    """The peer that each of two sockets must show."""
    row = row_of(one, "-e")
    expected = {"state": "ESTAB", "peer_inode": sockets.inode(other),
                "peer_owners": [holder(os.getpid(), other.fileno())]} | kinds  # fmt: skip
    equal({key: row.get(key) for key in expected}, expected, "peer")
    equal(told_name(row, "dst"), json_name(name) if name else (None, None), "dst")


@test("the two ends of a pair point at each other")
def _():
    for kind in families.TYPES:
        one, other = socket.socketpair(socket.AF_UNIX, kind)
        ends(one, other)
        ends(other, one)


def connection(kind, name, shown, own):
    door = families.door(name, kind)
    client = families.client(name, kind, own)
    accepted = door.accept()[0]
    ends(client, accepted, shown)
    ends(accepted, client, own)
    equal(exact_name(row_of(accepted)), shown, "name of the accepted one")


@test("a connection shows the name of the other end on either side")
def _():
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
        for own in (None, b"own\n\xff"):
            with families.folder():
                connection(kind, b"se\nrv\xff", b"se\nrv\xff", own)
                connection(kind, b"\0ab\0c", b"@ab\0c", own and own + b"2")


@test("the peer in the text is the other end's name and inode")
def _():
    door = families.door(b"\0a b")
    client = families.client(b"\0a b")
    accepted = door.accept()[0]
    status, out, _ = live.run("list", "-x", "-H", "--columns", "inode,peer")
    cells = dict(line.split() for line in out.decode().splitlines())
    told = [cells[str(sockets.inode(one))] for one in (client, accepted, door)]
    expected = [f"@a\\x20b:{sockets.inode(accepted)}", f"*:{sockets.inode(client)}", "*:*"]
    equal((status, told), (0, expected), "peers")


@test("a connected datagram socket shows whom it sends to")
def _():
    target = families.bound(b"\0target", socket.SOCK_DGRAM)
    one = families.client(b"\0target", socket.SOCK_DGRAM)
    ends(one, target, b"@target")
    row = row_of(target)
    equal([row.get(key) for key in ("peer_inode", "dst", "peer_owners")], [None] * 3, "target")


@test("the owners of the other end are the processes that hold it")
def _():
    one, other = socket.socketpair()
    number = sockets.inode(other)
    with live.child(lambda tell: [one.close(), tell("ready")]) as (pid, _):
        fd = other.fileno()
        other.close()
        row = row_of(one)
        equal((row["peer_inode"], row["peer_owners"]), (number, [holder(pid, fd)]), "other end")
        equal(find(number)["owners"], [holder(pid, fd)], "its own row")
        equal(find(number)["peer_owners"], [holder(os.getpid(), one.fileno())], "back")


@test("a client whose other end has closed has no peer any more")
def _():
    door = families.door(b"\0closing")
    client = families.client(b"\0closing")
    door.accept()[0].close()
    row = row_of(client, "-e")
    wrong = {"peer_inode", "dst", "dst_hex", "peer_owners"} & row.keys()
    equal(wrong, set(), f"keys of a peer in {row}")
    equal(row["shutdown"], ["recv", "send"], "shutdown")


@test("a server of another network namespace owns the accepted socket, which is in ours")
def _():
    with families.folder() as path:
        name = path + b"/there"

        def serve(tell):
            live.unshare(live.CLONE_NEWNET)
            door = families.door(name)
            tell(f"{door.fileno()} {sockets.inode(door)}")
            accepted = door.accept()[0]
            with open("accepted.new", "w") as file:
                file.write(f"{accepted.fileno()} {sockets.inode(accepted)}")
            os.rename("accepted.new", "accepted")
            return door, accepted

        with live.child(serve) as (pid, door):
            client = families.client(name)
            live.until(lambda: os.path.exists("accepted"), "an accepted connection")
            with open("accepted") as file:
                fd, number = map(int, file.read().split())
            row = find(number)
            equal((row["netns"], row["owners"]), (NAMESPACE, [holder(pid, fd)]), "accepted")
            equal(exact_name(row), name, "name of the accepted socket")
            row = row_of(client)
            expected = number, name.decode(), [holder(pid, fd)]
            equal((row["peer_inode"], row["dst"], row["peer_owners"]), expected, "client")
            equal(live.rows("-x", "-l"), [], "listeners here")
            there = only(live.rows("-x", "-N", str(pid)), "the namespace of the server")
            told = there["inode"], [one["fd"] for one in there["owners"]]
            equal(told, tuple([int(door.split()[1]), [int(door.split()[0])]]), "there")


@test("a listener shows who waits, and how many may")
def _():
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
        door = families.door(b"\0door", kind, backlog=5)
        clients = [families.client(b"\0door", kind) for _ in range(3)]
        row = row_of(door, "-e")
        equal((row["state"], row["recvq"], row["sendq"]), ("LISTEN", 3, 5), "queues")
        pending = sorted(map(int, row["pending"].split(",")))
        equal(pending, sorted(map(sockets.inode, clients)), "pending")
        equal({row_of(one).get("peer_inode") for one in clients}, {None}, "peers of the clients")
        kept = [door.accept()[0] for _ in clients]
        row = row_of(door, "-e")
        equal((row["recvq"], row.get("pending")), (0, ""), f"nobody waits, {len(kept)} are in")
        true(b"pending:" not in live.run("list", "-xe")[1], "the text says nothing of nobody")


@test("a client that left before it was accepted still counts, without a number")
def _():
    door = families.door(b"\0left")
    client = families.client(b"\0left")
    families.client(b"\0left").close()
    row = row_of(door, "-e")
    pending = sorted(row["pending"].split(","))
    equal((row["recvq"], pending), (2, ["0", str(sockets.inode(client))]), "pending")


def crowd(count):
    """A listener with so many clients that it has not accepted."""
    families.allow_descriptors(count + 200)
    families.allow_backlog(count + 100)
    door = families.door(b"\0crowd", backlog=count + 100)
    return door, [families.client(b"\0crowd") for _ in range(count)]


def same_sockets(rows):
    got = collections.Counter(row["inode"] for row in rows)
    expected = collections.Counter(row["inode"] for row in procnet.unix() if row["inode"])
    equal((got - expected, expected - got), ({}, {}), "too much, missing")


@test("1,200 clients that wait hide nobody")
def _():
    others = [families.door(b"\0%d" % i) for i in range(5)]
    door, clients = crowd(1200)
    rows = live.rows("-x", "-e")
    same_sockets(rows)
    row = only([row for row in rows if row["inode"] == sockets.inode(door)], "the listener")
    equal(row["recvq"], len(clients), f"recvq beside {len(others)}")
    pending = sorted(map(int, row["pending"].split(",")))
    equal(pending, sorted(map(sockets.inode, clients)), "pending")


@test("more waiting clients than one message holds hide nobody, and the answer says what it lacks")
def _():
    others = [families.door(b"\0%d" % i) for i in range(5)]
    door, clients = crowd(8500)
    status, out, err = live.run("list", "-x", "-e", "-j")
    answer = live.parse(out)
    equal((status, answer["complete"]), (PARTIAL, False), f"status beside {len(others)}, {err!r}")
    true(err.count(b"\n") == 1 and b" unix: " in err, f"stderr {err!r}")
    same_sockets(answer["sockets"])
    row = only([row for row in answer["sockets"] if row["inode"] == sockets.inode(door)], "row")
    equal((row["recvq"], row.get("pending")), (len(clients), None), "recvq, pending")
    equal(live.run("list", "-x")[::2], (0, b""), "without -e nothing is lacking")


@test("a filter that leaves out listeners makes no answer partial")
def _():
    door = families.door(b"\0door")
    one, other = socket.socketpair()
    for words in (["established"], ["u_dgr"], ["-A", "unix_seqpacket"], ["unconnected"]):
        status, _, err = live.run("list", "-x", "-e", *words)
        true(status in (0, 1) and err == b"", f"{words}: {status} {err!r}")
    true(door and one and other, "kept")


@test("shutdown is told of both ends")
def _():
    one, other = socket.socketpair()
    told = [row_of(end, "-e").get("shutdown") for end in (one, other)]
    equal(told, [[], []], "nothing")
    one.shutdown(socket.SHUT_WR)
    told = [row_of(end, "-e").get("shutdown") for end in (one, other)]
    equal(told, [["send"], ["recv"]], "one direction")
    equal(row_of(one)["state"], "ESTAB", "state")


@test("the queues are bytes to be read and what the kernel says is not taken yet")
def _():
    for kind in families.TYPES:
        one, other = socket.socketpair(socket.AF_UNIX, kind)
        one.send(bytes(700))
        one.send(bytes(300))
        first = 700 if kind == socket.SOCK_DGRAM else 1000
        row = row_of(other)
        equal((row["recvq"], row["sendq"]), (first, 0), f"{families.TYPES[kind]}: reader")
        equal((row["recvq"], row["sendq"]), families.waiting(other), "reader, by ioctl(2)")
        row = row_of(one)
        equal((row["recvq"], row["sendq"]), families.waiting(one), "writer, by ioctl(2)")


@test("-m tells the memory as SO_MEMINFO does")
def _():
    for kind in families.TYPES:
        one, other = socket.socketpair(socket.AF_UNIX, kind)
        one.send(bytes(5000))
        for end in (one, other):
            memory = sockets.memory(end)
            row = row_of(end, "-m")
            equal({key: row.get(key) for key in memory}, memory, families.TYPES[kind])


@test("peers are named although a filter leaves the other end out")
def _():
    door = families.door(b"\0named")
    one = families.client(b"\0named", own=b"\0own")
    accepted = door.accept()[0]
    for words in (["established"], ["-A", "unix_stream"], ["u_str", "established"]):
        rows = {row["inode"]: row for row in live.rows("-x", *words)}
        told = [rows[sockets.inode(end)].get("dst") for end in (one, accepted)]
        equal(told, ["@named", "@own"], f"{words}")


@test("a sorted list, and one of few columns, name peers too")
def _():
    one, other = families.bound(b"\0one"), families.door(b"\0other")
    one.connect(b"\0other")
    accepted = other.accept()[0]
    rows = live.rows("-x", "established", "--sort", "src", "--columns", "src,dst,peer_inode")
    ends_ = [("@one", "@other", sockets.inode(accepted)), ("@other", "@one", sockets.inode(one))]
    equal([tuple(row.values()) for row in rows], ends_, "rows")


live.main()
