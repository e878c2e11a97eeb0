"""The live view as text: what changed, what flowed, and the line above each table."""

import contextlib
import re
import signal
import socket
import struct
import tempfile

import live
import sockets
import traffic
from live import equal, test, true

COLUMNS = "proto,state,cookie"
LOOKS_MAX = 100
HEADING = re.compile(
    r"# \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ sockets (\d+) shown (\d+) hidden (\d+)"
    r" rx (-|\d+) tx (-|\d+)"
)


class Look:
    """One look: its line of totals, and its rows by the names of their columns."""

    def __init__(self, heading, lines):
        match = HEADING.fullmatch(heading)
        true(match, f"a line of totals, not {heading!r}")
        self.sockets, self.shown, self.hidden = (int(number) for number in match.groups()[:3])
        self.rx, self.tx = (None if one == "-" else int(one) for one in match.groups()[3:])
        names = lines[0].split()
        self.rows = [dict(zip(names, line.split(), strict=True)) for line in lines[1:]]

    def mark_of(self, cookie):
        """None if it is not shown; "" if nothing became of it."""
        for row in self.rows:
            if row["COOKIE"] == cookie:
                return row["CHANGE"].replace("=", "")
        return None


class Looks:
    """Those of a running program; each is known when the next one has begun."""

    def __init__(self, running):
        self.running = running
        self.heading = running.line()

    def next(self):
        lines = []
        while (line := self.running.line()) is not None and not line.startswith("# "):
            lines.append(line)
        look, self.heading = Look(self.heading, lines), line
        return look

    def marks_until(self, cookie, wanted):
        """The marks of a socket, look by look, to the first one that is wanted."""
        marks = []
        while not marks or marks[-1] not in wanted:
            true(len(marks) < LOOKS_MAX, f"{wanted} of {cookie}, not {marks}")
            marks.append(self.next().mark_of(cookie))
        return marks


@contextlib.contextmanager
def pair():
    """Ends without a trace: what is left in TIME-WAIT would be in the looks of other tests."""
    made = sockets.pair()
    try:
        yield made
    finally:
        for one in (made.client, made.accepted):
            leave_at_once(one)
        made.door.close()


def leave_at_once(one):
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    one.close()


def looking(*words, interval="0.1"):
    return traffic.running("top", "-b", "-d", interval, *words)


@test("a connection is new once, then changes, then is gone once")
def _():
    made = sockets.listener()
    at = sockets.port(made)
    with looking("--columns", COLUMNS, f"port {at} and state established") as running:
        looks = Looks(running)
        looks.next()
        client = socket.create_connection(made.getsockname())
        accepted = made.accept()[0]
        cookie = sockets.cookie(client)
        marks = looks.marks_until(cookie, ["+"])
        equal(set(marks[:-1]) - {None}, set(), "marks before it was there")
        equal(looks.next().mark_of(cookie), "", "the look after it was new")
        leave_at_once(client)
        accepted.close()
        marks = looks.marks_until(cookie, ["-"])
        equal(set(marks[:-1]) - {""}, set(), "marks before it was gone")
        equal(looks.next().mark_of(cookie), None, "the look after it was gone")


@test("a socket whose state changes is marked")
def _():
    with pair() as made, looking("--columns", COLUMNS, "tcp") as running:
        cookie = sockets.cookie(made.client)
        looks = Looks(running)
        looks.next()
        made.accepted.shutdown(socket.SHUT_WR)
        marks = looks.marks_until(cookie, ["*"])
        equal(set(marks[:-1]) - {""}, set(), "marks before it changed")
        equal(looks.next().mark_of(cookie), "", "the look after it changed")


@test("what is not shown is counted as hidden")
def _():
    with pair() as made:
        at = sockets.port(made.client)
        status, out, err = live.run("top", "-b", "-n", "2", "-d", "0.1", f"port {at}")
        equal(status, 0, "exit status")
        headings = [line for line in out.decode().splitlines() if line.startswith("# ")]
        equal(len(headings), 2, "looks")
        for heading in headings:
            look = Look(heading, [""])
            equal(look.shown, 2, "both ends")
            equal(look.sockets, look.shown + look.hidden, "all sockets")
            true(look.hidden >= 1, "the listener is hidden")


@test("the first look knows no rates, the others do")
def _():
    with pair():
        status, out, err = live.run("top", "-b", "-n", "3", "-d", "0.1", "-t")
        equal(status, 0, "exit status")
        looks = [Look(line, [""]) for line in out.decode().splitlines() if line[0] == "#"]
        equal([look.rx is None for look in looks], [True, False, False], "unknown rates")
        tables = [line.split() for line in out.decode().splitlines() if line[0] == "C"]
        for names in tables:
            equal(names[:5], ["CHANGE", "PID/PROCESS", "USER", "PROTO", "STATE"], "columns")


@test("the rates of a connection add up to the bytes that it carried")
def _():
    total, interval = 400_000, 0.5
    with pair() as made:
        cookie = sockets.cookie(made.accepted)
        words = ("--columns", COLUMNS + ",rx", f"sport {sockets.port(made.accepted)}")
        with looking(*words, interval=str(interval)) as running:
            looks = Looks(running)
            rates = []
            looks.next()
            for _ in range(10):
                made.client.sendall(bytes(total // 10))
                left = total // 10
                while left > 0:
                    left -= len(made.accepted.recv(left))
            while len(rates) < LOOKS_MAX and (not rates or rates[-1] > 0 or sum(rates) == 0):
                row = next(row for row in looks.next().rows if row["COOKIE"] == cookie)
                rates.append(int(row["RX/s"].removesuffix("B/s").replace("-", "0")))
            carried = sum(rates) * interval
            true(abs(carried - total) < total / 5, f"{total} bytes, not {carried}: {rates}")


@test("a recording is shown look by look, as many as were asked for")
def _():
    with pair() as made, tempfile.TemporaryDirectory() as directory:
        at = sockets.port(made.client)
        path = f"{directory}/looks"
        status, _out, _err = live.run("record", "-d", "0.1", "-n", "3", path)
        equal(status, 0, "recorded")
        for words, looks in (([], 3), (["-n", "2"], 2), (["-n", "9"], 3)):
            status, out, err = live.run("top", "-b", "--replay", path, *words, f"port {at}")
            equal((status, err), (0, b""), "replayed")
            found = [Look(line, [""]) for line in out.decode().splitlines() if line[0] == "#"]
            equal([look.shown for look in found], [2] * looks, f"looks with {words}")
            equal([look.rx for look in found], [None] + [0] * (looks - 1), "rates")


@test("nothing that matches is exit status 1, and a signal is no failure")
def _():
    status, out, err = live.run("top", "-b", "-n", "1", "port 1 and state established")
    equal((status, err), (1, b""), "nothing")
    with pair(), looking("-t") as running:
        Looks(running).next()
        status, _, err = running.stop(signal.SIGTERM)
        equal((status, err), (0, ""), "after a signal")


@test("other formats come look after look, too")
def _():
    with pair() as made:
        at = sockets.port(made.client)
        words = ("top", "-b", "-n", "2", "-d", "0.1", "--format", "ndjson", f"port {at}")
        status, out, err = live.run(*words)
        equal((status, len(out.splitlines())), (0, 4), "two looks at two sockets")
        true(all(line.startswith(b"{") for line in out.splitlines()), "nothing but rows")


live.main()
