"""Random patterns choose the UNIX sockets that ss chooses.

FILTER_SEED and FILTER_EXPRESSIONS are as in test_filter_ss.py; here it is a quarter of the number.
"""

import contextlib
import os
import random
import re
import socket
import subprocess

import families
import live
import mixture
from live import equal, test, true

SEED = int(os.environ.get("FILTER_SEED") or random.SystemRandom().randrange(1 << 32))
EXPRESSIONS = int(os.environ.get("FILTER_EXPRESSIONS") or 200)
NAMES = "/door.1 /door.2 /ab/c/d /a.b.c @abstract @abs/tract @x1 @x2".split()


def ask(words):
    """Inodes in ss, and here."""
    theirs = subprocess.run(["ss", "-xanHO", *words], capture_output=True, text=True)
    true(not theirs.stderr, f"{words}: {theirs.stderr}")
    status, out, err = live.run("list", "-x", "-H", "--columns", "inode", *words)
    true(status in (0, 1) and not err, f"{words}: {err.decode()}")
    lines = theirs.stdout.splitlines()
    return {re.search(r"(\d+) +\S+ +\d+ *$", line)[1] for line in lines}, set(out.decode().split())


@contextlib.contextmanager
def staged():
    def work(tell):
        live.unshare(live.CLONE_NEWNET)
        with families.folder() as path:
            kept = [socket.socketpair(socket.AF_UNIX, kind) for kind in (1, 2, 5)]
            os.makedirs("ab/c")
            for name in NAMES:
                full = b"\0" + name[1:].encode() if name[0] == "@" else path + name.encode()
                kept += [families.door(full), families.client(full)]
            kept.append(families.door(b"relative"))
            kept += [families.bound(b"", kind) for kind in (1, 2)]  # named by the kernel
            tell("ready")
            return kept

    with live.child(work) as (pid, _), mixture.inside(pid):
        yield


def write_plain(chance):
    """ss cannot compare with the other end, of which the kernel tells no name."""
    name = chance.choice(NAMES)
    name = "*" + name if name[0] != "@" else name
    for _ in range(chance.randrange(4)):
        first, last = sorted(chance.choices(range(len(name) + 1), k=2))
        name = name[:first] + chance.choice(("*", "?" * (last - first))) + name[last:]
    return "src unix:" + chance.choice((name, name, name, "*", "@*", "*.?", f"*{name}*"))


def write_rare(chance):
    plain = write_plain(chance).removeprefix("src unix:")
    kinds = ("*[a-d]*", "*/[!a]*", "@x[12]", "*[.-]?", plain.upper(), plain)
    return "src unix:" + chance.choice(kinds)


def write(chance, write_leaf, depth=2):
    if depth == 0 or chance.randrange(4) == 0:
        return write_leaf(chance)
    if chance.randrange(4) == 0:
        return "not " + write(chance, write_leaf, depth - 1)
    both = (write(chance, write_leaf, depth - 1) for _ in range(2))
    return f"( {chance.choice((' and ', ' or ', ' ')).join(both)} )"


def compare(write_leaf):
    print(f"# FILTER_SEED={SEED} FILTER_EXPRESSIONS={EXPRESSIONS}")
    chance = random.Random(SEED)
    with staged():
        texts = [write(chance, write_leaf) for _ in range((EXPRESSIONS + 3) // 4)]
        asked = [(text, *ask(text.split())) for text in texts]
        _, everything = ask([])
    wrong = [
        f"{text}: only ss {sorted(theirs - got)}, only here {sorted(got - theirs)}"
        for text, theirs, got in asked
        if got != theirs
    ]
    true(not wrong, "\n".join([f"{len(wrong)} of {len(asked)}, seed {SEED}", *wrong[:10]]))
    telling = sum(bool(got) and got != everything for _, _, got in asked)
    true(telling >= len(asked) / 3, f"only {telling} of {len(asked)} choose some, but not all")


@test("random patterns choose the UNIX sockets that ss chooses")
def _():
    compare(write_plain)


@test("in patterns, case does not matter and brackets are sets, as in ss(8)")
def _():
    compare(write_rare)


@test("autobound chooses the UNIX sockets that ss chooses")
def _():
    with staged():
        for words in ("autobound", "not autobound"):
            theirs, got = ask(words.split())
            equal(got, theirs, words)


live.main()
