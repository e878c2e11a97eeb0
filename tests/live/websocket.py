"""A small client of WebSocket (RFC 6455), which can also do what no client should."""

import base64
import hashlib
import os
import socket
import struct

import live

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Refused(Exception):
    """The server answered the handshake with something else than 101."""


def frame(opcode, payload=b"", final=True, masked=True, reserved=0):
    length = len(payload)
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    flag = 0x80 if masked else 0
    if length < 126:
        head += bytes([flag | length])
    elif length < 65536:
        head += struct.pack("!BH", flag | 126, length)
    else:
        head += struct.pack("!BQ", flag | 127, length)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    whole = mask * (length // 4 + 1)
    number = int.from_bytes(payload, "big") ^ int.from_bytes(whole[:length], "big")
    return head + mask + number.to_bytes(length, "big")


class WebSocket:
    def __init__(self, port, headers=(), receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(live.LIMIT_SECONDS)
        self.socket.connect(("127.0.0.1", port))
        self.bytes = b""
        key = base64.b64encode(os.urandom(16))
        lines = [
            b"GET / HTTP/1.1", b"Host: 127.0.0.1:%d" % port, b"Upgrade: websocket",
            b"Connection: Upgrade", b"Sec-WebSocket-Key: " + key, b"Sec-WebSocket-Version: 13",
            *headers,
        ]  # fmt: skip
        self.socket.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
        self.head = self.take_head()
        if not self.head.startswith(b"HTTP/1.1 101 "):
            self.socket.close()
            raise Refused(self.head)
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        live.true(accept in self.head, f"the key is answered: {self.head}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def more(self):
        more = self.socket.recv(65536)
        self.bytes += more
        return more

    def take_head(self):
        while b"\r\n\r\n" not in self.bytes and self.more():
            pass
        head, _, self.bytes = self.bytes.partition(b"\r\n\r\n")
        return head

    def take(self, count):
        parts = [self.bytes]
        length = len(self.bytes)
        while length < count:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError(b"".join(parts))
            parts.append(more)
            length += len(more)
        whole = b"".join(parts)
        self.bytes = whole[count:]
        return whole[:count]

    def send(self, opcode, payload=b"", **options):
        self.socket.sendall(frame(opcode, payload, **options))

    def frame(self):
        """(final, opcode, payload) of the next frame; EOFError at the end."""
        first, second = self.take(2)
        live.true(first & 0x70 == 0 and second < 0x80, "an unmasked frame without extensions")
        length = second
        if length == 126:
            (length,) = struct.unpack("!H", self.take(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self.take(8))
        return bool(first & 0x80), first & 15, self.take(length)

    def message(self):
        """(opcode, payload) of the next message, from all of its frames."""
        final, opcode, payload = self.frame()
        while not final:
            final, again, more = self.frame()
            live.equal(again, CONTINUATION, "opcode of a fragment")
            payload += more
        return opcode, payload

    def closing(self):
        """The status of the close frame that comes next, 1005 if it has none; None if there is no
        such frame before the end."""
        try:
            opcode, payload = self.message()
        except (EOFError, ConnectionResetError):
            return None
        live.equal(opcode, CLOSE, f"opcode of {payload[:40]}")
        return struct.unpack("!H", payload[:2])[0] if len(payload) > 1 else 1005
