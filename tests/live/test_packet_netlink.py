"""Packet and netlink sockets, against what was made and /proc/net."""

import collections
import os
import socket

import families
import holders
import live
import procnet
import sockets
from expect import NAMESPACE, holder, row_in, same
from live import equal, test, true

PARTIAL = 3
RET_ALL = (0x06, 0, 0, 0xFFFFFFFF)
FILTER_MAX = 4096


def held(one, family):
    """What is true of each row of a socket that this process made."""
    return {
        "family": family, "inode": sockets.inode(one), "cookie": sockets.cookie(one),
        "netns": NAMESPACE, "source": "diag", "owner": "exact",
        "owners": [holder(os.getpid(), one.fileno())],
    }  # fmt: skip


def cell(one, column, *arguments):
    """A column of the text list, for one socket."""
    status, out, _ = live.run("list", *arguments, "-H", "--columns", f"inode,{column}")
    equal(status, 0, "status")
    lines = [line.split() for line in out.decode().splitlines()]
    equal({len(line) for line in lines}, {2}, "words")
    return dict(lines)[str(sockets.inode(one))]


# Packet.


@test("packet sockets show type, protocol and device")
def _():
    kinds = families.packet_kinds()
    rows = live.rows("-0")
    equal(len(rows), len(kinds), "rows")
    for one, proto, ethertype, device, text in kinds:
        row = row_in(rows, one)
        same(row, proto=proto, state="UNCONN", ethertype=ethertype, iface=device,
             ifindex=socket.if_nametoindex(device) if device else None,
             uid=os.fstat(one.fileno()).st_uid, **held(one, "packet"))  # fmt: skip
        if text:
            equal(cell(one, "local", "-0"), text, "local")


@test("the answer holds every packet socket of /proc/net once, and nothing else")
def _():
    kinds = families.packet_kinds()
    if live.is_root():
        os.fchown(kinds[0][0].fileno(), 4711, -1)

    def proc():
        return collections.Counter(tuple(row.values()) for row in procnet.packet())

    expected, rows = live.steady(proc, lambda: live.rows("-0"))
    keys = "proto ethertype ifindex recvq uid inode".split()
    got = collections.Counter(tuple(row.get(key) for key in keys) for row in rows)
    equal(got, expected, f"{len(kinds)} kinds")


@test("switches and words choose packet sockets by type")
def _():
    kinds = families.packet_kinds()
    every = {sockets.inode(one): proto for one, proto, *_ in kinds}
    raw = {inode for inode, proto in every.items() if proto == "p_raw"}
    chosen = {
        ("-0",): every.keys(), ("--packet",): every.keys(), ("packet",): every.keys(),
        ("-0l",): every.keys(), ("-A", "packet_raw"): raw, ("p_dgr",): every.keys() - raw,
        ("-A", "packet,!p_raw"): every.keys() - raw,
    }  # fmt: skip
    for words, expected in chosen.items():
        equal({row["inode"] for row in live.rows(*words)}, set(expected), f"{words}")
    equal(live.run("list", "-0", "-H", "established")[::2], (1, b""), "connected ones")


