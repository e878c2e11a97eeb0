"""Servers that show what arrives: what they answer, what they say, and whom they let in."""

import array
import contextlib
import fcntl
import hashlib
import json
import os
import pty
import re
import resource
import select
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

import live
from live import equal, test, true, until
from traffic import port_of, processor_seconds, resident, serving

USAGE, PARTIAL = 2, 3
MEBIBYTE = 1 << 20
RESET = struct.pack("=ii", 1, 0)


def connect(port, host="127.0.0.1"):
    one = socket.create_connection((host, port), live.LIMIT_SECONDS)
    return one


def name(one):
    host, port = one.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def receive(one, count):
    """Exactly so many bytes, or what came before the end."""
    parts = b""
    while len(parts) < count and (more := one.recv(min(65536, count - len(parts)))):
        parts += more
    return parts


def rest(one):
    return receive(one, 1 << 40)


# What a learner sees.


@test("a TCP server says who connects, what arrives and how it ended")
def _():
    with serving("0") as (server, port):
        with connect(port) as client:
            client.sendall(b"Hello, world")
            equal(receive(client, 12), b"Hello, world", "echo")
            peer = name(client)
        true(server.wait_for(rf"^connected {re.escape(peer)}$"), "connected")
        line = server.wait_for("^received ")
        equal(line.string, f'received 12 bytes "Hello, world" from {peer}', "line")
        end = server.wait_for("^closed ").string
        true(re.fullmatch(rf"closed {re.escape(peer)} after [\d.]+m?s, 12 in, 12 out", end), end)
        status, out, err = server.stop()
        equal(status, 0, "status")
        equal(err, "", "stderr")
        true(
            re.fullmatch(r"1 connection, 1 message, 12 bytes in, 12 bytes out in [\d.]+m?s\n", out),
            out,
        )


@test("without --bind a server is reached on both loopback addresses and on no other")
def _():
    subprocess.run(["ip", "addr", "add", "10.9.8.7/32", "dev", "lo"], check=True)
    with serving("tcp", "0") as (server, port):
        equal(server.lines, [f"listening on tcp 127.0.0.1:{port}"], "first line")
        equal(server.line(), f"listening on tcp [::1]:{port}", "second line")
        for host in ("127.0.0.1", "::1"):
            with connect(port, host) as client:
                client.sendall(b"x")
                equal(receive(client, 1), b"x", host)
        with contextlib.suppress(ConnectionRefusedError):
            connect(port, "10.9.8.7")
            raise AssertionError("it is reached from outside")


@test("--bind any is every address of both families, --bind ADDRESS only that")
def _():
    subprocess.run(["ip", "addr", "replace", "10.9.8.7/32", "dev", "lo"], check=True)
    with serving("0", "--bind", "any") as (server, port):
        for host in ("127.0.0.1", "::1", "10.9.8.7"):
            connect(port, host).close()
            server.wait_for("^connected ")
    with serving("0", "--bind", "10.9.8.7") as (server, port):
        equal(server.lines, [f"listening on tcp 10.9.8.7:{port}"], "line")
        with contextlib.suppress(ConnectionRefusedError):
            connect(port)
            raise AssertionError("it listens on loopback too")


@test("--reply answers each message, --greet speaks first")
def _():
    words = ("0", "--reply", "Welcome to the server", "--greet", "Hello\n")
    with serving(*words) as (_server, port), connect(port) as client:
        equal(receive(client, 6), b"Hello\n", "greeting")
        for message in (b"one", b"two" * 1000):
            client.sendall(message)
            equal(receive(client, 21), b"Welcome to the server", "reply")


@test("daytime sends the time and closes, also when the client has said something")
def _():
    with serving("daytime", "0") as (server, port), connect(port) as client:
        client.sendall(b"what time is it?")
        text = rest(client).decode()
        true(re.fullmatch(r"\w+, \w+ \d\d, 20\d\d \d\d:\d\d:\d\d \w+\r\n", text), text)
        client.close()
        true(server.wait_for(r"^closed .* 16 in, \d+ out$"), "an orderly end")


@test("discard takes everything and answers nothing")
def _():
    with serving("0", "--discard") as (server, port):
        with connect(port) as client:
            client.sendall(bytes(3 * MEBIBYTE))
            client.shutdown(socket.SHUT_WR)
            equal(rest(client), b"", "answer")
        true(server.wait_for(rf"^closed .*, {3 * MEBIBYTE} in, 0 out$"), "counted")
        true(not any("received" in line for line in server.lines), "it shows none of it")


