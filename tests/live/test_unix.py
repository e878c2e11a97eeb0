"""UNIX sockets: every kind of name, both ends, queues and listeners, against what was made."""

import collections
import os
import socket

import families
import live
import procnet
import sockets
from expect import NAMESPACE, holder, only
from live import equal, test, true

NAME_MAX = 108


def find(inode, *arguments):
    """The row of a UNIX socket, known by its inode."""
    rows = live.rows("-x", *arguments)
    return only([row for row in rows if row.get("inode") == inode], f"inode {inode}")


def row_of(one, *arguments):
    return find(sockets.inode(one), *arguments)


def json_name(name):
    """How JSON has to tell these bytes: each one that is no UTF-8 is a U+FFFD, and hex beside it."""
    text = name.decode("utf-8", "surrogateescape")
    shown = "".join("\ufffd" if "\udc80" <= c <= "\udcff" else c for c in text)
    return (shown, name.hex()) if shown != text else (text, None)


def told_name(row, key="src"):
    return row.get(key), row.get(f"{key}_hex")


def exact_name(row):
    """The name's bytes; None if there is none."""
    text, packed = told_name(row)
    return bytes.fromhex(packed) if packed else text.encode() if text is not None else None


def identity(one, name, kind, state="UNCONN"):
    row = row_of(one)
    expected = {
        "proto": families.TYPES[one.type], "family": "unix", "state": state, "path_kind": kind,
        "inode": sockets.inode(one), "cookie": sockets.cookie(one),
        "uid": os.fstat(one.fileno()).st_uid, "netns": NAMESPACE, "source": "diag",
        "owner": "exact", "owners": [holder(os.getpid(), one.fileno())],
    }  # fmt: skip
    equal({key: row.get(key) for key in expected}, expected, f"{name!r}")
    equal(told_name(row), json_name(name) if name is not None else (None, None), f"{name!r}")
    equal({key for key in row if key.endswith("port")}, set(), "ports")


def local_cell(one):
    """The local cell of the text list, after a look at all of its lines."""
    status, out, err = live.run("list", "-x", "-e", "-H")
    equal((status, err), (0, b""), "status and stderr")
    text = out.decode()
    equal(text.count("\n"), len(live.rows("-x")), "lines")
    true(all(c == "\n" or c.isprintable() for c in text), f"printable: {text!r}")
    cells = [line.split(" ") for line in text.splitlines()]
    cells = [[cell for cell in line if cell] for line in cells]
    odd = [line for line in cells if not all(":" in cell for cell in line[7:])]
    equal(odd, [], "lines that are not seven words and details")
    end = f":{sockets.inode(one)}"
    return only([line[4] for line in cells if line[4].endswith(end)], end).removesuffix(end)


def unescaped(cell):
    """The bytes behind the escapes of the text list."""
    return cell.encode().decode("unicode_escape").encode("latin-1")


@test("each type of UNIX socket is a protocol of its own, as ss spells it")
def _():
    for kind in families.TYPES:
        one = socket.socket(socket.AF_UNIX, kind)
        identity(one, None, "unnamed")
        equal(local_cell(one), "*", "local")


@test("a path is told byte by byte as it was bound, and is one word of the text")
def _():
    long = b"p" * (NAME_MAX - 1)
    names = (b"plain", b"./rel/../ative", b"two  blanks ", b"new\nline", b"esc\x1b[31m", b"b\xffd\xc3(",
             b"back\\slash", b'q"uote', b"\xc3\xa9", b"c1\xc2\x9b1m", b"rtl\xe2\x80\xaeo", b"@at",
             b"tab\t", b"-", b"*", b"a,b;c:7", b"cut\xe2\x82", long, long + b"8")  # fmt: skip
    with families.folder() as path:
        os.mkdir("rel")
        for name in (*names, path + b"/absolute"):
            for kind in families.TYPES:
                one = families.bound(name, kind)
                identity(one, name, "pathname")
                equal(unescaped(local_cell(one)), name, f"text of {name!r}")
                os.unlink(name)


@test("a '@' that begins a path is told from the one that stands for a NUL")
def _():
    with families.folder():
        path, abstract = families.bound(b"@same"), families.bound(b"\0same")
        identity(path, b"@same", "pathname")
        identity(abstract, b"@same", "abstract")
        equal((local_cell(path), local_cell(abstract)), ("\\x40same", "@same"), "text")


@test("an abstract name keeps its NULs, in front, inside and at the end")
def _():
    names = (b"plain", b"in\0side", b"end\0\0", b"\0", b"\0\0x", b"\n\x1b", b"\xff\xfe", b"x" * 107,
             b"\0" * 107, b"")  # fmt: skip
    for name in names:
        if name:
            one = families.bound(b"\0" + name)
            identity(one, b"@" + name, "abstract")
            equal(unescaped(local_cell(one)), b"@" + name, f"text of {name!r}")


@test("a name that the kernel chose is abstract, and an unbound socket has none")
def _():
    one = socket.socket(socket.AF_UNIX)
    one.bind("")
    name = one.getsockname()
    equal((name[:1], len(name)), (b"\0", 6), "autobind")
    identity(one, b"@" + name[1:], "abstract")


@test("a path is told as it was bound after it was renamed or removed, too")
def _():
    with families.folder():
        moved, gone = families.door(b"moved"), families.door(b"gone")
        os.rename("moved", "elsewhere")
        os.unlink("gone")
        identity(moved, b"moved", "pathname", "LISTEN")
        identity(gone, b"gone", "pathname", "LISTEN")


