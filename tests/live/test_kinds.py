"""Every protocol and every form of an address, and the whole table against /proc/net."""

import collections
import os
import socket
import subprocess

import holders
import live
import procnet
import sockets
import storage
from expect import agrees_with_proc, holder, identity, only, row_of
from live import Skip, equal, test, true

SO_BINDTODEVICE = 25
PROTOCOLS = "tcp udp udplite raw mptcp".split()


def text_local(one):
    """The local address as the text output spells it."""
    status, out, err = live.run("list", "-H", "--columns", "inode,local")
    equal(status, 0, f"status, stderr {err!r}")
    words = [line.split() for line in out.decode().splitlines()]
    found = [word[1] for word in words if word[0] == str(sockets.inode(one))]
    return only(found, "the local address")


@test("a UDP socket without a peer is UNCONN and has no byte counters")
def _():
    one = sockets.datagram()
    row = agrees_with_proc(one, "-i", "-o", proto="udp")
    identity(row, one, "udp", "UNCONN")
    wrong = {key for key in row if key.startswith(("bytes_", "segs_", "rtt", "timer"))}
    equal(sorted(wrong), [], "keys that UDP cannot have")


@test("a connected UDP socket is ESTAB and shows its peer")
def _():
    for family in (socket.AF_INET, socket.AF_INET6):
        other = sockets.datagram(family)
        one = sockets.datagram(family, peer=other.getsockname())
        identity(agrees_with_proc(one, proto="udp"), one, "udp", "ESTAB")


@test("a full UDP socket shows its queue and counts what it dropped")
def _():
    one = sockets.datagram_full()
    row = agrees_with_proc(one, "-m", proto="udp")
    identity(row, one, "udp", "UNCONN")
    proc = only(procnet.find(proto="udp", inode=sockets.inode(one)), "/proc/net/udp")
    true(row["recvq"] > 0, f"a queue in {row}")
    equal(row["drops"], proc["drops"], "drops")
    memory = sockets.memory(one)
    equal({key: row.get(key) for key in memory}, memory, "memory")


@test("an IPv4 peer of an IPv6 socket is v4-mapped")
def _():
    door = sockets.listener(socket.AF_INET6, host="::", v6only=0)
    client = socket.create_connection(("127.0.0.1", sockets.port(door)))
    accepted = door.accept()[0]
    row = agrees_with_proc(accepted)
    identity(row, accepted, "tcp", "ESTAB")
    equal((row["src"], row["dst"]), ("::ffff:127.0.0.1", "::ffff:127.0.0.1"), "addresses")
    equal(row_of(client)["family"], "inet", "the other end")


@test("both ends of an IPv6 connection are shown")
def _():
    made = sockets.pair(family=socket.AF_INET6)
    for one in (made.client, made.accepted):
        identity(agrees_with_proc(one), one, "tcp", "ESTAB")


@test("dual-stack, IPv6-only and IPv4 wildcards on one port are told apart")
def _():
    share = {"SO_REUSEPORT": 1}
    both = sockets.listener(socket.AF_INET6, host="::", v6only=0, **share)
    at = sockets.port(both)
    six = sockets.listener(socket.AF_INET6, host="::", at=at, v6only=1, **share)
    four = sockets.listener(host="0.0.0.0", at=at, **share)
    expected = {both: (f"*:{at}", False), six: (f"[::]:{at}", True), four: (f"0.0.0.0:{at}", None)}
    for one, (text, v6only) in expected.items():
        identity(agrees_with_proc(one), one, "tcp", "LISTEN")
        equal(text_local(one), text, "local address")
        equal(row_of(one, "-e").get("v6only"), v6only, "v6only")


@test("dual-stack and IPv6-only wildcards of UDP are told apart")
def _():
    for v6only, spelling in ((0, "*:{}"), (1, "[::]:{}")):
        one = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
        one.bind(("::", 0))
        equal(text_local(one), spelling.format(sockets.port(one)), "local address")


@test("a socket bound to a device shows the device behind its address")
def _():
    one = sockets.listener()
    one.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, b"lo")
    row = row_of(one)
    identity(row, one, "tcp", "LISTEN")
    equal((row["iface"], row["ifindex"]), ("lo", socket.if_nametoindex("lo")), "device")
    equal(text_local(one), f"127.0.0.1%lo:{sockets.port(one)}", "local address")


