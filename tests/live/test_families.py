"""Families that are not IP: beside each other, without sock_diag, and under hostile names."""

import collections
import csv
import io
import os
import socket
import unicodedata

import families
import holders
import live
import procnet
import sockets
from expect import holder, only, row_in, same
from live import Skip, equal, test, true

PARTIAL = 3


# Beside others.


@test("-A all,!tcp shows every family but TCP's")
def _():
    kept = [sockets.pair(), sockets.datagram(), families.packet(), socket.socketpair()]
    status, out, err = live.run("list", "-j", "-A", "all,!tcp")
    rows = live.parse(out)["sockets"]
    protos = {row["proto"] for row in rows}
    true({"udp", "p_raw", "u_str", "nl"} <= protos, f"{protos} of {len(kept)}")
    true("tcp" not in protos, "no TCP")
    # VSOCK and XDP sockets may be there, unseen.
    true(status in (0, PARTIAL), f"status, {err!r}")


@test("the program's own netlink sockets are told with it as the owner")
def _():
    kept = sockets.pair(), families.packet()
    asks = ["--netlink"], ["-A", "all"], ["--netlink", "-x", "--vsock"], ["-t", "--netlink"]
    for words in asks:
        rows = live.parse(live.run("list", "-j", *words)[1])["sockets"]
        own = [row for row in rows if row["family"] == "netlink" and families.is_programs_own(row)]
        true(own, f"some in {words} beside {len(kept)}")
        owners = [[one["comm"] for one in row.get("owners", [])] for row in own]
        equal(owners, [["socklens"]] * len(own), f"owners, {words}")


@test("of sockets that the kernel can have and nobody lists it says so, without a failure")
def _():
    with open("/proc/net/protocols") as file:
        known = {line.split()[0] for line in file}
    for name, protocol in (("vsock", "AF_VSOCK"), ("xdp", "XDP")):
        status, out, err = live.run("list", f"--{name}", "-j")
        answer = live.parse(out)
        probe = next(one for one in answer["probes"] if one["name"] == name)
        equal((status, answer["sockets"], answer["complete"]), (1, [], True), name)
        if protocol not in known:
            equal((probe.get("absent"), err), (True, b""), name)
        elif probe.get("unlisted"):
            true(err.count(b"\n") == 1 and err.startswith(b"socklens: %s: " % name.encode()), err)
            true(b"module" in err and b"%s_diag" % name.encode() in err, f"reason in {err!r}")
        else:
            equal(err, b"", "a kernel with the module")


@test("a protocol that the kernel does not have is found nowhere, and that is all")
def _():
    if os.path.exists("/proc/net/sctp"):
        raise Skip("SCTP is here")
    for words in (["-S"], ["--sctp"], ["-A", "sctp"], ["sctp"]):
        status, out, err = live.run("list", "-H", *words)
        equal((status, out, err), (1, b"", b""), f"{words}")


# Without sock_diag.


def shim():
    path = os.environ.get("SHIM_NO_SOCK_DIAG")
    if not path:
        raise Skip("SHIM_NO_SOCK_DIAG is not set")
    if live.SANITIZED:
        raise Skip("the sanitizer brings its own allocator")
    return {"LD_PRELOAD": os.path.abspath(path)}


def without_diag(*arguments):
    status, out, err = live.run("list", "-j", *arguments, env=shim())
    answer = live.parse(out)
    equal((status, answer["complete"]), (0, True), f"status and whole, {err!r}")
    true(err.startswith(b"socklens: ") and err.count(b"\n") == 1, f"one line on stderr: {err!r}")
    true(b"/proc/net" in err, f"the reason in {err!r}")
    rows = answer["sockets"]
    equal({row["source"] for row in rows}, {"proc"}, "sources of the rows")
    sources = {probe["source"] for probe in answer["probes"] if probe["name"] != "owners"}
    equal(sources, {"proc"}, "sources of the probes")
    equal([row for row in rows if "cookie" in row], [], "rows with a cookie")
    return rows