@test("chargen sends the lines of RFC 864")
def _():
    with serving("0", "--chargen") as (_server, port), connect(port) as client:
        lines = receive(client, 95 * 74 * 40).split(b"\r\n")[:-1]
        printable = bytes(range(32, 127)) * 2
        for number, line in enumerate(lines):
            start = number % 95
            equal(line, printable[start : start + 72], f"line {number}")


@test("chargen keeps to its rate, and goes on for a client that has finished")
def _():
    with serving("0", "--chargen", "100K") as (server, port), connect(port) as client:
        client.shutdown(socket.SHUT_WR)
        receive(client, 150_000)
    with serving("0", "--chargen=100K") as (_server, port):
        before = time.monotonic()
        with connect(port) as client:
            receive(client, 150_000)
        seconds = time.monotonic() - before
        true(seconds > 1.3, f"150 kB at 100 kB/s took only {seconds} s")


@test("a UDP server answers each datagram to its sender, from the address that was asked")
def _():
    subprocess.run(["ip", "addr", "replace", "10.9.8.7/32", "dev", "lo"], check=True)
    with serving("udp", "0", "--bind", "any") as (server, port):
        for host in ("127.0.0.1", "10.9.8.7", "127.0.0.9", "::1"):
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with socket.socket(family, socket.SOCK_DGRAM) as client:
                client.settimeout(live.LIMIT_SECONDS)
                client.connect((host, port))
                client.send(b"Hi")
                equal(client.recv(100), b"Hi", host)
                equal(
                    server.wait_for('^received 2 bytes "Hi"').string,
                    f'received 2 bytes "Hi" from {name(client)}',
                    "line",
                )
                client.send(b"")
                equal(client.recv(100), b"", "an empty datagram")
        status, out, _err = server.stop()
        equal(status, 0, "status")
        true(out.endswith("\n") and "8 messages, 8 bytes in, 8 bytes out" in out, out)


@test("UNIX servers of the three kinds answer, and leave no file")
def _():
    kinds = {(): socket.SOCK_STREAM, ("--dgram",): socket.SOCK_DGRAM,
             ("--seqpacket",): socket.SOCK_SEQPACKET}  # fmt: skip
    with tempfile.TemporaryDirectory() as directory:
        for option, kind in kinds.items():
            for place in (f"{directory}/here", "@socklens-test"):
                with serving("unix", place, *option) as (server, _port):
                    equal(server.lines, [f"listening on unix {place}"], "line")
                    with socket.socket(socket.AF_UNIX, kind) as client:
                        client.bind("")  # an abstract name, to have answers
                        client.connect(place.replace("@", "\0"))
                        client.send(b"Hi")
                        equal(client.recv(100), b"Hi", place)
                    server.wait_for('^received 2 bytes "Hi"')
                    equal(server.stop()[0], 0, "status")
                equal(os.listdir(directory), [], "files")


@test("a SEQPACKET server keeps messages apart and whole")
def _():
    with serving("unix", "@socklens-test", "--seqpacket") as (_server, _port):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            client.connect("\0socklens-test")
            for size in (1, 100_000, 2):
                client.send(bytes(size))
                equal(len(client.recv(MEBIBYTE)), size, "size")


@test("a UNIX peer without a name is shown as unnamed, whatever its kind")
def _():
    for option, kind in (((), socket.SOCK_STREAM), (("--dgram",), socket.SOCK_DGRAM)):
        with serving("unix", "@socklens-test", *option, "--json") as (server, _port):
            with socket.socket(socket.AF_UNIX, kind) as client:
                client.connect("\0socklens-test")
                client.send(b"Hi")
                equal(server.event("received")["peer"], "(unnamed)", option)


@test("a UNIX datagram that is too long to take is said so, not cut")
def _():
    with serving("unix", "@socklens-test", "--dgram") as (server, _port):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.bind("\0socklens-client")
            client.connect("\0socklens-test")
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            client.send(bytes(300_000))
            client.send(b"Hi")
            equal(client.recv(MEBIBYTE), b"Hi", "the only answer")
        server.wait_for("^a datagram of 300000 bytes is too long to take, from @socklens-client: Message too long$")
        server.wait_for('^received 2 bytes "Hi" from @socklens-client$')
        true(server.stop()[1].startswith("0 connections, 1 message, 2 bytes in, 2 bytes out in "), "sum")