@test("-e shows the ring, the fanout group and the memberships of a packet socket")
def _():
    PACKET_RX_RING, PACKET_TX_RING, PACKET_FANOUT = 5, 13, 18
    FANOUT_LB, MULTICAST, PROMISC, ALLMULTI = 1, 0, 1, 2
    one, plain = families.packet(device=families.DEVICE), families.packet()
    families.ring(one, PACKET_RX_RING, (4096, 4, 2048, 8))
    families.ring(one, PACKET_TX_RING, (8192, 2, 1024, 16))
    families.join(one, PROMISC, families.DEVICE)
    families.join(one, ALLMULTI, families.DEVICE)
    families.join(one, MULTICAST, families.DEVICE, bytes.fromhex("333300000001"))
    shared = families.packet(ethertype=families.ETH_P_IP, device=families.DEVICE)
    shared.setsockopt(families.SOL_PACKET, PACKET_FANOUT, 4242 | FANOUT_LB << 16)
    rows = live.rows("-0", "-e")
    row, index = row_in(rows, one), socket.if_nametoindex(families.DEVICE)
    same(row, rx_ring_block_size=4096, rx_ring_blocks=4, rx_ring_frame_size=2048,
         rx_ring_frames=8, tx_ring_block_size=8192, tx_ring_blocks=2, tx_ring_frame_size=1024,
         tx_ring_frames=16, fanout_id=None, fanout_type=None)  # fmt: skip
    joined = [f"allmulti/{index}", f"multicast/{index}/33:33:00:00:00:01", f"promiscuous/{index}"]
    equal(sorted(row["memberships"].split(",")), joined, "memberships")
    same(row_in(rows, shared), fanout_id=4242, fanout_type=FANOUT_LB, rx_ring_blocks=None)
    words = "rx_ring tx_ring fanout memberships".split()
    odd = [key for key in row_in(rows, plain) if key.startswith(tuple(words))]
    equal(odd, [], "keys of a socket that has nothing of it")


@test("packet_flags tells the options that are set")
def _():
    PACKET_AUXDATA, PACKET_ORIGDEV = 8, 9
    one = families.packet(device=families.DEVICE)
    for option in (PACKET_AUXDATA, PACKET_ORIGDEV):
        one.setsockopt(families.SOL_PACKET, option, 1)
    equal(row_in(live.rows("-0e"), one)["packet_flags"], ["running", "auxdata", "origdev"])


@test("-m and the queues tell the memory of packets that nobody read")
def _():
    one = families.packet(ethertype=families.ETH_P_IP, device=families.DEVICE)
    sockets.datagram().sendto(b"x" * 100, ("127.0.0.1", 9))
    live.until(lambda: sockets.memory(one)["rmem_alloc"] > 0, "a packet")
    memory, row = live.steady(lambda: sockets.memory(one), lambda: row_in(live.rows("-0m"), one))
    same(row, recvq=memory["rmem_alloc"], sendq=0, **memory)


@test("bpf_filter shows the attached program as it was given")
def _():
    one, plain = families.packet(), families.packet()
    code = ((0x28, 0, 0, 12), (0x15, 0, 1, 0x800), (0x06, 0, 0, 0xFFFFFFFF), (0x06, 0, 0, 0))
    families.attach_filter(one, *code)
    told = f"{len(code)}:" + ",".join(" ".join(map(str, each)) for each in code)
    rows = live.rows("-0", "--columns", "inode,bpf_filter")
    equal([row_in(rows, each).get("bpf_filter") for each in (one, plain)], [told, None])
    equal("bpf_filter" in row_in(live.rows("-0e"), one), False, "only where it is asked for")


@test("a filter that no message can hold hides no other socket, and the answer says what it lacks")
def _():
    before, large, after = families.packet(), families.packet(), families.packet()
    for one, count in ((before, 1000), (large, FILTER_MAX), (after, 2)):
        families.attach_filter(one, *[RET_ALL] * count)
    ask = ["list", "-0j", "--columns", "inode,bpf_filter"]
    status, out, err = live.run(*ask)
    answer = live.parse(out)
    rows = answer["sockets"]
    equal({row["inode"] for row in rows}, {row["inode"] for row in procnet.packet()}, "sockets")
    equal((status, answer["complete"]), (PARTIAL, False), f"status, {err!r}")
    true(err.count(b"\n") == 1 and err.startswith(b"socklens: packet: "), f"stderr {err!r}")
    equal(row_in(rows, large).get("bpf_filter"), None, "the large one")
    # Whose program comes before the large one is told; there is no way to more.
    for one, count in ((before, 1000), (after, 2)):
        text = row_in(rows, one).get("bpf_filter", f"{count}:")
        true(text.startswith(f"{count}:"), f"{text[:20]}")
    equal(live.run("list", "-0")[::2], (0, b""), "nothing is lacking where none was asked for")