@test("a wildcard socket bound to a device shows the device too")
def _():
    one = sockets.listener(socket.AF_INET6, host="::", v6only=0)
    one.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, b"lo")
    equal(text_local(one), f"*%lo:{sockets.port(one)}", "local address")


@test("a socket that is bound to no device has neither iface nor ifindex")
def _():
    row = row_of(sockets.listener())
    true("iface" not in row and "ifindex" not in row, f"no device in {row}")


@test("a link-local address is shown with its scope")
def _():
    live.need_root()
    with sockets.veth() as (name, address):
        index = socket.if_nametoindex(name)
        one = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        one.bind((address, 0, 0, index))
        one.listen()
        row = agrees_with_proc(one)
        identity(row, one, "tcp", "LISTEN")
        equal((row["iface"], row["ifindex"]), (name, index), "scope")
        equal(text_local(one), f"[{address}]%{name}:{sockets.port(one)}", "local address")


@test("an interface with a hostile name stays one word and raises no control byte")
def _():
    live.need_root()
    name = b"a\x1b[31m\xc3\xa9\"\\,"
    made = subprocess.run([b"ip", b"link", b"add", name, b"type", b"veth"], capture_output=True)
    if made.returncode != 0:
        raise Skip("the kernel refuses the name")
    try:
        one = sockets.listener()
        one.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, name)
        status, out, _ = live.run("list", "-H")
        equal((status, b"\x1b" in out), (0, False), "status, ESC in the output")
        true(all(len(line.split()) == 7 for line in out.decode().splitlines()), f"7 words in {out}")
        equal(row_of(one)["iface"].encode(), name, "iface")
    finally:
        subprocess.run([b"ip", b"link", b"delete", name], check=True)


@test("an MPTCP connection is shown as mptcp, and its subflows as tcp")
def _():
    try:
        made = sockets.pair(protocol=sockets.IPPROTO_MPTCP)
    except OSError as error:
        raise Skip(f"no MPTCP: {error}") from error
    for one, state in ((made.door, "LISTEN"), (made.client, "ESTAB"), (made.accepted, "ESTAB")):
        row = row_of(one, proto="mptcp")
        identity(row, one, "mptcp", state)
        subflow = row_of(one, proto="tcp")
        equal(subflow["state"], state, "state of the subflow")
        true(subflow["cookie"] != row["cookie"], "the subflow is another socket")


@test("a UDP-Lite socket is shown as udplite")
def _():
    try:
        one = sockets.udplite()
    except OSError as error:
        raise Skip(f"no UDP-Lite: {error}") from error
    identity(agrees_with_proc(one, proto="udplite"), one, "udplite", "UNCONN")


@test("a RAW socket is shown with its protocol as the port, and the report names its source")
def _():
    kinds = ((socket.AF_INET, socket.IPPROTO_ICMP), (socket.AF_INET6, socket.IPPROTO_ICMPV6))
    for family, protocol in kinds:
        one = sockets.raw(family, protocol)
        answer = live.document()
        found = [row for row in answer["sockets"] if row.get("inode") == sockets.inode(one)]
        row = only(found, "the raw socket")
        identity(row, one, "raw", "UNCONN", source=row["source"])
        equal(row["sport"], protocol, "sport")
        probe = only([probe for probe in answer["probes"] if probe["name"] == "raw"], "raw probe")
        equal(probe["source"], row["source"], "source of the raw probe")
        true(row["source"] == "diag" or "cookie" not in row, f"/proc knows no cookie: {row}")


@test("every probe says how many sockets it found")
def _():
    kept = sockets.listener(), sockets.datagram(), sockets.raw()
    answer = live.document()
    found = collections.Counter(row["proto"] for row in answer["sockets"])
    probes = [probe for probe in answer["probes"] if probe["name"] in PROTOCOLS]
    counted = {probe["name"]: probe["count"] for probe in probes}
    equal({name: found[name] for name in counted}, counted, f"counts, with {len(kept)} of ours")


@test("cgroup_id is the inode of the cgroup's directory")
def _():
    with open("/proc/self/mountinfo") as file:
        mounts = [line.split() for line in file]
    mount = next((word[4] for word in mounts if "cgroup2" in word[word.index("-") :]), None)
    with open("/proc/self/cgroup") as file:
        path = next((line[3:].strip() for line in file if line.startswith("0::")), None)
    if not mount or not path or not os.path.isdir(mount + path):
        raise Skip("no cgroup2 here")
    equal(row_of(sockets.listener())["cgroup_id"], os.stat(mount + path).st_ino, "cgroup_id")


