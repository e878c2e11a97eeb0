"""socklens diff: recordings of sockets that open, change hands and close, and damaged ones."""

import contextlib
import os
import pathlib
import random
import socket
import subprocess

import live
import recordings
import sockets
from live import equal, test, true

DIFFERS, SAME, USAGE, PARTIAL = 0, 1, 2, 3


def record(path):
    status, _, err = live.run("list", "-tuxe", "--record", path)
    true(status in (0, 1), f"status {status}, {err!r}")


def diff(*words, **options):
    """(status, changes) as JSON has them; nothing but notes on stderr."""
    status, out, err = live.run("diff", "-j", *words, **options)
    true(out, f"{words}: status {status}, {err!r}")
    return status, live.parse(out)["changes"]


def brief(changes):
    """What became of each socket, in which state, at which local port."""
    return [(one["change"], one["state"], one.get("sport")) for one in changes]


@contextlib.contextmanager
def folder():
    with recordings.new_file() as path:
        yield os.path.dirname(path)


@test("what opened, changed and closed is told, each with what it was")
def _():
    with folder() as place:
        a, b, c = (os.path.join(place, name) for name in ("a", "b", "c"))
        record(a)
        one = sockets.listener()
        both = sockets.pair()
        near, far = both.client, both.accepted
        record(b)
        status, found = diff(a, b)
        equal(status, DIFFERS, "status")
        expected = [
            ("+", "LISTEN", sockets.port(one)),
            ("+", "LISTEN", sockets.port(both.door)),
            ("+", "ESTAB", sockets.port(near)),
            ("+", "ESTAB", sockets.port(far)),
        ]
        equal(sorted(brief(found)), sorted(expected), "opened")
        equal(found[0]["state"], "LISTEN", "listeners come first")
        port = sockets.port(near)
        far.close()
        sockets.reaches(near, "CLOSE-WAIT")
        one.close()
        record(c)
        status, found = diff(b, c, f"sport {port}")
        equal(
            [(row["change"], row["state"], row["was_state"]) for row in found],
            [("*", "CLOSE-WAIT", "ESTAB")],
            "changed",
        )
        equal(brief(diff(b, c, "listen")[1])[0][0], "-", "closed")
        equal(diff(c, c)[0], SAME, "the same recording")
        equal(diff(c, c)[1], [], "no rows")
        near.close()


@test("a socket that other processes hold now has other owners, not another identity")
def _():
    one = sockets.listener()
    port = sockets.port(one)
    with folder() as place:
        a, b = (os.path.join(place, name) for name in ("a", "b"))
        record(a)
        with live.child(lambda tell: (tell("here"), one)) as (pid, _):
            record(b)
        _, found = diff(a, b, f"sport {port}")
        equal([row["change"] for row in found], ["*"], "change")
        was = [owner["pid"] for owner in found[0]["was_owners"]]
        now = {owner["pid"] for owner in found[0]["owners"]}
        equal((was, now), ([os.getpid()], {os.getpid(), pid}), "owners")
        true("was_state" not in found[0], "the state is as it was")
        status, out, _ = live.run("diff", "-H", b, a, f"sport {port}")
        equal(status, DIFFERS, "status")
        true(b" was_owners:" in out and out.startswith(b"* tcp LISTEN "), f"text {out!r}")


def moments(path, count):
    """A recording with one more listener in each of its moments; their ports."""
    kept = []
    for _ in range(count):
        kept.append(sockets.listener())
        record(path)
    return kept


@test("a moment is chosen by number, by time and by its distance from an end")
def _():
    with recordings.new_file() as path:
        kept = moments(path, 4)
        ports = [sockets.port(one) for one in kept]
        times = [one["time"] for one in recordings.replayed(path, "-t")[1]]

        def opened(*words):
            return [row[2] for row in brief(diff(*words)[1])]

        equal(set(opened(path)), set(ports[1:]), "alone: from the first to the last")
        equal(set(opened(f"{path}#2")), set(ports[2:]), "alone, from the second on")
        equal(set(opened(f"{path}#1", f"{path}#3")), set(ports[1:3]), "by number")
        equal(opened(f"{path}#4", path), [], "the last one")
        equal(set(opened(f"{path}@+0", f"{path}@-0s")), set(ports[1:]), "from end to end")
        equal(set(opened(f"{path}@{times[0]}")), set(ports[1:]), "by date")
        equal(
            [(row[0], row[2]) for row in brief(diff(path, f"{path}#3")[1])],
            [("-", ports[3])],
            "backwards",
        )
        for word in ("#5", "@+1h", "@2031-01-01T00:00Z"):
            status, out, err = live.run("diff", path + word, path)
            equal((status, out), (USAGE, b""), word)
            recordings.one_line(err)
            true(b"it has 4, from " in err, f"{err!r}")
        for word in ("#0", "#x", "@12", "@"):
            status, out, err = live.run("diff", path + word, path)
            equal((status, out), (USAGE, b""), word)
            true(b"No such file" in err, f"{err!r}")
        whole = pathlib.Path(path).read_bytes()
        odd = path + "#1"
        pathlib.Path(odd).write_bytes(whole)
        equal(set(opened(odd)), set(ports[1:]), "a file that has such a name")
        os.unlink(odd)


