"""Files by HTTP: what browsers and curl get, and what the server says of it."""

import concurrent.futures
import os
import re
import shutil
import socket
import subprocess
import tempfile

import live
from live import Skip, equal, main, test, true
from traffic import port_of, serving
from web import Reader, connect, get, request, site

PARTIAL = 3
FILES = {
    "a.txt": b"Hello, world\n",
    "index/index.html": b"<h1>index</h1>",
    "plain/b.html": b"<p>",
    "empty": b"",
}


def curl(port, target, *words):
    """(status, standard output) of curl."""
    if not shutil.which("curl"):
        raise Skip("no curl")
    done = subprocess.run(
        ["curl", "-sS", "--noproxy", "*", "-m", "60", "-w", "\n%{http_code}", *words,
         f"http://127.0.0.1:{port}{target}"],
        capture_output=True,
    )  # fmt: skip
    body, _, status = done.stdout.rpartition(b"\n")
    return int(status), body


@test("curl gets a file, and a line says so")
def _():
    with site(files=FILES) as (server, port, _):
        equal(curl(port, "/a.txt"), (200, FILES["a.txt"]), "answer")
        server.wait_for(r"^connected 127\.0\.0\.1:\d+$")
        server.wait_for(r"^GET /a\.txt 200 13 bytes to 127\.0\.0\.1:\d+$")
        line = server.wait_for(r"^closed 127\.0\.0\.1:\d+ after [\d.]+m?s, (\d+) in, (\d+) out$")
        true(int(line[1]) > 40 and int(line[2]) > 100, line.string)
        status, out, err = server.stop()
        equal((status, err), (0, ""), "end")
        counted = re.fullmatch(
            r"1 connection, 1 request, 0 messages, (\d+) bytes in, (\d+) bytes out in [\d.]+m?s\n", out
        )
        equal((counted[1], counted[2]), (line[1], line[2]), "each byte is counted once")


@test("the current directory is served if none is named")
def _():
    with tempfile.TemporaryDirectory() as directory:
        with open(f"{directory}/here", "w") as file:
            file.write("here")
        with serving("http", "0", cwd=directory) as (_server, port):
            equal(get(port, "/here").body, b"here", "body")


@test("a directory that cannot be opened is one line and the end")
def _():
    for name, reason in (("/nowhere", "No such file"), ("/etc/passwd", "Not a directory")):
        status, out, err = live.run("serve", "http", "0", name)
        equal((status, out), (PARTIAL, b""), name)
        true(re.fullmatch(rf"socklens: cannot serve '{name}': {reason}[^\n]*\n", err.decode()), err)


@test("each kind of file has its content type, and nobody is to guess another")
def _():
    types = {
        "a.html": "text/html; charset=utf-8", "a.css": "text/css; charset=utf-8",
        "a.js": "text/javascript; charset=utf-8", "a.json": "application/json",
        "a.TXT": "text/plain; charset=utf-8", "a.png": "image/png", "a.JPG": "image/jpeg",
        "a.svg": "image/svg+xml", "a.pdf": "application/pdf", "a.wasm": "application/wasm",
        "a.tar.gz": "application/gzip", "a": "application/octet-stream",
        ".html": "application/octet-stream", "a.unknown": "application/octet-stream",
    }  # fmt: skip
    with site(files=dict.fromkeys(types, b"x")) as (_server, port, _):
        for name, kind in types.items():
            answer = get(port, f"/{name}")
            equal((answer.status, answer.headers["content-type"]), (200, kind), name)
            equal(answer.headers["x-content-type-options"], "nosniff", name)
            equal(answer.headers["content-length"], "1", name)


@test("HEAD has the headers of GET and no body")
def _():
    with site(files=FILES) as (_server, port, _), connect(port) as one:
        reader = Reader(one)
        for target in ("/a.txt", "/plain/", "/nothing", "/index"):
            one.sendall(request(target))
            whole = reader.answer()
            one.sendall(request(target, method="HEAD"))
            head = reader.answer(has_body=False)
            equal(head.status, whole.status, target)
            for name in ("content-length", "content-type", "location", "last-modified"):
                equal(head.headers.get(name), whole.headers.get(name), f"{name} of {target}")
        equal(reader.bytes, b"", "bodies")


@test("index.html is shown for a directory, and a missing slash is added")
def _():
    with site(files=FILES) as (_server, port, _):
        equal(get(port, "/index/").body, b"<h1>index</h1>", "index")
        for target, location in (
            ("/index", "/index/"), ("//index", "/index/"), ("/plain/../index", "/index/"),
            ("/%69ndex", "/index/"), ("/index?a=b&c=%3Cd", "/index/?a=b&c=%3Cd"),
        ):  # fmt: skip
            answer = get(port, target)
            equal((answer.status, answer.headers["location"]), (301, location), target)
        equal(curl(port, "/index", "-L")[1], b"<h1>index</h1>", "curl follows")


