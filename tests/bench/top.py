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
import termios
import threading
import time
from statistics import median

from bench import BenchError, Load, Namespaces, Place, find_program, progress

COLUMNS, ROWS = 200, 50
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
KEYS_PRESSED = 300
IDLE_SECONDS = 30
SETTLE_SECONDS = 8
STARTED_SECONDS = 60
# A screen that changed by a key is more than this; a look that changes nothing is less.
CHANGED_BYTES = 150
# Keys that change much of the screen each time, in an order that leaves everything as it was.
KEYS = (b"j", b"j", b"k", b"k", b">", b"<", b"R", b"R", b"?", b"\x1b", b"G", b"g")


class Top:
    """The program on a terminal of its own, whose output is counted and thrown away."""

    def __init__(self, program, *words):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            [program, "top", *words], stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, env=os.environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
        os.close(slave)
        self.bytes = 0
        self.bursts = []  # (when, bytes) of what came without a pause
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
            now = time.monotonic()
            with self.arrived:
                self.bytes += len(chunk)
                if self.bursts and now - self.bursts[-1][0] < 0.02:
                    self.bursts[-1] = (now, self.bursts[-1][1] + len(chunk))
                else:
                    self.bursts.append((now, len(chunk)))
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

    def press(self, key):
        """Milliseconds until more than a look's worth of the screen has changed."""
        with self.arrived:
            before = self.bytes
            started = time.monotonic()
            os.write(self.master, key)
            while self.bytes - before < CHANGED_BYTES:
                if not self.arrived.wait(2):
                    raise BenchError(f"the key {key!r} changed nothing")
            return (time.monotonic() - started) * 1e3

    def cpu_seconds(self):
        return sum(cpu_seconds(pid) for pid in self.pids)

    def memory_mib(self):
        return sum(pss_kib(pid) for pid in self.pids) / 1024

    def descriptors(self):
        return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in self.pids)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.master)


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return [int(child) for child in children.read().split()]


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", "rb") as stat:
        words = stat.read().rpartition(b")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS_PER_SECOND


def pss_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        return int(re.search(r"^Pss: +(\d+)", rollup.read(), re.M).group(1))


class Report:
    FORMAT = "{:>7} {:44} {:>12} {:>12} {}"

    def __init__(self):
        self.met = self.missed = 0
        print(self.FORMAT.format("sockets", "what", "measured", "target", "").rstrip())

    def line(self, size, what, figure, unit, target=None):
        note = ""
        if target is not None:
            note = "ok" if figure <= target else "MISS"
            self.met += figure <= target
            self.missed += figure > target
        print(self.FORMAT.format(size, what, f"{figure:.1f} {unit}",
                                 "" if target is None else f"<= {target:g}", note).rstrip(),
              flush=True)


def measure_idle(top, size, report):
    """What it costs to show sockets to which nothing happens."""
    time.sleep(SETTLE_SECONDS)
    cpu, started, before = top.cpu_seconds(), time.monotonic(), len(top.bursts)
    time.sleep(IDLE_SECONDS)
    elapsed = time.monotonic() - started
    percent = (top.cpu_seconds() - cpu) / elapsed * 100
    looks = top.bursts[before:]
    report.line(size, "processor time of both", percent, "%",
                {10000: 4, 100000: 25}.get(size))
    report.line(size, "looks", len(looks) / elapsed, "/s")
    report.line(size, "processor time of one look", percent * 10 * elapsed / max(len(looks), 1), "ms")
    report.line(size, "bytes to the terminal for a look, mean",
                sum(count for _, count in looks) / max(len(looks), 1), "B", 200)
    report.line(size, "bytes to the terminal for a look, most",
                max((count for _, count in looks), default=0), "B")
    report.line(size, "memory of both", top.memory_mib(), "MiB",
                200 if size == 100000 else None)


def measure_keys(top, size, report):
    chance = random.Random(1)
    latencies = []
    for number in range(KEYS_PRESSED):
        time.sleep(chance.uniform(0.03, 0.13))
        latencies.append(top.press(KEYS[number % len(KEYS)]))
    latencies.sort()
    report.line(size, "key press to changed screen, median", median(latencies), "ms")
    report.line(size, "key press to changed screen, p99",
                latencies[int(len(latencies) * 0.99) - 1], "ms", 50)
    report.line(size, "key press to changed screen, most", latencies[-1], "ms")


def measure(program, size, report):
    top = Top(program)
    try:
        measure_idle(top, size, report)
        measure_keys(top, size, report)
    finally:
        top.close()


def soak(program, minutes, report):
    """Connections come and go; memory and descriptors are taken after a tenth and at the end."""
    churn = [program, "connect", "tcp", "127.0.0.1:7001", "--parallel", "20", "--churn", "--rate",
             "200", "--for", f"{minutes * 60 + 60}s"]
    server = subprocess.Popen([program, "serve", "tcp", "7001", "--quiet"],
                              stdout=subprocess.DEVNULL)
    time.sleep(1)
    client = subprocess.Popen(churn, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    top = Top(program, "-d", "0.1")
    try:
        time.sleep(minutes * 6)
        early, descriptors = top.memory_mib(), top.descriptors()
        cpu, started, before = top.cpu_seconds(), time.monotonic(), len(top.bursts)
        time.sleep(minutes * 54)
        elapsed = time.monotonic() - started
        if client.poll() is not None:
            raise BenchError("the churn ended early")
        report.line("churn", "looks", len(top.bursts) - before, "")
        report.line("churn", "processor time of both", (top.cpu_seconds() - cpu) / elapsed * 100, "%")
        report.line("churn", f"memory, {early:.1f} MiB at first, growth", top.memory_mib() - early,
                    "MiB", 1)
        report.line("churn", f"descriptors, {descriptors} at first, growth",
                    top.descriptors() - descriptors, "", 0)
    finally:
        top.close()
        client.kill()
        client.wait()
        server.terminate()
        server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--socklens", required=True, help="the program to measure")
    parser.add_argument("--load", required=True, help="the program built from load.c")
    parser.add_argument("--sizes", default="10000,100000", metavar="N,...")
    parser.add_argument("--soak", type=int, metavar="MINUTES", help="instead: watch for growth")
    arguments = parser.parse_args()
    program, load = find_program(arguments.socklens), find_program(arguments.load)
    namespaces = Namespaces()
    report = Report()
    if arguments.soak:
        namespaces.enter_fresh()
        soak(program, arguments.soak, report)
    else:
        for size in map(int, arguments.sizes.split(",")):
            namespaces.enter_fresh()
            with Load(load, Place("tcp", size, "few")):
                measure(program, size, report)
    progress("done")
    print(f"{report.met} targets met, {report.missed} missed")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(2)