@test("who may not see programs is shown every packet socket without them")
def _():
    live.need_root()
    one = families.packet()
    families.attach_filter(one, RET_ALL)
    with holders.program_for_everyone(live.PROGRAM) as program:
        ask = ["list", "-0j", "--columns", "inode,bpf_filter"]
        status, out, _ = live.run(*ask, program=program, **holders.BY_NOBODY)
    equal(live.parse(out)["sockets"], [{"inode": sockets.inode(one)}], "rows")
    equal(status, 0, "status")


# Netlink.


@test("netlink sockets show protocol, port id, type and every group that they joined")
def _():
    made = families.netlink_kinds()
    rows = live.rows("--netlink", "-e")
    joined = (None, "1,5,33", "1,32", "1", None)
    for one, groups in zip(made, joined, strict=True):
        same(row_in(rows, one), proto="nl", state="UNCONN", sport=one.getsockname()[0], dport=0,
             netlink_protocol=families.NETLINK_NAMES[one.proto], netlink_groups=groups,
             **held(one, "netlink"))  # fmt: skip
        local = f"{families.NETLINK_NAMES[one.proto]}:{one.getsockname()[0]}"
        equal(cell(one, "local", "--netlink"), local, "local")
    columns = live.rows("--netlink", "--columns", "inode,netlink_type,netlink_groups")
    told = [(row_in(columns, one)["netlink_type"], row_in(columns, one).get("netlink_groups"))
            for one in made]  # fmt: skip
    expected = [(one.type, groups) for one, groups in zip(made, joined, strict=True)]
    equal(told, expected, "types and groups, as columns")


@test("a netlink socket that talks to the kernel is connected to it")
def _():
    one = families.netlink()
    one.connect((0, 0))
    same(row_in(live.rows("--netlink"), one), state="ESTAB", dport=0)
    equal(cell(one, "peer", "--netlink"), "rtnl:kernel", "peer")


@test("netlink_flags tells the options that are set")
def _():
    NETLINK_PKTINFO, NETLINK_NO_ENOBUFS, NETLINK_CAP_ACK = 3, 5, 10
    one = families.netlink()
    for option in (NETLINK_PKTINFO, NETLINK_NO_ENOBUFS, NETLINK_CAP_ACK):
        one.setsockopt(families.SOL_NETLINK, option, 1)
    told = row_in(live.rows("--netlink", "-e"), one)["netlink_flags"]
    equal(told, ["pktinfo", "no_enobufs", "cap_ack"], "flags")


@test("the answer holds every netlink socket of /proc/net once, and nothing else")
def _():
    made = families.netlink_kinds()

    def proc():
        rows = (row for row in procnet.netlink() if not families.is_programs_own(row))
        return {row["inode"]: (row["sport"], row["groups"]) for row in rows}

    expected, rows = live.steady(proc, lambda: live.rows("--netlink", "-e"))
    rows = [row for row in rows if not families.is_programs_own(row)]
    inodes = collections.Counter(row["inode"] for row in rows)
    equal(inodes, collections.Counter(expected.keys()), f"inodes, with {len(made)}")
    for row in rows:
        groups = {int(word) for word in row.get("netlink_groups", "").split(",") if word}
        told = row["sport"], {group for group in groups if group <= 32}
        equal(told, expected[row["inode"]], "port id, groups")


@test("a netlink socket of the kernel has no owner, and that is sure")
def _():
    rows = [row for row in live.rows("--netlink") if row["sport"] == 0]
    true(len(rows) > 3, "sockets of the kernel")
    equal({row["owner"] for row in rows}, {"none"}, "owner")
    equal([row for row in rows if row.get("owners") or "uid" in row], [], "owners, users")
    for row in rows:
        true(row["netlink_protocol"], "protocol")


@test("switches and words choose netlink sockets")
def _():
    made = families.netlink_kinds()
    inodes = {sockets.inode(one) for one in made}
    for words in (["--netlink"], ["-A", "netlink"], ["nl"], ["netlink"], ["--netlink", "unconn"]):
        true(inodes <= {row["inode"] for row in live.rows(*words)}, f"{words}")
    status, out, _ = live.run("list", "--netlink", "-j", "established")
    equal((status, live.parse(out)["sockets"]), (1, []), "connected ones")


live.main()
