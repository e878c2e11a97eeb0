"""Raw requests for the tests of HTTP, so that nothing between corrects them."""

import contextlib
import os
import socket
import tempfile

import live
from traffic import serving


def connect(port):
    return socket.create_connection(("127.0.0.1", port), live.LIMIT_SECONDS)


def request(target, *headers, method="GET", host=True, version="HTTP/1.1"):
    lines = [f"{method} {target} {version}", *(["Host: x"] if host else []), *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


class Answer:
    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split(" ")[1])
        self.headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])
        }
        self.body = body


class Reader:
    """Answers from one connection, one by one."""

    def __init__(self, one):
        self.socket = one
        self.bytes = b""

    def more(self):
        try:
            more = self.socket.recv(65536)
        except ConnectionResetError:
            more = b""
        self.bytes += more
        return more

    def answer(self, has_body=True):
        """None if the connection ends before there is one."""
        while b"\r\n\r\n" not in self.bytes:
            if not self.more():
                return None
        head, _, self.bytes = self.bytes.partition(b"\r\n\r\n")
        answer = Answer(head, b"")
        length = int(answer.headers.get("content-length", 0)) if has_body else 0
        while len(self.bytes) < length and self.more():
            pass
        answer.body, self.bytes = self.bytes[:length], self.bytes[length:]
        return answer

    def is_over(self):
        """Nothing but the end comes any more."""
        return not self.bytes and not self.more()


def ask(port, data, has_body=True):
    """The first answer to these bytes; None if there was none."""
    with connect(port) as one:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            one.sendall(data)
        return Reader(one).answer(has_body)


def get(port, target, *headers, **options):
    method = options.get("method", "GET")
    return ask(port, request(target, *headers, **options), method != "HEAD")


@contextlib.contextmanager
def site(*words, files=None, **options):
    """A server of a directory with these files: (it, its port, the directory)."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        for name, content in (files or {}).items():
            path = os.path.join(os.fsencode(directory), os.fsencode(name))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
        with serving("http", "0", directory, *words, **options) as (server, port):
            yield server, port, directory
