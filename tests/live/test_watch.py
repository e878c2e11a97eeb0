"""Looks that follow each other, and what changed between them."""

import array
import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import struct
import subprocess
import termios

import live
import recordings
import sockets
from live import equal, test, true

COLUMNS = "proto,state,inode"
WIDE = "proto,state,local,peer,inode,cookie,netns,uid"
PIPE_SIZE = 65536
PARTIAL = 3
LOOKS_MAX = 100


def pair():
    """Ends without a trace: what is left in TIME-WAIT would be in the looks of other tests."""
    made = sockets.pair()
    for one in (made.client, made.accepted):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    return made


@contextlib.contextmanager
def watching(*words, program=(live.PROGRAM,)):
    """The program, looking again and again; its output comes through a pipe."""
    process = subprocess.Popen(
        [*program, "list", "--watch", "0.1", *words], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=recordings.CLEAN, bufsize=0,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def is_time(line):
    return line.startswith(b"# 2") and line.endswith(b"Z\n")


class Changes:
    """The rows of --diff by look: those of a look are known when the next one has begun."""

    def __init__(self, process):
        self.output = process.stdout.fileno()
        self.text = b""
        true(is_time(self.line()), "a line with the time")

    def line(self):
        while b"\n" not in self.text:
            true(select.select([self.output], [], [], live.LIMIT_SECONDS)[0], "some output")
            more = os.read(self.output, 65536)
            true(more, "the watch goes on")
            self.text += more
        one, self.text = self.text.split(b"\n", 1)
        return one + b"\n"

    def look(self):
        heading = self.line().split()
        equal(heading[0], b"CHANGE", "heading")
        rows = []
        while not is_time(line := self.line()):
            rows.append(tuple(line.decode().split()))
        return rows

    def next(self):
        """The first rows that are not none."""
        for _ in range(LOOKS_MAX):
            if rows := self.look():
                return sorted(rows)
        raise AssertionError("nothing ever changed")

    def nothing(self):
        for _ in range(3):
            equal(self.look(), [], "rows though nothing changed")


def row(sign, one, proto, state):
    return sign, proto, state, str(sockets.inode(one))


@test("--watch looks as often as --count says, with the time before each look of the text")
def _():
    kept = pair()
    words = ("list", "-t", "--watch", "0.1", "--count", "3")
    status, out, err = live.run(*words)
    lines = out.splitlines(keepends=True)
    times = [number for number, line in enumerate(lines) if is_time(line)]
    equal((status, err, times), (0, b"", [0, 5, 10]), f"times in {out!r}, {kept}")
    equal((lines[1:5], lines[6:10]), (lines[6:10], lines[11:15]), "the looks")
    status, bare, err = live.run(*words, "-H")
    equal((status, err), (0, b""), "status and stderr with -H")
    # Without a heading columns may be narrower.
    rows = [line.split() for line in lines[2:5]]
    equal([line.split() for line in bare.splitlines()], rows * 3, "rows with -H")


@test("each look is a JSON document of its own, and each of its rows a line of NDJSON")
def _():
    kept = pair()
    words = ("list", "-t", "--watch", "0.1", "--count", "3")
    status, out, err = live.run(*words, "-j")
    found = recordings.documents(out)
    equal((status, err, len(found)), (0, b"", 3), f"documents, {kept}")
    equal({len(one["sockets"]) for one in found}, {3}, "sockets of each")
    lines = live.run(*words, "--format", "ndjson")[1].splitlines()
    equal([json.loads(line) for line in lines], found[0]["sockets"] * 3, "lines")
    for form in ("csv", "tsv"):
        text = live.run(*words, "--format", form)[1]
        equal(text.count(b"#"), 0, f"times in {form}")


@test("a summary can be watched")
def _():
    kept = pair()
    status, out, err = live.run("list", "-ts", "--watch", "0.1", "--count", "2")
    looks = out.split(b"# 2")[1:]
    equal((status, err, len(looks)), (0, b"", 2), f"looks, {kept}")
    equal(looks[0].split(b"\n")[1:], looks[1].split(b"\n")[1:], "the counts")


@test("the exit status of a watch is 0 if any look found something")
def _():
    words = ("list", "-t", "--watch", "0.1", "--count", "2", "sport")
    one = sockets.listener()
    equal(live.run(*words, str(sockets.port(one)))[0], 0, "found")
    equal(live.run(*words, "1")[0], 1, "not found")


@test("a reader that goes away ends a watch")
def _():
    kept = sockets.listener()
    for ignore in (signal.SIG_DFL, signal.SIG_IGN):
        before = signal.signal(signal.SIGPIPE, ignore)
        try:
            process = subprocess.Popen(
                [live.PROGRAM, "--watch", "0.1"], restore_signals=False,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        finally:
            signal.signal(signal.SIGPIPE, before)
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        equal(err, b"", f"stderr, {kept}")
        true(process.wait(timeout=live.LIMIT_SECONDS) != 0, "status")


@test("SIGINT, SIGTERM and a terminal that hangs up end a watch after a whole look")
def _():
    kept = pair()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for words in (("--watch", "1000"), ()):  # the last one counts
            with watching(*words, "-tj") as process:
                first = process.stdout.readline()
                process.send_signal(number)
                rest, err = process.communicate(timeout=live.LIMIT_SECONDS)
            equal((process.returncode, err), (0, b""), f"{number!r}, {kept}")
            found = recordings.documents(first + rest)
            equal({len(one["sockets"]) for one in found}, {3}, "sockets of each look")
            true(len(found) == 1 or not words, f"{len(found)} looks")


@test("signals end a watch and a recording whose reader takes nothing, and a pipe without any")
def _():
    kept = [sockets.datagram() for _ in range(300)]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with watching("-u", "--columns", WIDE) as process:
            seen, reader = [], process.stdout.fileno()
            live.until(lambda s=seen, r=reader: is_full(r, s), f"a full pipe, {len(kept)}")
            process.send_signal(number)
            equal(process.wait(live.LIMIT_SECONDS), PARTIAL, f"status after {number}")
    with recordings.new_file() as path:
        os.mkfifo(path)
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        words = [live.PROGRAM, "record", "-d", "0.1", path]
        with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
            seen = []
            live.until(lambda: is_full(reader, seen), "a full FIFO")
            process.terminate()
            equal(process.wait(live.LIMIT_SECONDS), PARTIAL, "status of record")
        os.close(reader)


@test("a terminal that hangs up does not end what nohup has started")
def _():
    with watching("-u", program=["nohup", live.PROGRAM]) as process:
        times = filter(is_time, iter(process.stdout.readline, b""))
        true(next(times, None), "a look")
        process.send_signal(signal.SIGHUP)
        true(next(times, None) and next(times, None), "one that began before it, and one after it")


def waiting_bytes(reader):
    count = array.array("i", [0])
    fcntl.ioctl(reader, termios.FIONREAD, count)
    return count[0]


def is_full(reader, seen):
    """True once nothing has come for several looks, which then cannot be written."""
    seen.append(waiting_bytes(reader))
    return seen[-1] > PIPE_SIZE // 2 and len(seen) > 50 and len(set(seen[-50:])) == 1


@test("--diff shows all once, then a socket that is new, one that changed, and one that is gone")
def _():
    made = pair()
    with watching("-tu", "--diff", "--columns", COLUMNS) as process:
        changes = Changes(process)
        first = [(made.door, "LISTEN"), (made.client, "ESTAB"), (made.accepted, "ESTAB")]
        equal(changes.next(), sorted(row("=", one, "tcp", state) for one, state in first), "all")
        changes.nothing()
        one = sockets.datagram()
        equal(changes.next(), [row("+", one, "udp", "UNCONN")], "new")
        changes.nothing()
        made.client.shutdown(socket.SHUT_WR)
        changed = {}
        while len(changed) < 2:  # the two ends need not change within one look
            for sign, proto, state, number in changes.next():
                equal((sign, proto), ("*", "tcp"), "changed")
                changed[number] = state
        states = {str(sockets.inode(made.client)): "FIN-WAIT-2",
                  str(sockets.inode(made.accepted)): "CLOSE-WAIT"}  # fmt: skip
        equal(changed, states, "changed")
        changes.nothing()
        gone = row("-", one, "udp", "UNCONN")
        one.close()
        equal(changes.next(), [gone], "gone")
        changes.nothing()


@test("--diff shows a UNIX socket that is new, one that listens, and one that is gone")
def _():
    with watching("-x", "--diff", "--columns", COLUMNS) as process:
        changes = Changes(process)
        changes.nothing()
        one = socket.socket(socket.AF_UNIX)
        equal(changes.next(), [row("+", one, "u_str", "UNCONN")], "new")
        one.bind(b"\0socklens-watch")
        one.listen()
        equal(changes.next()[-1], row("*", one, "u_str", "LISTEN"), "changed")
        changes.nothing()
        gone = row("-", one, "u_str", "LISTEN")
        one.close()
        equal(changes.next(), [gone], "gone")
        changes.nothing()


@test("--diff shows a socket that another process gets and gives away")
def _():
    here, there = socket.socketpair()

    def work(tell):
        tell("ready")
        while True:
            _, kept, _, _ = socket.recv_fds(there, 1, 1)
            there.recv(1)
            os.close(kept[0])

    with live.child(work) as (pid, _), watching("-u", "--diff", "--columns", "pid") as process:
        changes = Changes(process)
        changes.nothing()
        one, both = sockets.datagram(), ",".join(map(str, sorted((os.getpid(), pid))))
        equal(changes.next(), [("+", str(os.getpid()))], "new")
        socket.send_fds(here, [b"x"], [one.fileno()])
        equal(changes.next(), [("*", both)], f"held by another too, {one}")
        changes.nothing()
        here.send(b"x")
        equal(changes.next(), [("*", str(os.getpid()))], "held by one again")
        changes.nothing()


def recorded_changes(kinds, *words):
    """Make and end a socket of each kind between looks; the rows of --diff for each look."""
    with recordings.new_file() as path:
        record = lambda: live.run("list", *words, "--record", path)
        record()
        made = [kind() for kind in kinds]
        numbers = [sockets.inode(one) for one in made]
        record()
        record()
        for one in made:
            one.close()
        for _ in range(3):
            record()
        shown = (*words, "--diff", "--columns", COLUMNS)
        text = live.run("list", "--replay", path, *shown)[1].decode()
        documents = recordings.replayed(path, *shown)[1]
    looks = [
        [(one["change"], one["inode"]) for one in document["sockets"]] for document in documents
    ]
    signs = [line.split()[0] for line in text.splitlines() if line[0] in "=+-*"]
    equal(signs, [sign for look in looks for sign, _ in look], "the text says the same")
    return [sorted(look) for look in looks], sorted(numbers)


@test("--diff of a recording tells what is new, and what is gone once it was missing twice")
def _():
    kinds = (
        (("-t",), (sockets.listener, sockets.bound_inactive)),
        (("-u",), (sockets.datagram, lambda: sockets.datagram(socket.AF_INET6))),
        (("-x",), (lambda: socket.socket(socket.AF_UNIX),)),
        (("-w",), (sockets.raw,)),
        (("-A", "all,!netlink,!vsock,!xdp"), (sockets.listener, sockets.datagram, sockets.raw)),
    )
    for words, makers in kinds:
        looks, numbers = recorded_changes(makers, *words)
        signs = [[(sign, number) for number in numbers] for sign in "+-"]
        equal(looks, [[], signs[0], [], [], signs[1], []], f"{words}")


@test("--diff of a recording tells what changed, with all in the first look")
def _():
    made, udp = pair(), sockets.datagram()
    words = ("-A", "tcp,udp")
    with recordings.new_file() as path:
        live.run("list", *words, "--record", path)
        made.client.shutdown(socket.SHUT_WR)
        sockets.reaches(made.accepted, "CLOSE-WAIT")
        sockets.reaches(made.client, "FIN-WAIT-2")
        live.run("list", *words, "--record", path)
        udp.connect(("127.0.0.1", 9))
        live.run("list", *words, "--record", path)
        found = recordings.replayed(path, *words, "--diff")[1]
        plain = recordings.replayed(path, *words)[1]
    equal(len(found[0]["sockets"]), len(plain[0]["sockets"]), "rows of the first look")
    equal({one["change"] for one in found[0]["sockets"]}, {"="}, "signs of the first look")
    told = [
        sorted((one["change"], one["state"]) for one in look["sockets"] if "inode" in one)
        for look in found[1:]
    ]
    equal(told, [[("*", "CLOSE-WAIT"), ("*", "FIN-WAIT-2")], [("*", "ESTAB")]], "changes")
    equal([one for look in plain for one in look["sockets"] if "change" in one], [], "no --diff")


live.main()