@test("standard input, a pipe and this machine can be a side")
def _():
    with recordings.new_file() as path:
        kept = moments(path, 2)
        ports = [sockets.port(one) for one in kept]
        whole = pathlib.Path(path).read_bytes()
        for words in (["-"], ["--", "-#1", path], [f"{path}#1", "-"], ["/dev/stdin#1", path]):
            status, out, err = recordings.piped(["diff", "-j", *words], whole)
            equal((status, err), (DIFFERS, b""), words)
            equal([row[2] for row in brief(live.parse(out)["changes"])], ports[1:], words)
        one = sockets.listener()
        _, found = diff(path, "now", f"sport {sockets.port(one)}")
        equal(brief(found), [("+", "LISTEN", sockets.port(one))], "now")
        _, found = diff("now", path, f"sport {sockets.port(one)}")
        equal(brief(found), [("-", "LISTEN", sockets.port(one))], "before now")
        status, out, err = recordings.piped(["diff", "-"], b"")
        equal((status, out), (USAGE, b""), "nothing came")
        recordings.one_line(err)


@contextlib.contextmanager
def chosen_ports(text):
    """The kernel chooses ports from this range only."""
    path = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
    before = path.read_text(encoding="ascii")
    path.write_text(text, encoding="ascii")
    try:
        yield
    finally:
        path.write_text(before, encoding="ascii")


@test("which ports the kernel chooses is kept in a recording, and asked of this machine")
def _():
    with folder() as place, chosen_ports("2000 2009"):
        a, b = (os.path.join(place, name) for name in ("a", "b"))
        record(a)
        chosen = sockets.listener()
        record(b)
        port = sockets.port(chosen)
        true(2000 <= port <= 2009, f"the kernel chose {port}")
        wanted = [("+", "LISTEN", port)]
        equal(brief(diff(a, "now", "autobound")[1]), wanted, "of this machine")
        with chosen_ports("40000 40009"):
            equal(brief(diff(a, b, "autobound")[1]), wanted, "of the recording")
            equal(diff(a, "now", "autobound"), (SAME, []), "of another range")
            status, out, _ = live.run("list", "--replay", b, "-j", "autobound")
            equal(status, 0, "a list")
            equal([row["sport"] for row in live.parse(out)["sockets"]], [port], "a list")


def recorded_elsewhere(path, port):
    """A recording of a listener at the port in another namespace, of a host of another name."""
    program = (
        "import socket, subprocess, sys\n"
        "socket.sethostname('elsewhere')\n"
        "subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)\n"
        "one = socket.socket(); one.bind(('127.0.0.1', int(sys.argv[1]))); one.listen()\n"
        "sys.exit(subprocess.run([sys.argv[2], 'list', '-tuxe', '--record', sys.argv[3]],\n"
        "    stdout=subprocess.DEVNULL).returncode)\n"
    )
    done = subprocess.run(
        ["unshare", "-n", "-u", "python3", "-c", program, str(port), live.PROGRAM, path],
        check=False,
    )
    equal(done.returncode, 0, "recording elsewhere")


@test("another namespace's sockets are compared by what they serve, and a line says so")
def _():
    one = sockets.listener()
    port = sockets.port(one)
    with folder() as place:
        here, there = (os.path.join(place, name) for name in ("here", "there"))
        record(here)
        recorded_elsewhere(there, port)
        status, out, err = live.run("diff", "-j", here, there, f"sport {port}")
        equal((status, live.parse(out)["changes"]), (SAME, []), "the same listener")
        true(b"different machines" in err, f"{err!r}")
        answer = live.parse(out)
        equal((answer["host"], answer["was_host"]), ("elsewhere", socket.gethostname()), "hosts")
        other = sockets.unused_port()
        recorded_elsewhere(there, other)
        _, found = diff(here, there, "listen", f"port {port},{other}")
        equal(
            sorted(brief(found)), [("+", "LISTEN", other), ("-", "LISTEN", port)], "another port"
        )


