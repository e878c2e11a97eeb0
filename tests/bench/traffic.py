#!/usr/bin/env python3
"""Compares serve and connect with what others make of the same path, all on loopback in a network
namespace of its own.

The servers of a job take turns (A B C C B A ...), driven by the same client where that is possible;
what is printed is the median, and the median of the ratios of the single rounds.

To add a comparison, add a row to JOBS.
"""

import argparse
import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median

CLONE_NEWNET = 0x40000000
DEADLINE_S = 30
COMMAND_TIMEOUT_S = 120
CHURNED = 100_000
HELD = 10_000


class BenchError(Exception):
    """Ends the run; the message is for the user."""


@dataclass(frozen=True)
class Side:
    """A server and what drives it. `$S`, `$E`: socklens and the echo of echo.c; `$P`: the port;
    `$T`: for how many seconds.
    """

    name: str
    server: str
    client: str
    at_least: float | None = None  # ours / this


@dataclass(frozen=True)
class Job:
    name: str
    unit: str
    ours: Side
    references: tuple[Side, ...] = ()


def echo_job(connections):
    client = f"$S connect tcp 127.0.0.1:$P --parallel {connections} --size 64 --for $Ts -j"
    return Job(f"echo-{connections}", "round trips/s",
        Side("serve", "$S serve tcp $P --bind 127.0.0.1 --quiet", client), (
            Side("epoll echo", "$E $P", client, 0.9),
            Side("socat PIPE", "socat TCP-LISTEN:$P,fork,reuseaddr,nodelay PIPE", client, 0.9),
            Side("socat cat", "socat TCP-LISTEN:$P,fork,reuseaddr,nodelay EXEC:cat", client, 0.9),
        ))  # fmt: skip


JOBS = (
    echo_job(1),
    echo_job(100),
    Job("bulk-discard", "MB/s",
        Side("connect to --discard", "$S serve tcp $P --bind 127.0.0.1 --quiet --discard",
             "$S connect tcp 127.0.0.1:$P --stream --for $Ts -j"), (
            Side("iperf3", "iperf3 -s -p $P", "iperf3 -c 127.0.0.1 -p $P -t $T -J", 0.9),
        )),
    Job("bulk-chargen", "MB/s",
        Side("--chargen to connect", "$S serve tcp $P --bind 127.0.0.1 --quiet --chargen",
             "$S connect tcp 127.0.0.1:$P --stream --size 0 --for $Ts -j"), (
            Side("iperf3 -R", "iperf3 -s -p $P", "iperf3 -c 127.0.0.1 -p $P -t $T -R -J", 0.9),
        )),
)  # fmt: skip


def figure(unit, text):
    """What the client measured."""
    result = json.loads(text)
    if "end" in result:  # iperf3
        return result["end"]["sum_received"]["bits_per_second"] / 8e6
    if result["errors"]:
        raise BenchError(f"errors: {result['errors']}")
    if unit == "MB/s":
        return (result["bytes_in_per_second"] + result["bytes_out_per_second"]) / 1e6
    return result["messages_per_second"]


class Runner:
    def __init__(self, socklens, echo, seconds):
        self.words = {"$S": socklens, "$E": echo, "$T": str(seconds)}

    def _command(self, text, port):
        for name, value in (self.words | {"$P": str(port)}).items():
            text = text.replace(name, value)
        return text.split()

    @contextlib.contextmanager
    def serving(self, side, port):
        server = subprocess.Popen(self._command(side.server, port), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  start_new_session=True)  # fmt: skip
        try:
            wait_for_listener(port, side.name)
            yield server.pid
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()

    def drive(self, text, port):
        done = subprocess.run(self._command(text, port), stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=COMMAND_TIMEOUT_S)  # fmt: skip
        if done.returncode != 0:
            raise BenchError(f"{text}: status {done.returncode}, {done.stderr.decode()}")
        return done.stdout


def wait_for_listener(port, name):
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if listens(port):
            return
        time.sleep(0.01)
    raise BenchError(f"{name} does not listen")


def listens(port):
    """As the state 0A says, on an address of either family."""
    for path in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(path) as table:
            rows = [line.split() for line in table][1:]
        if any(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows):
            return True
    return False


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Table:
    def __init__(self):
        self.met = self.missed = 0

    def line(self, job, side, value, unit, ratio=None, target=None):
        verdict = ""
        if target is not None:
            good = ratio >= target
            self.met += good
            self.missed += not good
            verdict = f"ours/this {ratio:6.2f}   at least {target}: {'met' if good else 'MISSED'}"
        print(f"{job:14} {side:22} {value:14,.0f} {unit:14} {verdict}".rstrip(), flush=True)


def compare(job, runner, table, rounds):
    sides = (job.ours, *job.references)
    seen = {side.name: [] for side in sides}
    with contextlib.ExitStack() as stack:
        ports = {}
        for side in sides:
            ports[side.name] = free_port()
            stack.enter_context(runner.serving(side, ports[side.name]))
        for number in range(rounds):
            for side in sides if number % 2 == 0 else reversed(sides):
                text = runner.drive(side.client, ports[side.name])
                seen[side.name].append(figure(job.unit, text))
    ours = seen[job.ours.name]
    table.line(job.name, job.ours.name, median(ours), job.unit)
    for side in job.references:
        theirs = seen[side.name]
        ratio = median(our / their for our, their in zip(ours, theirs, strict=True))
        table.line(job.name, side.name, median(theirs), job.unit, ratio, side.at_least)


def crowds(runner, table):
    """Many at once and many in turn, both by one server."""
    server = Side("serve", "$S serve tcp $P --bind 127.0.0.1 --quiet --backlog 4096", "")
    port = free_port()
    with runner.serving(server, port) as pid:
        churn = f"$S connect tcp 127.0.0.1:$P --churn -n {CHURNED} --parallel 100 -j"
        result = json.loads(runner.drive(churn, port))
        table.line("churn", f"{result['connections']:,} made", result["connections_per_second"],
                   "connections/s", result["connections"] / CHURNED, 1)  # fmt: skip
        hold = f"$S connect tcp 127.0.0.1:$P --hold -n {HELD} --for 5s -j"
        result = json.loads(runner.drive(hold, port))
        table.line("hold", f"{result['connections']:,} made", result["open_at_end"],
                   "held at the end", result["open_at_end"] / HELD, 1)  # fmt: skip
        size = resident_kib(pid)
    table.line("hold", "serve's most memory", size, "KiB")


def resident_kib(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise BenchError("the server has ended")


def enter_namespace():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise BenchError("must be root, to make a private network namespace")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--socklens", required=True, help="the program to measure")
    parser.add_argument("--echo", required=True, help="the program built from echo.c")
    parser.add_argument("--seconds", type=int, default=1, metavar="N", help="a turn (default: 1)")
    parser.add_argument("--rounds", type=int, default=9, metavar="N",
                        help="turns per server (default: 9)")  # fmt: skip
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    table = Table()
    try:
        enter_namespace()
        runner = Runner(os.path.abspath(arguments.socklens), os.path.abspath(arguments.echo),
                        arguments.seconds)  # fmt: skip
        for job in JOBS:
            compare(job, runner, table, arguments.rounds)
        crowds(runner, table)
    except (BenchError, OSError, subprocess.SubprocessError) as error:
        print(f"traffic.py: {error}", file=sys.stderr)
        return 1
    print(f"{table.met} targets met, {table.missed} missed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
