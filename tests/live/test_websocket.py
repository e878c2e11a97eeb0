"""WebSocket: messages there and back, the end, and clients that break the rules."""

import base64
import hashlib
import os
import re
import socket
import struct
import urllib.request

import websocket
from live import equal, main, test, true, until
from traffic import port_of, resident, serving
from web import get
from websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Refused, WebSocket

MEBIBYTE = 1 << 20


def name(client):
    return "%s:%d" % client.socket.getsockname()


def refusal(port, *headers):
    try:
        WebSocket(port, headers)
    except Refused as answer:
        return answer.args[0].split(b"\r\n")[0].decode().partition(" ")[2]
    raise AssertionError("it was let in")


@test("text and binary messages of all lengths come back as they were")
def _():
    with serving("ws", "0") as (server, port), WebSocket(port) as client:
        for length in (0, 1, 125, 126, 127, 4095, 4096, 4097, 65535, 65536, 300_000, MEBIBYTE):
            for opcode, payload in (
                (TEXT, ("añ€😀" * length).encode()[: length - length % 10]),
                (BINARY, os.urandom(length)),
            ):
                client.send(opcode, payload)
                equal(client.message(), (opcode, payload), f"{length} bytes")
        true(server.wait_for(rf"^received 0 bytes \"\" from {name(client)}$"), "line")


@test("what a learner sees: who connects, what arrives, how it ended")
def _():
    with serving("ws", "0") as (server, port):
        with WebSocket(port) as client:
            peer = re.escape(name(client))
            client.send(TEXT, b"Hello, world")
            equal(client.message(), (TEXT, b"Hello, world"), "echo")
            client.send(CLOSE, struct.pack("!H", 1000))
            equal(client.closing(), 1000, "status")
            equal(client.more(), b"", "end of stream")
        server.wait_for(rf"^connected {peer}$")
        server.wait_for(rf'^received 12 bytes "Hello, world" from {peer}$')
        server.wait_for(rf"^closed {peer} after [\d.]+m?s, \d+ in, \d+ out$")
        status, out, err = server.stop()
        equal((status, err), (0, ""), "end")
        true(re.match(r"1 connection, 1 message, \d+ bytes in, \d+ bytes out in ", out), out)


@test("the bytes of a connection are those that its socket carried")
def _():
    with serving("ws", "0", "--json") as (server, port):
        with WebSocket(port) as client:
            client.send(BINARY, bytes(1000))
            client.message()
            client.send(CLOSE)
            client.closing()
            client.more()
            info = client.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        (received,), (sent,) = (struct.unpack_from("=Q", info, at) for at in (128, 200))
        closed = server.event("closed")
        equal(closed["in"], sent, "in")
        equal(closed["out"], received - 1, "out; the kernel counts the end of stream")


@test("a message in fragments is one message, and a ping in between is answered at once")
def _():
    with serving("ws", "0", "--json") as (server, port), WebSocket(port) as client:
        client.send(TEXT, "grü".encode()[:3], final=False)
        client.send(PING, b"are you there?")
        equal(client.message(), (PONG, b"are you there?"), "pong")
        client.send(CONTINUATION, "grü".encode()[3:], final=False)
        client.send(CONTINUATION, b"", final=False)
        client.send(CONTINUATION, b"n")
        equal(client.message(), (TEXT, "grün".encode()), "echo")
        equal(server.event("received")["text"], "grün", "event")


@test("a frame that comes byte by byte is whole in the end")
def _():
    with serving("ws", "0") as (_server, port), WebSocket(port) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in websocket.frame(TEXT, b"x" * 200):
            client.socket.sendall(bytes([byte]))
        equal(client.message(), (TEXT, b"x" * 200), "echo")


@test("many messages in one write come back one by one, in order")
def _():
    with serving("ws", "0", "--quiet") as (server, _port):
        port = until(lambda: port_of(server.process.pid), "a listener")
        with WebSocket(port) as client:
            messages = [b"message %d" % number for number in range(2000)]
            client.socket.sendall(b"".join(websocket.frame(TEXT, one) for one in messages))
            for message in messages:
                equal(client.message(), (TEXT, message), "echo")


