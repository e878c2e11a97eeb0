"""HTTP clients that mean no good: a clean error or an end, and all others are served."""

import contextlib
import os
import re
import socket
import struct
import time

import live
from live import equal, main, test, true, until
from traffic import processor_seconds, resident
from web import Reader, ask, connect, get, request, site

HOST = "Host: x\r\n"
GET_A = f"GET /a HTTP/1.1\r\n{HOST}"
SMUGGLED = f"GET /b HTTP/1.1\r\n{HOST}\r\n"
RESET = struct.pack("=ii", 1, 0)
FILES = {"a": b"aaa", "b": b"bbb", "dir/c": b"ccc"}


@contextlib.contextmanager
def serving_still(**options):
    """A server that must serve others as ever in the end."""
    with site(files=FILES, **options) as (server, port, directory):
        yield server, port, directory
        equal(get(port, "/a").body, b"aaa", "afterwards")
        status, _out, err = server.stop()
        equal((status, err), (0, ""), "the end")


def answers(port, text):
    """All answers until the connection ends, which it must."""
    with connect(port) as one:
        one.settimeout(60)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            one.sendall(text.encode("latin-1") if isinstance(text, str) else text)
        reader = Reader(one)
        found = []
        while answer := reader.answer():
            found.append(answer)
        return found


@test("what could be understood in two ways is refused, and the connection ends")
def _():
    shapes = {
        "length and chunks": f"{GET_A}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        "chunks and length": f"{GET_A}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
        "chunks": f"{GET_A}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "strange chunks": f"{GET_A}Transfer-Encoding: xchunked\r\n\r\n",
        "two lengths": f"{GET_A}Content-Length: 0\r\nContent-Length: 30\r\n\r\n",
        "a list of lengths": f"{GET_A}Content-Length: 0, 30\r\n\r\n",
        "a negative length": f"{GET_A}Content-Length: -1\r\n\r\n",
        "a length with a sign": f"{GET_A}Content-Length: +0\r\n\r\n",
        "a length in hex": f"{GET_A}Content-Length: 0x0\r\n\r\n",
        "content of GET": f"{GET_A}Content-Length: 5\r\n\r\nhello",
        "content of HEAD": f"HEAD /a HTTP/1.1\r\n{HOST}Content-Length: 5\r\n\r\nhello",
        "content of POST": f"POST /a HTTP/1.1\r\n{HOST}Content-Length: 5\r\n\r\nhello",
        "a space before the colon": f"{GET_A}Content-Length : 5\r\n\r\nhello",
        "a tab before the colon": f"{GET_A}Transfer-Encoding\t: chunked\r\n\r\n",
        "two hosts": f"{GET_A}{HOST}\r\n",
        "no host": "GET /a HTTP/1.1\r\n\r\n",
        "a second request line": f"{GET_A}POST /b HTTP/1.1\r\n\r\n",
        "headers of HTTP/2": f"{GET_A}:path: /b\r\n\r\n",
        "an upgrade to HTTP/2 with content": f"{GET_A}Upgrade: h2c\r\nContent-Length: 5\r\n\r\nhello",
        "an unknown upgrade": f"{GET_A}Upgrade: x\r\nConnection: Upgrade\r\n\r\n",
        "a line end in the target": f"GET /a%0d%0aX:y HTTP/1.1\r\n{HOST}\r\n",
    }
    with serving_still() as (_server, port, _):
        for what, text in shapes.items():
            found = answers(port, text + SMUGGLED)
            true(len(found) <= 1, f"{what}: {[one.status for one in found]}")
            true(all(400 <= one.status < 506 for one in found), f"{what}: {found}")
            true(all(b"bbb" not in one.body for one in found), what)


@test("what the library reads in its own way never shows another file than the one named")
def _():
    # libwebsockets 4.1.6 takes a folded line, or one without a colon, for part of a name, and a
    # bare CR or LF for the end of a line. What comes behind may be answered, but only as it says.
    shapes = {
        "a folded line": f"{GET_A}X: a\r\n b\r\nContent-Length: 5\r\n\r\nhello",
        "a line without a colon": f"{GET_A}nonsense\r\nContent-Length: 5\r\n\r\nhello",
        "a bare LF": f"{GET_A}X: a\nContent-Length: 5\r\n\r\nhello",
        "a bare CR": f"{GET_A}X: a\rContent-Length: 5\r\n\r\nhello",
    }
    with serving_still() as (_server, port, _):
        for what, text in shapes.items():
            found = answers(port, text + "\r\n\r\n")
            true([one.status for one in found][1:] in ([], [403]), f"{what}: {found}")