@test("a SEQPACKET message that is too long to take is said so, not cut")
def _():
    with serving("unix", "@socklens-test", "--seqpacket") as (server, _port):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            client.connect("\0socklens-test")
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            client.send(bytes(300_000))
            client.send(b"Hi")
            equal(client.recv(MEBIBYTE), b"Hi", "the only answer")
        server.wait_for("^a message of 300000 bytes is too long to take, from .*: Message too long$")
        server.wait_for('^received 2 bytes "Hi"')


@test("a path that is there already stays, whatever it is, and so does one that took its place")
def _():
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/name"
        with open(path, "w") as file:
            file.write("mine")
        status, _out, err = live.run("serve", "unix", path)
        equal(status, PARTIAL, "status")
        true(b"is there already and no socket" in err, err)
        equal(open(path).read(), "mine", "content")
        os.unlink(path)
        with socket.socket(socket.AF_UNIX) as old:
            old.bind(path)
        status, _out, err = live.run("serve", "unix", path)
        equal(status, PARTIAL, "status")
        true(b"left behind by a server that has ended; remove it" in err, err)
        true(stat.S_ISSOCK(os.stat(path).st_mode), "it stays")
        os.unlink(path)
        with serving("unix", path) as (server, _port):
            os.unlink(path)
            open(path, "w").close()
            server.stop()
        true(os.path.exists(path), "the new file stays")


@test("several servers run in one command, each with its options")
def _():
    words = ("tcp", "0", "--reply", "A", "udp", "0", "--reply", "B", "tcp", "0")
    with serving(*words, "--bind", "127.0.0.1") as (server, first):
        server.line()  # the first also has ::1
        ports = [first]
        while len(ports) < 3:
            line = server.wait_for("^listening on .*127.0.0.1:([0-9]+)")
            ports.append(int(line[1]))
        answers = []
        for port, kind in zip(ports, (1, 2, 1), strict=True):
            with socket.socket(socket.AF_INET, kind) as client:
                client.settimeout(live.LIMIT_SECONDS)
                client.connect(("127.0.0.1", port))
                client.send(b"C")
                answers.append(client.recv(10))
        equal(answers, [b"A", b"B", b"C"], "answers")


@test("--json is one object for each event, with the bytes exact")
def _():
    with serving("0", "--json") as (server, port):
        with connect(port) as client:
            client.sendall(b"a\xff\x1b[2J")
            receive(client, 6)
            peer = name(client)
        event = server.event("received")
        equal(event["peer"], peer, "peer")
        equal(event["bytes"], 6, "bytes")
        equal(event["text_hex"], "61ff1b5b324a", "exact bytes")
        closed = server.event("closed")
        equal((closed["in"], closed["out"], closed["service"]), (6, 6, "tcp"), "closed")
        true(closed["elapsed_us"] >= 0 and "error" not in closed, closed)
        _status, out, _err = server.stop()
        equal(live.parse(out.encode())["connections"], 1, "summary")


@test("what clients send never reaches the terminal unescaped")
def _():
    with serving("0") as (server, port), connect(port) as client:
        client.sendall(b"\x1b]0;owned\x07\xe2\x80\xae\x9b\r\n\\")
        line = server.wait_for("^received ").string
        true(line.isprintable(), ascii(line))
        true(r"\x1b]0;owned\x07\xe2\x80\xae\x9b\x0d\x0a\x5c" in line, line)


@test("a terminal that hangs up ends it in order, unless nohup says otherwise")
def _():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "socket")
        obey = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)}
        with serving("unix", path, **obey) as (server, _port):
            status, out, _err = server.stop(signal.SIGHUP)
            equal((status, os.path.exists(path)), (0, False), "it ends, and so does the path")
            true("0 connections" in out, out)
        ignore = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)}
        with serving("0", **ignore) as (server, port):
            server.process.send_signal(signal.SIGHUP)
            with connect(port) as client:
                client.sendall(b"x")
                equal(receive(client, 1), b"x", "it goes on")


@test("--once serves one client and ends by itself")
def _():
    for words in (("0", "--once"), ("udp", "0", "--once")):
        with serving(*words) as (server, port):
            kind = socket.SOCK_DGRAM if "udp" in words else socket.SOCK_STREAM
            with socket.socket(socket.AF_INET, kind) as client:
                client.settimeout(live.LIMIT_SECONDS)
                client.connect(("127.0.0.1", port))
                client.send(b"x")
                equal(client.recv(1), b"x", "answer")
                if kind == socket.SOCK_STREAM:
                    with contextlib.suppress(ConnectionRefusedError):
                        connect(port)
                        raise AssertionError("a second client is accepted")
            equal(server.process.wait(live.LIMIT_SECONDS), 0, "status")


