"""A kernel without sock_diag, and a machine without memory: both preloaded."""

import collections
import os
import socket
import tempfile

import families
import holders
import live
import procnet
import recordings
import sockets
from live import Skip, equal, test, true

PARTIAL = 3
MOST_ALLOCATIONS = 20000


def shim(variable):
    path = os.environ.get(variable)
    if not path:
        raise Skip(f"{variable} is not set")
    if live.SANITIZED:
        raise Skip("the sanitizer brings its own allocator")
    return {"LD_PRELOAD": os.path.abspath(path)}


def kinds():
    """Sockets that /proc/net can show, and that do not change by themselves."""
    udp = sockets.datagram()
    made = [
        sockets.pair(), sockets.pair(family=socket.AF_INET6), sockets.fin_wait_2(), udp,
        sockets.datagram(peer=udp.getsockname()), sockets.datagram(socket.AF_INET6),
        sockets.datagram_full(), sockets.raw(), sockets.raw(socket.AF_INET6, 58),
    ]  # fmt: skip
    try:
        made.append(sockets.udplite())
    except OSError:
        pass
    return made


def told(row):
    keys = "proto family state src sport dst dport inode uid recvq".split()
    backlog = row["state"] == "LISTEN"  # which /proc/net does not tell
    return *(row.get(key) for key in keys), None if backlog else row["sendq"]


@test("without sock_diag the answer is that of /proc/net, whole, and one line says so")
def _():
    env = shim("SHIM_NO_SOCK_DIAG")
    kept = kinds()
    status, out, err = live.run("list", "-j", env=env)
    answer = live.parse(out)
    equal((status, answer["complete"]), (0, True), f"status and whole, stderr {err!r}")
    got = collections.Counter(told(row) for row in answer["sockets"])
    expected = collections.Counter(told(row) for row in procnet.sockets())
    equal((got - expected, expected - got), ({}, {}), f"too much, missing of {len(kept)} kinds")
    true(err.startswith(b"socklens: ") and err.count(b"\n") == 1, f"one line on stderr: {err!r}")
    true(b"/proc/net" in err or b"sock_diag" in err, f"the reason in {err!r}")


@test("without sock_diag every row and every probe says proc, and no row has a cookie")
def _():
    env = shim("SHIM_NO_SOCK_DIAG")
    kept = kinds()
    answer = live.document(env=env)
    equal({row["source"] for row in answer["sockets"]}, {"proc"}, f"sources, {len(kept)} kinds")
    equal([row for row in answer["sockets"] if "cookie" in row], [], "rows with a cookie")
    for probe in answer["probes"]:
        proc = probe["name"] in procnet.PROTOCOLS
        true(not proc or probe["source"] == "proc", f"source of {probe}")


@test("without sock_diag the owners, the drops and a remnant's absent uid are still right")
def _():
    env = shim("SHIM_NO_SOCK_DIAG")
    one, full, made = sockets.listener(), sockets.datagram_full(), sockets.time_wait()
    rows = live.rows("-m", env=env)
    mine = {row["inode"]: row for row in rows if "inode" in row}
    owners = [(owner["pid"], owner["fd"]) for owner in mine[sockets.inode(one)]["owners"]]
    equal(owners, [(os.getpid(), one.fileno())], "owners")
    [proc] = procnet.find(proto="udp", inode=sockets.inode(full))
    equal(mine[sockets.inode(full)]["drops"], proc["drops"], "drops")
    [remnant] = [row for row in rows if (row["sport"], row["dport"]) == made.ports]
    equal({"uid", "user", "inode"} & remnant.keys(), set(), "what nobody can know")


@test("without sock_diag filters and states still choose the same sockets")
def _():
    env = shim("SHIM_NO_SOCK_DIAG")
    kept = kinds()
    for words in (["-l"], ["-t"], ["-6"], ["listen"], ["udp"], ["established"], ["close-wait"]):
        got = collections.Counter(map(told, live.rows(*words, env=env)))
        equal(got, collections.Counter(map(told, live.rows(*words))), f"{words}, {len(kept)}")


def starve(rest, *arguments):
    """Let each allocation of a run fail in turn, until a run had none left to fail."""
    base = shim("SHIM_ALLOC") | {"SHIM_ALLOC_REST": rest}
    kept = kinds()
    expected = live.run("list", *arguments)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, MOST_ALLOCATIONS):
            note = os.path.join(folder, str(number))
            env = base | {"SHIM_ALLOC_N": str(number), "SHIM_ALLOC_NOTE": note}
            survives(live.run("list", *arguments, env=env), expected, number)
            if not os.path.exists(note):
                return
    raise AssertionError(f"more than {MOST_ALLOCATIONS} allocations for {len(kept)} kinds")


