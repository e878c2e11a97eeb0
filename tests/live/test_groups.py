"""Groups count every socket once, and their sums are those of the list."""

import collections
import csv
import io
import os
import pathlib
import socket
import tempfile

import live
import sockets
from live import equal, test, true

SUMS = ("recvq", "sendq", "bytes_received", "bytes_acked", "total_retrans")


def groups(*arguments):
    document = live.document("--group", *arguments)
    true("sockets" not in document, "groups are no sockets")
    return document["groups"]


def sum_of(rows, key):
    known = [row[key] for row in rows if key in row]
    return sum(known) if known else None


def stage():
    full = sockets.pair()
    full.client.send(b"x" * 1000)
    return [full, sockets.pair(family=socket.AF_INET6), sockets.datagram()]


@test("a sum is that of the sockets of the group, for each state")
def _():
    kept = stage()
    by_state = collections.defaultdict(list)
    for row in live.rows("--columns", "state," + ",".join(SUMS)):
        by_state[row["state"]].append(row)
    found = {group["state"]: group for group in groups("state")}
    equal(set(found), set(by_state), f"states, of {len(kept)} kinds")
    for state, rows in by_state.items():
        equal(found[state]["sockets"], len(rows), state)
        for key in SUMS:
            equal(found[state].get(key), sum_of(rows, key), f"{state} {key}")


@test("a socket that two processes hold is in one group, that of both")
def _():
    kept = sockets.datagram()
    port = str(kept.getsockname()[1])
    with live.child(lambda tell: tell("here")) as (pid, _message):
        both = sorted([os.getpid(), pid])
        found = groups("pid", "port", port)
    equal([group["sockets"] for group in found], [1], "groups")
    equal(found[0]["pid"], both, "the key")


@test("the parent of a process is one of its fields, in a recording too")
def _():
    kept = sockets.datagram()
    port = str(kept.getsockname()[1])
    comm = pathlib.Path(f"/proc/{os.getppid()}/exe").resolve().name
    wanted = [{"pid": os.getppid(), "name": comm}]
    equal(groups("parent", "port", port)[0]["parent"], wanted, "by parent")
    equal(groups("ppid", "ppid", str(os.getppid()))[0]["ppid"], [os.getppid()], "by number")
    with tempfile.TemporaryDirectory() as directory:
        live.run("record", "-n", "1", f"{directory}/one.rec")
        found = live.document("--replay", f"{directory}/one.rec", "--group", "parent", "port", port)
    equal(found["groups"][0]["parent"], wanted, "replayed")
    text = live.run("list", "-H", "--columns", "parent,ppid", "port", port)[1].decode()
    equal(text.split(), [f"{os.getppid()}/{comm}", str(os.getppid())], "as text")


@test("a service is the name of the well-known port, whichever end has it")
def _():
    listener = socket.create_server(("127.0.0.1", 22))
    client = socket.create_connection(listener.getsockname())
    accepted = listener.accept()[0]
    unnamed = sockets.listener(at=55555)
    found = {group.get("service"): group["sockets"] for group in groups("service", "port 22,55555")}
    equal(found, {"ssh": 3, None: 1}, f"services of {[listener, client, accepted, unnamed]}")
    equal(len(live.rows("service = ssh and port 22")), 3, "as a filter")


@test("levels are columns, and every combination is a row")
def _():
    kept = stage()
    total = len(live.rows())
    found = groups("proto,family,state")
    keys = [(group["proto"], group["family"], group["state"]) for group in found]
    equal(len(keys), len(set(keys)), f"rows of {len(kept)} kinds")
    equal(sum(group["sockets"] for group in found), total, "sockets")
    counts = [group["sockets"] for group in found]
    equal(counts, sorted(counts, reverse=True), "the largest comes first")


@test("the formats tell the same groups, sorted as asked for")
def _():
    kept = stage()
    status, out, err = live.run("list", "--format", "csv", "--group", "state", "--sort", "-recvq")
    equal((status, err), (0, b""), "status")
    table = list(csv.DictReader(io.StringIO(out.decode(), newline="")))
    known = [int(row["recvq"]) for row in table if row["recvq"]]
    equal(known, sorted(known, reverse=True), f"order of {len(kept)} kinds")
    lines = live.run("list", "--group", "state", "--sort", "-recvq")[1].decode().splitlines()
    equal([line.split()[0] for line in lines[1:]], [row["state"] for row in table], "text")


@test("a peer network holds the addresses within it")
def _():
    listener = socket.create_server(("127.0.0.1", 0))
    clients = [socket.socket() for _ in range(3)]
    for i, client in enumerate(clients):
        client.bind((f"127.0.9.{i + 1}", 0))
        client.connect(listener.getsockname())
    port = str(listener.getsockname()[1])
    found = {group.get("dst_net"): group["sockets"] for group in groups("dst_net", "sport", port)}
    equal(found, {"127.0.9.0/24": 3, None: 1}, "networks")
    matching = live.rows("dst_net = 127.0.9.0/24")
    equal(len(matching), 3, "as a filter")


@test("a listener whose queue is full makes its group unwell")
def _():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    clients = []
    for _ in range(3):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        clients.append(client)
    port = str(listener.getsockname()[1])
    live.until(
        lambda: groups("state", "listen", "port", port)[0]["health"] == "accept-queue-full",
        f"health, with {len(clients)} clients",
    )


@test("a datagram socket that dropped what came makes its group unwell")
def _():
    full = sockets.datagram_full()
    found = live.until(
        lambda: [g for g in groups("proto", "udp") if g["health"] == "drops"], f"drops of {full}"
    )
    equal(found[0]["proto"], "udp", "the group")
    equal(len(live.rows("udp", "health = drops")), 1, "as a filter")


@test("groups go on with --watch, and what makes no sense with them is told")
def _():
    kept = stage()
    status, out, err = live.run("list", "-H", "--watch", "0.1", "--count", "2", "--group", "family")
    equal((status, err), (0, b""), f"status, of {len(kept)} kinds")
    lines = out.decode().splitlines()
    equal(len(lines), 4, "two families twice")
    for wrong in (["--summary"], ["--columns", "proto"], ["-e"], ["--sort", "rtt"]):
        status, out, err = live.run("list", "--group", "state", *wrong)
        equal((status, out), (2, b""), str(wrong))
        true(b"group" in err, f"{wrong}: {err}")


live.main()