@test("a listing is sorted, escaped for HTML, and each of its links leads to the file")
def _():
    names = [
        b"<script>.txt", b"a&b", b'"quoted"', b"a b", b"a+b", b"a;b", b"100%", b"%41", b"?", b"#",
        b"c:d", b"\xff\xfe", "grün €".encode(), b"\x1b[2J", b"'", b".hidden", b"z",
        b"..dots", b"\\",
    ]  # fmt: skip
    files = dict.fromkeys(names, b"") | {name: name + b"!" for name in names} | {b"dir/x": b"x"}
    with site(files=files) as (_server, port, directory):
        os.mkfifo(f"{directory}/fifo")
        answer = get(port, "/")
        equal((answer.status, answer.headers["content-type"]), (200, "text/html; charset=utf-8"), "")
        true("default-src 'none'" in answer.headers["content-security-policy"], "policy")
        page = answer.body.decode()
        true("<script" not in page and "\x1b" not in page, page)
        rows = re.findall(r'<a href="\./([^"]*)">([^<]*)</a></td><td>(\d*)</td>', page)
        equal(rows[0], ("dir/", "dir/", ""), "directories first")
        equal(len(rows), len(names) + 1, "rows")
        got = []
        for link, _text, size in rows[1:]:
            one = get(port, "/" + link)
            equal((one.status, len(one.body)), (200, int(size)), link)
            got.append(one.body[:-1])
        equal(got, sorted(names), "contents, in order")
        true("&lt;script&gt;.txt" in page and "\\xff\\xfe" in page, page)
        true('href="../"' not in page, "nothing is above")
        true('href="../"' in get(port, "/dir/").body.decode(), "something is above")


@test("names with signs of forms are found as they are typed, too")
def _():
    files = {name: name.encode() for name in ("c++", "x&y", "y;x", "a b", "c+ +&;", "x", "x&&", "&")}
    with site(files=files) as (server, port, _):
        for target, name in (
            ("/c++", "c++"), ("/c%2B%2b", "c++"), ("/x&y", "x&y"), ("/y;x", "y;x"),
            ("/a%20b", "a b"), ("/x", "x"), ("/x&&", "x&&"), ("/&", "&"), ("/c%2B%20%2b%26%3b", "c+ +&;"), ("/y%3Bx?a=b&c", "y;x"),
        ):  # fmt: skip
            answer = get(port, target)
            equal((answer.status, answer.body), (200, name.encode()), target)
        for target in ("/x&", "/x&&&", "/&&", "/x;;;y"):
            equal(get(port, target).status, 404, target)
        server.wait_for(r"^GET /a%20b 200 3 bytes to ")


@test("decoded once, not twice")
def _():
    with site(files={"%61": b"percent", "a": b"letter"}) as (_server, port, _):
        equal(get(port, "/%2561").body, b"percent", "%2561")
        equal(get(port, "/%61").body, b"letter", "%61")


@test("parts of a file")
def _():
    content = bytes(range(256)) * 1000
    size = len(content)
    cases = {
        "bytes=0-0": (0, 1), "bytes=10-19": (10, 20), "bytes=255999-": (255999, size),
        "bytes=-5": (size - 5, size), "bytes=-999999999": (0, size),
        "bytes=100-99999999999999999999999": (100, size), "BYTES=1-2": (1, 3),
    }  # fmt: skip
    with site(files={"a": content, "empty": b""}) as (_server, port, _):
        for header, (first, end) in cases.items():
            answer = get(port, "/a", f"Range: {header}")
            equal(answer.status, 206, header)
            equal(answer.headers["content-range"], f"bytes {first}-{end - 1}/{size}", header)
            equal(answer.body, content[first:end], header)
        for header in (f"bytes={size}-", "bytes=-0", "bytes=99999999999999999999999-"):
            answer = get(port, "/a", f"Range: {header}")
            equal((answer.status, answer.headers["content-range"]), (416, f"bytes */{size}"), header)
        equal(get(port, "/empty", "Range: bytes=0-").status, 416, "of an empty file")
        for header in ("bytes=0-1,3-4", "bytes=5-4", "bytes=", "bytes=-", "lines=1-2", "bytes=a-b"):
            answer = get(port, "/a", f"Range: {header}")
            equal((answer.status, answer.body == content), (200, True), header)
        equal(curl(port, "/a", "-r", "1000-1999"), (206, content[1000:2000]), "curl")


