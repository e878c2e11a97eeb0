"""The traffic pair for tests: a command while the test goes on, its lines, and what it costs."""

import contextlib
import json
import os
import re
import resource
import select
import signal
import subprocess

import live
import recordings
from live import true


class Running:
    """A started command. Lines come without their end."""

    def __init__(self, process):
        self.process = process
        self.text = b""
        self.lines = []

    def line(self):
        """The next line of its standard output; None at the end."""
        while b"\n" not in self.text:
            output = self.process.stdout.fileno()
            true(select.select([output], [], [], live.LIMIT_SECONDS)[0], "some output")
            more = os.read(output, 65536)
            if not more:
                return None
            self.text += more
        one, self.text = self.text.split(b"\n", 1)
        self.lines.append(one.decode())
        return self.lines[-1]

    def wait_for(self, pattern):
        """Read on until a line matches, and return the match."""
        while (line := self.line()) is not None:
            if match := re.search(pattern, line):
                return match
        raise AssertionError(f"no line is like {pattern!r}: {self.lines}")

    def event(self, kind):
        """Read on until an event of this kind, of a command that writes JSON."""
        while (line := self.line()) is not None:
            if (event := json.loads(line))["event"] == kind:
                return event
        raise AssertionError(f"no event {kind!r}: {self.lines}")

    def stop(self, number=signal.SIGINT):
        """End it with a signal: (status, the rest of its output, its standard error)."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=live.LIMIT_SECONDS)
        return self.process.returncode, (self.text + out).decode(), err.decode()


@contextlib.contextmanager
def running(*words, program=None, **options):
    """The program with these words, until the block ends."""
    process = subprocess.Popen(
        [program or live.PROGRAM, *words], stdin=options.pop("stdin", subprocess.DEVNULL),
        stdout=options.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE,
        env=recordings.CLEAN, bufsize=0, **options,
    )  # fmt: skip
    try:
        yield Running(process)
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def serving(*words, **options):
    """`serve` with these words: (it, the port that it listens on first)."""
    with running("serve", *words, **options) as server:
        if "--json" in words:
            address = server.event("listening")["local"]
        elif "--quiet" in words:
            address = ""
        else:
            address = server.wait_for("^listening on [a-z]+ (.*)")[1]
        end = re.search(r":(\d+)$", address)
        yield server, int(end[1]) if end else None


# What the kernel says of a process.


def port_of(pid):
    """Where it listens first; None: not yet."""
    ports = [row["sport"] for row in live.rows("-l", "-t", "-4", f"pid = {pid}")]
    return ports[0] if ports else None


def resident(pid):
    """Bytes of memory."""
    return int(open(f"/proc/{pid}/statm").read().split()[1]) * resource.getpagesize()


def processor_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
