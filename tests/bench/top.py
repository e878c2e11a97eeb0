#!/usr/bin/env python3
"""Measures how the live view feels: `socklens top` on a terminal of 200x50, on loopback sockets in
a network namespace of its own.

What is measured is what a user has: the time from a key press until the screen has changed, the
processor time and memory of both processes together, and the bytes that the terminal gets. With
--soak the sockets come and go all the while, and what must not grow is watched.
"""

import argparse
import fcntl
import os
import pty
import random
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from dataclasses import dataclass
from statistics import mean, median

from bench import BenchError, Load, Namespaces, Place, find_program, progress

COLUMNS, ROWS = 200, 50
KEYS_PRESSED = 400
IDLE_SECONDS = 40
# Whatever is younger than a minute shows its age in seconds, so lets its row change in each look.
SETTLE_SECONDS = 65
STARTED_SECONDS = 60
ANSWER_SECONDS = 5
# What is written without such a pause is of one drawing: of a look, or of a key.
PAUSE_SECONDS = 0.02
OWNER_LOOKS = 15
NEW_PER_SECOND = 200
GROUPED_BY = ("state", "user", "netns", "cgroup", "sport", "dst", "dst_net", "process", "parent",
              "owners", "health", "local", "peer", "process,state,dst_net")
REMOTE_SIZE, HOSTS = 10000, ("web1", "web2", "web3")
SSH = """#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift 2
exec "$@"
"""
SAMPLES, SAMPLE_SECONDS = 80, 0.05
SOAK_STEP_SECONDS = 300

# Each key, and what the terminal gets for it but not for a look: the arrow that shows by what rows
# are sorted and the colour of the row that is selected stay where they are in a look. Nothing of a
# look says "everything about the socket", which the help does. In this order all is as it was
# before; the first makes sure that there is an arrow.
ARROW, SELECTED, HELP = "\u25b2|\u25bc".encode(), rb"\x1b\[[0-9;]*46m", rb"everything about"
FIRST_KEY = (b">", ARROW)
KEYS = ((b"j", SELECTED), (b"k", SELECTED), (b">", ARROW), (b"<", ARROW), (b"R", ARROW),
        (b"R", ARROW), (b"G", SELECTED), (b"g", SELECTED), (b"?", HELP), (b"?", ARROW))
# The same for the keys that lead from page to page: words of headings and of the figure.
PAGES_TURNED = 150
PAGES = ((b"2", rb"SYN-RECV"), (b"3", rb"SERVICES"), (b"1", rb"PID/PROCESS"))


@dataclass
class Drawing:
    began: float
    ended: float
    size: int


@dataclass
class Held:
    """Between looks, and at most: then there is the look that is made, too."""

    least_mib: float
    most_mib: float
    least_descriptors: int
    most_descriptors: int

    def __str__(self):
        return (f"{self.least_mib:.2f} to {self.most_mib:.2f} MiB, {self.least_descriptors} to "
                f"{self.most_descriptors} descriptors")