@test("--max-clients turns away who is too many, and takes others later")
def _():
    with serving("0", "--max-clients", "1") as (server, port):
        with connect(port) as first:
            first.sendall(b"x")
            receive(first, 1)
            with connect(port) as second:
                equal(rest(second), b"", "the second")
            true(server.wait_for("^turned away "), "told")
        server.wait_for("^closed ")
        with connect(port) as third:
            third.sendall(b"x")
            equal(receive(third, 1), b"x", "the third")


@test("a thousand clients that come at once wait in the accept queue, and none is dropped")
def _():
    with serving("0", "--quiet") as (server, _port), contextlib.ExitStack() as clients:
        port = until(lambda: port_of(server.process.pid), "a listener")
        server.process.send_signal(signal.SIGSTOP)
        for _ in range(1000):
            client = clients.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
        words = ("-l", "-t", "-m", f"src 127.0.0.1:{port}")
        listener = until(lambda: live.rows(*words, "recvq = 1000"), "1000 in the queue")[0]
        equal(listener["drops"], 0, "dropped")


@test("--backlog is what the kernel knows of the listener")
def _():
    with serving("0", "--backlog", "7") as (_server, port):
        listeners = live.rows("-l", "-t", f"sport = {port}")
        equal([one["sendq"] for one in listeners], [7, 7], "accept queues")


# Clients that others wrote.

COURSE = {
    "tcp": """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(("127.0.0.1", int(sys.argv[1])))
    s.sendall(b"Hello, world")
    data = s.recv(1024)
print("Received", repr(data))
""",
    "udp": """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"Hello, world", ("127.0.0.1", int(sys.argv[1])))
data, addr = s.recvfrom(1024)
print("Received", repr(data))
""",
}


def client(*words, given=b""):
    """The output of a program that ends well."""
    done = subprocess.run(words, input=given, capture_output=True, timeout=live.LIMIT_SECONDS)
    equal((done.returncode, done.stderr), (0, b""), str(words))
    return done.stdout


@test("the client scripts of a course have their answers")
def _():
    for kind, script in COURSE.items():
        with serving(kind, "0") as (server, port):
            answer = client(sys.executable, "-c", script, str(port))
            equal(answer, b"Received b'Hello, world'\n", kind)
            server.wait_for('^received 12 bytes "Hello, world" from 127.0.0.1:')


@test("nc and socat have their answers, by TCP, UDP and the three kinds of UNIX")
def _():
    with serving("0") as (_server, port):
        for words in (("nc", "-N", "127.0.0.1", str(port)), ("nc", "-N", "::1", str(port)),
                      ("socat", "-", f"TCP4:127.0.0.1:{port}"),
                      ("socat", "-", f"TCP6:[::1]:{port}")):  # fmt: skip
            equal(client(*words, given=b"Hello\n"), b"Hello\n", str(words))
    with serving("udp", "0") as (_server, port):
        for words in (("nc", "-u", "-W", "1", "127.0.0.1", str(port)),
                      ("socat", "-", f"UDP:127.0.0.1:{port}")):  # fmt: skip
            equal(client(*words, given=b"Hello\n"), b"Hello\n", str(words))
    kinds = {(): "type=1", ("--dgram",): "type=2", ("--seqpacket",): "type=5"}
    with tempfile.TemporaryDirectory() as directory:
        for option, kind in kinds.items():
            path = f"{directory}/{kind}"
            own = f",bind={directory}/own" if "--dgram" in option else ""
            with serving("unix", path, *option):
                words = ("socat", "-", f"UNIX-CLIENT:{path},{kind}{own}")
                equal(client(*words, given=b"Hello\n"), b"Hello\n", str(words))
        with serving("unix", f"{directory}/nc"):
            equal(client("nc", "-N", "-U", f"{directory}/nc", given=b"Hi"), b"Hi", "nc -U")


# Who is slow, rude or too many.


@test("large data comes back whole while the client reads late")
def _():
    with serving("0", "--quiet") as (server, _port):
        port = until(lambda: port_of(server.process.pid), "a listener")
        data = os.urandom(8 * MEBIBYTE)
        with connect(port) as client:
            sender = threading.Thread(target=lambda: finish(client, data))
            sender.start()
            back = rest(client)
            sender.join()
        equal(hashlib.sha256(back).digest(), hashlib.sha256(data).digest(), "what came back")


