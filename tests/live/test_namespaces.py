"""-N looks into another network namespace, by name, by process and by path."""

import contextlib
import os
import subprocess

import holders
import live
import sockets
from live import equal, test, true


@contextlib.contextmanager
def elsewhere():
    """A process with one listener in a network namespace of its own; yields (pid, port)."""

    def work(tell):
        live.unshare(live.CLONE_NEWNET)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        one = sockets.listener()
        tell(sockets.port(one))
        return one

    with live.child(work) as (pid, at):
        yield pid, int(at)


@contextlib.contextmanager
def named(pid):
    """A name for the namespace of a process; yields the name."""
    live.need_root()
    name = f"socklens-live-{os.getpid()}"
    done = subprocess.run(["ip", "netns", "attach", name, str(pid)], capture_output=True)
    if done.returncode != 0:
        raise live.Skip("ip netns attach does not work here")
    try:
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


def shows_only(where, pid, at):
    """The answer is the other namespace's one socket, with its owner and its namespace."""
    found = live.rows("-N", where)
    told = [(row["state"], row["sport"], [one["pid"] for one in row["owners"]]) for row in found]
    equal(told, [("LISTEN", at, [pid])], f"-N {where}")
    equal(found[0]["netns"], os.stat(f"/proc/{pid}/ns/net").st_ino, "netns")


@test("-N takes a process id")
def _():
    kept = sockets.listener()
    with elsewhere() as (pid, at):
        shows_only(str(pid), pid, at)
        true(all(row["sport"] != at for row in live.rows()), f"here is {sockets.port(kept)}")


@test("-N takes the path of a namespace")
def _():
    with elsewhere() as (pid, at):
        shows_only(f"/proc/{pid}/ns/net", pid, at)


@test("-N takes the name that ip netns gave")
def _():
    with elsewhere() as (pid, at), named(pid) as name:
        shows_only(name, pid, at)
        shows_only(f"/run/netns/{name}", pid, at)


@test("/proc/net is read in the other namespace too")
def _():
    def work(tell):
        live.unshare(live.CLONE_NEWNET)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        one = sockets.raw()
        tell(one.getsockname()[0])
        return one

    here = sockets.raw(), sockets.raw()
    with live.child(work) as (pid, _):
        equal([row["proto"] for row in live.rows("-N", str(pid))], ["raw"], f"{len(here)} here")


@test("-N of a process that is gone is refused")
def _():
    with elsewhere() as (pid, _):
        gone = pid
    status, out, err = live.run("list", "-N", str(gone))
    equal((status, out), (2, b""), f"status and output, stderr {err!r}")
    true(err.startswith(b"socklens: "), f"stderr {err!r}")


@test("a namespace that the user may not enter gives no answer, and says why")
def _():
    live.need_root()
    with elsewhere() as (pid, _), holders.program_for_everyone(live.PROGRAM) as program:
        for where in (str(pid), f"/proc/{pid}/ns/net"):
            status, out, err = live.run("list", "-N", where, program=program, **holders.BY_NOBODY)
            true(status in (2, 3), f"status {status} of -N {where}")
            true(out == b"" and err.startswith(b"socklens: "), f"stdout {out!r}, stderr {err!r}")


live.main()