class Top:
    """The program on a terminal of its own, whose output is counted and searched."""

    def __init__(self, program, *words, path=None):
        """`path`: where programs are looked for before all else."""
        path = os.environ["PATH"] if path is None else f"{path}:{os.environ['PATH']}"
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            [program, "top", *words], stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, env=os.environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PATH": path})
        os.close(slave)
        self.bytes = 0
        self.drawings = []
        self.expected = None  # a pattern, and the output since it was expected
        self.output = b""
        self.found = None  # when the pattern came
        self.arrived = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self._wait_for_children()

    def _read(self):
        while True:
            try:
                chunk = os.read(self.master, 65536)
            except OSError:
                return
            if not chunk:
                return
            self._take(chunk, time.monotonic())

    def _take(self, chunk, now):
        with self.arrived:
            self.bytes += len(chunk)
            last = self.drawings[-1] if self.drawings else None
            if last and now - last.ended < PAUSE_SECONDS:
                last.ended = now
                last.size += len(chunk)
            else:
                self.drawings.append(Drawing(now, now, len(chunk)))
            if self.expected:
                self.output += chunk
                if re.search(self.expected, self.output):
                    self.expected, self.found = None, now
                    self.arrived.notify_all()

    def _wait_for_children(self):
        end = time.monotonic() + STARTED_SECONDS
        while time.monotonic() < end:
            self.pids = [self.process.pid, *children_of(self.process.pid)]
            if len(self.pids) == 2 and self.bytes > 1000:
                return
            if self.process.poll() is not None:
                raise BenchError(f"top ended with status {self.process.returncode}")
            time.sleep(0.05)
        raise BenchError("top showed nothing")

    def press(self, key, expected):
        """Milliseconds until the terminal gets what the key changes."""
        with self.arrived:
            self.expected, self.output, self.found = expected, b"", None
        started = time.monotonic()
        os.write(self.master, key)
        with self.arrived:
            if not self.arrived.wait_for(lambda: self.found, ANSWER_SECONDS):
                raise BenchError(f"the key {key!r} changed nothing in {ANSWER_SECONDS} s")
            return (self.found - started) * 1e3

    def waited_ms(self):
        """For how long the thread that draws could run and had no processor."""
        with open(f"/proc/{self.pids[1]}/schedstat", encoding="ascii") as times:
            return int(times.read().split()[1]) / 1e6

    def cpu_ms(self):
        return sum(cpu_ms(pid) for pid in self.pids)

    def held(self):
        memory, descriptors = [], []
        for _ in range(SAMPLES):
            memory.append(sum(pss_kib(pid) for pid in self.pids) / 1024)
            descriptors.append(sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in self.pids))
            time.sleep(SAMPLE_SECONDS)
        return Held(min(memory), max(memory), min(descriptors), max(descriptors))

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.master)


def children_of(pid):
    """Those that any of its threads started."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as children:
            found += map(int, children.read().split())
    return found


def cpu_ms(pid):
    """Of all threads; none of those of top ends before it does."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as times:
            total += int(times.read().split()[0])
    return total / 1e6


def pss_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        return int(re.search(r"^Pss: +(\d+)", rollup.read(), re.M).group(1))


def written_bytes(pid):
    with open(f"/proc/{pid}/io", encoding="ascii") as counters:
        return int(re.search(r"^wchar: (\d+)", counters.read(), re.M).group(1))


class Report:
    FORMAT = "{:>7} {:52} {:>12} {:>9} {}"

    def __init__(self):
        self.met = self.missed = 0
        print(self.FORMAT.format("sockets", "what", "measured", "target", "").rstrip())

    def line(self, size, what, figure, unit, target=None):
        note = ""
        if target is not None:
            note = "ok" if figure <= target else "MISS"
            self.met += figure <= target
            self.missed += figure > target
        print(self.FORMAT.format(size, what, f"{figure:.1f} {unit}".rstrip(),
                                 "" if target is None else f"<= {target:g}", note).rstrip(),
              flush=True)


def percentile(sorted_values, share):
    return sorted_values[min(int(len(sorted_values) * share), len(sorted_values) - 1)]


def measure_idle(top, size, report):
    """What it costs to show sockets to which nothing happens. The clock alone lets every look of a
    second or more be a drawing, and nothing else is drawn."""
    time.sleep(SETTLE_SECONDS)
    cpu, started, before = top.cpu_ms(), time.monotonic(), len(top.drawings)
    time.sleep(IDLE_SECONDS)
    elapsed = time.monotonic() - started
    cpu = top.cpu_ms() - cpu
    looks = top.drawings[before:]
    if not looks:
        raise BenchError("no look in all the time")
    report.line(size, "processor time of both", cpu / elapsed / 10, "%",
                {10000: 4, 100000: 25}.get(size))
    report.line(size, "time from look to look", elapsed * 1e3 / len(looks), "ms")
    report.line(size, "processor time of one look (1 Hz: tenths of a percent)", cpu / len(looks),
                "ms")
    report.line(size, "bytes to the terminal for a look, median",
                median(look.size for look in looks), "B", 200)
    report.line(size, "bytes to the terminal for a look, mean",
                mean(look.size for look in looks), "B")
    report.line(size, "bytes to the terminal for a look, most",
                max(look.size for look in looks), "B")
    held = top.held()
    report.line(size, "memory of both (PSS) between looks", held.least_mib, "MiB")
    report.line(size, "memory of both (PSS), most", held.most_mib, "MiB",
                200 if size == 100000 else None)