@test("--greet speaks first, --reply answers, --discard is silent")
def _():
    words = ("ws", "0", "--greet", "Welcome", "--reply", "Grüße")
    with serving(*words) as (_server, port), WebSocket(port) as client:
        equal(client.message(), (TEXT, b"Welcome"), "greeting")
        for message in (b"one", b"two" * 10_000):
            client.send(BINARY, message)
            equal(client.message(), (TEXT, "Grüße".encode()), "reply")
    with serving("ws", "0", "--discard") as (_server, port), WebSocket(port) as client:
        client.send(BINARY, bytes(3 * MEBIBYTE))
        client.send(PING, b"done")
        equal(client.message(), (PONG, b"done"), "the only answer")


@test("a reply that is no UTF-8 is sent as binary, as text must be valid")
def _():
    with serving("ws", "0", "--reply", b"\xff") as (_server, port), WebSocket(port) as client:
        client.send(TEXT, b"x")
        equal(client.message(), (BINARY, b"\xff"), "reply")


@test("a message of more than 1 MiB ends the connection with 1009")
def _():
    with serving("ws", "0") as (_server, port):
        for send in (
            lambda client: client.send(BINARY, bytes(MEBIBYTE + 1)),
            lambda client: [
                client.send(BINARY if part == 0 else CONTINUATION, bytes(MEBIBYTE // 4), final=False)
                for part in range(5)
            ],
        ):
            with WebSocket(port) as client:
                try:
                    send(client)
                except (BrokenPipeError, ConnectionResetError):
                    pass
                true(client.closing() in (1009, None), "it is told, if it still listens")
        with WebSocket(port) as client:
            client.send(TEXT, b"still there")
            equal(client.message(), (TEXT, b"still there"), "echo")


@test("a client that does not read is not read from either, and its memory is bounded")
def _():
    with serving("ws", "0", "--quiet") as (server, _port):
        port = until(lambda: port_of(server.process.pid), "a listener")
        with WebSocket(port, receive_buffer=4096) as stuck, WebSocket(port) as other:
            other.send(TEXT, b"x")
            other.message()
            before = resident(server.process.pid)
            stuck.socket.setblocking(False)
            message = websocket.frame(BINARY, bytes(100_000))
            sent = 0
            for _ in range(2000):
                try:
                    sent += stuck.socket.send(message[sent % len(message) :])
                except BlockingIOError:
                    break
            true(sent < 100 * MEBIBYTE, "it takes no end of it")
            other.send(TEXT, b"y")
            equal(other.message(), (TEXT, b"y"), "others are served")
            grown = resident(server.process.pid) - before
            true(grown < 8 * MEBIBYTE, f"it grew by {grown} bytes")


@test("whoever breaks the rules is closed, and the server lives")
def _():
    broken = {
        "text that is no UTF-8": websocket.frame(TEXT, b"\xff\xfe"),
        "a reserved opcode": websocket.frame(3, b"x"),
        "a reserved control opcode": websocket.frame(11, b"x"),
        "a reserved bit": websocket.frame(TEXT, b"x", reserved=4),
        "a ping in fragments": websocket.frame(PING, b"x", final=False),
        "a ping that is too long": websocket.frame(PING, bytes(126)),
        "a continuation of nothing": websocket.frame(CONTINUATION, b"x"),
        "a new message within another": websocket.frame(TEXT, b"x", final=False)
        + websocket.frame(TEXT, b"y"),
        "a length without end": b"\x82\xff" + b"\xff" * 12 + bytes(100),
        "a close of one byte": websocket.frame(CLOSE, b"x"),
    }
    with serving("ws", "0") as (_server, port):
        for what, bytes_ in broken.items():
            with WebSocket(port) as client:
                client.socket.settimeout(10)
                client.socket.sendall(bytes_)
                status = client.closing()
                true(status in (None, 1002, 1005, 1007, 1009), f"{what}: {status}")
        with WebSocket(port) as client:
            client.send(TEXT, b"still there")
            equal(client.message(), (TEXT, b"still there"), "echo")


@test("a client that resets in the middle of a message is told, and nobody else notices")
def _():
    with serving("ws", "0") as (server, port), WebSocket(port) as other:
        with WebSocket(port) as client:
            peer = re.escape(name(client))
            client.socket.sendall(websocket.frame(BINARY, bytes(1000))[:500])
            client.socket.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0)
            )
        server.wait_for(rf"^closed {peer} .*: Connection reset by peer$")
        other.send(TEXT, b"x")
        equal(other.message(), (TEXT, b"x"), "echo")


