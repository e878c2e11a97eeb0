"""A client against servers that others wrote, as a course does, and against rude ones."""

import contextlib
import hashlib
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading

import live
import recordings
from live import equal, test, true, until
from traffic import port_of, processor_seconds, resident, running, serving

USAGE, PARTIAL = 2, 3
MEBIBYTE = 1 << 20
RESET = struct.pack("=ii", 1, 0)
KINDS = {(): socket.SOCK_STREAM, ("--dgram",): socket.SOCK_DGRAM,
         ("--seqpacket",): socket.SOCK_SEQPACKET}  # fmt: skip


def connect(*words, given=b""):
    """Run `connect` with `given` as its standard input: (status, stdout, stderr)."""
    done = subprocess.run(
        [live.PROGRAM, "connect", *map(str, words)], input=given, capture_output=True,
        env=recordings.CLEAN, timeout=live.LIMIT_SECONDS,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr.decode()


def answered(answer, *words, **options):
    """It has this answer, and nothing to complain about."""
    equal(connect(*words, **options), (0, answer, ""), f"connect {words}")


@contextlib.contextmanager
def course(script):
    """A server as a Python script of its own, which prints its port first."""
    process = subprocess.Popen([sys.executable, "-u", "-c", script], stdout=subprocess.PIPE)
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def server(serve, host="127.0.0.1", kind=socket.SOCK_STREAM):
    """A thread that does serve(connection) for one client: the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as listener:
        listener.settimeout(live.LIMIT_SECONDS)
        listener.bind((host, 0))
        listener.listen()

        def work():
            with contextlib.suppress(OSError):
                one, _peer = listener.accept()
                with one:
                    one.settimeout(live.LIMIT_SECONDS)
                    serve(one)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(live.LIMIT_SECONDS)
        true(not thread.is_alive(), "the server has ended")


def rest(one):
    parts = []
    while more := one.recv(65536):
        parts.append(more)
    return b"".join(parts)


def reset(one):
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    one.close()


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


# What a course does.

WELCOME = """
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(5)
print(s.getsockname()[1])
while True:
    conn, addr = s.accept()
    conn.send(b"Welcome to the server")
    while True:
        data = conn.recv(1024)
        if not data:
            break
    conn.close()
"""

ECHO = """
import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    s.listen()
    print(s.getsockname()[1])
    while True:
        conn, addr = s.accept()
        with conn:
            while True:
                data = conn.recv(1024)
                if not data:
                    break
                conn.sendall(data)
"""

ONCE = """
import socket, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(5)
print(s.getsockname()[1])
kept = []
while True:
    conn, addr = s.accept()
    kept.append(conn)
    message = conn.recv(1024)
    conn.send(b"Welcome to the server")
"""

TO_THE_END = """
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(5)
print(s.getsockname()[1])
while True:
    conn, addr = s.accept()
    message = b""
    while data := conn.recv(1024):
        message += data
    conn.sendall(message.upper())
    conn.close()
"""

# One whose client is gone, it thinks, when that has finished sending.
DROPPING = """
import select, socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(5)
print(s.getsockname()[1])
while True:
    conn, addr = s.accept()
    message = conn.recv(1024)
    gone = select.select([conn], [], [], 0.1)[0]
    if not gone:
        conn.sendall(b"Welcome to the server")
    conn.close()
"""

DATAGRAM = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])
while True:
    data, addr = s.recvfrom(1024)
    s.sendto(b"Message received: " + data, addr)
"""


@test("a message gets its answer from every kind of server that a course writes, and ends")
def _():
    answers = {
        WELCOME: b"Welcome to the server",
        ECHO: b"Hello, world",
        ONCE: b"Welcome to the server",
        TO_THE_END: b"HELLO, WORLD",
        DROPPING: b"Welcome to the server",
    }
    for script, answer in answers.items():
        with course(script) as port:
            answered(answer, f"127.0.0.1:{port}", "-m", "Hello, world")


@test("standard input goes out to its end, and the answer comes back")
def _():
    answers = {WELCOME: b"Welcome to the server", ECHO: b"one\ntwo", TO_THE_END: b"ONE\nTWO"}
    for script, answer in answers.items():
        with course(script) as port:
            answered(answer, port, given=b"one\ntwo")
    with course(ONCE) as port:
        answered(b"Welcome to the server", port, "--wait", "1", given=b"x")
    with serving("daytime", "0") as (_server, port):
        status, out, err = connect(port, "-m", "")
        equal((status, err), (0, ""), "daytime")
        true(re.search(rb" 20\d\d .*\r\n$", out), out)


@test("a datagram gets its answer, and each line of standard input is one")
def _():
    with course(DATAGRAM) as port:
        answered(b"Message received: Hi", "udp", f"127.0.0.1:{port}", "-m", "Hi")
        answered(b"Message received: \n", "udp", f"127.0.0.1:{port}", "--wait", "1", given=b"\n")
        lines = b"Message received: a\nMessage received: b\n"
        answered(lines, "udp", "127.0.0.1", port, "--wait", "1", given=b"a\nb")


@test("PORT is this machine, and finds who listens on one of its two addresses only")
def _():
    for host in ("127.0.0.1", "::1"):
        with server(lambda one: one.sendall(rest(one)), host) as port:
            answered(b"x", port, "-m", "x")
        with socket.socket(
            socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM
        ) as one:
            one.settimeout(live.LIMIT_SECONDS)
            one.bind((host, 0))
            thread = threading.Thread(target=lambda one=one: one.sendto(*one.recvfrom(100)))
            thread.start()
            answered(b"y", "udp", one.getsockname()[1], "-m", "y")
            thread.join()


@test("all ways to write a target are understood")
def _():
    with serving("tcp", "80", "--bind", "any"):
        forms = ("80", "tcp 80", "tcp localhost:80", "localhost 80", "localhost:http", ":80",
                 "127.0.0.1 http", "[::1]:80", "::1 80", "[::1%lo]:80", "127.1:80")  # fmt: skip
        for form in forms:
            answered(b"x", *form.split(), given=b"x")


@test("UNIX sockets of the three kinds are reached by path and by abstract name")
def _():
    with tempfile.TemporaryDirectory() as directory:
        for option in KINDS:
            for place in (f"{directory}/here{len(os.listdir(directory))}", "@socklens-test"):
                with serving("unix", place, *option):
                    answered(b"Hi", "unix", place, *option, "-m", "Hi")
                    lines = b"Hi\nHo" + (b"\n" if option else b"")
                    answered(lines, "unix", place, *option, "--wait", "1", given=b"Hi\nHo")


# Programs of others.


@contextlib.contextmanager
def program(*words, given=b"", ready=None):
    """Somebody else's program, once ready() is true."""
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        process.stdin.write(given)
        process.stdin.flush()
        until(ready, f"{words} listens")
        yield process
    finally:
        process.kill()
        process.communicate()


def listens(*expression):
    return lambda: live.rows("-l", *expression)


def output_of(process):
    return process.communicate(timeout=live.LIMIT_SECONDS)[0]


def read_exactly(pipe, length):
    data = b""
    while len(data) < length:
        ready = select.select([pipe], [], [], live.LIMIT_SECONDS)[0]
        more = os.read(pipe.fileno(), length - len(data)) if ready else b""
        true(more, f"only {data!r} came")
        data += more
    return data


@test("nc listens: TCP, UDP and UNIX")
def _():
    port = free_port()
    words = ("nc", "-l", "127.0.0.1", str(port))
    with program(*words, given=b"Welcome\n", ready=listens("-t", f"sport = {port}")) as nc:
        answered(b"Welcome\n", port, "-m", "Hello")
        equal(output_of(nc), b"Hello", "what nc had")
    words = ("nc", "-u", "-l", "127.0.0.1", str(port))
    with program(*words, given=b"Welcome\n", ready=listens("-u", f"sport = {port}")) as nc:
        answered(b"Welcome\n", "udp", port, "-m", "Hello")
        equal(read_exactly(nc.stdout, 5), b"Hello", "what nc had")
        nc.terminate()
        equal(output_of(nc), b"", "and no more")
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/here"
        with program("nc", "-l", "-U", path, given=b"Hi\n", ready=listens("-x", f"src = {path}")):
            answered(b"Hi\n", "unix", path, "-m", "Hello")


@test("socat listens: TCP, UDP and the three kinds of UNIX")
def _():
    port = free_port()
    with program("socat", f"TCP-LISTEN:{port},bind=127.0.0.1", "EXEC:rev",
                 ready=listens("-t", f"sport = {port}")):  # fmt: skip
        answered(b"olleH\n", port, "-m", "Hello\n")
    with program("socat", f"UDP-RECVFROM:{port},bind=127.0.0.1", "EXEC:cat",
                 ready=listens("-u", f"sport = {port}")):  # fmt: skip
        answered(b"Hello", "udp", port, "-m", "Hello")
    kinds = {(): "UNIX-LISTEN:", ("--dgram",): "UNIX-RECVFROM:",
             ("--seqpacket",): "UNIX-LISTEN:"}  # fmt: skip
    with tempfile.TemporaryDirectory() as directory:
        for option, listen in kinds.items():
            path = f"{directory}/{listen[:8]}{len(option)}{option}"
            kind = ",type=5" if "--seqpacket" in option else ""
            with program("socat", f"{listen}{path}{kind}", "EXEC:cat",
                         ready=lambda path=path: os.path.exists(path)):  # fmt: skip
                answered(b"Hello", "unix", path, *option, "-m", "Hello")


# Both directions, a lot of it, and ends.


@test("large data goes there and back whole, from a file, a pipe and to a file")
def _():
    data = os.urandom(8 * MEBIBYTE)
    with serving("0", "--quiet") as (one, _port), tempfile.TemporaryDirectory() as directory:
        port = until(lambda: port_of(one.process.pid), "a listener")
        status, out, err = connect(port, given=data)
        equal((status, err), (0, ""), "by pipes")
        equal(digest(out), digest(data), "by pipes")
        open(f"{directory}/in", "wb").write(data)
        with open(f"{directory}/in", "rb") as source, open(f"{directory}/out", "wb") as target:
            with running("connect", str(port), stdin=source, stdout=target) as client:
                equal(client.process.wait(live.LIMIT_SECONDS), 0, "status")
        equal(digest(open(f"{directory}/out", "rb").read()), digest(data), "by files")


def digest(data):
    return hashlib.sha256(data).hexdigest()


@test("while nobody takes the answer, what is sent goes on, and nothing spins")
def _():
    total = 4 * MEBIBYTE
    had = []

    def flood_and_take(one):
        sender = threading.Thread(target=one.sendall, args=(bytes(total),))
        sender.start()
        had.append(len(rest(one)))
        sender.join()

    with server(flood_and_take) as port:
        with running("connect", str(port), stdin=subprocess.PIPE) as client:
            client.process.stdin.write(bytes(total))
            client.process.stdin.close()
            client.process.stdin = None
            until(lambda: had, "all was sent while no answer was taken")
            before = processor_seconds(client.process.pid)
            with contextlib.suppress(subprocess.TimeoutExpired):
                client.process.wait(0.5)
            true(processor_seconds(client.process.pid) - before < 0.2, "it does not spin")
            equal(len(client.process.stdout.read()), total, "the answer")
            equal(client.process.wait(live.LIMIT_SECONDS), 0, "status")
    equal(had, [total], "what the server had")


@test("a server that never reads holds up neither its answer nor Ctrl-C")
def _():
    over = threading.Event()

    def talk_only(one):
        one.sendall(b"I do not listen\n")
        over.wait(live.LIMIT_SECONDS)

    with server(talk_only) as port, open("/dev/zero", "rb") as zeros:
        with running("connect", str(port), stdin=zeros) as client:
            equal(client.line(), "I do not listen", "answer")
            until(lambda: stuck(port), "a full socket")
            before = processor_seconds(client.process.pid)
            with contextlib.suppress(subprocess.TimeoutExpired):
                client.process.wait(0.5)
            true(processor_seconds(client.process.pid) - before < 0.2, "it does not spin")
            equal(client.stop()[::2], (0, ""), "status and complaints")
        over.set()


def stuck(port):
    """The client's queue is full and has been for two looks."""
    looks = [[row["sendq"] for row in live.rows("-t", f"dport = {port}")] for _ in range(2)]
    return looks[0] == looks[1] and looks[0] and looks[0][0] > 100_000


@test("a server that has ended ends it, but what standard input still has is sent")
def _():
    had = []

    def finish_and_take(one):
        one.shutdown(socket.SHUT_WR)
        had.append(len(rest(one)))

    with server(finish_and_take) as port:
        equal(connect(port, given=bytes(MEBIBYTE)), (0, b"", ""), "connect")
    equal(had, [MEBIBYTE], "what the server had")
    with server(lambda one: one.sendall(b"bye")) as port:
        with running("connect", str(port), stdin=subprocess.PIPE) as client:
            equal(client.process.wait(live.LIMIT_SECONDS), 0, "with input that stays open")
            equal(client.process.stdout.read(), b"bye", "answer")


@test("a reader of its output that has left ends it quietly")
def _():
    def flood(one):
        with contextlib.suppress(ConnectionError):
            while True:
                one.sendall(bytes(65536))

    for words in ((), ("-m", "x")):
        with server(flood) as port, running("connect", str(port), *words) as client:
            true(client.process.stdout.read(1), "some output")
            client.process.stdout.close()
            equal(client.process.wait(live.LIMIT_SECONDS), 0, "status")
            equal(client.process.stderr.read(), b"", "stderr")


@test("a flood of 100 MB passes in flat memory")
def _():
    total = 100 * MEBIBYTE

    def flood(one):
        for _ in range(100):
            one.sendall(bytes(MEBIBYTE))

    with server(flood) as port, running("connect", str(port)) as client:
        count, peak = 0, 0
        while more := client.process.stdout.read(MEBIBYTE):
            count += len(more)
            peak = max(peak, resident(client.process.pid))
        equal(client.process.wait(live.LIMIT_SECONDS), 0, "status")
    equal(count, total, "bytes")
    limit = 100 if live.SANITIZED else 16
    true(0 < peak < limit * MEBIBYTE, f"it took {peak} bytes")


@test("a standard descriptor that is closed never becomes the socket")
def _():
    had = []

    def talk(one):
        one.sendall(b"echo?")
        had.append(rest(one))

    for closed, status in {"<&-": 0, ">&-": PARTIAL, "2>&-": 0, "<&- >&- 2>&-": PARTIAL}.items():
        with server(talk) as port:
            words = ["sh", "-c", f'exec "$0" connect {port} -m x {closed}', live.PROGRAM]
            done = subprocess.run(words, env=recordings.CLEAN, capture_output=True,
                                  stdin=subprocess.DEVNULL, timeout=live.LIMIT_SECONDS)  # fmt: skip
        equal(done.returncode, status, closed)
    equal(had, [b"x"] * 4, "what the server had")


# On a terminal.


@contextlib.contextmanager
def terminal(*words):
    """`connect` with a terminal: (it, where to type and to read)."""
    ours, theirs = os.openpty()
    with running(*words, stdin=theirs, stdout=theirs, start_new_session=True) as client:
        os.close(theirs)
        with open(ours, "r+b", buffering=0) as screen:
            yield client, screen


def read_all(screen):
    text = b""
    with contextlib.suppress(OSError):  # EIO is the end
        while more := screen.read(65536):
            text += more
    return text


@test("on a terminal nothing that a server sends is a command, and the line is ended")
def _():
    def attack(one):
        one.recv(100)
        one.sendall(b"\x1b]0;owned\x07\xe2\x80\xae\x9b2J h\xc3\xa9\ttab\r\nend\xe2")

    with server(attack) as port, terminal("connect", str(port), "-m", "x") as (client, screen):
        equal(
            read_all(screen),
            b"\\x1b]0;owned\\x07\\xe2\\x80\\xae\\x9b2J h\xc3\xa9\ttab\r\r\nend\\xe2\r\n",
            "screen",
        )
        equal(client.process.wait(live.LIMIT_SECONDS), 0, "status")
    with course(ECHO) as port:
        answered(b"\x1b\x07\xff", port, given=b"\x1b\x07\xff")


@test("who types is answered line by line, Ctrl-D ends, and so does the server")
def _():
    with serving("0") as (_server, port):
        with terminal("connect", str(port)) as (client, screen):
            screen.write(b"Hello\n")
            shown = b""
            while shown.count(b"Hello\r\n") < 2:  # what was typed, and the answer
                shown += screen.read(100)
            screen.write(b"\x04")
            equal(client.process.wait(live.LIMIT_SECONDS), 0, "status")
    with server(lambda one: one.recv(100)) as port:
        with terminal("connect", str(port)) as (client, screen):
            screen.write(b"x\n")
            equal(client.process.wait(live.LIMIT_SECONDS), 0, "status")


@test("a load goes to the one of several addresses that answers")
def _():
    for kind, script in (("tcp", ECHO), ("udp", DATAGRAM)):
        with course(script) as port:
            status, out, err = connect(kind, port, "-n", "3", "-m", "x", "--json")
            equal((status, err), (0, ""), kind)
            summary = live.parse(out)
            equal((summary["messages"], summary["failed"]), (3, 0), kind)
    port = free_port()
    status, out, err = connect(port, "-n", "3")
    equal((status, out), (PARTIAL, b""), "nobody")
    sentence = "refused the connection: nobody listens there"
    equal(err, f"socklens: [::1]:{port} and 127.0.0.1:{port} {sentence}\n", "nobody")


@test("a load that finds its address makes no more connections and messages than it counts")
def _():
    with serving("0", "--once") as (one, port):
        status, out, _err = connect(port, "-n", "1", "--json")
        equal((status, one.process.wait(live.LIMIT_SECONDS)), (0, 0), "serve --once")
        equal(live.parse(out)["connections"], 1, "one")
    for words in (("-n", "3"), ("-n", "3", "--churn"), ("-n", "3", "--size", "0"),
                  ("-n", "3", "--hold", "--for", "300ms"), ("--stream", "--size", "0", "--for", "300ms")):  # fmt: skip
        equal(*seen_and_counted("tcp", *words), words)
    for words in (("-n", "3"), ("-n", "3", "-m", "x"), ("-n", "3", "--size", "0"),
                  ("-n", "3", "--hold", "--for", "300ms")):
        equal(*seen_and_counted("udp", *words), words)


def seen_and_counted(kind, *words):
    """What a server has seen of a load by a bare port, and what the load counts."""
    with serving(kind, "0", "--json") as (one, port):
        status, out, err = connect(kind, port, *words, "--json")
        equal((status, err), (0, ""), words)
        one.process.send_signal(signal.SIGINT)
        seen = one.event("summary")
    summary = live.parse(out)
    if kind == "tcp":
        return seen["connections"], summary["connections"]
    return (seen["messages"], seen["in"]), (summary["messages"], summary["bytes_out"])


# What goes wrong, in words.


@test("nobody listens: TCP, UDP and UNIX say so")
def _():
    port, udp = free_port(), free_port(socket.SOCK_DGRAM)
    refused = "refused the connection: nobody listens there"
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/left"
        with socket.socket(socket.AF_UNIX) as old:
            old.bind(path)
        open(f"{directory}/file", "w").close()
        with serving("unix", f"{directory}/dgram", "--dgram"):
            cases = {
                (f"127.0.0.1:{port}",): f"127.0.0.1:{port} {refused}",
                (port,): f"[::1]:{port} and 127.0.0.1:{port} {refused}",
                ("udp", f"127.0.0.1:{udp}", "-m", "x"): f"nobody listens on udp 127.0.0.1:{udp}",
                ("udp", udp, "-m", "x"): f"nobody listens on udp [::1]:{udp}; "
                f"nobody listens on udp 127.0.0.1:{udp}",
                ("unix", path): f"{path} {refused}",
                ("unix", f"{directory}/none"): f"there is no UNIX socket {directory}/none",
                ("unix", f"{directory}/file/x"): f"there is no UNIX socket {directory}/file/x: "
                "part of its path is no directory",
                ("unix", f"{directory}/file"): f"{directory}/file {refused}",
                ("unix", f"{directory}/dgram"): f"{directory}/dgram is a socket of another kind; "
                "try --dgram, --seqpacket or neither",
                ("unix", "@none", "--dgram", "-m", "x"): f"@none {refused}",
            }
            for words, sentence in cases.items():
                equal(connect(*words), (PARTIAL, b"", f"socklens: {sentence}\n"), str(words))


@contextlib.contextmanager
def full(host):
    """A listener that lets nobody in any more: the kernel drops what knocks."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family))
        listener.bind((host, 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _ in range(4):
            one = stack.enter_context(socket.socket(family))
            one.setblocking(False)
            one.connect_ex((host, port))
        until(lambda: live.rows("-t", "-l", f"sport = {port} and recvq > 0"), "a full queue")
        yield port


@test("who does not answer is waited for as long as --timeout says")
def _():
    with full("127.0.0.1") as port:
        status, out, err = connect(f"127.0.0.1:{port}", "--timeout", "0.3")
        equal((status, out), (PARTIAL, b""), "status")
        equal(err, f"socklens: 127.0.0.1:{port} does not answer in time; --timeout gives it more\n")
    with server(rest) as port:
        words = (f"127.0.0.1:{port}", "-m", "x", "--timeout", "0.3")
        with running("connect", *words) as client:
            equal(client.process.wait(live.LIMIT_SECONDS), 0, "a server that closes is no error")
    with serving("0", "--discard") as (_server, port), contextlib.ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = silent.getsockname()[1]
        sentence = f"socklens: no answer from 127.0.0.1:{port} within 0.3s\n"
        equal(connect(f"127.0.0.1:{port}", *words[1:]), (PARTIAL, b"", sentence), "silence")
    with serving("udp", "0", "--discard") as (_server, port):
        for given, more in ((b"", ("-m", "x")), (b"a\nb\n", ())):
            words = ("udp", f"127.0.0.1:{port}", "--timeout", "0.3", *more)
            sentence = f"socklens: no answer from 127.0.0.1:{port} within 0.3s\n"
            equal(connect(*words, given=given), (PARTIAL, b"", sentence), "datagrams")


@test("a UNIX server whose queue is full is waited for, and then said to be busy")
def _():
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind("\0socklens-test")
        listener.listen(0)
        first = stack.enter_context(socket.socket(socket.AF_UNIX))
        first.connect("\0socklens-test")
        status, _out, err = connect("unix", "@socklens-test", "--timeout", "0.3")
        equal((status, err), (PARTIAL, "socklens: @socklens-test is busy: its queue of "
                              "connections is full\n"), "busy")  # fmt: skip
        with running("connect", "unix", "@socklens-test", "-m", "x") as client:
            one, _ = listener.accept()
            one.close()
            second, _ = listener.accept()
            equal(second.recv(10), b"x", "message")
            second.close()
            equal(client.process.wait(live.LIMIT_SECONDS), 0, "status")


@test("a reset in the middle is told, with what came before it")
def _():
    def break_off(one):
        one.recv(100)
        one.sendall(b"12345")
        reset(one)

    for words, given in ((("-m", "x"), b""), ((), b"x")):
        with server(break_off) as port:
            status, out, err = connect(f"127.0.0.1:{port}", *words, given=given)
            equal((status, out), (PARTIAL, b"12345"), "status and output")
            equal(err, f"socklens: 127.0.0.1:{port} reset the connection after 5 bytes\n")


@test("a server that closes before it took everything is told")
def _():
    def take_little(one):
        one.recv(100)
        reset(one)

    with server(take_little) as port, open("/dev/zero", "rb") as zeros:
        with running("connect", f"127.0.0.1:{port}", stdin=zeros) as client:
            equal(client.process.wait(live.LIMIT_SECONDS), PARTIAL, "status")
            err = client.process.stderr.read().decode()
    true(re.fullmatch(rf"socklens: 127.0.0.1:{port} (reset|closed) the connection .*\n", err), err)


@contextlib.contextmanager
def setting(name, value):
    """Another value of net.ipv4.`name` in this network namespace."""
    path = f"/proc/sys/net/ipv4/{name}"
    usual = open(path).read()
    try:
        open(path, "w").write(value)
    except OSError as error:
        raise live.Skip(f"{name} cannot be set") from error
    try:
        yield
    finally:
        open(path, "w").write(usual)


@test("a server that ends while it still has to take a part of the message is told")
def _():
    with setting("tcp_wmem", "4096 4096 4096"), socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with running("connect", f"127.0.0.1:{port}", "-m", "x" * 130_000) as client:
            one, _peer = listener.accept()
            until(lambda: unsent(port), "a message that does not fit")
            one.shutdown(socket.SHUT_WR)
            equal(client.process.wait(live.LIMIT_SECONDS), PARTIAL, "status")
            err = client.process.stderr.read().decode()
            one.close()
    sent = re.fullmatch(rf"socklens: 127.0.0.1:{port} closed the connection before it took "
                        r"everything; (\d+) bytes were sent\n", err)  # fmt: skip
    true(sent and int(sent[1]) < 130_000, err)


def unsent(port):
    """Less than the message is in the two queues, and it does not get more."""
    looks = [sum(row["sendq"] + row["recvq"] for row in live.rows("-t", f"state = established "
             f"and port = {port}")) for _ in range(2)]  # fmt: skip
    return looks[0] == looks[1] and 0 < looks[0] < 130_000


@test("a port that nobody listens on does not answer itself")
def _():
    with setting("ip_local_port_range", "40000 40000"):
        status, out, err = connect("127.0.0.1:40000", given=b"Is there anybody?")
        equal((status, out), (PARTIAL, b""), "status and output")
        equal(err, "socklens: 127.0.0.1:40000 refused the connection: nobody listens there\n")
        status, out, _err = connect("127.0.0.1:40000", "-n", "1")
        equal(status, PARTIAL, f"a load: {out}")
        true(b"connecting: refused 1 (ECONNREFUSED)" in out, out)


@test("a server that closes at once is an answer without anything")
def _():
    with server(lambda one: None) as port:
        equal(connect(f"127.0.0.1:{port}", "--wait", "0"), (0, b"", ""), "stdin")


@test("an answer that is too long to show whole is said so, not cut")
def _():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.bind("\0socklens-test")
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)

        def answer():
            one.sendto(bytes(300_000), one.recvfrom(100)[1])

        thread = threading.Thread(target=answer)
        thread.start()
        status, out, err = connect("unix", "@socklens-test", "--dgram", "-m", "Hello")
        thread.join()
        equal((status, out), (PARTIAL, b""), "status and output")
        equal(err, "socklens: an answer of 300000 bytes is too long to show whole\n", "why")


@test("--reset ends with a reset, and says nothing before it")
def _():
    for words, given in ((("-m", "Hello"), b""), (("--wait", "1"), b"Hello")):
        ends = []

        def note(one, ends=ends):
            one.sendall(one.recv(100))
            try:
                ends.append(one.recv(100))
            except OSError as error:
                ends.append(type(error))

        with server(note) as port:
            answered(b"Hello", port, "--reset", *words, given=given)
        equal(ends, [ConnectionResetError], "how it ended")


@test("messages too long for a datagram, and hosts that do not exist, are said so")
def _():
    with serving("udp", "0") as (_server, port):
        status, _out, err = connect("udp", f"127.0.0.1:{port}", given=bytes(70_000))
        equal(status, PARTIAL, "status")
        true(re.fullmatch(r"socklens: .*: the message is too long for a datagram\n", err), err)
        status, _out, err = connect("udp", f"127.0.0.1:{port}", given=b"x\n" + bytes(70_000))
        equal(status, PARTIAL, "status")
        true("a message of 70000 bytes is too long for 127.0.0.1" in err, err)
        status, _out, err = connect("udp", f"127.0.0.1:{port}", given=bytes(300_000))
        equal((status, err), (PARTIAL, "socklens: a line is longer than any datagram\n"), "line")
    status, out, err = connect("no-such-host.invalid:1234")
    equal((status, out), (PARTIAL, b""), "status")
    reasons = "no such host|the name servers do not answer|no answer in time"
    true(re.fullmatch(rf"socklens: no-such-host.invalid: ({reasons})\n", err), err)
    for host, sentence in {
        "a\x1b[2Jb": r"a\x1b[2Jb: no such host",
        "localhost:no-such-port": "'no-such-port' is no port; use a number from 1 to 65535, or "
        "a name of services(5)",
    }.items():
        words = (host,) if "port" in host else (host, "1234")
        equal(connect(*words), (PARTIAL, b"", f"socklens: {sentence}\n"), host)


@contextlib.contextmanager
def opened(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        yield fd
    finally:
        os.close(fd)


@test("standard input that cannot be read is said so")
def _():
    with server(rest) as port, opened("/") as root:
        with running("connect", str(port), stdin=root) as client:
            equal(client.process.wait(live.LIMIT_SECONDS), PARTIAL, "status")
            equal(client.process.stderr.read(),
                  b"socklens: cannot read standard input: Is a directory\n", "stderr")  # fmt: skip


@test("wrong words are one clear line")
def _():
    wrong = {
        (): "name a host and a port",
        ("localhost",): "'localhost' has no port; use HOST:PORT",
        ("::1",): "IPv6 has brackets",
        ("/run/x",): "write unix in front of it",
        ("1234", "-m"): "-m needs a value",
        ("1234", "--wrong"): "unknown option --wrong",
        ("1234", "--json"): "--json fits only a load",
        ("localhost:\x1b[2J",): r"\x1b[2J",
        ("1234", "--churn", "--hold"): "--churn and --hold exclude each other",
    }
    for words, sentence in wrong.items():
        status, out, err = connect(*words)
        equal((status, out), (USAGE, b""), f"{words}: {err}")
        true(err.startswith("socklens: ") and err.count("\n") == 1, f"{words}: {err}")
        true(sentence in err, f"{words}: {err}")
    equal(connect("unix", "")[::2], (USAGE, "socklens: unix: the name of a UNIX socket is "
                                     "empty\n"), "empty name")  # fmt: skip


# Names with several addresses.


@contextlib.contextmanager
def named(hosts, *words):
    """`connect` on a machine whose /etc/hosts is this."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(hosts)
        file.flush()
        script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'
        with running("-m", "sh", "-c", script, "sh", file.name, live.PROGRAM, "connect", *words,
                     program="unshare") as client:  # fmt: skip
            yield client


def outcome(client):
    """(status, stdout, stderr)"""
    out, err = client.process.communicate(timeout=live.LIMIT_SECONDS)
    return client.process.returncode, out, err.decode()


@test("without IPv6 it does not put the blame on ports")
def _():
    words = ("-n", live.PROGRAM, "connect", "[::1]:9", "-m", "x")
    with running(*words, program="unshare") as client:  # the loopback of a new namespace is down
        status, out, err = outcome(client)
        equal((status, out), (PARTIAL, b""), err)
        true("no local address" in err and "IPv6 may be off" in err, err)


@test("an address that answers nothing does not hold up the next, and is given up then")
def _():
    over = threading.Event()
    with full("::1") as port, socket.create_server(("127.0.0.2", port)) as listener:
        listener.settimeout(live.LIMIT_SECONDS)
        hosts = "::1 both\n127.0.0.2 both\n"
        with named(hosts, f"both:{port}", "-m", "x", "--timeout", "100") as client:
            one, _peer = listener.accept()
            equal(one.recv(100), b"x", "message")
            waiting = live.rows("-t", f"state = syn-sent and dport = {port} and pid = "
                                f"{client.process.pid}")  # fmt: skip
            equal(waiting, [], "the attempt that lost")
            one.sendall(b"yes")
            one.close()
            equal(outcome(client), (0, b"yes", ""), "outcome")
        over.set()


@test("IPv6 is tried first, and an address that refuses is passed over at once")
def _():
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as six:
        port = six.getsockname()[1]
        with socket.create_server(("127.0.0.2", port)) as four:
            hosts = "127.0.0.3 many\n127.0.0.2 many\n::1 many\n"
            with named(hosts, f"many:{port}", "-m", "x") as client:
                six.settimeout(live.LIMIT_SECONDS)
                six.accept()[0].close()
                outcome(client)
            six.close()
            with named(hosts, f"many:{port}", "-m", "x") as client:
                four.settimeout(live.LIMIT_SECONDS)
                four.accept()[0].close()
                outcome(client)


@test("if none of several addresses connects, each has its reason")
def _():
    with full("127.0.0.1") as port:
        hosts = "".join(f"{one} many\n" for one in ("127.0.0.1", "127.0.0.2", "127.0.0.3"))
        with named(hosts, f"many:{port}", "--timeout", "1.5") as client:
            status, out, err = outcome(client)
    equal((status, out), (PARTIAL, b""), "status")
    reasons = err.removeprefix("socklens: ").rstrip("\n").split("; 127")
    equal(len(reasons), 3, err)
    true(f".0.0.1:{port} does not answer in time; --timeout gives it more" in err, err)
    for host in ("127.0.0.2", "127.0.0.3"):
        true(f"{host}:{port} refused the connection: nobody listens there" in err, err)


@test("Ctrl-C ends an attempt to connect, which is no success")
def _():
    sentence = "socklens: interrupted before it was connected\n"
    with full("127.0.0.1") as port, running("connect", f"127.0.0.1:{port}") as client:
        until(lambda: live.rows("-t", f"state = syn-sent and pid = {client.process.pid}"), "an attempt")
        equal(client.stop(signal.SIGINT), (PARTIAL, "", sentence), "one connection")
    with full("127.0.0.1") as port, running("connect", str(port), "-n", "3") as client:
        until(lambda: live.rows("-t", f"state = syn-sent and pid = {client.process.pid}"), "an attempt")
        equal(client.stop(signal.SIGINT), (PARTIAL, "", sentence), "a load")


live.main()