def measure_keys(top, size, report):
    chance = random.Random(1)
    latencies, undisturbed = [], []
    top.press(*FIRST_KEY)
    for number in range(KEYS_PRESSED):
        time.sleep(chance.uniform(0.03, 0.13))
        waited = top.waited_ms()
        latencies.append(top.press(*KEYS[number % len(KEYS)]))
        undisturbed.append(max(latencies[-1] - (top.waited_ms() - waited), 0))
    latencies.sort()
    undisturbed.sort()
    report.line(size, "key press to changed screen, median", median(latencies), "ms")
    report.line(size, "key press to changed screen, p99", percentile(latencies, 0.99), "ms", 50)
    report.line(size, "key press to changed screen, most", latencies[-1], "ms")
    report.line(size, "  p99 without waiting for a processor", percentile(undisturbed, 0.99), "ms")


def measure_pages(top, size, report):
    """Of which the overview is made of all sockets when it is opened."""
    chance = random.Random(2)
    latencies = {key: [] for key, _ in PAGES}
    for number in range(PAGES_TURNED):
        time.sleep(chance.uniform(0.03, 0.13))
        key, expected = PAGES[number % len(PAGES)]
        latencies[key].append(top.press(key, expected))
    for (key, _), name in zip(PAGES, ("the states", "the overview", "the table")):
        times = sorted(latencies[key])
        report.line(size, f"to the page of {name}, median", median(times), "ms")
        report.line(size, f"to the page of {name}, p95", percentile(times, 0.95), "ms", 50)


def measure_owners(program, size, report):
    """The owner lookup alone, once a second, as the live view does it."""
    finding, all_of_it = owner_looks(program, 0)
    report.line(size, "owner lookup, the first", finding[0], "ms")
    report.line(size, "owner lookup, nothing new, median", median(finding[1:]), "ms", 1)
    report.line(size, "  with telling of each socket and owner", median(all_of_it[1:]), "ms")
    finding, all_of_it = owner_looks(program, NEW_PER_SECOND)
    report.line(size, f"owner lookup, {NEW_PER_SECOND} new/s, median", median(finding[1:]), "ms",
                12 if size == 100000 else None)
    report.line(size, f"owner lookup, {NEW_PER_SECOND} new/s, most", max(finding[1:]), "ms")
    report.line(size, "  with telling of each socket and owner, median", median(all_of_it[1:]),
                "ms")


def owner_looks(program, rate):
    """Milliseconds of processor time for each look: what finding out took, and all of it."""
    done = subprocess.run([program, str(OWNER_LOOKS), str(rate)], check=True, text=True,
                          stdout=subprocess.PIPE)
    looks = [map(float, line.split()) for line in done.stdout.splitlines()]
    return tuple(map(list, zip(*looks)))


def measure_groups(program, size, report):
    """Grouping alone, by fields that are numbers, addresses, texts and owners."""
    done = subprocess.run([program, *GROUPED_BY], check=True, text=True, stdout=subprocess.PIPE)
    for line in done.stdout.splitlines():
        field, ms, _, groups = line.split()
        report.line(size, f"grouping by {field}, {groups} groups", float(ms), "ms",
                    30 if size == 100000 else None)