@test("pages of other origins are refused, the own one and no origin at all are let in")
def _():
    with serving("ws", "0") as (_server, port):
        for origin in ("http://evil.example", "null", f"http://127.0.0.1:{port}.evil", "file://"):
            equal(refusal(port, f"Origin: {origin}".encode()), "403 Forbidden", origin)
        with WebSocket(port, [f"Origin: http://127.0.0.1:{port}".encode()]) as client:
            client.send(TEXT, b"x")
            equal(client.message(), (TEXT, b"x"), "echo")


@test("a WebSocket is refused by a server of files")
def _():
    with serving("http", "0", "--json") as (server, port):
        equal(refusal(port), "400 Bad Request", "answer")
        closed = server.event("closed")
        true(closed["in"] > 100 and closed["out"] > 100, f"bytes: {closed}")


@test("a handshake that cannot succeed is answered with an error")
def _():
    upgrade = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
    with serving("ws", "0") as (_server, port):
        equal(get(port, "/", *upgrade).status, 400, "no key")
        equal(refusal(port, b"Sec-WebSocket-Protocol: chat, v1"), "400 Bad Request", "protocol")


@test("the page allows its own script only, by its hash")
def _():
    with serving("ws", "0") as (server, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            page = answer.read()
            policy = answer.headers["content-security-policy"]
        (script,) = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
        true(f"script-src 'sha256-{digest}'" in policy, f"{digest} is in {policy}")
        true(b"src=" not in page and b"href=" not in page, "it loads nothing")
        server.wait_for(r"^GET / 200 \d+ bytes to ")
        request = urllib.request.Request(f"http://127.0.0.1:{port}/other")
        try:
            urllib.request.urlopen(request)
            raise AssertionError("there is another page")
        except urllib.error.HTTPError as error:
            equal(error.code, 404, "status")


@test("--once ends with its client, --max-clients turns the next one away")
def _():
    with serving("ws", "0", "--once") as (server, port):
        with WebSocket(port) as client:
            client.send(TEXT, b"x")
            client.message()
        equal(server.process.wait(120), 0, "status")
    with serving("ws", "0", "--max-clients", "1") as (server, port):
        with WebSocket(port) as client:
            with socket.create_connection(("127.0.0.1", port)) as second:
                equal(second.recv(1), b"", "the second")
            server.wait_for("^turned away ")
            client.send(TEXT, b"x")
            equal(client.message(), (TEXT, b"x"), "the first")
        server.wait_for("^closed ")
        until(lambda: let_in(port), "room again")


def let_in(port):
    try:
        WebSocket(port).socket.close()
    except (Refused, ConnectionResetError):
        return False
    return True


@test("Ctrl-C ends open WebSockets and counts what they carried")
def _():
    with serving("ws", "0") as (server, port), WebSocket(port) as client:
        client.send(TEXT, b"x")
        client.message()
        server.wait_for("^received ")
        status, out, err = server.stop()
        equal((status, err), (0, ""), "status and stderr")
        counted = re.fullmatch(
            r"1 connection, 1 message, (\d+) bytes in, (\d+) bytes out in [\d.]+m?s\n", out
        )
        true(counted and int(counted[1]) > 100 and int(counted[2]) > 100, out)


main()
