"""Loads for tests: a run of them, its summary, and servers of the test's own."""

import contextlib
import socket
import struct
import threading

import live
from live import equal, true, until
from traffic import port_of, serving

GOOD, PARTIAL = 0, 3
RESET = struct.pack("=ii", 1, 0)  # SO_LINGER
PORT_RANGE = "/proc/sys/net/ipv4/ip_local_port_range"
QUANTILES = ("min", "p50", "p90", "p99", "p99_9", "max")


def load(*words, **options):
    """Run a load to its end: (status, the summary)."""
    status, out, err = live.run("connect", *words, "-j", **options)
    true(out, f"no summary, stderr {err!r}")
    return status, check(live.parse(out))


def check(summary):
    """What is true of any summary."""
    for key in ("connect_time_ns", "round_trip_ns"):
        times = summary[key]
        if times["count"] > 0:
            line = [times[name] for name in QUANTILES]
            equal(line, sorted(line), f"order of {key}")
            true(times["min"] <= times["mean"] <= times["max"], times)
    equal(summary["round_trip_ns"]["count"], summary["messages"], "round trips")
    return summary


def counts(summary, *names):
    return tuple(summary[name] for name in names)


def errors(summary):
    return {(one["phase"], one["error"]): one["count"] for one in summary["errors"]}


@contextlib.contextmanager
def quiet(*words):
    """A server that says nothing: (its pid, its port)."""
    with serving("0", "--bind", "127.0.0.1", *words, "--quiet") as (server, _port):
        yield server.process.pid, until(lambda: port_of(server.process.pid), "a listener")


def at(port):
    return ("tcp", f"127.0.0.1:{port}")


def established(port):
    return len(live.rows("-t", f"dport = {port} and established"))


@contextlib.contextmanager
def handled(handle, kind=socket.SOCK_STREAM):
    """A TCP or UDP server of the test's own: handle(socket) in a thread for each connection."""
    with socket.socket(socket.AF_INET, kind) as listener:
        listener.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            listener.listen(100)
        target = accept_all if kind == socket.SOCK_STREAM else call_once
        thread = threading.Thread(target=target, args=(listener, handle))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def call_once(server, handle):
    with contextlib.suppress(OSError):
        handle(server)


def accept_all(listener, handle):
    threads = []
    with contextlib.suppress(OSError):
        while True:
            one, _peer = listener.accept()
            threads.append(threading.Thread(target=serve_one, args=(one, handle)))
            threads[-1].start()
    for thread in threads:
        thread.join()


def serve_one(one, handle):
    with one, contextlib.suppress(OSError):
        one.settimeout(live.LIMIT_SECONDS)
        handle(one)


def acknowledged(pid):
    """Bytes that its TCP connections have sent and know to have arrived."""
    return sum(row.get("bytes_acked", 0) for row in live.rows("-ti", f"pid = {pid}"))


@contextlib.contextmanager
def few_ports(first, last):
    before = open(PORT_RANGE).read()
    write(PORT_RANGE, f"{first} {last}")
    try:
        yield
    finally:
        write(PORT_RANGE, before)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