@test("without sock_diag UNIX sockets come from /proc/net, and the answer says so")
def _():
    door = families.door(b"\0do\0or")
    kept = [families.client(b"\0do\0or"), door.accept()[0], families.bound(b"\0d", 2)]
    rows = without_diag("-x")
    keys = "proto", "state", "inode"
    told = sorted((*(row.get(key) for key in keys), row.get("src", "")) for row in rows)
    expected = sorted(
        (row["proto"], row["state"], row["inode"],
         "@" + row["name"][1:].replace(b"@", b"\0").decode() if row["name"] else "")
        for row in procnet.unix()
    )  # fmt: skip
    equal(told, expected, f"{len(kept)} sockets")
    row = row_in(rows, door)
    same(row, owner="exact", owners=[holder(os.getpid(), door.fileno())], path_kind="abstract")
    unknown = {"uid", "peer_inode", "recvq", "sendq", "shutdown", "file_inode", "pending"}
    equal({key for row in rows for key in row} & unknown, set(), "what /proc/net does not know")


@test("without sock_diag a name that breaks its line makes the answer incomplete, nothing else")
def _():
    kept = families.door(b"\0door"), families.bound(b"\0new\nline"), families.packet()
    env = shim()
    status, out, err = live.run("list", "-j", "-x", env=env)
    answer = live.parse(out)
    equal((status, answer["complete"]), (PARTIAL, False), f"status and whole, {err!r}")
    equal({row["inode"] for row in answer["sockets"]}, set(map(sockets.inode, kept[:2])), "inodes")
    true(b"socklens: unix: the answer is not whole: /proc/net: " in err, f"stderr {err!r}")


@test("without sock_diag packet sockets come from /proc/net, and the answer says so")
def _():
    kinds = families.packet_kinds()
    rows = without_diag("-0", "-e")
    for one, proto, ethertype, device, _ in kinds:
        same(row_in(rows, one), proto=proto, ethertype=ethertype, iface=device,
             uid=os.fstat(one.fileno()).st_uid, owner="exact")  # fmt: skip
    equal(len(rows), len(kinds), "rows")


@test("without sock_diag netlink sockets come from /proc/net, and the answer says so")
def _():
    made = families.netlink_kinds()
    rows = without_diag("--netlink", "-e")
    inodes = collections.Counter(row["inode"] for row in rows)
    equal(inodes, collections.Counter(row["inode"] for row in procnet.netlink()), "inodes")
    for one in made:
        same(row_in(rows, one), proto="nl", sport=one.getsockname()[0],
             netlink_protocol=families.NETLINK_NAMES[one.proto], owner="exact")  # fmt: skip


@test("without sock_diag one line says so for many families, too")
def _():
    kept = sockets.pair(), socket.socketpair(), families.packet()
    rows = without_diag("-t", "-x", "-0", "--netlink")
    true({"tcp", "u_str", "p_raw", "nl"} <= {row["proto"] for row in rows}, f"{len(kept)} kinds")


# Names.


def controls(out, allowed):
    text = out.decode("utf-8")
    odd = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return [c for c in text if unicodedata.category(c) in odd and c not in allowed]


def count_rows(form, out):
    text = out.decode("utf-8")
    if form == "json":
        return len(live.parse(out)["sockets"])
    if form == "ndjson":
        return len([live.parse(line.encode()) for line in text.split("\n")[:-1]])
    if form == "csv":
        return len(list(csv.reader(io.StringIO(text, newline=""), strict=True))) - 1
    return text.count("\n") - 1


@test("hostile names of a UNIX socket, its holder and its peer's keep every format in shape")
def _():
    for name in holders.HOSTILE:
        door = families.door(b"\0" + name)
        client = families.client(b"\0" + name, own=b"\0to" + name)
        accepted = door.accept()[0]
        with holders.running(accepted, name) as pid:
            number = sockets.inode(accepted)
            accepted.close()
            for form in ("text", "csv", "tsv", "json", "ndjson"):
                ask = ["-x", "-e"]
                if form == "text":
                    ask = ["-x", "-e", "--columns", "proto,local,peer,owners,peer_owners,pid,comm"]
                status, out, err = live.run("list", "--format", form, *ask)
                equal((status, err), (0, b""), f"{form} of {name!r}")
                equal(controls(out, "\n\t" if form == "tsv" else "\n"), [], f"{form} of {name!r}")
                equal(count_rows(form, out), 3, f"rows of {form} of {name!r}")
            rows = {row["inode"]: row for row in live.rows("-x")}
            for holder_ in (rows[number]["owners"], rows[sockets.inode(client)]["peer_owners"]):
                one = only(holder_, "holders")
                equal(one["pid"], pid, "pid")
                for key in ("comm", "exe"):
                    exact = one.get(f"{key}_hex", one[key].encode().hex())
                    equal(bytes.fromhex(exact), name, key)


live.main()
