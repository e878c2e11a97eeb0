"""Loads on machines that lack something and servers that misbehave: counted, told, never spun on."""

import contextlib
import re
import resource
import signal
import socket
import subprocess
import threading
import time

import live
from live import equal, test, true, until
from loads import (
    GOOD, PARTIAL, RESET, at, counts, errors, established, few_ports, handled, load, quiet,
)  # fmt: skip
from traffic import processor_seconds, running, serving


@test("without a free port it says so, counts that and does not spin")
def _():
    with serving("0", "--bind", "::1") as (_server, port), few_ports(40000, 40009):
        words = ("connect", "tcp", f"[::1]:{port}", "--hold", "-n", "100", "-j")
        with running(*words) as client:
            line = client.process.stderr.readline().decode()
            true(re.fullmatch(r"socklens: no more connections can be opened for now \(open: \d+\): "
                              r"no local port is free: .*TIME-WAIT.*\n", line), line)  # fmt: skip
            spent = processor_seconds(client.process.pid)
            with contextlib.suppress(subprocess.TimeoutExpired):
                client.process.wait(1)
            spent = processor_seconds(client.process.pid) - spent
            status, out, _err = client.stop()
    summary = live.parse(out.encode())
    equal(status, PARTIAL, "status")
    true(spent < 0.5, f"it spent {spent} s")
    count = errors(summary)[("connect", "EADDRNOTAVAIL")]
    true(1 <= count < 30, summary["errors"])
    equal(summary["failed"], count, "failed")
    equal(counts(summary, "connections", "open_at_end"), (10, 10), "held")


@test("a held connection that the peer closes is counted, and the rest stays")
def _():
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=10))
        port = listener.getsockname()[1]
        words = ("connect", *at(port), "--hold", "-n", "3", "-j")
        client = stack.enter_context(running(*words))
        ones = [stack.enter_context(listener.accept()[0]) for _ in range(3)]
        for one in ones:
            one.send(b"x")
        until(lambda: not unread(port), "held by the client too")
        ones[0].close()
        ones[1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        ones[1].close()
        until(lambda: established(port) == 1, "one left")
        status, out, _err = client.stop()
    summary = live.parse(out.encode())
    equal(status, PARTIAL, "status")
    equal(counts(summary, "connections", "open_at_end", "closed_early"), (3, 1, 1), "counts")
    equal(errors(summary), {("receive", "ECONNRESET"): 1}, "errors")


def unread(port):
    return sum(row["recvq"] for row in live.rows("-t", f"dport = {port}"))


@test("without descriptors it holds what it can, says so once and does not spin")
def _():
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50))

    with quiet() as (_pid, port):
        words = ("connect", *at(port), "--hold", "-n", "100")
        began = time.monotonic()
        with running(*words, preexec_fn=limit) as client:
            line = client.process.stderr.readline().decode()
            true("no descriptor is free: see ulimit -n" in line, line)
            before = processor_seconds(client.process.pid)
            with contextlib.suppress(subprocess.TimeoutExpired):
                client.process.wait(1.5)
            true(processor_seconds(client.process.pid) - before < 0.5, "it does not spin")
            status, out, err = client.stop()
        equal((status, err), (PARTIAL, ""), "status")
        tries = re.search(r"opening a socket: no descriptor .* (\d+) \(EMFILE\)$", out, re.M)
        true(tries and int(tries[1]) <= 1 + time.monotonic() - began, f"one a second: {out}")
        status, summary = load(*at(port), "-n", "200", "--parallel", "60", preexec_fn=limit)
    equal(counts(summary, "connections", "messages"), (200, 200), "it goes on when some are free")


@test("datagrams are exchanged too, and what is lost is counted")
def _():
    with serving("udp", "0") as (_server, port):
        status, summary = load("udp", f"127.0.0.1:{port}", "-n", "50", "--parallel", "5")
        equal((status, summary["messages"], summary["bytes_in"]), (GOOD, 50, 3200), "udp")

    def answer_every_third(server):
        for number in range(1000):
            data, peer = server.recvfrom(100)
            if not peer:  # it was shut down
                return
            if number % 3 == 0:
                server.sendto(data, peer)

    with handled(answer_every_third, socket.SOCK_DGRAM) as port:
        status, summary = load("udp", f"127.0.0.1:{port}", "-n", "9", "--parallel", "9")
    equal(status, PARTIAL, "status")
    equal(counts(summary, "messages", "unanswered"), (3, 6), "lost")


@test("a late answer to a lost datagram is not taken for that to the next")
def _():
    def late(server):
        first = server.recvfrom(100)
        second = server.recvfrom(100)
        server.sendto(*first)
        server.sendto(*second)
        server.recvfrom(100)

    with handled(late, socket.SOCK_DGRAM) as port:
        _status, summary = load("udp", f"127.0.0.1:{port}", "--for", "1500ms")
    equal(counts(summary, "messages", "unanswered"), (1, 1), "counts")


