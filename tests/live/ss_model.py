"""What ss says of random sockets, what it should say, and what the program says.

The same key is a socket in all three: the cookie, or the local end where the kernel tells none.
"""

import contextlib
import functools
import ipaddress
import os
import random
import re
import socket
import subprocess

import expressions
import live
import mixture
from expressions import evaluate
from live import true

COLUMNS = "proto,family,state,src,sport,dst,dport,local,cookie,mark,cgroup"


def ask_ss(letters, words):
    command = ["ss", f"-{letters}anHOe", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=live.LIMIT_SECONDS)
    true(done.returncode == 0 and not done.stderr, f"{command}: {done.stderr}")
    return {key_of_ss(line) for line in done.stdout.splitlines()}


def key_of_ss(line):
    cookie = re.search(r" sk:([0-9a-f]+)", line)
    queues_and_local_end = re.search(r"\d+ +\d+ +(\S+)", line)
    return cookie[1] if cookie else queues_and_local_end[1]


def ask_program(letters, words):
    columns = ("-H", "--columns", "cookie,local")
    status, out, err = live.run("list", f"-{letters}", *columns, *words)
    true(status in (0, 1) and not err, f"{words}: {err.decode()}")
    lines = (line.split() for line in out.decode().splitlines())
    return {local if cookie == "-" else cookie for cookie, local in lines}


class Stage:
    """Random sockets and an author of expressions about them."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.rows = {}
        for row in live.rows("-tuw", "--columns", COLUMNS):
            key = row.get("cookie", row["local"])
            true(key not in self.rows, f"two sockets are {key}")
            self.rows[key] = row
        self.ephemeral = mixture.ephemeral_range()
        self.author = expressions.Author(
            self.random, list(self.rows.values()), devices(), list(cgroups())
        )

    @functools.cache
    def alone(self, leaf):
        return ask_ss("tuw", leaf.spell(for_ss=True).split())

    @functools.cached_property
    def autobound(self):
        """What the kernel says of the port. ss wants the kernel and its own look at the port to
        agree, in `not autobound` too; where neither matches, they do not agree."""
        both, none = ask_ss("tuw", ["autobound"]), ask_ss("tuw", ["not", "autobound"])
        return {
            key for key, row in self.rows.items()
            if key in both or (key not in none and row["sport"] not in self.ephemeral)
        }  # fmt: skip

    def meaning(self, leaf, key):
        """What the leaf says as a test of the kernel, and as one of the program."""
        if leaf.kind == "autobound":
            return key in self.autobound, self.rows[key]["sport"] in self.ephemeral
        if leaf.opposite and leaf.kind not in self.rows[key]:
            return False, False  # not known: neither = nor != holds
        holds = key in self.alone(leaf)
        if "cookie" not in self.rows[key]:  # ss had no test of the kernel to make up for its own
            holds = holds and not confuses_families(leaf, self.rows[key])
        return holds, holds

    def of_program(self, tree, key):
        """What may be said of the socket. Of autobound the kernel must be asked, too; but it cannot
        be asked all that has to do with devices, marks and control groups."""
        kernel = evaluate(tree, lambda leaf: self.meaning(leaf, key)[0])
        own = evaluate(tree, lambda leaf: self.meaning(leaf, key)[1])
        kinds = {leaf.kind for leaf in tree.leaves()}
        asks_all = kinds.isdisjoint(("device", "mark", "cgroup"))
        return {own and kernel} if asks_all else {own and kernel, own}

    def of_ss(self, tree, key):
        """What ss says, as it is made:
        - Its own test compares the first bits of addresses of different families, as if [::] and
          0.0.0.0 were the same. The kernel's test does not; both must hold, but under `not` one
          that holds too often hides the socket. Here families are compared, too.
        - With `dev`, the kernel is asked for nothing, so that nothing makes up for that, and
          autobound is only a matter of the port.
        - A mark or a control group that is not known is 0, and not equal to any other."""
        own = evaluate(tree, lambda leaf: self.own_of_ss(leaf, key))
        kernel = evaluate(tree, lambda leaf: self.kernel_of_ss(leaf, key))
        asks_kernel = all(leaf.kind != "device" for leaf in tree.leaves())
        return own and (kernel or not asks_kernel or "cookie" not in self.rows[key])

    def own_of_ss(self, leaf, key):
        if leaf.kind == "autobound":
            return self.rows[key]["sport"] in self.ephemeral
        return key in self.alone(leaf) or confuses_families(leaf, self.rows[key])

    def kernel_of_ss(self, leaf, key):
        return key in (self.autobound if leaf.kind == "autobound" else self.alone(leaf))


def confuses_families(leaf, row):
    side, _, _ = leaf.text.partition(" ")
    if leaf.kind != "address" or leaf.network is None:
        return False
    if leaf.port not in (None, row[{"src": "sport", "dst": "dport"}[side]]):
        return False
    address = ipaddress.ip_address(row[side])
    first, other = (one.packed.ljust(16, b"\0") for one in (address, leaf.network[0]))
    shift = 128 - leaf.network.prefixlen
    same = int.from_bytes(first, "big") >> shift == int.from_bytes(other, "big") >> shift
    return same and address.version != leaf.network.version


def devices():
    names = [name for _, name in socket.if_nameindex()]
    return names + [str(socket.if_nametoindex(name)) for name in names] + ["0", "if1"]


def cgroups():
    """Where the hierarchy is mounted, and the group of this process and the one of all."""
    with open("/proc/self/mountinfo") as mounts:
        found = [words[4] for words in map(str.split, mounts) if words[-3] == "cgroup2"]
    with open("/proc/self/cgroup") as groups:
        own = [line.rstrip("\n")[3:] for line in groups if line.startswith("0::")]
    for path in {"/", *own}:
        if found and os.path.isdir(found[0] + path):
            yield found[0], path


@contextlib.contextmanager
def staged(seed):
    """The sockets are those of a child in a network namespace of its own."""

    def work(tell):
        live.unshare(live.CLONE_NEWNET)
        made = mixture.Mixture(random.Random(seed))
        tell("ready")
        return made

    with live.child(work) as (pid, _), mixture.inside(pid):
        yield Stage(seed)
