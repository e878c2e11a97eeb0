"""UNIX sockets: every kind of name, and which of them a list shows, against what was made."""

import collections
import os
import socket

import families
import live
import procnet
import sockets
from expect import NAMESPACE, holder, only
from live import equal, test, true
from unix_rows import exact_name, json_name, row_of, told_name

NAME_MAX = 108


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
        one.bind(b"\0name")
        identity(one, b"@name", "abstract")


@test("a path is told byte by byte as it was bound, and is one word of the text")
def _():
    long = b"p" * (NAME_MAX - 1)
    names = (b"plain", b"./rel/../ative", b"two  blanks ", b"new\nline", b"esc\x1b[31m", b"b\xff",
             b"back\\slash", b'q"uote', b"\xc3\xa9", b"c1\xc2\x9b1m", b"rtl\xe2\x80\xaeo", b"@at",
             b"tab\t", b"-", b"*", b"a,b;c:7", b"cut\xe2\x82", long, long + b"8")  # fmt: skip
    with families.folder() as path:
        os.mkdir("rel")
        for name in (*names, path + b"/absolute"):
            one = families.bound(name)
            identity(one, name, "pathname")
            equal(unescaped(local_cell(one)), name, f"text of {name!r}")


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
            rows = (row for row in procnet.unix() if row["inode"])
            return collections.Counter(tuple(row.values()) for row in rows)

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