@test("a load whose messages have no answer at all is not good, even if it ends before it is late")
def _():
    with quiet("--discard") as (_pid, port):
        status, summary = load(*at(port), "--for", "300ms", "--parallel", "2")
        equal(status, PARTIAL, "messages")
        equal(counts(summary, "connections", "messages", "unanswered"), (2, 0, 0), "counts")
        for words in (("--hold", "-n", "2"), ("--stream",), ("-n", "2", "--size", "0")):
            equal(load(*at(port), *words, "--for", "300ms")[0], GOOD, words)


@test("a UDP port where nobody is refuses, which is counted and not done without end")
def _():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    status, summary = load("udp", f"127.0.0.1:{port}", "--for", "550ms")
    equal(status, PARTIAL, "status")
    true(1 <= sum(errors(summary).values()) <= 6, summary["errors"])
    true({error for _phase, error in errors(summary)} == {"ECONNREFUSED"}, summary["errors"])


@test("refused connections are counted in words, and not tried without end")
def _():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        status, out, _err = live.run("connect", *at(port), "-n", "12", "--parallel", "3")
        equal(status, PARTIAL, "status")
        true(b"0 connections made in " in out and b", 12 failed" in out, out)
        true(b"\nconnecting: refused 12 (ECONNREFUSED)\n" in out, out)
        status, summary = load(*at(port), "--for", "500ms", "--parallel", "3")
    true(2 <= summary["failed"] <= 30, summary)


@test("who closes at once, half-closes or resets is counted as such")
def _():
    def close(one):
        del one

    def half_close(one):
        one.shutdown(socket.SHUT_WR)
        one.recv(1)
        one.recv(1)

    def reset(one):
        one.recv(1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    for handle in (close, half_close, reset):
        with handled(handle) as port:
            status, summary = load(*at(port), "-n", "20", "--parallel", "2")
            equal(status, PARTIAL, "status")
            broken = summary["closed_early"] + sum(errors(summary).values())
            equal((broken, summary["connections"]), (20, 20), f"{handle}: {summary}")
            true(set(errors(summary)) <= {("receive", "ECONNRESET"), ("send", "ECONNRESET"),
                                          ("send", "EPIPE")}, summary["errors"])  # fmt: skip
            _status, summary = load(*at(port), "--for", "500ms")
            true(summary["connections"] < 30, f"it does not spin: {summary}")


@test("an answer that never comes is counted after 5 s, and a connection that is not made after 10")
def _():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]  # the kernel queues one for it, and drops who else comes
        with running("connect", *at(port), "-n", "3", "--parallel", "3", "-j") as client:
            never_answered()
            out = client.process.communicate(timeout=live.LIMIT_SECONDS)[0]
    summary = live.parse(out)
    equal(client.process.returncode, PARTIAL, "status")
    equal(counts(summary, "connections", "failed", "unanswered"), (1, 2, 1), "counts")
    equal(errors(summary), {("connect", "ETIMEDOUT"): 2}, "errors")


def never_answered():
    held = threading.Event()
    with handled(lambda one: held.wait(live.LIMIT_SECONDS)) as port:
        _status, summary = load(*at(port), "--for", "300ms", "--size", "10M", "--parallel", "3")
        equal(counts(summary, "messages", "open_at_end"), (0, 3), "at the end of the time")
        with running("connect", *at(port), "--stream", "-j") as client:
            until(lambda: established(port) > 0, "a connection")
            status, out, _err = client.stop(signal.SIGTERM)
            equal((status, live.parse(out.encode())["open_at_end"]), (GOOD, 1), "a signal")
        status, summary = load(*at(port), "-n", "2", "--parallel", "2")
        held.set()
    equal((status, summary["unanswered"]), (PARTIAL, 2), "in time")
    true(summary["elapsed_ns"] > 5e9, summary)


@test("what is still being connected is not open at the end")
def _():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)  # its queue holds two
        port = listener.getsockname()[1]
        _status, summary = load(*at(port), "-n", "10", "--hold", "--for", "500ms")
    equal(counts(summary, "connections", "open_at_end"), (2, 2), "those in the queue")


@test("--timeout is for the answers of a load, too")
def _():
    held = threading.Event()
    with handled(lambda one: held.wait(live.LIMIT_SECONDS)) as port:
        status, summary = load(*at(port), "-n", "2", "--timeout", "200ms")
        held.set()
    equal((status, summary["unanswered"]), (PARTIAL, 2), "in time")
    true(2e8 < summary["elapsed_ns"] < 5e9, summary)


@test("a server that never stops sending does not keep others waiting")
def _():
    with quiet("--chargen") as (_pid, port):
        status, summary = load(*at(port), "--for", "300ms", "--parallel", "4")
        equal(status, GOOD, "status")
        true(summary["messages"] > 4, summary)
        status, summary = load(*at(port), "--hold", "-n", "4", "--for", "300ms")
        equal(counts(summary, "open_at_end", "messages"), (4, 0), "held")


live.main()