def finish(client, data):
    client.sendall(data)
    client.shutdown(socket.SHUT_WR)


@test("clients that are half-open, reset or never read stall nobody and cost no processor time")
def _():
    with serving("0") as (server, port), contextlib.ExitStack() as stack:
        stuck = stack.enter_context(connect(port))
        stuck.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                stuck.send(bytes(65536))
        half = stack.enter_context(connect(port))
        half.sendall(b"half")
        half.shutdown(socket.SHUT_WR)
        server.wait_for("^closed .* 4 in, 4 out$")
        rude = connect(port)
        rude.sendall(b"rude")
        server.wait_for("^received 4 bytes")  # it must not wait for who reads its lines
        receive(rude, 4)
        rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        rude.close()
        true(server.wait_for("^closed .* Connection reset by peer$"), "the reset is told")
        equal(rest(half), b"half", "half-open")
        good = stack.enter_context(connect(port))
        before = processor_seconds(server.process.pid)
        for _ in range(200):
            good.sendall(b"good")
            server.wait_for("^received 4 bytes")
            equal(receive(good, 4), b"good", "the others")
        true(processor_seconds(server.process.pid) - before < 1, "it does not spin")


@test("without descriptors it waits, says so once, does not spin, and goes on later")
def _():
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))

    with serving("0", preexec_fn=limit) as (server, port):
        with contextlib.ExitStack() as stack:
            for _ in range(30):
                stack.enter_context(connect(port))
            true(server.wait_for("^not accepting for now: Too many open files$"), "told")
            before = processor_seconds(server.process.pid)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.process.wait(1.5)
            true(processor_seconds(server.process.pid) - before < 0.5, "it does not spin")
        true(server.wait_for("^accepting again$"), "told")
        with connect(port) as client:
            client.sendall(b"x")
            equal(receive(client, 1), b"x", "served")
        paused = [line for line in server.lines if line.startswith("not accepting")]
        equal(len(paused), 1, "how often it says so")


@test("a reader of its output that has left ends it quietly, one that is stuck does not hold Ctrl-C")
def _():
    with serving("0") as (server, port), connect(port) as client:
        server.process.stdout.close()
        client.sendall(b"x")
        equal(server.process.wait(live.LIMIT_SECONDS), 0, "status")
        equal(server.process.stderr.read(), b"", "stderr")
    with serving("0", "--json") as (server, port), connect(port) as client:
        client.sendall(bytes(65536))  # more than a pipe holds, once it is JSON
        until(lambda: unread(server.process.stdout) > 32768, "a full pipe")
        server.process.send_signal(signal.SIGINT)
        equal(server.process.wait(live.LIMIT_SECONDS), 0, "status")


@test("a reader of its output that stops holds up no client, and learns what it missed")
def _():
    with serving("0", "--json") as (server, port), connect(port) as client:
        messages = 300
        for _ in range(messages):
            client.sendall(b"x" * 16384)
            equal(len(receive(client, 16384)), 16384, "echo")
        with connect(port) as other:
            other.sendall(b"y")
            equal(receive(other, 1), b"y", "another client")
        true(resident(server.process.pid) < 64 * MEBIBYTE, "what is kept is bounded")
        lost = server.event("lost")["count"]
        shown = [json.loads(line) for line in server.lines[:-1]]
        true(lost > 100, f"{lost} of {messages}")
        client.sendall(b"z")
        equal(server.event("received")["text"], "z", "what comes later")
        _status, out, _err = server.stop()
    summary = json.loads(out.splitlines()[-1])
    received = sum(one.get("bytes", 0) for one in shown)
    true(received < 2 * MEBIBYTE, f"{received} bytes shown")
    equal(summary["in"], messages * 16384 + 2, "the summary has all")


@test("Ctrl-S on its terminal holds up no client, and Ctrl-Q shows what came meanwhile")
def _():
    terminal, other = pty.openpty()
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, terminal)
        stack.callback(os.close, other)
        process = subprocess.Popen([live.PROGRAM, "serve", "0"], stdin=subprocess.DEVNULL,
                                   stdout=other, stderr=subprocess.PIPE)  # fmt: skip
        stack.callback(process.communicate)
        stack.callback(process.kill)
        port = int(read_until(terminal, rb"listening on tcp \S+:(\d+)\r\n")[1])
        termios.tcflow(other, termios.TCOOFF)
        flags = fcntl.fcntl(other, fcntl.F_GETFL)
        with connect(port) as client:
            for _ in range(20000):
                client.sendall(b"Hello, world")
                equal(receive(client, 12), b"Hello, world", "echo")
            equal(select.select([terminal], [], [], 0)[0], [], "what is shown")
            termios.tcflow(other, termios.TCOON)
            read_until(terminal, rb"received 12 bytes")
            read_until(terminal, rb"\d+ events not shown\r\n")
        equal(fcntl.fcntl(other, fcntl.F_GETFL), flags, "what it shares with the shell")