@test("what has not changed is not sent again, a part only of the same file")
def _():
    with site(files=FILES) as (_server, port, directory):
        os.utime(f"{directory}/a.txt", (784111777, 784111777))
        date = "Sun, 06 Nov 1994 08:49:37 GMT"
        equal(get(port, "/a.txt").headers["last-modified"], date, "date")
        same = get(port, "/a.txt", f"If-Modified-Since: {date}")
        equal((same.status, same.body), (304, b""), "unchanged")
        for since in ("Sun, 06 Nov 1994 08:49:36 GMT", "yesterday", "Sun, 99 Nov 1994 08:49:37 GMT"):
            equal(get(port, "/a.txt", f"If-Modified-Since: {since}").status, 200, since)
        part = ("Range: bytes=0-4",)
        equal(get(port, "/a.txt", *part, f"If-Range: {date}").status, 206, "the same")
        older = "If-Range: Sun, 06 Nov 1994 08:49:36 GMT"
        equal(get(port, "/a.txt", *part, older).status, 200, "another")


@test("a connection serves many requests, also those that were sent ahead")
def _():
    with site(files=FILES) as (server, port, _):
        with connect(port) as one:
            reader = Reader(one)
            for _ in range(1000):
                one.sendall(request("/a.txt"))
                equal(reader.answer().body, FILES["a.txt"], "body")
            one.sendall(request("/a.txt") * 20 + request("/none") + request("/empty"))
            for _ in range(20):
                equal(reader.answer().body, FILES["a.txt"], "body")
            equal((reader.answer().status, reader.answer().status), (404, 200), "the last")
            one.sendall(request("/a.txt", "Connection: close") + request("/none"))
            equal(reader.answer().status, 200, "status")
            true(reader.is_over(), "closed as it was wished")
        equal(get(port, "/a.txt", version="HTTP/1.0", host=False).status, 200, "HTTP/1.0")
        count = [line for line in server.stop()[1].splitlines() if line.startswith("GET ")]
        equal(len(count), 1024, "lines")


@test("an offer of HTTP/2 is answered as HTTP/1.1, and the connection goes on")
def _():
    offer = ("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings",
             "HTTP2-Settings: AAMAAABkAAQAAP__")  # fmt: skip
    large = os.urandom(1 << 20)
    with site(files={"a": b"aaa", "large": large}) as (server, port, _):
        with connect(port) as one:
            reader = Reader(one)
            for target, body in {"/large": large, "/a": b"aaa"}.items():
                one.sendall(request(target, *offer))
                answer = reader.answer()
                equal((answer.status, answer.body == body), (200, True), target)
        server.wait_for(r"^closed 127\.0\.0\.1:\d+ after .*, \d{3} in, \d{7} out$")
    with serving("ws", "0") as (_server, port):
        equal(get(port, "/", *offer).status, 200, "the page")


@test("100 clients at once, and a large file")
def _():
    content = os.urandom(5 << 20)
    with site("--quiet", files=FILES | {"big": content}) as (server, _port, _):
        port = live.until(lambda: port_of(server.process.pid), "a listener")
        ones = [connect(port) for _ in range(200)]
        for one in ones:
            one.sendall(request("/a.txt"))
        for one in ones:
            equal(Reader(one).answer().body, FILES["a.txt"], "body")
            one.close()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            bodies = list(pool.map(lambda _: get(port, "/big").body, range(16)))
        true(all(body == content for body in bodies), "each is whole")


@test("a client that has finished sending gets its answer")
def _():
    with site(files={"big": os.urandom(3 << 20)}) as (_server, port, directory):
        with connect(port) as one:
            one.sendall(request("/big"))
            one.shutdown(socket.SHUT_WR)
            body = Reader(one).answer().body
        with open(f"{directory}/big", "rb") as file:
            true(body == file.read(), f"whole: {len(body)} bytes")


@test("--once serves one connection, --max-clients turns the next one away")
def _():
    with site("--once", files=FILES) as (server, port, _):
        with connect(port) as one:
            one.sendall(request("/a.txt") * 2)
            reader = Reader(one)
            equal((reader.answer().status, reader.answer().status), (200, 200), "answers")
        equal(server.process.wait(live.LIMIT_SECONDS), 0, "status")
    with site("--max-clients", "1", files=FILES) as (server, port, _), connect(port) as one:
        one.sendall(request("/a.txt"))
        equal(Reader(one).answer().status, 200, "the first")
        with connect(port) as second:
            equal(second.recv(1), b"", "the second")
        server.wait_for("^turned away ")


@test("as JSON, each request is one object")
def _():
    with site("--json", files=FILES) as (server, port, _):
        get(port, "/a.txt?q=1")
        event = server.event("request")
        equal((event["request"], event["status"], event["out"]), ("GET /a.txt?q=1", 200, 13), "event")


main()
