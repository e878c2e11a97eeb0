"""Processes that hold sockets for somebody else to close, and tell what they see of it.

They are no ancestors of the program, so that it does not take their sockets for its session's.
"""

import contextlib
import subprocess
import sys

import live

# Each line is an expression, and the answer its value, or the name of the error.
PROGRAM = """
import errno, os, socket, sys
def told(work):
    try:
        return repr(work())
    except OSError as error:
        return errno.errorcode[error.errno]
for line in sys.stdin:
    if line.startswith("!"):
        exec(line[1:], globals())
        print("done", flush=True)
    else:
        print(told(lambda: eval(line, globals())), flush=True)
"""

COOKIE = "int.from_bytes({}.getsockopt(socket.SOL_SOCKET, 57, 8), sys.byteorder)"


class Victim:
    def __init__(self, process):
        self.process = process
        self.pid = process.pid

    def exchange(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def do(self, *statements):
        for statement in statements:
            live.equal(self.exchange("!" + statement), "done", statement)

    def ask(self, expression):
        return self.exchange(expression)

    def number(self, expression):
        return int(self.ask(expression))

    def cookie(self, name):
        return f"{self.number(COOKIE.format(name)):x}"

    def connects(self, address="127.0.0.1", at=0, client=0):
        """One connection of both ends, `c` and `s`, and its listener `l`; the port."""
        self.do(
            "l = socket.socket()",
            "l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
            f"l.bind(('{address}', {at})); l.listen()",
            "c = socket.socket()",
            "c.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
            f"c.bind(('{address}', {client})); c.connect(l.getsockname())",
            "s = l.accept()[0]",
        )
        return self.number("l.getsockname()[1]")

    def as_session(self):
        """The environment of who came in by ssh through that connection."""
        client, server = (self.ask(f"'%s %d' % {end}.getsockname()").strip("'") for end in "cs")
        return {"SSH_CONNECTION": f"{client} {server}"}

    def is_whole(self):
        """What is sent at one end arrives at the other."""
        return self.ask("(c.send(b'x'), s.recv(1))") == "(1, b'x')"


@contextlib.contextmanager
def victim(*before, **options):
    """A process, and the words that start it if there are any."""
    process = subprocess.Popen(
        [*before, sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, **options,
    )  # fmt: skip
    try:
        yield Victim(process)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
