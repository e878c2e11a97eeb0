"""Whatever goes wrong with a receive: it is made good, or told. Nothing is silently missing."""

import errno
import os
import tempfile

import live
import sockets
from live import Skip, equal, test, true

PARTIAL = 3
MOST_RECEIVES = 200
# Something that passes, if it happens once: the kernel is asked again.
PASSING = ("overrun", "interrupted", "lost") + tuple(
    f"{kind} {number}" for kind in ("error", "done") for number in (errno.EBUSY, errno.EINTR)
) + (f"fail {errno.EINTR}", f"fail {errno.ENOBUFS}")
# Something that does not.
LASTING = ("truncated", "short") + tuple(
    f"{kind} {number}" for kind in ("error", "done") for number in (errno.ENOMEM, errno.EIO)
) + (f"fail {errno.ENOMEM}", f"fail {errno.EIO}")
# Something that sends us to /proc/net if it is the first word of an answer.
REFUSING = tuple(
    f"{kind} {number}"
    for kind in ("error", "done")
    for number in (errno.ENOENT, errno.EPERM, errno.EOPNOTSUPP)
)
KEYS = "proto state src sport dst dport inode".split()


def shim():
    path = os.environ.get("SHIM_RECEIVE")
    if not path:
        raise Skip("SHIM_RECEIVE is not set")
    if live.SANITIZED:
        raise Skip("the sanitizer must come first")
    return {"LD_PRELOAD": os.path.abspath(path)}


def spoiled(fault, number, rest, words):
    """(happened, status, rows, err) of a run in which receive `number` went wrong."""
    with tempfile.TemporaryDirectory() as directory:
        note = os.path.join(directory, "note")
        env = shim() | {
            "SHIM_RECEIVE_FAULT": fault,
            "SHIM_RECEIVE_N": str(number),
            "SHIM_RECEIVE_REST": "1" if rest else "0",
            "SHIM_RECEIVE_NOTE": note,
        }
        status, out, err = live.run("list", "-j", *words, env=env)
        answer = live.parse(out)
        equal(answer["complete"], status != PARTIAL, f"complete with status {status}")
        return os.path.exists(note), status, identities(answer["sockets"]), err


def identities(rows):
    return sorted(str([row.get(key) for key in KEYS]) for row in rows)


def same(rows, expected, what):
    missing, added = set(expected) - set(rows), set(rows) - set(expected)
    equal((missing, added, len(rows)), (set(), set(), len(expected)), f"missing, added; {what}")


def each_receive(fault, words, rest=False):
    for number in range(1, MOST_RECEIVES):
        happened, *result = spoiled(fault, number, rest, words)
        if not happened:
            return
        yield number, *result
    raise AssertionError("there is no end of receives")


def crowd():
    """Enough for several datagrams, and one of each family."""
    return [sockets.pair() for _ in range(200)], [sockets.datagram() for _ in range(200)]


WORDS = ("-tux",)


@test("what passes is asked for again, and nothing is missing")
def _():
    kept = crowd()
    expected = identities(live.rows(*WORDS))
    for fault in PASSING:
        for number, status, rows, err in each_receive(fault, WORDS):
            what = f"{fault} at receive {number}, {len(kept)} kinds, {err!r}"
            equal(status, 0, what)
            same(rows, expected, what)


@test("what does not pass is told, by status, in JSON and on standard error")
def _():
    kept = crowd()
    expected = identities(live.rows(*WORDS))
    for fault in LASTING:
        for number, status, rows, err in each_receive(fault, WORDS):
            what = f"{fault} at receive {number}, {len(kept)} kinds, {err!r}"
            true(set(rows) <= set(expected), f"only sockets that are there: {what}")
            if status == PARTIAL:
                true(err.startswith(b"socklens: ") and b"not whole" in err, what)
            else:
                equal(status, 0, what)
                same(rows, expected, what)


@test("a refusal in the middle is told, and at the start /proc/net takes over")
def _():
    kept = crowd()
    expected = identities(live.rows(*WORDS))
    for fault in REFUSING:
        for number, status, rows, err in each_receive(fault, WORDS):
            what = f"{fault} at receive {number}, {len(kept)} kinds, {err!r}"
            if status != PARTIAL:
                same(rows, expected, what)


@test("what never passes is given up, and told")
def _():
    kept = crowd()
    # A call that is interrupted for ever is no fault of a kernel's, so it is left out.
    for fault in set(PASSING) - {f"fail {errno.EINTR}"}:
        happened, status, _, err = spoiled(fault, 2, True, WORDS)
        what = f"{fault} for ever, {len(kept)} kinds, {err!r}"
        true(happened and status == PARTIAL and b"not whole" in err, what)


live.main()