def survives(result, expected, number):
    status, out, err = result
    if status in (0, 1):
        equal((status, out), expected[:2], f"a whole answer, allocation {number}")
    else:
        equal(status, PARTIAL, f"status when allocation {number} fails, stderr {err!r}")
        true(err.startswith(b"socklens: "), f"stderr {err!r} when allocation {number} fails")


@test("any single allocation that fails gives status 3 or the whole answer")
def _():
    starve("0")


@test("memory that runs out at any point gives status 3 or the whole answer")
def _():
    starve("1")


@test("memory that runs out while sorting and writing NDJSON gives status 3 or the whole answer")
def _():
    # Without `user`: glibc's getpwuid() itself crashes when memory runs out in it.
    columns = "proto,state,local,peer,owners,inode,iface,cgroup,rcvbuf,rtt,cong"
    starve("1", "--format", "ndjson", "--sort", "-sport", "--columns", columns)


def starve_each(rest, attempt):
    """Let each allocation fail in turn: attempt(environment, number) runs and judges."""
    base = shim("SHIM_ALLOC") | {"SHIM_ALLOC_REST": rest}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, MOST_ALLOCATIONS):
            note = os.path.join(folder, str(number))
            attempt(base | {"SHIM_ALLOC_N": str(number), "SHIM_ALLOC_NOTE": note}, number)
            if not os.path.exists(note):
                return
    raise AssertionError(f"more than {MOST_ALLOCATIONS} allocations")


def starve_record(rest, words):
    """A new file each time, and one that holds a look already and must keep it."""
    kept = kinds()
    with recordings.new_file() as path:
        live.run("list", *words, "--record", path)
        before = recordings.contents(path)

        def attempt(env, number):
            result = live.run("list", *words, "--record", path, env=env)
            judge(result, number)
            after = recordings.contents(path)
            true(after.startswith(before), f"the look that was there, allocation {number}")
            shown, found, _ = recordings.replayed(path, *words)
            if result[0] == 0:
                equal((shown, len(found)), (0, 2), f"looks, allocation {number}")
            true(shown in (0, PARTIAL) and found, f"{shown}, allocation {number}, {len(kept)}")
            os.truncate(path, len(before))

        starve_each(rest, attempt)


def judge(result, number):
    status, _, err = result
    true(status in (0, PARTIAL), f"status {status}, allocation {number}, stderr {err!r}")
    if status == PARTIAL:
        true(err.startswith(b"socklens: "), f"stderr {err!r}, allocation {number}")
    # It would be a bad time to cut the file, which the program advises against damage.
    equal(b"damaged" in err or b"truncate" in err, False, f"allocation {number}: {err!r}")


@test("any single allocation that fails while recording gives status 3 or a whole recording")
def _():
    starve_record("0", ("-tx",))


@test("memory that runs out while recording gives status 3 or a whole recording")
def _():
    starve_record("1", ("-tx", "--columns", "proto,local,cong,iface"))


@test("allocations that fail while replaying give status 3 or the whole answer")
def _():
    kept = kinds()
    words = ("list", "-A", "all,!vsock,!xdp", "-emoi")
    with recordings.new_file() as path:
        live.run(*words, "--record", path)
        expected = live.run(*words, "--replay", path)
        equal(expected[0], 0, f"status, {len(kept)} kinds")

        def attempt(env, number):
            result = live.run(*words, "--replay", path, env=env)
            judge(result, number)
            if result[0] == 0:
                equal(result, expected, f"a whole answer, allocation {number}")

        for rest in "01":
            starve_each(rest, attempt)


@test("memory that runs out over a large recording is not called damage")
def _():
    families.allow_descriptors(3000)
    kept = [sockets.datagram() for _ in range(2500)]
    words = ("list", "-u", "--columns", "sport")
    with recordings.new_file() as path:
        live.run(*words, "--record", path)
        before = recordings.contents(path)
        expected = live.run(*words, "--replay", path)

        def attempt(env, number):
            result = live.run(*words, "--replay", path, env=env)
            judge(result, number)
            if result[0] == 0:
                equal(result, expected, f"a whole answer, allocation {number}, {len(kept)}")
            judge(live.run(*words, "--record", path, env=env), number)
            true(recordings.contents(path).startswith(before), "the look that was there")
            os.truncate(path, len(before))

        for rest in "01":
            starve_each(rest, attempt)


@test("threads that cannot be listed make the owners partial")
def _():
    env = shim("SHIM_NO_THREADS")
    with holders.thread_with_own_table() as (port, _):
        status, out, _ = live.run("list", "-tj", str(port))
        true(status == 0 and live.parse(out)["sockets"][0]["owners"], "the owner without the shim")
        status, out, err = live.run("list", "-tj", str(port), env=env)
        equal((status, live.parse(out)["complete"]), (PARTIAL, False), f"stderr {err!r}")
        true(b"/proc/PID/task" in err, f"stderr {err!r}")


live.main()
