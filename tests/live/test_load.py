"""Loads: what is opened, said, timed, counted and shown."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import time

import live
import recordings
from live import equal, test, true, until
from loads import (
    GOOD, acknowledged, at, check, counts, errors, established, few_ports, handled, load, quiet,
)  # fmt: skip
from traffic import resident, running, serving


# The styles.


@test("-n makes so many connections, each with one message and its answer")
def _():
    with serving("0", "--bind", "127.0.0.1") as (server, port):
        status, summary = load(*at(port), "-n", "100", "--parallel", "10", "--size", "1000")
        _status, out, _err = server.stop()
        lines = [*server.lines, *out.splitlines()]
    equal(status, GOOD, "status")
    equal(counts(summary, "connections", "messages", "failed"), (100, 100, 0), "counts")
    equal(counts(summary, "bytes_out", "bytes_in"), (100_000, 100_000), "bytes")
    equal(summary["connect_time_ns"]["count"], 100, "connect times")
    equal(summary["errors"], [], "errors")
    true(lines[-1].startswith("100 connections, 100 messages, 100000 bytes in"), lines[-1])
    open_now = most = 0
    for line in lines:
        open_now += line.startswith("connected ") - line.startswith("closed ")
        most = max(most, open_now)
    true(most <= 20, f"{most} at once")  # the server may learn late that one has ended


@test("--for keeps so many connections busy, with a pause to think if that is wished")
def _():
    with quiet() as (_pid, port):
        _status, summary = load(*at(port), "--parallel", "3", "--for", "500ms")
        status, thinking = load(
            *at(port), "--parallel", "3", "--for", "500ms", "--think", "200ms"
        )
    equal(status, GOOD, "status")
    equal(counts(summary, "connections", "open_at_end", "failed"), (3, 3, 0), "connections")
    true(summary["messages"] > 100, "messages")
    equal(thinking["connections"], 3, "connections")
    true(3 < thinking["messages"] <= 9, thinking)  # at 0, 200 and 400 ms, unless it comes late


@test("--rate is kept, without a burst after a stall, and all that it missed is told")
def _():
    with quiet() as (_pid, port):
        words = ("connect", *at(port), "--parallel", "50", "--rate", "400", "-j")
        with running(*words) as client:
            until(lambda: acknowledged(client.process.pid) > 64 * 20, "some messages")
            client.process.send_signal(signal.SIGSTOP)
            with contextlib.suppress(subprocess.TimeoutExpired):
                client.process.wait(3)
            client.process.send_signal(signal.SIGCONT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                client.process.wait(0.5)
            status, out, _err = client.stop()
    summary = check(live.parse(out.encode()))
    equal(status, GOOD, "status")
    wanted = summary["elapsed_ns"] * 400 / 1e9
    true(summary["skipped"] >= 400, summary)
    true(wanted - 60 <= summary["messages"] + summary["skipped"] <= wanted + 2, (wanted, summary))


@test("connections are made at a rate too")
def _():
    with quiet() as (_pid, port):
        _status, churn = load(*at(port), "--churn", "--parallel", "9", "--rate", "200", "--for", "1s")
        _status, held = load(*at(port), "--hold", "-n", "500", "--rate", "200", "--for", "1s")
    for summary in (churn, held):
        made = summary["connections"] + summary["skipped"]
        wanted = summary["elapsed_ns"] * 200 / 1e9
        true(wanted - 20 <= made <= wanted + 2, (wanted, summary))
    equal(held["open_at_end"], held["connections"], "held")


@test("with a rate the time that a message waits for its turn counts")
def _():
    def stall(one):
        for _ in range(5):
            one.sendall(one.recv(100))
        time.sleep(0.6)
        while data := one.recv(100):
            one.sendall(data)

    with handled(stall) as port:
        _status, summary = load(
            *at(port), "--parallel", "1", "--rate", "100", "--for", "1200ms", "--size", "10"
        )
    times = summary["round_trip_ns"]
    true(summary["messages"] > 80, summary)
    true(times["p90"] > 300e6, f"of 120 messages about 60 were late: {times}")


@test("--churn connects anew for each message: 20,000 times without an error")
def _():
    with quiet() as (_pid, port):
        status, summary = load(*at(port), "--churn", "-n", "20000", "--parallel", "50")
    equal((status, errors(summary)), (GOOD, {}), "status")
    equal(counts(summary, "connections", "messages", "failed"), (20000, 20000, 0), "counts")


@test("--churn gets by with few ports, and without TIME-WAIT if closed by --reset")
def _():
    with few_ports(40000, 40099), quiet() as (_pid, port):
        status, summary = load(*at(port), "--churn", "-n", "1000", "--reset")
        equal((status, errors(summary)), (GOOD, {}), "reset")
        equal(len(live.rows("-t", f"port = {port} and time-wait")), 0, "TIME-WAIT")
        status, summary = load(*at(port), "--churn", "-n", "3000")
        equal((status, errors(summary)), (GOOD, {}), "from many addresses")
        equal(summary["connections"], 3000, "connections")


@test("--hold keeps 9000 connections open in little memory, until a signal")
def _():
    with quiet("--backlog", "4096") as (pid, port):
        with running("connect", *at(port), "--hold", "-n", "9000", "-j") as client:
            until(lambda: established(port) == 9000, "all of them")
            size = resident(client.process.pid)
            status, out, err = client.stop()
        served = resident(pid)
    summary = live.parse(out.encode())
    equal((status, err), (GOOD, ""), "status")
    equal(counts(summary, "connections", "open_at_end"), (9000, 9000), "counts")
    equal(counts(summary, "bytes_in", "bytes_out"), (0, 0), "silence")
    limit = (64 if live.SANITIZED else 8) << 20
    true(size < limit, f"the client has {size} bytes")
    true(served < 2 * limit, f"the server has {served} bytes")


@test("--stream sends as fast as it goes and takes what comes")
def _():
    with quiet("--discard") as (_pid, port):
        status, out = load(*at(port), "--stream", "--for", "500ms")
    with quiet("--chargen") as (_pid, port):
        _status, both = load(*at(port), "--stream", "--for", "500ms", "--parallel", "2")
        _status, into = load(*at(port), "--stream", "--for", "500ms", "--size", "0")
    equal(status, GOOD, "status")
    true(out["bytes_out"] > 10e6 and out["bytes_in"] == 0, out)
    true(both["bytes_out"] > 10e6 and both["bytes_in"] > 10e6, both)
    true(into["bytes_in"] > 10e6 and into["bytes_out"] == 0, into)
    equal(both["open_at_end"], 2, "connections")


# Kinds of sockets.


@test("UNIX sockets of the three kinds take loads, also when the server is behind")
def _():
    for option in ((), ("--dgram",), ("--seqpacket",)):
        with serving("unix", "@socklens-load", *option) as (server, _port):
            server.process.send_signal(signal.SIGSTOP)
            words = ("unix", "@socklens-load", *option, "-j")
            with running("connect", *words, "-n", "300", "--parallel", "300") as client:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    client.process.wait(0.2)
                server.process.send_signal(signal.SIGCONT)
                out = client.process.communicate(timeout=live.LIMIT_SECONDS)[0]
            summary = check(live.parse(out))
            equal(client.process.returncode, GOOD, f"status of {option}: {summary}")
            equal(counts(summary, "connections", "messages"), (300, 300), f"{option}")


# Answers.


@test("an answer may be any text, of any length")
def _():
    for reply in ("A", "Welcome to the server", "long" * 1000):
        with quiet("--reply", reply) as (_pid, port):
            status, summary = load(*at(port), "-n", "20", "--parallel", "4", "-m", "Hi there")
        equal((status, summary["messages"]), (GOOD, 20), f"{len(reply)} bytes")
        equal(summary["bytes_out"], 20 * 8, "bytes out")


@test("an echo is waited for to its end, however large, while it is still being sent")
def _():
    with quiet() as (_pid, port):
        status, summary = load(*at(port), "-n", "4", "--parallel", "2", "--size", "20M")
    equal(status, GOOD, "status")
    equal(counts(summary, "bytes_out", "bytes_in"), (80_000_000, 80_000_000), "bytes")


# What is shown.


@test("the summary for people has times, rates and counts")
def _():
    with quiet() as (_pid, port):
        status, out, err = live.run("connect", *at(port), "-n", "10")
        equal((status, err), (GOOD, b""), "status")
        time_line = r"  p50 \S+  p90 \S+  p99 \S+  p99\.9 \S+  max \S+s\n"
        true(re.fullmatch(r"10 connections made in \d+\.\ds \(\d+/s\)\n"
                          r"10 messages answered \(\d+/s\)\n"
                          r"640 bytes out \(\S+ MB/s\), 640 bytes in \(\S+ MB/s\)\n"
                          rf"connect time{time_line}round trip  {time_line}",
                          out.decode()), out)  # fmt: skip
        status, out, err = live.run("connect", *at(port), "-n", "10", "-q")
        equal((status, out, err), (GOOD, b"", b""), "quiet")


@test("a terminal shows one line of progress, and not when it is over")
def _():
    with quiet() as (_pid, port):
        terminal, other = pty.openpty()
        words = ("connect", *at(port), "--parallel", "2", "--think", "50ms")
        with running(*words) as silent, on_terminal(words, other) as client:
            shown = read_until(terminal, rb"\r\d+s: 2 open, \d+ messages")
            client.send_signal(signal.SIGINT)
            equal(client.wait(live.LIMIT_SECONDS), GOOD, "status")
            os.close(other)
            shown += read_until(terminal, rb"\r\x1b\[K$")
            true(b"\n" not in shown, shown)
            equal(silent.stop()[2], "", "without a terminal")
        os.close(terminal)


@contextlib.contextmanager
def on_terminal(words, terminal):
    process = subprocess.Popen(
        [live.PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=terminal, env=recordings.CLEAN,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def read_until(terminal, pattern):
    text = b""
    while not re.search(pattern, text):
        true(select.select([terminal], [], [], live.LIMIT_SECONDS)[0], f"{pattern} in {text}")
        text += os.read(terminal, 4096)
    return text


@test("memory is flat over a million messages on both sides")
def _():
    few, many = (20_000, 200_000) if live.SANITIZED else (100_000, 1_000_000)
    with quiet() as (served, port):
        with running("connect", *at(port), "--parallel", "50", "-j") as client:
            pids = (client.process.pid, served)
            until(lambda: acknowledged(pids[0]) >= few * 64, "some messages")
            before = [resident(pid) for pid in pids]
            until(lambda: acknowledged(pids[0]) >= many * 64, "many messages")
            grown = [resident(pid) - start for pid, start in zip(pids, before, strict=True)]
            status, out, _err = client.stop()
    equal(status, GOOD, "status")
    true(live.parse(out.encode())["messages"] >= many - 50, "messages")
    true(max(grown) < 256 * 1024, f"they grew by {grown} bytes")


live.main()