@test("other versions, targets and protocols are a clean error")
def _():
    lines = {
        "GET /a HTTP/2.0": (505,), "GET /a HTTP/1.7": (505,), "GET /a HTTP/0.9": (505,),
        "GET /a JUNK": (505,), "GET /a /b HTTP/1.1": (505,), "GET /a": (400,),
        "GET http://x/a HTTP/1.1": (403,), "OPTIONS * HTTP/1.1": (403, 405),
        "GET * HTTP/1.1": (403,), "GET a HTTP/1.1": (403,), "BREW /a HTTP/1.1": (403,),
        " GET /a HTTP/1.1": (403,), "PRI * HTTP/2.0": (403,), "GET /%zz HTTP/1.1": (403,),
        "GET /a% HTTP/1.1": (403,), "PUT /a HTTP/1.1": (405,), "DELETE /a HTTP/1.1": (405,),
        "OPTIONS /a HTTP/1.1": (405,), "PATCH /a HTTP/1.1": (405,), "POST /a HTTP/1.1": (405,),
        "CONNECT /a HTTP/1.1": (405,), "CONNECT x:1 HTTP/1.1": (405,),
    }  # fmt: skip
    with serving_still() as (_server, port, _):
        for line, statuses in lines.items():
            found = answers(port, f"{line}\r\n{HOST}\r\n{SMUGGLED}")
            equal(len(found), 1, f"answers to {line}")
            true(found[0].status in statuses, f"{line}: {found[0].status}")
            if found[0].status == 405:
                equal(found[0].headers["allow"], "GET, HEAD", line)
        tls = bytes.fromhex("16030100a5010000a10303") + bytes(160)
        true(len(answers(port, tls)) <= 1, "TLS")
        true(len(answers(port, os.urandom(5000) + b"\r\n\r\n")) <= 1, "noise")


@test("nothing outside of the directory can be reached")
def _():
    with serving_still() as (_server, port, directory):
        secret = directory + ".secret"
        with open(secret, "wb") as file:
            file.write(b"secret")
        try:
            name = os.path.basename(secret)
            os.symlink(secret, f"{directory}/out")
            os.symlink("/", f"{directory}/root")
            os.symlink(f"../{name}", f"{directory}/relative")
            os.symlink("..", f"{directory}/up")
            os.symlink("self", f"{directory}/self")
            os.symlink("/proc/self/root", f"{directory}/magic")
            os.symlink("a", f"{directory}/inside")
            os.symlink("../a", f"{directory}/dir/inside")
            os.mkfifo(f"{directory}/fifo")
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(f"{directory}/socket")
            for target in targets(name, secret):
                answer = get(port, target)
                status = answer and answer.status
                true(status in (None, 400, 403, 404), f"{target}: {status}")
                true(answer is None or b"secret" not in answer.body, target)
            for target in ("/inside", "/dir/inside", "/dir/../a", "/dir/%2e%2e/a", "/./a", "//a"):
                equal(get(port, target).body, b"aaa", target)
        finally:
            os.unlink(secret)


def targets(name, secret):
    for up in ("..", "%2e%2e", ".%2e", "%2E.", "....//..", "..%2f", "..%5c", "..\\", "%252e%252e",
               "..;", "..%00", "%c0%ae%c0%ae", "..%c0%af"):  # fmt: skip
        for depth in (1, 2, 8):
            climb = "/".join([up] * depth)
            yield f"/{climb}/{name}"
            yield f"/dir/{climb}/{climb}/{name}"
            yield f"/x&{climb}/{name}"
            yield f"/{climb}/etc/passwd"
    for link in ("out", "relative", "self", "magic", "fifo", "socket", f"root{secret}",
                 f"magic{secret}", f"up/{name}", f"out/../{name}"):  # fmt: skip
        yield f"/{link}"
    yield f"/{secret}"
    yield f"/{secret.replace('/', '%2f')}"
    yield f"/a/../../{name}"
    yield f"/a%00/../{name}"
    yield f"/none?/../{name}"


@test("devices are a clean error")
def _():
    live.need_root()
    with serving_still() as (_server, port, directory):
        os.mknod(f"{directory}/tty", 0o600 | 0x2000, os.makedev(5, 0))
        os.mknod(f"{directory}/zero", 0o600 | 0x2000, os.makedev(1, 5))
        for target in ("/tty", "/zero"):
            equal(get(port, target).status, 403, target)