def zoo():
    """One of each kind, all alive at once."""
    made = [
        getattr(sockets, name)()
        for name in (
            "syn_sent", "syn_recv", "fin_wait_1", "fin_wait_1_orphan", "fin_wait_2",
            "fin_wait_2_orphan", "last_ack", "closing", "time_wait", "bound_inactive",
            "closed_with_peer", "keepalive", "zero_window", "datagram", "datagram_full", "raw",
        )
    ]  # fmt: skip
    made += [sockets.pair(family=socket.AF_INET6), sockets.datagram(socket.AF_INET6)]
    made += [sockets.time_wait(socket.AF_INET6), sockets.syn_recv(socket.AF_INET6)]
    return made


def summary(row):
    """What /proc/net and the program can both tell."""
    listening = row["state"] == "LISTEN"
    keys = ["proto", "family", "state", "src", "sport", "dst", "dport", "inode", "recvq"]
    values = [row.get(key) for key in keys]
    held = row.get("inode") is not None
    return *values, None if listening else row["sendq"], row.get("uid") if held else None


@test("the answer holds every socket of /proc/net once, and nothing else")
def _():
    kept = zoo()

    def proc():
        return collections.Counter(map(summary, procnet.sockets()))

    expected, rows = live.steady(proc, live.rows)
    only_diag = [row for row in rows if row["proto"] == "mptcp"]
    only_diag += [row for row in rows if (row["proto"], row["state"]) == ("tcp", "UNCONN")]
    got = collections.Counter(summary(row) for row in rows if row not in only_diag)
    equal((got - expected, expected - got), ({}, {}), "too much, missing")
    equal(len([row for row in only_diag if row["proto"] == "tcp"]), 2, f"bound, in {len(kept)}")


def stored(ends):
    """The column of both ends, and how the list went."""
    status, out, err = live.run("list", "-j", "-t", "--columns", "inode,bpf_storage")
    rows = {row.get("inode"): row.get("bpf_storage") for row in live.parse(out)["sockets"]}
    values = [rows[sockets.inode(one)] for one in (ends.client, ends.accepted)]
    return values, (status, err), set(rows)


@test("what BPF maps keep for a socket is shown, whatever its length")
def _():
    live.need_root()
    for length in (1, 8, 40000, 65000):
        ends = sockets.pair()
        inodes = {row.get("inode") for row in live.rows("-t")}
        value = bytes(i * 7 % 256 for i in range(length))
        with storage.store(ends.client, value) as number:
            expected = [f"{number}={value.hex()}", None], (0, b""), inodes
            true(stored(ends) == expected, f"{length} bytes")


@test("values of more than 64 KiB together, which the kernel cannot tell, hide no socket")
def _():
    live.need_root()
    ends = sockets.pair()
    inodes = {row.get("inode") for row in live.rows("-t")}
    value = b"v" * 40000
    with storage.store(ends.client, value), storage.store(ends.client, value):
        equal(stored(ends), ([None, None], (0, b""), inodes), "the answer")


@test("who may not see what BPF maps keep is told, and still shown every socket")
def _():
    live.need_root()
    inodes = {row.get("inode") for row in live.rows("-t")}
    with holders.program_for_everyone(live.PROGRAM) as program:
        ask = ["list", "-j", "-t", "--columns", "inode,bpf_storage"]
        status, out, err = live.run(*ask, program=program, **holders.BY_NOBODY)
    equal({row.get("inode") for row in live.parse(out)["sockets"]}, inodes, "sockets")
    equal((status, live.parse(out)["complete"]), (3, False), "exit status and whole")
    true(err.count(b"\n") == 1 and b"bpf_storage" in err, f"stderr {err!r}")


@test("no two rows have the same cookie")
def _():
    kept = zoo()
    cookies = [row["cookie"] for row in live.rows() if "cookie" in row]
    twice = [one for one, count in collections.Counter(cookies).items() if count > 1]
    equal(twice, [], f"cookies shown twice among {len(kept)} kinds")


@test("the owner of each socket is its process and its descriptor")
def _():
    one = sockets.listener()
    equal(row_of(one)["owners"], [holder(os.getpid(), one.fileno())], "owners")


live.main()