def same_file(one, path):
    status = os.stat(path)
    told = [row_of(one, "-e").get(f"file_{key}") for key in ("inode", "major", "minor")]
    device = os.major(status.st_dev), os.minor(status.st_dev)
    equal(told, [status.st_ino & 0xFFFFFFFF, *device], f"{path!r}")


@test("-e tells the inode and the device of the path as stat(2) does, wherever it is now")
def _():
    for where in filter(os.path.isdir, ("/tmp", "/dev/shm")):
        with families.folder(where) as path:
            for name in (b"a", path + b"/b", b"\xff"):
                one = families.bound(name)
                same_file(one, name)
                os.rename(name, b"moved")
                same_file(one, b"moved")
    row = row_of(families.bound(b"\0abstract"), "-e")
    equal([key for key in row if key.startswith("file_")], [], "keys of an abstract name")


@test("the uid is the socket's own, also if it is not its maker's")
def _():
    live.need_root()
    one = families.bound(b"\0uid")
    os.fchown(one.fileno(), 4711, -1)
    identity(one, b"@uid", "abstract")
    equal(row_of(one)["uid"], 4711, "uid")


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
    equal((status, answer["complete"]), (3, False), f"status beside {len(others)}, {err!r}")
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


def stage():
    """Some of everything that lists its name in one line."""
    door = families.door(b"\0door")
    target = families.bound(b"\0tar\0get", socket.SOCK_DGRAM)
    return [
        door, families.client(b"\0door"), door.accept()[0], families.client(b"\0door"), target,
        families.client(b"\0tar\0get", socket.SOCK_DGRAM), families.bound(b"@path \xff"),
        families.bound(b"seq", socket.SOCK_SEQPACKET), socket.socketpair(),
        families.door(b"\0seqdoor", socket.SOCK_SEQPACKET), socket.socket(socket.AF_UNIX),
        families.bound(b"\0lone", socket.SOCK_DGRAM), families.bound(b"l" * 108),
    ]  # fmt: skip


def as_in_proc(row):
    name = exact_name(row)
    shown = (name or b"").replace(b"\0", b"@")
    return row["proto"], row["state"], row.get("inode"), shown


@test("the answer holds every UNIX socket of /proc/net once, and nothing else")
def _():
    with families.folder():
        kept = stage()

        def proc():
            return collections.Counter(tuple(row.values()) for row in procnet.unix() if row["inode"])

        expected, rows = live.steady(proc, lambda: live.rows("-x"))
        got = collections.Counter(map(as_in_proc, rows))
        equal((got - expected, expected - got), ({}, {}), f"too much, missing of {len(kept)}")


@test("the switches and words choose the same sockets as /proc/net")
def _():
    with families.folder():
        kept = stage()
        every = [row for row in procnet.unix() if row["inode"]]
        open_ = [row for row in every if row["state"] == "LISTEN" or
                 (row["proto"], row["state"]) == ("u_dgr", "UNCONN") and row["name"]]  # fmt: skip
        chosen = {
            ("-x",): every, ("--unix",): every, ("-A", "unix"): every, ("unix",): every,
            ("-xl",): open_, ("-l", "unix"): open_,
            ("-x", "established"): [row for row in every if row["state"] == "ESTAB"],
            ("-x", "listen"): [row for row in every if row["state"] == "LISTEN"],
            ("-A", "unix_stream"): [row for row in every if row["proto"] == "u_str"],
            ("u_dgr",): [row for row in every if row["proto"] == "u_dgr"],
            ("-x", "unix_seqpacket"): [row for row in every if row["proto"] == "u_seq"],
            ("-A", "unix,!u_str"): [row for row in every if row["proto"] != "u_str"],
        }  # fmt: skip
        for words, expected in chosen.items():
            got = sorted(row["inode"] for row in live.rows(*words))
            equal(got, sorted(row["inode"] for row in expected), f"{words} of {len(kept)}")


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


@test("-s counts UNIX sockets by type and state")
def _():
    with families.folder():
        kept = stage()
        rows = live.rows("-x")
        counts = collections.Counter((row["proto"], row["state"]) for row in rows)
        counts += collections.Counter((row["proto"], "all") for row in rows)
        told = live.document("-s", "-x")["summary"]
        got = {(row["proto"], row["state"]): row["sockets"] for row in told}
        equal(got, dict(counts), f"counts of {len(kept)}")
        equal({key for row in told for key in row}, {"proto", "state", "sockets"}, "keys")


@test("a list without a switch shows no UNIX, packet or netlink socket")
def _():
    pair, over_ip = socket.socketpair(), sockets.pair()
    nets = families.netlink(), families.packet()
    families_ = {row["family"] for row in live.rows()}
    equal(families_, {"inet"}, f"{len(pair)} and {len(nets)} beside {vars(over_ip).keys()}")
    equal(live.document().keys() & {"summary"}, set(), "no counts")


@test("-4 is about IP only, so that -4 -x shows IPv4 and UNIX sockets")
def _():
    four, six = sockets.listener(), sockets.listener(socket.AF_INET6)
    pair = socket.socketpair()
    rows = live.rows("-4", "-x")
    equal({row["family"] for row in rows}, {"inet", "unix"}, "families")
    inodes = {row.get("inode") for row in rows}
    wanted = {sockets.inode(one) for one in (four, *pair)}
    equal((wanted - inodes, sockets.inode(six) in inodes), (set(), False), "missing, IPv6")


live.main()
