"""The lab for tests: what each condition must look like, and how ss sees it."""

import collections
import contextlib
import subprocess

from live import equal, true, until
from traffic import running

MATCHED, NO_MATCH, USAGE, PARTIAL = 0, 1, 2, 3

# What must be in the namespace besides nothing: states by `ss -tan` or `ss -uan`, and what one of
# the lines of `ss -O` with everything must read like. Written from ss(8), not from the program.
CONDITIONS = {
    "LISTEN": ("t", {"LISTEN": 1}, r"^LISTEN +0 +5 "),
    "SYN-SENT": ("t", {"LISTEN": 1, "ESTAB": 4, "SYN-SENT": 3}, r"^SYN-SENT 0 +1 .*timer:\(on,"),
    "SYN-RECV": ("t", {"LISTEN": 1, "ESTAB": 1, "SYN-RECV": 1}, r"^SYN-RECV .*timer:\(on,.*ino:0 "),
    "ESTAB": ("t", {"LISTEN": 1, "ESTAB": 2}, r"^ESTAB +0 +0 "),
    "FIN-WAIT-1": (
        "t",
        {"LISTEN": 1, "ESTAB": 1, "FIN-WAIT-1": 1},
        r"^FIN-WAIT-1 0 +[1-9]\d+ .*users:.*timer:\(persist,",
    ),
    "FIN-WAIT-2": ("t", {"LISTEN": 1, "FIN-WAIT-2": 1, "CLOSE-WAIT": 1}, r"^FIN-WAIT-2 .*users:"),
    "CLOSE-WAIT": ("t", {"LISTEN": 1, "FIN-WAIT-2": 1, "CLOSE-WAIT": 1}, r"^CLOSE-WAIT 1 +0 "),
    "CLOSING": (
        "t",
        {"LISTEN": 1, "FIN-WAIT-2": 1, "CLOSING": 1},
        r"^CLOSING +\d+ +[1-9]\d+ .*timer:\(persist,",
    ),
    "LAST-ACK": (
        "t",
        {"LISTEN": 1, "FIN-WAIT-2": 1, "LAST-ACK": 1},
        r"^LAST-ACK +1 +[1-9]\d+ .*timer:\(persist,",
    ),
    "TIME-WAIT": ("t", {"LISTEN": 1, "TIME-WAIT": 1}, r"^TIME-WAIT .*timer:\(timewait,.*ino:0 "),
    "BOUND-INACTIVE": ("t", {}, None),
    "UDP-UNCONNECTED": ("u", {"UNCONN": 1}, r"^UNCONN 0 +0 "),
    "UDP-CONNECTED": ("u", {"UNCONN": 1, "ESTAB": 1}, r"^ESTAB +0 +0 "),
    "full-accept-queue": (
        "t",
        {"LISTEN": 1, "ESTAB": 4, "SYN-SENT": 3},
        r"^LISTEN +2 +1 .*skmem:\(.*d[1-9]\d*\)",
    ),
    "zero-window": ("t", {"LISTEN": 1, "ESTAB": 2}, r"^ESTAB +0 +[1-9]\d+ .*timer:\(persist,"),
    "slow-reader": ("t", {"LISTEN": 1, "ESTAB": 2}, r"^ESTAB +0 +[1-9]\d+ .*rwnd_limited:"),
    "close-wait-leak": (
        "t",
        {"LISTEN": 1, "CLOSE-WAIT": 10, "FIN-WAIT-2": 10},
        r"^FIN-WAIT-2 .*timer:\(timewait,.*ino:0 ",
    ),
    "orphan": (
        "t",
        {"LISTEN": 1, "ESTAB": 1, "FIN-WAIT-1": 1},
        r"^FIN-WAIT-1 0 +[1-9]\d+ .*timer:\(persist,.*ino:0 ",
    ),
    "keepalive": ("t", {"LISTEN": 1, "ESTAB": 2}, r"^ESTAB +0 +0 .*timer:\(keepalive,"),
    "retransmitting": (
        "t",
        {"LISTEN": 1, "ESTAB": 2},
        r"^ESTAB +0 +17 .*timer:\(on,[^)]*,[1-9]\d*\).*retrans:1/[1-9]",
    ),
    "udp-drops": ("u", {"UNCONN": 1, "ESTAB": 1}, r"^UNCONN [1-9]\d+ .*skmem:\(.*d[1-9]\d*\)"),
    "time-wait-storm": ("t", {"LISTEN": 1, "TIME-WAIT": 200}, r"^TIME-WAIT .*timer:\(timewait,"),
    "churn": ("t", None, r"^TIME-WAIT .*timer:\(timewait,"),
    "idle": ("t", None, r"^ESTAB +0 +0 "),
    "unix-stuck": ("x", None, r"^u_str ESTAB 0 +[1-9]\d+ "),
    "shared": ("t", {"LISTEN": 1}, r"^LISTEN .*users:\(\((.*pid=.*){3}\)"),
    "namespace": ("t", {}, None),
    "mptcp": ("M", {"LISTEN": 1, "ESTAB": 2}, None),
}


def ss(kind):
    """The sockets that ss sees: [(state, line)]."""
    flags = {"t": "-HOtanpoeim", "u": "-HOuanpoem", "x": "-HOxap", "M": "-HOMan"}[kind]
    done = subprocess.run(["ss", flags], capture_output=True, text=True, check=True)
    return [line.rstrip() for line in done.stdout.splitlines()]


def states(kind):
    return collections.Counter(line.split()[0] for line in ss(kind))


def nothing_left():
    """No socket over IP in the namespace; who was killed may take a moment."""
    until(lambda: not ss("t") and not ss("u") and not ss("M"), "an empty namespace")


@contextlib.contextmanager
def lab(*words, **options):
    """The lab while it holds what was asked for: (it, its events)."""
    with running("lab", *words, "--json", "--hold", "0", **options) as process:
        yield process
        status, _out, err = process.stop()
        equal((status, err), (MATCHED, ""), "end")
    nothing_left()


def made(process):
    event = process.event("made")
    equal((event["outcome"], event.get("reason")), ("made", None), event["condition"])
    for target in event["targets"]:
        true(target["fits"], f"{event['condition']}: {target}")
        true(target["sockets"], f"{event['condition']}: no sockets")
    return event