@test("headers without end are an end")
def _():
    with serving_still() as (server, port, _):
        for text in (
            GET_A + "X: " + "a" * 1_000_000 + "\r\n\r\n",
            GET_A + "".join(f"X-{number}: y\r\n" for number in range(100_000)) + "\r\n",
            GET_A + "Accept: y\r\n" * 100_000 + "\r\n",
            "GET /" + "a" * 1_000_000 + f" HTTP/1.1\r\n{HOST}\r\n",
            "GET /" + "&" * 100_000 + f" HTTP/1.1\r\n{HOST}\r\n",
            "GET /a?" + "&" * 100_000 + f" HTTP/1.1\r\n{HOST}\r\n",
            "A" * 1_000_000,
        ):
            found = answers(port, text)
            true(all(one.status >= 400 for one in found) and len(found) <= 1, text[:20])
        equal(get(port, "/" + "a" * 5000).status, 414, "a long name")
        equal(get(port, "/dir?" + "\xff" * 8000).status, 414, "too long to be sent elsewhere")
        true(resident(server.process.pid) < 200 << 20, "memory")


@test("clients that are slow or silent are closed in time, and stall nobody")
def _():
    with serving_still() as (server, port, _):
        began = time.monotonic()
        silent = [connect(port) for _ in range(200)]
        halves = [connect(port) for _ in range(200)]
        kept = connect(port)
        kept.sendall(request("/a"))
        equal(Reader(kept).answer().body, b"aaa", "body")
        for one in halves:
            one.sendall(GET_A.encode())
        drip = connect(port)
        ended = False
        while not ended and time.monotonic() - began < live.LIMIT_SECONDS:
            try:
                drip.sendall(b"GET /" if drip_is_new(drip) else b"a")
            except (BrokenPipeError, ConnectionResetError):
                ended = True
            equal(get(port, "/a").body, b"aaa", "others")
            time.sleep(0.5)
        true(ended, "the one that sends a byte now and then")
        for one in [*silent, *halves, kept]:
            with contextlib.suppress(ConnectionResetError):
                equal(one.recv(1000), b"", "the others")
            one.close()
        true(processor_seconds(server.process.pid) < 5, "without spinning")


def drip_is_new(one):
    """Nothing has been sent on it yet."""
    info = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    return struct.unpack_from("=Q", info, 200)[0] == 0


@test("clients that reset or vanish in the middle of all sorts of things")
def _():
    with serving_still() as (server, port, directory):
        with open(f"{directory}/big", "wb") as file:
            file.truncate(50 << 20)
        for text in ("", "G", "GET /a", GET_A, SMUGGLED, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n"):
            for reset in (True, False):
                one = connect(port)
                one.sendall(text.encode())
                if text.startswith("GET /big"):
                    one.recv(1000)
                if reset:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                peer = "%s:%d" % one.getsockname()
                one.close()
                server.wait_for(rf"^closed {re.escape(peer)} ")
        big = [line for line in server.lines if line.startswith("GET /big")]
        equal(len(big), 2, "lines about what was cut")
        true(all(int(line.split()[3]) < 50 << 20 for line in big), big)


@test("a client that never reads a large file costs little, and others are served")
def _():
    with serving_still() as (server, port, directory):
        with open(f"{directory}/big", "wb") as file:
            file.truncate(1 << 30)
        get(port, "/a")
        before = resident(server.process.pid)
        stuck = [connect(port) for _ in range(50)]
        for one in stuck:
            one.sendall(request("/big"))
        equal(get(port, "/a").body, b"aaa", "others")
        until(lambda: all(one.recv(1, socket.MSG_PEEK) for one in stuck), "answers")
        grown = resident(server.process.pid) - before
        true(grown < 50 * 400_000, f"it grew by {grown} bytes")
        for one in stuck:
            one.close()


@test("a file that shrinks or vanishes while it is sent is cut, never made up")
def _():
    with serving_still() as (_server, port, directory):
        with open(f"{directory}/big", "wb") as file:
            file.write(b"x" * (64 << 20))
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            one.settimeout(live.LIMIT_SECONDS)
            one.connect(("127.0.0.1", port))
            one.sendall(request("/big"))
            one.recv(1000)
            os.truncate(f"{directory}/big", 1000)
            total = 0
            while more := one.recv(1 << 20):
                true(more.strip(b"x") == b"" or total == 0, "nothing else than its content")
                total += len(more)
            true(total < 64 << 20, f"{total} bytes")


@test("targets are shown on one line, as harmless text")
def _():
    with serving_still() as (server, port, _):
        ask(port, b"GET /\x1b[2J\xff%1b%07%e2%80%ae?\x1b]0;x\x07 HTTP/1.1\r\nHost: x\r\n\r\n")
        line = server.wait_for("^GET /").string
        true(line.isascii() and line.isprintable(), line)


main()
