"""Running the program with a recording, and taking its answers apart."""

import contextlib
import json
import os
import re
import subprocess
import tempfile

import live
from live import equal, true

HEADER_SIZE = 24
CLEAN = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}


@contextlib.contextmanager
def new_file():
    """The path of a file that does not exist yet, in a folder that everyone may enter."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield os.path.join(folder, "recording")


def piped(words, given, program=live.PROGRAM):
    """(status, stdout, stderr) of the program with these bytes in a pipe as its standard input."""
    done = subprocess.run(
        [program, *words], input=given, capture_output=True, env=CLEAN,
        timeout=live.LIMIT_SECONDS, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def same_again(*words, record=(), replay=(), **options):
    """Record with these words and replay with them: (status, stdout), the same both times."""
    with new_file() as path:
        first = live.run("list", "--record", path, *words, *record, **options)
        again = live.run("list", "--replay", path, *words, *replay, **options)
    equal(again, first, f"status, output and notes of {words}")
    return first[:2]


def documents(text):
    """The JSON documents that follow each other in the text."""
    decoder = json.JSONDecoder(
        object_pairs_hook=live.no_duplicates, parse_constant=live.no_constant
    )
    rest = text.decode("utf-8")
    found = []
    while rest:
        one, end = decoder.raw_decode(rest)
        equal(rest[end : end + 1], "\n", "the end of a document")
        found.append(one)
        rest = rest[end + 1 :]
    return found


def one_line(err):
    true(err.startswith(b"socklens: ") and err.count(b"\n") == 1, f"one line in {err!r}")
    true(err.endswith(b"\n"), f"whole line in {err!r}")


def byte_in(err):
    """The byte at which, as the one line says, a recording stops making sense."""
    one_line(err)
    found = re.search(rb"byte (\d+)", err)
    true(found, f"a byte in {err!r}")
    return int(found[1])


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def size(path):
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def replayed(path, *words):
    """The documents of a recording that need not be whole: (status, documents, stderr)."""
    status, out, err = live.run("list", "-j", "--replay", path, *words)
    return status, documents(out), err