def read_until(terminal, pattern):
    text = b""
    while not (match := re.search(pattern, text)):
        true(select.select([terminal], [], [], live.LIMIT_SECONDS)[0], f"{pattern} in {text[-200:]}")
        text += os.read(terminal, 65536)
    return match


def unread(pipe):
    count = array.array("i", [0])
    fcntl.ioctl(pipe.fileno(), termios.FIONREAD, count)
    return count[0]


@test("memory is flat over 300,000 messages")
def _():
    with serving("0", "--quiet") as (server, _port):
        port = until(lambda: port_of(server.process.pid), "a listener")
        with connect(port) as client:
            exchange(client, 20_000)
            before = resident(server.process.pid)
            exchange(client, 300_000)
            grown = resident(server.process.pid) - before
        true(grown < 512 * 1024, f"it grew by {grown} bytes")


def exchange(client, count):
    batch = 500
    for _ in range(count // batch):
        client.sendall(bytes(64) * batch)
        receive(client, 64 * batch)


# Wrong wishes.


@test("a port in use names the process that holds it")
def _():
    for kind, words in ((socket.SOCK_STREAM, ()), (socket.SOCK_DGRAM, ("udp",))):
        with socket.socket(socket.AF_INET, kind) as holder:
            holder.bind(("127.0.0.1", 0))
            if kind == socket.SOCK_STREAM:
                holder.listen()
            port = holder.getsockname()[1]
            status, out, err = live.run("serve", *words, str(port))
            equal((status, out), (PARTIAL, b""), "status and output")
            true(
                re.fullmatch(
                    rf"socklens: (tcp|udp) 127.0.0.1:{port} is in use by {os.getpid()}/python3\S*; "
                    "end that, or choose another\n",
                    err.decode(),
                ),
                err,
            )


@test("a server that cannot be opened leaves none of the others")
def _():
    with socket.socket() as holder, tempfile.TemporaryDirectory() as directory:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        status, _out, _err = live.run("serve", "unix", f"{directory}/a", "tcp", port)
        equal(status, PARTIAL, "status")
        equal(os.listdir(directory), [], "files")


@test("wrong words are one clear line")
def _():
    wrong = {
        (): "name a port",
        ("tcp",): "name a port",
        ("70000",): "'70000' is no port",
        ("tcp", "x"): "'x' is no port",
        ("ftp", "21"): "unknown server 'ftp'",
        ("1234", "--reply"): "--reply needs a value",
        ("1234", "--wrong"): "unknown option --wrong",
        ("udp", "1234", "--greet", "x"): "--greet does not fit udp",
        ("--dgram", "tcp", "1234"): "--dgram fits none of these servers",
        ("1234", "--bind", "nowhere"): "'nowhere' is no address",
        ("1234", "--max-clients", "-1"): "'-1' is no number of clients",
        ("1234", "--chargen=fast"): "'fast' is no rate",
        ("1234", "\x1b[2J"): r"'\x1b[2J'",
        ("unix", ""): "name of a UNIX socket is empty",
        ("unix", "x" * 200): "longer than the kernel takes",
    }
    for words, sentence in wrong.items():
        status, out, err = live.run("serve", *words)
        equal(status, USAGE, f"{words}: status")
        equal(out, b"", f"{words}: output")
        true(err.startswith(b"socklens: ") and err.count(b"\n") == 1, f"{words}: {err}")
        true(sentence in err.decode(), f"{words}: {err}")


@test("an address that is not of this machine, and a port that needs root, are said so")
def _():
    status, _out, err = live.run("serve", "1234", "--bind", "192.0.2.1")
    equal(status, PARTIAL, "status")
    true(b"192.0.2.1:1234 is no address of this machine" in err, err)


@test("serve --help fits a screen")
def _():
    status, out, err = live.run("serve", "--help")
    equal((status, err), (0, b""), "status")
    lines = out.decode().splitlines()
    true(len(lines) <= 30 and all(len(line) <= 80 for line in lines), out)


live.main()