@test("in one recording of two machines nothing of the first becomes anything of the second")
def _():
    port = sockets.unused_port()
    with folder() as place:
        here, there = (os.path.join(place, name) for name in ("here", "there"))
        record(here)
        recorded_elsewhere(there, port)
        with open(here, "ab") as both:
            both.write(pathlib.Path(there).read_bytes())
        status, documents, err = recordings.replayed(here, "--diff", "-tl", "--columns", "state,sport")
        equal((status, len(documents), err), (0, 2, b""), "two looks")
        rows = documents[1]["sockets"]
        equal(brief(rows), [("=", "LISTEN", port)], "a first look")
        status, out, err = live.run("top", "-b", "-j", "--replay", here, "--columns", "age", "-tl")
        ages = [row.get("age_ms") for row in recordings.documents(out)[1]["sockets"]]
        equal((status, ages, err), (0, [0], b""), "seen for the first time")


@test("of what only one of the two looked at nothing is said, but that")
def _():
    udp = sockets.datagram()
    with folder() as place:
        only_tcp, both = (os.path.join(place, name) for name in ("tcp", "both"))
        equal(live.run("list", "-te", "--record", only_tcp)[2], b"", "notes")
        record(both)
        for words in ((only_tcp, both), (both, only_tcp)):
            status, out, err = live.run("diff", "-j", "-tu", *words)
            equal(live.parse(out)["changes"], [], words)
            equal(status, SAME, words)
            true(b"not compared: udp\n" in err, f"{err!r}")
    udp.close()


@test("every format has the rows, and what was before")
def _():
    both = sockets.pair()
    near = both.client
    with folder() as place:
        a, b = (os.path.join(place, name) for name in ("a", "b"))
        record(a)
        both.accepted.close()
        sockets.reaches(near, "CLOSE-WAIT")
        record(b)
        words = (a, b, f"sport {sockets.port(near)}")
        text = live.run("diff", *words)[1].decode().split("\n")
        true(text[0].startswith("# 20") and " -> 20" in text[0], f"heading {text[0]!r}")
        equal(text[1].split()[:3], ["CHANGE", "PROTO", "STATE"], "columns")
        equal(text[2].split()[:3], ["*", "tcp", "CLOSE-WAIT"], "row")
        true(text[2].endswith(" was_state:ESTAB"), text[2])
        csv = live.run("diff", "--format", "csv", *words)[1].decode().split("\n")
        row = dict(zip(csv[0].split(","), csv[1].split(",")))
        equal((row["change"], row["was_state"]), ("*", "ESTAB"), "csv")
        ndjson = live.run("diff", "--format", "ndjson", *words)[1]
        equal(live.parse(ndjson)["was_state"], "ESTAB", "ndjson")
        _, out, _ = live.run("diff", "-H", "--columns", "state,cookie", *words)
        equal(out.split()[:2], [b"*", b"CLOSE-WAIT"], "columns that were asked for")
        equal(len(out.split()), 4, f"{out!r}")
    near.close()


@test("a recording that is cut off is compared as far as it goes, and the answer is partial")
def _():
    with recordings.new_file() as path:
        kept = moments(path, 3)
        whole = pathlib.Path(path).read_bytes()
        cut = path + ".cut"
        pathlib.Path(cut).write_bytes(whole[:-5])
        status, out, err = live.run("diff", "-j", cut)
        equal(status, PARTIAL, "status")
        recordings.one_line(err)
        equal([row[2] for row in brief(live.parse(out)["changes"])], [sockets.port(kept[1])], "cut")
        pathlib.Path(cut).write_bytes(whole[: recordings.HEADER_SIZE + 9])
        status, out, err = live.run("diff", cut, path)
        equal((status, out), (PARTIAL, b""), "not one whole moment")
        recordings.one_line(err)
        pathlib.Path(cut).write_bytes(whole[: recordings.HEADER_SIZE])
        status, out, err = live.run("diff", path, cut)
        equal((status, out), (PARTIAL, b""), "no moment")
        recordings.one_line(err)
        os.unlink(cut)


@test("a damaged recording never ends the program but by its exit status")
def _():
    choose = random.Random(7)
    with recordings.new_file() as path:
        moments(path, 2)
        whole = pathlib.Path(path).read_bytes()
        bad = path + ".bad"
        for round_ in range(60):
            broken = bytearray(whole)
            for _ in range(choose.randrange(1, 4)):
                broken[choose.randrange(len(broken))] ^= 1 << choose.randrange(8)
            pathlib.Path(bad).write_bytes(broken[: choose.randrange(len(broken) + 1)])
            status, _, err = live.run("diff", bad, path)
            true(status in (DIFFERS, SAME, USAGE, PARTIAL), f"round {round_}: {status}, {err!r}")
        os.unlink(bad)


live.main()
