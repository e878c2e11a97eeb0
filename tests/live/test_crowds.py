"""Thousands of UNIX, packet and netlink sockets, some of which come and go: none is missed."""

import collections
import os
import socket

import families
import holders
import live
import procnet
import sockets
from expect import holder, only
from live import equal, test, true

PARTIAL = 3
LISTS = 10


def twice(rows):
    counts = collections.Counter(row["cookie"] for row in rows)
    return [cookie for cookie, count in counts.items() if count > 1]


def unix_crowd(count):
    families.allow_descriptors(2 * count + 200)
    kinds = list(families.TYPES)
    return [socket.socketpair(socket.AF_UNIX, kinds[i % 3]) for i in range(count)]


@test("thousands of UNIX sockets are all told, with both ends and their owners")
def _():
    pairs = unix_crowd(3000)
    rows = {row["inode"]: row for row in live.rows("-x")}
    expected = {}
    for one, other in pairs:
        expected |= {sockets.inode(one): (sockets.inode(other), other.fileno()),
                     sockets.inode(other): (sockets.inode(one), one.fileno())}  # fmt: skip
    got = {inode: (row["peer_inode"], only(row["peer_owners"], "peer's owners")["fd"])
           for inode, row in rows.items()}  # fmt: skip
    equal(got == expected, True, f"peers of {len(pairs)} pairs")
    equal({row["owners"][0]["pid"] for row in rows.values()}, {os.getpid()}, "owners")


def churn(make):
    """A child that makes such sockets and closes them, over and over."""

    def work(tell):
        tell("ready")
        while True:
            kept = [make() for _ in range(100)]
            del kept

    return live.child(work)


def misses_none(made, make, switch):
    """Lists taken while others come and go hold all that stay, once, or say that they may not."""
    stay = {sockets.inode(one) for one in made}
    with churn(make):
        for _ in range(LISTS):
            status, out, err = live.run("list", "-j", switch)
            answer = live.parse(out)
            equal(twice(answer["sockets"]), [], "cookies told twice")
            missing = stay - {row.get("inode") for row in answer["sockets"]}
            if missing:
                equal((status, answer["complete"]), (PARTIAL, False), f"missing {len(missing)}")
                true(err.startswith(b"socklens: "), f"stderr {err!r}")


@test("UNIX sockets that come and go hide none that stays")
def _():
    pairs = unix_crowd(1500)
    misses_none([one for pair in pairs for one in pair], socket.socketpair, "-x")


@test("packet sockets that come and go hide none that stays")
def _():
    families.allow_descriptors(1000)
    made = [families.packet(ethertype=0x88B5) for _ in range(500)]
    misses_none(made, lambda: families.packet(ethertype=0x88B6), "-0")


@test("netlink sockets that come and go hide none that stays, whatever groups they join")
def _():
    families.allow_descriptors(1000)
    made = [families.netlink(groups=(1,) * (i % 2)) for i in range(600)]
    misses_none(made, lambda: families.netlink(groups=(1, 5)), "--netlink")


@test("hundreds of netlink sockets in groups are told once each, with the groups")
def _():
    families.allow_descriptors(1000)
    made = [families.netlink(groups=range(1, 2 + i % 33)) for i in range(600)]
    rows = live.rows("--netlink", "-e")
    equal(twice(rows), [], "cookies told twice")
    told = {row["inode"]: row.get("netlink_groups") for row in rows}
    for i, one in enumerate(made):
        groups = ",".join(str(group) for group in range(1, 2 + i % 33))
        equal(told[sockets.inode(one)], groups, f"groups of socket {i}")
    equal(live.run("list", "--netlink")[::2], (0, b""), "nobody's owner is hidden")


@test("every process that holds the other end is told")
def _():
    one, other = socket.socketpair()
    with live.child(lambda tell: [one.close(), tell("ready")]) as (pid, _):
        rows = {row["inode"]: row for row in live.rows("-x")}
        holds = [holder(who, other.fileno()) for who in sorted((pid, os.getpid()))]
        row = rows[sockets.inode(one)]
        told = sorted(row["peer_owners"], key=lambda owner: owner["pid"])
        equal((told, row["owner"]), (holds, "exact"), "the end that only this process holds")
        equal(rows[sockets.inode(other)]["owner"], "several", "the end that both hold")


@test("without the right to look every UNIX socket is told, and one line counts hidden owners")
def _():
    live.need_root()
    kept = socket.socketpair(), families.door(b"\0door"), families.client(b"\0door")
    own = families.bound(b"\0own", socket.SOCK_DGRAM)
    with (
        holders.program_for_everyone(live.PROGRAM) as program,
        holders.running(own, user=holders.NOBODY) as pid,
    ):
        status, out, err = live.run("list", "-xj", program=program, **holders.BY_NOBODY)
    answer = live.parse(out)
    rows = {row["inode"]: row for row in answer["sockets"]}
    equal((status, answer["complete"]), (0, True), f"status and whole, {err!r}")
    equal(rows.keys(), {row["inode"] for row in procnet.unix() if row["inode"]}, "sockets")
    mine = rows.pop(sockets.inode(own))
    equal([owner["pid"] for owner in mine["owners"]], [pid], "its own")
    equal({row["owner"] for row in rows.values()}, {"hidden"}, f"others, {len(kept)} kinds")
    true(err.count(b"\n") == 1 and str(len(rows)).encode() in err, f"stderr {err!r}")


@test("every detail and every column works for every family in every format")
def _():
    door = families.door(b"\0door")
    client = families.client(b"\0door", own=b"\0\xff")
    kept = [client, door.accept()[0], families.packet(), families.netlink(groups=(1, 33))]
    status, out, _ = live.run("list", "--columns", "help")
    names = [line.split()[0] for line in out.decode().splitlines()]
    columns = ",".join(name for name in names if name != "bpf_storage")  # needs CAP_BPF
    equal(status, 0, "help")
    for ask in (["-x"], ["-0"], ["-t", "-x", "-0"]):
        number = len(live.rows(*ask))
        for more in (["-r"], ["-emoi"], ["-emoir"], ["--columns", columns], ["--sort", "-dst,src"]):
            for form in ("text", "tsv", "ndjson"):
                status, out, err = live.run("list", *ask, *more, "--format", form)
                lines = out.count(b"\n") - (form != "ndjson")
                equal((status, err, lines), (0, b"", number), f"{ask} {more} {len(kept)}")


live.main()