def measure_remote(program, size, report):
    """Several machines, which are this one by an ssh that runs the command here: what it takes
    on the side that shows them, and what goes through the pipe."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/ssh", "w", encoding="ascii") as script:
            script.write(SSH)
        os.chmod(f"{folder}/ssh", 0o755)
        os.symlink(os.path.abspath(program), f"{folder}/socklens")
        top = Top(program, "--ssh", ",".join(HOSTS), path=folder)
        try:
            time.sleep(SETTLE_SECONDS)
            recorders = children_of(top.pids[1])
            if len(recorders) != len(HOSTS):
                raise BenchError(f"{len(recorders)} recorders for {len(HOSTS)} machines")
            written, cpu = sum(map(written_bytes, recorders)), top.cpu_ms()
            started, before = time.monotonic(), len(top.drawings)
            time.sleep(IDLE_SECONDS)
            elapsed = time.monotonic() - started
            cpu = top.cpu_ms() - cpu
            written = sum(map(written_bytes, recorders)) - written
            report.line(size, f"{len(HOSTS)} machines: processor time here", cpu / elapsed / 10,
                        "%", 15)
            report.line(size, f"{len(HOSTS)} machines: looks a second",
                        (len(top.drawings) - before) / elapsed, "")
            report.line(size, f"{len(HOSTS)} machines: through each pipe in a second",
                        written / elapsed / len(HOSTS) / 1e6, "MB", 2)
        finally:
            top.close()


def measure(programs, size, report):
    top = Top(programs.socklens)
    try:
        measure_idle(top, size, report)
        measure_keys(top, size, report)
        measure_pages(top, size, report)
    finally:
        top.close()
    measure_owners(programs.owners, size, report)
    measure_groups(programs.groups, size, report)
    if size == REMOTE_SIZE:
        measure_remote(programs.socklens, size, report)


class Churn:
    """Connections that are made, carry one message and are closed, NEW_PER_SECOND of them."""

    def __init__(self, program, seconds):
        self.server = subprocess.Popen([program, "serve", "tcp", "7001", "--quiet"],
                                       stdout=subprocess.DEVNULL)
        time.sleep(1)
        self.client = subprocess.Popen(
            [program, "connect", "tcp", "127.0.0.1:7001", "--parallel", "20", "--churn", "--rate",
             str(NEW_PER_SECOND), "--for", f"{seconds}s", "--quiet"], stdout=subprocess.DEVNULL)

    def check(self):
        if self.server.poll() is not None or self.client.poll() is not None:
            raise BenchError("the churn ended early")

    def close(self):
        for process in (self.client, self.server):
            process.terminate()
            process.wait()


def soak(program, minutes, report):
    """Sockets come and go; what is held is told at first, every few minutes, and in the end. By
    the first time TIME-WAIT has its full number of sockets: they stay in it for a minute."""
    churn = Churn(program, minutes * 60 + 600)
    top = Top(program, "-d", "0.1")
    try:
        time.sleep(2 * SETTLE_SECONDS)
        first = top.held()
        cpu, started, before = top.cpu_ms(), time.monotonic(), len(top.drawings)
        elapsed = 0
        while elapsed < minutes * 60:
            progress(f"{elapsed / 60:.0f} min, {len(top.drawings) - before} looks: "
                     f"{top.held()}")
            time.sleep(min(SOAK_STEP_SECONDS, minutes * 60 - elapsed))
            elapsed = time.monotonic() - started
            churn.check()
        report.line("churn", "looks", len(top.drawings) - before, "")
        report.line("churn", "processor time of both", (top.cpu_ms() - cpu) / elapsed / 10, "%")
        last = top.held()
        report.line("churn", "memory between looks at first", first.least_mib, "MiB")
        report.line("churn", "memory between looks, growth", last.least_mib - first.least_mib,
                    "MiB", 1)
        report.line("churn", "descriptors between looks at first", first.least_descriptors, "")
        report.line("churn", "descriptors between looks, growth",
                    last.least_descriptors - first.least_descriptors, "", 0)
    finally:
        top.close()
        churn.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--socklens", required=True, help="the program to measure")
    parser.add_argument("--load", required=True, help="the program built from load.c")
    parser.add_argument("--owners", required=True, help="the program built from owners.c")
    parser.add_argument("--groups", required=True, help="the program built from groups.c")
    parser.add_argument("--sizes", default="10000,100000", metavar="N,...")
    parser.add_argument("--soak", type=int, metavar="MINUTES", help="instead: watch for growth")
    arguments = parser.parse_args()
    for name in ("socklens", "load", "owners", "groups"):
        setattr(arguments, name, find_program(getattr(arguments, name)))
    namespaces = Namespaces()
    report = Report()
    if arguments.soak:
        namespaces.enter_fresh()
        soak(arguments.socklens, arguments.soak, report)
    else:
        for size in map(int, arguments.sizes.split(",")):
            namespaces.enter_fresh()
            with Load(arguments.load, Place("tcp", size, "few")):
                measure(arguments, size, report)
    progress("done")
    print(f"{report.met} targets met, {report.missed} missed")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(2)
